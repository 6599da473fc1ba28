"""Who is told of a reassignment: everybody to whom accounts came or whom they left, and whoever planned one that cannot begin."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kundenkreis.inbox.models import Notification
from kundenkreis.staff.models import User
from kundenkreis.territories.models import Reassignment


def tell(reassignment: Reassignment, by: User | None) -> None:
    """Each once, in her language, with how many accounts."""
    people = User.objects.living().filter(pk__in=[int(pk) for pk in reassignment.tally], is_active=True)
    for person in people:
        if by is not None and person.pk == by.pk:
            continue
        won, lost = reassignment.tally[str(person.pk)]
        with translation.override(person.language):
            said = _("“%(name)s” was carried out: accounts that came to you %(won)s, accounts that left you %(lost)s.")
        values = {"name": reassignment.name, "won": won, "lost": lost}
        Notification.send(person, "territories", said % values, _accounts())


def refused(reassignment: Reassignment, why: str) -> None:
    person = reassignment.planned_by
    if person is None or not person.is_active:
        return
    with translation.override(person.language):
        said = _("The reassignment “%(name)s” could not begin: %(why)s")
    Notification.send(
        person, "territories", (said % {"name": reassignment.name, "why": why})[:500], _page(reassignment)
    )


def _accounts() -> str:
    try:
        return reverse("accounts:list") + "?f=owner:is:me"
    except NoReverseMatch:  # a process without pages
        return ""


def _page(reassignment: Reassignment) -> str:
    try:
        return reverse("reassignments:detail", args=[reassignment.pk])
    except NoReverseMatch:
        return ""

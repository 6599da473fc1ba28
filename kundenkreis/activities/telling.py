"""Who is given something to do by somebody else, or is taken along to it, finds that in the inbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from babel.dates import format_date
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kundenkreis.inbox.models import Notification
from kundenkreis.staff import access
from kundenkreis.staff.models import User

if TYPE_CHECKING:
    from kundenkreis.activities.models import Activity


def given(activity: Activity, by: Any) -> None:
    """Tell the owner of something still to be done that it is hers now, unless she took it herself or cannot sign in."""
    owner = activity.owner
    if not activity.is_open or owner is None or by is None or owner.pk == by.pk or not owner.is_active:
        return
    with translation.override(owner.language):
        account = named_account(activity)
        values = {"name": by, "subject": activity.subject, "account": account}
        said = _("%(name)s gives you: %(subject)s") % values
        if account:
            said = _("%(name)s gives you: %(subject)s (%(account)s)") % values
    Notification.send(owner, "assigned", said, address(activity))


def taken_along(activity: Activity, people: Iterable[User], by: Any) -> None:
    """Tell colleagues that they are put on something still to be done."""
    _tell_colleagues(activity, people, by, lambda: _("%(name)s puts you on: %(subject)s, %(day)s"))


def left_out(activity: Activity, people: Iterable[User], by: Any) -> None:
    """Tell colleagues that they are not needed any more."""
    _tell_colleagues(activity, people, by, lambda: _("%(name)s no longer puts you on: %(subject)s, %(day)s"))


def moved(activity: Activity, people: Iterable[User], by: Any) -> None:
    """Tell those who come along that it is at another time."""
    _tell_colleagues(activity, people, by, lambda: _("%(name)s moves: %(subject)s, now %(day)s"))


def called_off(activity: Activity, people: Iterable[User], by: Any) -> None:
    """Tell those who would have come along that it does not take place."""
    _tell_colleagues(activity, people, by, lambda: _("%(name)s calls off: %(subject)s, %(day)s"))


def _tell_colleagues(activity: Activity, people: Iterable[User], by: Any, sentence: Callable[[], str]) -> None:
    """Of what is still to be done: each but who does it herself, and but who may not see it or cannot sign in."""
    if not activity.is_open:
        return
    for person in people:
        is_hers = person.pk in (activity.owner_id, by.pk if by is not None else None)
        if not is_hers and person.is_active and access.may(person, "activities.see", activity):
            with translation.override(person.language):
                said = sentence() % {"name": by or _("The house"), "subject": activity.subject, "day": _when(activity)}
            if activity.account and access.may(person, "accounts.see", activity.account):
                said = f"{said} ({activity.account})"
            Notification.send(person, "taken_along", said, address(activity))


def _when(activity: Activity) -> str:
    """Its day, and its hour where it has one, in the language that is spoken now."""
    german = translation.get_language() == "de"
    day = format_date(activity.day, "d. MMM" if german else "d MMM", locale="de_AT" if german else "en_GB")
    return f"{day} {timezone.localtime(activity.at):%H:%M}" if activity.has_hour else day


def named_account(activity: Activity) -> Any:
    """The account, if whoever is told may see it."""
    return (
        activity.account if activity.account and access.may(activity.owner, "accounts.see", activity.account) else None
    )


def address(activity: Activity) -> str:
    """Where the activity is shown; "" in a process without pages."""
    try:
        return reverse("activities:detail", args=[activity.pk])
    except NoReverseMatch:
        return ""

"""Nobody forgets a deadline: whoever answers for a request is told before it is due, and all who keep data protection when it is late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from babel.dates import format_date
from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kundenkreis.core import clock
from kundenkreis.inbox.models import Notification
from kundenkreis.privacy.models import SubjectRequest
from kundenkreis.staff import access
from kundenkreis.staff.models import User
from kundenkreis.staff.roles import Role

STEPS = (14, 7, 3, 1, 0, -1)  # days left at which is told; -1: it is late
KIND = "privacy"


def keepers() -> list[User]:
    """Whoever may change what the house does about data protection, and can sign in."""
    roles = [role for role in Role.values if access.TABLE.get(role, {}).get("privacy.change")]
    return list(User.objects.living().filter(is_active=True, role__in=roles).order_by("pk"))


def taken_in(request: SubjectRequest, by: Any) -> None:
    """Whoever answers for a new request is told; without one all who keep data protection. Not who did it herself."""
    to = [request.responsible] if request.responsible else keepers()
    for person in to:
        if person is not None and person.is_active and (by is None or person.pk != by.pk):
            with translation.override(person.language):
                said = _("New privacy request %(number)s: %(kind)s, due on %(day)s") % _told(request)
            Notification.send(person, KIND, said, address(request))


def remind(today: dt.date | None = None) -> int:
    """Tell of every open request that has come closer to its day, or is late, since it was told last. Returns how many."""
    today = today or clock.today()
    soon = today + dt.timedelta(days=STEPS[0])
    count = 0
    for request in SubjectRequest.objects.open().filter(due_on__lte=soon).order_by("due_on", "pk").iterator(200):
        left = (request.due_on - today).days
        step = min(one for one in STEPS if one >= left) if left >= 0 else -1
        untold = Q(reminded_at=None) | Q(reminded_at__gt=step)
        if SubjectRequest.objects.filter(untold, pk=request.pk).update(reminded_at=step):  # one worker does it
            _tell(request, left)
            count += 1
    return count


def _tell(request: SubjectRequest, left: int) -> None:
    to: Iterable[User] = [request.responsible] if request.responsible and request.responsible.is_active else []
    if left < 0 or not to:
        to = {person.pk: person for person in [*to, *keepers()]}.values()
    for person in to:
        with translation.override(person.language):
            if left < 0:
                said = _("Privacy request %(number)s is late: %(kind)s was due on %(day)s") % _told(request)
            else:
                said = ngettext(
                    "Privacy request %(number)s is due in %(left)s day: %(kind)s",
                    "Privacy request %(number)s is due in %(left)s days: %(kind)s",
                    left,
                ) % (_told(request) | {"left": left})
        Notification.send(person, KIND, said, address(request))


def _told(request: SubjectRequest) -> dict[str, Any]:
    """No name of who asks: the inbox and the mail may be read over a shoulder, and outlive the person's data."""
    german = translation.get_language() == "de"
    day = format_date(request.due_on, "d. MMMM y" if german else "d MMMM y", locale="de_AT" if german else "en_GB")
    return {"number": request.number, "kind": request.get_kind_display(), "day": day}


def address(request: SubjectRequest) -> str:
    """Where the request is shown; "" in a process without pages."""
    try:
        return reverse("privacy_requests:detail", args=[request.pk])
    except NoReverseMatch:
        return ""

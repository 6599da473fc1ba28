"""The 72 hours of Art. 33 (1) GDPR: whoever keeps data protection is told while there is still time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kundenkreis.inbox.models import Notification
from kundenkreis.privacy.deadlines import BREACH_HOURS, hours_left
from kundenkreis.privacy.models import Breach, Problem
from kundenkreis.privacy.reminding import KIND, keepers

HOURS = (24, 48, 66, 72)  # after it was noticed; at the last it is late


def remind(now: dt.datetime | None = None) -> int:
    """Tell of every undecided breach for which another of HOURS has passed. Returns how many were told."""
    now = now or timezone.now()
    count = 0
    for breach in Breach.objects.unnotified().order_by("noticed_at", "pk"):
        passed = (now - breach.noticed_at) // dt.timedelta(hours=1)
        hour = max((one for one in HOURS if one <= passed), default=None)
        if hour is None:
            continue
        untold = Q(reminded_hour=None) | Q(reminded_hour__lt=hour)
        if Breach.objects.filter(untold, pk=breach.pk).update(reminded_hour=hour):
            _tell(breach, now)
            count += 1
    return count


def _tell(breach: Breach, now: dt.datetime) -> None:
    left = hours_left(breach.noticed_at, now)
    for person in keepers():
        with translation.override(person.language):
            values: dict[str, Any] = {"number": breach.number, "hours": left, "all": BREACH_HOURS}
            if left < 0:
                said = _("Breach %(number)s: the %(all)s hours are over and nothing is decided") % values
            else:
                said = _("Breach %(number)s: %(hours)s hours left to notify the authority") % values
        Notification.send(person, KIND, said, address(breach))


def reported(problem: Problem) -> None:
    """Somebody has reported a problem: whoever keeps the house is told."""
    for person in keepers():
        with translation.override(person.language):
            who = str(problem.reported_by or "–")
            said = _("%(who)s reports: %(kind)s") % {"who": who, "kind": problem.get_kind_display()}
        Notification.send(person, KIND, said, address(problem.breach) if problem.breach else problem_address(problem))


def report(
    *, by: Any, kind: str, what: str, page: str = "", browser: str = "", program: str = "", reference: str = ""
) -> Problem:
    """Somebody reports a problem from a page. An incident opens a breach, noticed now: the clock runs from here.

    Only the path of the page is kept: what stands after the question mark may name somebody.
    """
    values: dict[str, Any] = {
        "page": page.split("?")[0].split("#")[0][:500],
        "browser": browser[:300],
        "program": program[:40],
    }
    problem = Problem.add(by=by, kind=kind, what=what, reference=reference[:80], reported_by=by, **values)
    if kind == Problem.Kind.INCIDENT:
        breach = Breach.add(by=by, title=" ".join(what.split())[:200], happened=what, noticed_at=timezone.now())
        problem.change(by=by, verb="made_breach", breach=breach)
    reported(problem)
    return problem


def address(breach: Breach) -> str:
    try:
        return reverse("privacy_breaches:detail", args=[breach.pk])
    except NoReverseMatch:  # a process without pages
        return ""


def problem_address(problem: Problem) -> str:
    try:
        return reverse("problems:detail", args=[problem.pk])
    except NoReverseMatch:
        return ""

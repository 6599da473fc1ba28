"""A week of visits, to be planned on the screen and taken along on paper."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kundenkreis.activities.rounds import monday_of, week_of
from kundenkreis.core import clock
from kundenkreis.staff import access
from kundenkreis.web.views.touch_list import said


@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """`?week=2010-W49` (ISO 8601); this week without it, or when it is none."""
    if not access.may(request.user, "activities.see"):
        raise PermissionDenied
    today = clock.today()
    shown = week_of(request.user, _asked(request.GET.get("week", ""), today))
    around = {name: shown.monday + dt.timedelta(days=days) for name, days in (("before", -7), ("after", 7))}
    context = {
        "week": shown,
        "today": today,
        "is_this_week": shown.monday == monday_of(today),
        "before": _address(around["before"]),
        "after": _address(around["after"]),
        "here": _address(shown.monday),
        "said": said,
        "may_add": access.may(request.user, "activities.add"),
    }
    return render(request, "activities/week.html", context)


def _asked(text: str, today: dt.date) -> dt.date:
    try:
        asked = dt.datetime.strptime(f"{text[:8]}-1", "%G-W%V-%u").date()  # noqa: DTZ007 (a day has no time zone)
    except ValueError:
        return monday_of(today)
    return asked if 1900 < asked.year < 2200 else monday_of(today)


def _address(monday: dt.date) -> str:
    year, number, _weekday = monday.isocalendar()
    return f"{reverse('activities:week')}?week={year}-W{number:02}"

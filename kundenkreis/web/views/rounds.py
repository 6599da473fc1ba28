"""A week of visits, to be planned on the screen and taken along on paper."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kundenkreis.activities.rounds import monday_of, week_of
from kundenkreis.core import clock
from kundenkreis.staff import access
from kundenkreis.web.views.touch_list import said
from kundenkreis.web.weeks import asked_week, weeks_around


@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """`?week=2010-W49` (ISO 8601); this week without it, or when it is none."""
    if not access.may(request.user, "activities.see"):
        raise PermissionDenied
    today = clock.today()
    shown = week_of(request.user, asked_week(request.GET.get("week", ""), today))
    context = {
        "week": shown,
        "today": today,
        "is_this_week": shown.monday == monday_of(today),
        "said": said,
        "may_add": access.may(request.user, "activities.add"),
        "may_travel": access.may(request.user, "trips.add"),
    } | weeks_around(reverse("activities:week"), shown.monday)
    return render(request, "activities/week.html", context)

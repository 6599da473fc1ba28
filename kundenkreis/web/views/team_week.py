"""The week of a team, for whoever leads it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kundenkreis.activities.rounds import monday_of
from kundenkreis.activities.small_teams import FEWEST
from kundenkreis.activities.team_week import LISTED, week_of_team
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.staff import access
from kundenkreis.staff.models import Team
from kundenkreis.web.weeks import asked_week, weeks_around


@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """`?team=7&week=2010-W49`: that team and those below it; without a team the person's own, or everybody when she has none."""
    if not access.may(request.user, "people.lead"):
        raise PermissionDenied
    today, house = clock.today(), House.known()
    teams = Team.objects.visible_to(request.user).living().order_by("name")
    asked = request.GET.get("team", "")
    chosen = teams.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 19 else None
    if chosen is None and asked != "all":
        chosen = teams.filter(pk=request.user.team_id or 0).first()  # type: ignore[union-attr]
    shown = week_of_team(request.user, chosen, asked_week(request.GET.get("week", ""), today))  # type: ignore[arg-type]
    context = {
        "week": shown,
        "house": house,
        "teams": [("all", _("All teams")), *teams.values_list("pk", "name")],
        "team": chosen,
        "fewest": FEWEST,
        "listed": LISTED,
        "is_this_week": shown.monday == monday_of(today),
        "may_settle": access.may(request.user, "house.change"),
    } | weeks_around(reverse("activities:team_week"), shown.monday, team=str(chosen.pk) if chosen else "all")
    return render(request, "activities/team_week.html", context)

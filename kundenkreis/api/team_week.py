"""The week of a team, for whoever leads it: as the page has it, by the same rule on single people."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

import datetime as dt
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.schema import Schema
from pydantic import Field

from kundenkreis.activities.rounds import monday_of, monday_of_week
from kundenkreis.activities.team_week import Figures, TeamWeek, week_of_team
from kundenkreis.api import shapes
from kundenkreis.api.answers import answered
from kundenkreis.api.auth import Caller
from kundenkreis.api.problems import MEDIA_TYPE, forbidden, invalid, not_found
from kundenkreis.core import clock
from kundenkreis.staff import access
from kundenkreis.staff.models import Team

_ABOUT = (
    "Monday to Sunday in figures: calls, visits and meetings that took place and reached somebody, what is planned, and what of anything is "
    "overdue today. Rows of single people come only while a works agreement is in force (`is_by_person`); else there is the caller's "
    "own row, and `whole` is empty where the sum of fewer than three others would tell of each of them. `people` is how many are in the sum; "
    "at most 200 of them have a row. For whoever leads people."
)


_NO_TEAM = {
    "description": "There is no such team, or the caller does not see it.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class TeamWeekFigures(shapes.Read):
    """`overdue` is as of today, whatever the week."""

    call: int
    visit: int
    meeting: int
    planned: int
    overdue: int


class TeamWeekRow(TeamWeekFigures):
    """The week of one person."""

    person_id: shapes.Id
    person_name: str


class TeamWeekAnswer(shapes.Read):
    """The week of a team and those below it; of everybody when `team_id` is empty."""

    monday: shapes.Day
    sunday: shapes.Day
    team_id: shapes.Id | None
    team_name: str | None
    people: int
    is_by_person: bool
    rows: list[TeamWeekRow]
    whole: TeamWeekFigures | None


class TeamWeekQuery(Schema):
    team_id: shapes.Id | None = Field(
        None, description="That team with those below it; the caller's own when left out."
    )
    everybody: bool = Field(False, description="All whom the caller sees, instead of a team.")
    week: str = Field(
        "", pattern=r"^([0-9]{4}-W[0-9]{2})?$", description="As ISO 8601 writes it: 2026-W10. This week when left out."
    )


def _week(request: HttpRequest, query: Query[TeamWeekQuery]) -> HttpResponse:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_reach("activities", "read")
    if not access.may(caller.user, "people.lead"):
        raise forbidden()
    team = _team(caller, query)
    return answered(_shown(week_of_team(caller.user, team, _monday(query.week)), team))


def _team(caller: Caller, query: Any) -> Team | None:
    """The team that is asked for, or the caller's own. Raises Problem 404 for one that is not there."""
    if query.everybody:
        return None
    teams = Team.objects.visible_to(caller.user).living()
    if query.team_id is None:
        return teams.filter(pk=caller.user.team_id or 0).first()
    team = teams.filter(pk=query.team_id).first()
    if team is None:
        raise not_found()
    return team


def _monday(week: str) -> dt.date:
    if not week:
        return monday_of(clock.today())
    monday = monday_of_week(week)
    if monday is None:
        raise invalid([{"parameter": "week", "detail": _("There is no such week.")}])
    return monday


def _shown(week: TeamWeek, team: Team | None) -> dict[str, Any]:
    return {
        "monday": week.monday.isoformat(),
        "sunday": week.sunday.isoformat(),
        "team_id": team.pk if team else None,
        "team_name": team.name if team else None,
        "people": week.people,
        "is_by_person": week.is_by_person,
        "rows": [_row(person, figures) for person, figures in week.rows],
        "whole": asdict(week.whole) if week.whole else None,
    }


def _row(person: Any, figures: Figures) -> dict[str, Any]:
    return {"person_id": person.pk, "person_name": person.get_full_name()} | asdict(figures)


def routers() -> list[Router]:
    router = Router(tags=["Activities"])
    router.add_api_operation(
        "/team-week",
        ["GET"],
        _week,
        response=TeamWeekAnswer,
        operation_id="team_week",
        summary="The week of a team in figures",
        description=_ABOUT,
        openapi_extra={"responses": {404: _NO_TEAM}},
    )
    return [router]

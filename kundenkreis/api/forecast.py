"""The forecast: calls, snapshots, the sums of a period, and what changed since a snapshot."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.schema import Schema
from pydantic import Field

from kundenkreis.api import shapes
from kundenkreis.api.answers import answered
from kundenkreis.api.auth import Caller
from kundenkreis.api.noun import ALL, READ, Noun
from kundenkreis.api.problems import MEDIA_TYPE, forbidden, invalid, not_found
from kundenkreis.api.resource import Routes
from kundenkreis.core import clock
from kundenkreis.core.filters import Filter
from kundenkreis.forecast import changes, periods
from kundenkreis.forecast.comparing import Scope, Step
from kundenkreis.forecast.models import ForecastCall, Snapshot
from kundenkreis.forecast.reaching import reached
from kundenkreis.forecast.rolling_up import HOUSE, Forecast, Row, forecast
from kundenkreis.forecast.summing import Part
from kundenkreis.market.wanting import Wanted, wanted
from kundenkreis.staff import access

CALLS = Noun(
    path="forecast-calls",
    title="ForecastCall",
    model=ForecastCall,
    area="forecasts",
    tag="Forecast",
    about="What somebody stands by for a period, what is closed already included, in house currency. A period is a month "
    "(`2026-12`) or a quarter of the fiscal year, told by its months (`2026-10..12`); `2026-Q4`, the fourth quarter of the fiscal year that begins "
    "in 2026, is taken too and kept by its months. With a `person_id` it is her own, or with `is_override` one over it; with a `team_id`, or with "
    "neither for the house, it always stands over what was summed, and says why in `note`.",
    allowed=lambda user, verb, record: access.may(
        user, f"forecasts.{verb}", record if record is not None and verb != "see" else None
    ),
    read=("period", "person", "team", "is_override", "commit", "best_case", "note", "given_by"),
    fixed=("period", "person", "team", "is_override"),
    write=("commit", "best_case", "note"),
    filters=(
        Filter("period", "text", "period"),
        Filter("person", "number", "person", "person_id"),
        Filter("team", "number", "team", "team_id"),
        Filter("is_override", "flag", "stands over what was summed"),
    ),
    verbs=ALL - {"bulk"},
)
SNAPSHOTS = Noun(
    path="forecast-snapshots",
    title="ForecastSnapshot",
    model=Snapshot,
    area="forecasts",
    tag="Forecast",
    about="On which days the forecast was kept, and of how many opportunities; `GET /forecast/changes` tells what changed since one.",
    allowed=lambda user, verb, record: verb == "see" and access.may(user, "forecasts.see"),
    read=("taken_on", "taken_at", "number", "taken_by", "is_generated"),
    filters=(Filter("taken_on", "date", "day"),),
    sorts={"taken_on": "taken_on"},
    verbs=READ,
)
NOUNS = [CALLS, SNAPSHOTS]
_ABOUT = (
    "Of a month or quarter, as far as the caller sees it: what was won (`closed`), and what is open and expected to close in it by category; "
    "categories exclude each other, `overdue` is a part of the open ones. `summed` is closed and commit, or a person's own call; `commit` and "
    "`best_case` are what counts, with what stands over it. Rows lead from the house over teams to people (`under` names the row above). "
    "`expected` is what history says, `low` to `high` its band of 80 %; empty where too little is known or the caller does not see it."
)
_ABOUT_CHANGES = (
    "From a snapshot to now: `start` and all `cents` of `steps` come to `now` exactly. `measure` says what is counted: `open` business, the "
    "`call` (closed and commit), or `best` (with best case). Of what the caller sees today. Without `snapshot_id` since the latest one."
)
_WRONG = {
    "description": "There is no such period, row or snapshot, or the caller does not see it.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class ForecastPart(shapes.Read):
    number: int
    value: str


class ForecastRow(shapes.Read):
    key: str = Field(description="`house`, `team-3`, `person-7`, `left` (people who have left) or `nobody`.")
    under: str | None
    name: str
    closed: ForecastPart
    commit_sum: ForecastPart
    best_case_sum: ForecastPart
    pipeline: ForecastPart
    overdue: ForecastPart
    summed: str
    commit: str
    best_case: str
    low: str | None
    expected: str | None
    high: str | None
    target: str | None = Field(
        description="What is wanted in these months (orders); none where there is no target, or the caller does not see it."
    )
    target_id: shapes.Id | None
    gap: str | None = Field(description="What `commit` leaves missing of the target; below zero where it is more.")
    gap_best_case: str | None = Field(description="How much of the gap the best case beyond the commit would close.")
    gap_pipeline: str | None = Field(description="How much of the rest the pipeline beyond that would close.")
    gap_missing: str | None = Field(description="What all that is open would not close.")


class ForecastAnswer(shapes.Read):
    period: str
    first: shapes.Day
    last: shapes.Day
    sees_all: bool
    undated: ForecastPart = Field(description="Open, and nobody says when they close: in no period.")
    earlier: ForecastPart = Field(description="Still open, expected before the period began: not counted.")
    baseline_as_of: shapes.Day | None
    rows: list[ForecastRow]


class ForecastStep(shapes.Read):
    kind: str
    number: int
    value: str


class ForecastChanges(shapes.Read):
    period: str
    snapshot_id: shapes.Id
    taken_on: shapes.Day
    measure: str
    start: str
    steps: list[ForecastStep]
    now: str


class ForecastQuery(Schema):
    period: str = Field(
        "",
        description="`2026-10..12` (or `2026-Q4`, by the fiscal year) or `2026-12`; this quarter when left out.",
        max_length=periods.LONGEST,
    )


class ChangesQuery(ForecastQuery):
    snapshot_id: shapes.Id | None = None
    measure: Literal["open", "call", "best"] = "open"
    row: str = Field(HOUSE, description="The key of a row of `GET /forecast`.", max_length=40)


def _asked(request: HttpRequest, text: str) -> tuple[Any, Forecast]:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_reach("forecasts", "read")
    if not access.may(caller.user, "forecasts.see"):
        raise forbidden()
    period = periods.read(text) if text else periods.of(clock.today())
    if period is None:
        raise invalid(
            [
                {
                    "detail": _("Write a quarter (2026-10..12, or 2026-Q4 by the fiscal year) or a month (2026-12)."),
                    "parameter": "period",
                }
            ]
        )
    return caller.user, forecast(caller.user, period)


def _summary(request: HttpRequest, query: Query[ForecastQuery]) -> HttpResponse:
    user, found = _asked(request, query.period)
    known = wanted(user, found.period.first, found.period.months) if access.may(user, "targets.see") else {}
    return answered(
        {
            "period": str(found.period),
            "first": found.period.first.isoformat(),
            "last": found.period.last.isoformat(),
            "sees_all": found.sees_all,
            "undated": _part(found.whole.undated),
            "earlier": _part(found.whole.earlier),
            "baseline_as_of": found.computed.as_of.isoformat() if found.computed else None,
            "rows": [_row(row, under) | _target(row, known.get(row.key)) for row, under in _walk(found.house, None)],
        }
    )


def _walk(row: Row, under: str | None) -> list[tuple[Row, str | None]]:
    return [(row, under), *(pair for one in row.below for pair in _walk(one, row.key))]


def _amount(value: Any) -> str:
    return f"{value:.2f}"


def _part(part: Part) -> dict[str, Any]:
    return {"number": part.number, "value": _amount(part.value)}


def _row(row: Row, under: str | None) -> dict[str, Any]:
    low, expected, high = row.baseline or (None, None, None)
    return {
        "key": row.key,
        "under": under,
        "name": row.name,
        "closed": _part(row.sums.closed),
        "commit_sum": _part(row.sums.commit),
        "best_case_sum": _part(row.sums.best_case),
        "pipeline": _part(row.sums.pipeline),
        "overdue": _part(row.sums.overdue),
        "summed": _amount(row.summed),
        "commit": _amount(row.commit),
        "best_case": _amount(row.best),
        **{
            name: None if value is None else _amount(value)
            for name, value in (("low", low), ("expected", expected), ("high", high))
        },
    }


def _target(row: Row, its: Wanted | None) -> dict[str, Any]:
    """What is wanted of a row, and what would close the gap; each None without a target."""
    names = ("target", "gap", "gap_best_case", "gap_pipeline", "gap_missing")
    if its is None:
        return dict.fromkeys((*names, "target_id"))
    told = reached(row, its.amount)
    amounts = (told.wanted, told.gap, told.from_best, told.from_pipeline, told.missing)
    return {"target_id": its.target} | dict(zip(names, map(_amount, amounts), strict=True))


def _changes(request: HttpRequest, query: Query[ChangesQuery]) -> HttpResponse:
    user, found = _asked(request, query.period)
    row = found.house.find(query.row)
    every = Snapshot.objects.visible_to(user)
    snapshot = every.filter(pk=query.snapshot_id).first() if query.snapshot_id is not None else every.first()
    if row is None or snapshot is None:
        raise not_found()
    scope = Scope(found.period, query.measure, None if row.key == HOUSE else row.owners)
    told = changes.since(snapshot, user, scope)
    return answered(
        {
            "period": str(found.period),
            "snapshot_id": snapshot.pk,
            "taken_on": snapshot.taken_on.isoformat(),
            "measure": query.measure,
            "start": _amount(Part(0, told.start).value),
            "steps": [_step(step) for step in told.ordered],
            "now": _amount(Part(0, told.now).value),
        }
    )


def _step(step: Step) -> dict[str, Any]:
    return {"kind": step.kind, "number": step.number, "value": _amount(Part(0, step.cents).value)}


def routers() -> list[Router]:
    calls = Routes(CALLS)
    for path, work, name, summary, about, response in (
        ("/forecast", _summary, "forecast", "The forecast of a period", _ABOUT, ForecastAnswer),
        ("/forecast/changes", _changes, "forecast_changes", "What changed since a snapshot", _ABOUT_CHANGES, ForecastChanges),
    ):  # fmt: skip
        calls.router.add_api_operation(
            path, ["GET"], work, operation_id=name, summary=summary, description=about, tags=["Forecast"],
            response=response, openapi_extra={"responses": {404: _WRONG}},
        )  # fmt: skip
    return [calls.router, Routes(SNAPSHOTS).router]

"""Win and loss by a cut: as the page has it, by the same rule on single people."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from ninja.schema import Schema
from pydantic import Field

from kundenkreis.api import shapes
from kundenkreis.api.answers import answered
from kundenkreis.api.auth import Caller
from kundenkreis.api.problems import forbidden, invalid
from kundenkreis.core import clock
from kundenkreis.core.filters import BadFilter, Filters, parse
from kundenkreis.customers.discretion import name_within_reach
from kundenkreis.lists import asking
from kundenkreis.pipeline import winloss, winloss_kept, winloss_people
from kundenkreis.pipeline.asking import LIST
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.pipeline.winloss_cuts import Cut, cuts
from kundenkreis.staff import access

_ABOUT = (
    "Of what was closed, how much was won: `whole` and the groups of a cut (`by`), of the opportunities that the filters `f` let through, written "
    "as for `GET /opportunities`. Rates are of won and lost without what was `neutral`, and empty under `enough` closed ones; `low` and `high` "
    "are their 95 % interval (Wilson 1927). `beside` is `higher` or `lower` where a rate surely differs from that of all others, after "
    "correction for `tested` comparisons. Values are in the house's currency. Without a works agreement, or for who leads nobody (`is_by_person` is "
    "false), groups of single others are left out, and filters by owner or team are refused."
)


class WinLossFigures(shapes.Read):
    """`gap` is the mean price gap in % of the `gaps` lost ones that have one, `days` the median from opening to end."""

    won: int
    lost: int
    neutral: int
    rate: float | None
    low: float | None
    high: float | None
    value_rate: float | None
    won_value: str
    lost_value: str
    gap: str | None
    gaps: int
    days: float | None


class WinLossGroup(WinLossFigures):
    """`rows` are the filters that bring its rows on `GET /opportunities`."""

    key: str | None
    name: str
    beside: str
    rows: list[str]


class WinLossReason(shapes.Read):
    """A reason of losses with what is part of it; `share` of all losses, `so_far` with those before it."""

    reason_id: shapes.Id | None
    name: str
    lost: int
    value: str
    share: float
    so_far: float


class WinLossAnswer(shapes.Read):
    by: str
    cuts: list[str]
    enough: int
    tested: int
    is_by_person: bool
    whole: WinLossFigures
    groups: list[WinLossGroup]
    reasons: list[WinLossReason]
    interviews: int


class WinLossQuery(Schema):
    by: str = Field(
        "reason",
        description="One of `cuts` in the answer: reason, competitor, owner, industry, quarter …",
        max_length=80,
    )
    f: list[str] = Field([], description="Filters, as for `GET /opportunities`; `closed:last:12m` is the last year.")


def _winloss(request: HttpRequest, query: Query[WinLossQuery]) -> HttpResponse:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_reach("opportunities", "read")
    if not access.may(caller.user, "opportunities.see"):
        raise forbidden()
    known = cuts()
    if query.by not in known:
        raise invalid([{"parameter": "by", "detail": ", ".join(known)}])
    cut = known[query.by]
    try:
        filters = parse(query.f, (*LIST, *asking.of("opportunities")), by=caller.user, today=clock.today())
    except BadFilter as bad:
        raise invalid([{"parameter": "f", "detail": str(bad)}]) from bad
    by_person = winloss_people.counts_people(caller.user)
    if not by_person and winloss_people.asks_of_others(filters.parts, caller.user):
        raise forbidden()
    found = _analysed(caller.user, filters, cut)
    return answered(
        {
            "by": cut.key,
            "cuts": list(known),
            "enough": winloss.ENOUGH,
            "tested": found.tested,
            "is_by_person": by_person,
            "whole": _figures(found.whole),
            "groups": [_group(one) for one in found.groups],
            "reasons": [_reason(one) for one in found.reasons],
            "interviews": found.asked.number,
        }
    )


def _analysed(user: Any, filters: Filters, cut: Cut) -> winloss.Analysis:
    if not filters.parts and winloss_kept.is_kept(cut):
        kept = winloss_kept.closed_by(user, None, cut)
        found = winloss_kept.analyse(kept, cut)
        return winloss_people.told(found, lambda: winloss_kept.teams(kept), cut, user)
    rows = Opportunity.objects.visible_to(user).living().filter(filters.q())
    if cut.of_account:
        rows = rows.filter(name_within_reach(user, "account"))
    found = winloss.analyse(rows, cut)
    return winloss_people.told(found, lambda: winloss_people.teams_of(rows), cut, user)


def _figures(one: winloss.Figures) -> dict[str, Any]:
    low, high = one.interval or (None, None)
    return {
        "won": one.won, "lost": one.lost, "neutral": one.neutral, "rate": one.rate, "low": low, "high": high,
        "value_rate": one.value_rate, "won_value": str(one.won_value), "lost_value": str(one.lost_value),
        "gap": None if one.gap is None else str(one.gap), "gaps": one.gaps, "days": one.days,
    }  # fmt: skip


def _group(one: winloss.Group) -> dict[str, Any]:
    key = None if one.key in (None, "") else str(one.key)
    return {"key": key, "name": one.name, "beside": one.beside, "rows": list(one.rows)} | _figures(one.figures)


def _reason(one: winloss.Reason) -> dict[str, Any]:
    return {
        "reason_id": one.key, "name": one.name, "lost": one.number, "value": str(one.value), "share": one.share,
        "so_far": one.so_far,
    }  # fmt: skip


def routers() -> list[Router]:
    router = Router(tags=["Pipeline"])
    router.add_api_operation(
        "/win-loss",
        ["GET"],
        _winloss,
        response=WinLossAnswer,
        operation_id="win_loss",
        summary="Win and loss by a cut",
        description=_ABOUT,
    )
    return [router]

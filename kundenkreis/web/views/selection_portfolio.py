"""The portfolio of a round: accounts by attractiveness and our position, with the largest beside it as a table."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kundenkreis.core import clock
from kundenkreis.core.filters import BadFilter, condition, parse
from kundenkreis.core.models import House
from kundenkreis.planning.models import RoundResult, ScoringRound
from kundenkreis.planning.selection import counting
from kundenkreis.planning.selection import portfolio as placing
from kundenkreis.planning.selection.asking import INDUSTRY, OF_ITS_ACCOUNT
from kundenkreis.planning.selection.portfolio import Picture
from kundenkreis.web import formats, selection_charts
from kundenkreis.web.views.selection import rows_at
from kundenkreis.web.views.selection_criteria import require

IN_TABLE = 50
ASKED = {"owner": "is", "team": "in", "territory": "in", "industry": "is"}  # filter → how it is asked


@require_safe
def portfolio(request: HttpRequest) -> HttpResponse:
    """`?round=&owner=&team=&territory=&industry=&by=group`."""
    require(request, "selection.see")
    rounds = list(
        ScoringRound.objects.living().filter(state__in=ScoringRound.SCORED).select_related("of_set", "batch")[:20]
    )
    one = _chosen(rounds, request.GET.get("round", ""))
    by_group = request.GET.get("by") == "group"
    conditions = [condition(name, how, request.GET[name]) for name, how in ASKED.items() if request.GET.get(name)]
    context: dict[str, Any] = {
        "rounds": [(each.pk, str(each)) for each in rounds], "one": one, "by_group": by_group, "drawn": placing.DRAWN,
        "controls": _controls(request), "asked": {name: request.GET.get(name, "") for name in ASKED}, "currency": House.known().currency,
    }  # fmt: skip
    if one is not None:
        try:
            asked = parse(conditions, (*OF_ITS_ACCOUNT, INDUSTRY), by=request.user, today=clock.today())
        except BadFilter as wrong:
            context |= {"problem": str(wrong), "picture": None}
            return render(request, "selection/portfolio.html", context, status=400)
        found = placing.picture(one, request.user, asked.q() if asked else None, by_group=by_group)
        context |= _drawn(one, found, conditions)
    return render(request, "selection/portfolio.html", context)


def _chosen(rounds: list[ScoringRound], asked: str) -> ScoringRound | None:
    for one in rounds:
        if str(one.pk) == asked:
            return one
    return rounds[0] if rounds else None


def _controls(request: HttpRequest) -> list[tuple[str, str, list[tuple[Any, Any]]]]:
    """(name, label, choices) of what the picture can be narrowed to."""
    filters = {one.name: one for one in (*OF_ITS_ACCOUNT, INDUSTRY)}
    return [(name, str(filters[name].label), [("", _("all")), *filters[name].labels().items()]) for name in ASKED]


def _drawn(one: ScoringRound, found: Picture, conditions: list[str]) -> dict[str, Any]:
    money = House.known().currency
    results = dict(
        RoundResult.objects.filter(round=one, account_id__listed=[b.account_id for b in found.bubbles]).values_list(
            "account_id", "pk"
        )
    )
    shown = [(b, reverse("selection_results:detail", args=[results[b.account_id]])) for b in found.bubbles]
    bubbles = [
        selection_charts.Bubble(
            b.name, b.tier, b.attractiveness, b.position, b.revenue, formats.money(b.revenue, money, 0), url
        )
        for b, url in shown
    ]
    cells = [_cell(one, at, number, conditions) for at, number in (found.rest or {}).items()]
    title = _("Accounts by attractiveness and our position")
    return {
        "picture": selection_charts.portfolio(bubbles, cells, title) if bubbles else "",
        "shown": [(b, url, str(selection_charts.QUADRANTS[b.quadrant])) for b, url in shown[:IN_TABLE]], "unplaced": found.unplaced,
        "uncounted": found.rest is None, "left": sum((found.rest or {}).values()), "all_url": rows_at(one, *conditions),
        "cells": cells,
    }  # fmt: skip


def _cell(one: ScoringRound, at: str, number: int, conditions: list[str]) -> selection_charts.Cell:
    up, across = (int(part) for part in at.split(","))
    ends = [
        condition(
            name, "between", place * counting.FIELD, 100 if place == 3 else place * counting.FIELD + counting.FIELD - 1
        )
        for name, place in (("attractiveness", up), ("position", across))
    ]
    return selection_charts.Cell(up, across, number, rows_at(one, *ends, *conditions))

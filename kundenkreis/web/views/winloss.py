"""Win and loss: `?by=industry&period=12m`, and the conditions of the list of opportunities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from kundenkreis.core import clock
from kundenkreis.core.filters import condition
from kundenkreis.core.models import House
from kundenkreis.customers.discretion import name_within_reach
from kundenkreis.pipeline import winloss, winloss_kept, winloss_people
from kundenkreis.pipeline.winloss import Analysis, Group
from kundenkreis.pipeline.winloss_cuts import Cut, cuts
from kundenkreis.pipeline.winloss_kept import is_kept
from kundenkreis.privacy.models import Way
from kundenkreis.staff import access
from kundenkreis.web.lists import state
from kundenkreis.web.lists.exporting import as_file, counted
from kundenkreis.web.lists.state import State
from kundenkreis.web.views.opportunity_list import OPPORTUNITIES

PERIODS = {
    "12m": lazy("The last 12 months"),
    "quarter": lazy("This quarter"),
    "last_quarter": lazy("Last quarter"),
    "year": lazy("This year"),
    "last_year": lazy("Last year"),
    "all": lazy("Ever since"),
}
USUAL_PERIOD, USUAL_CUT = "12m", "industry"


@dataclass(frozen=True)
class Asked:
    """What an address asks for: the rows, the cut, the period with its days, and the conditions of the list."""

    now: State
    rows: QuerySet
    cut: Cut
    period: str
    closed: str  # the condition of the period
    days: tuple[dt.date, dt.date] | None

    @property
    def is_kept(self) -> bool:
        """Whether it asks for nothing but what the kept columns hold."""
        return not self.now.filters.parts and not self.now.text and not self.now.is_of_nothing and is_kept(self.cut)

    @property
    def conditions(self) -> list[str]:
        return [part.param for part in self.now.filters.parts]

    def address(self, **changes: str) -> str:
        """The same page with something else."""
        own = {"by": self.cut.key, "period": self.period} | changes
        return "?" + urlencode([*own.items(), *(("f", one) for one in self.conditions)])

    def without(self, param: str) -> str:
        """The same page without a condition."""
        own = [("by", self.cut.key), ("period", self.period)]
        return "?" + urlencode([*own, *(("f", one) for one in self.conditions if one != param)])

    def rows_at(self, *conditions: str) -> str:
        """The list of the rows behind a figure."""
        asked = [*self.conditions, *([self.closed] if self.closed else []), *conditions]
        return reverse("opportunities:list") + "?" + urlencode([("f", one) for one in dict.fromkeys(asked)])


def asked(request: HttpRequest) -> Asked:
    if not access.may(request.user, "opportunities.see"):
        raise PermissionDenied
    now = state.read(OPPORTUNITIES, request)
    known = cuts()
    cut = known.get(request.GET.get("by", ""), known[USUAL_CUT])
    period = request.GET.get("period", "")
    period = period if period in PERIODS else USUAL_PERIOD
    days = days_of(period, clock.today())
    rows = OPPORTUNITIES.matching(request, now)
    if days:
        after = clock.midnight(days[1] + dt.timedelta(days=1))
        rows = rows.filter(closed_at__gte=clock.midnight(days[0]), closed_at__lt=after)
    if cut.of_account:
        rows = rows.filter(name_within_reach(request.user, "account"))
    closed = condition("closed", "between", *(day.isoformat() for day in days)) if days else ""
    return Asked(now, rows, cut, period, closed, days)


def days_of(period: str, today: dt.date) -> tuple[dt.date, dt.date] | None:
    """First and last day of a period; None for all time."""
    quarter = today.replace(month=today.month - (today.month - 1) % 3, day=1)
    if period == "12m":
        return today - dt.timedelta(days=364), today
    if period == "quarter":
        return quarter, today
    if period == "last_quarter":
        last = quarter - dt.timedelta(days=1)
        return last.replace(month=last.month - 2, day=1), last
    if period == "year":
        return today.replace(month=1, day=1), today
    if period == "last_year":
        return dt.date(today.year - 1, 1, 1), dt.date(today.year - 1, 12, 31)
    return None


def analysed(request: HttpRequest, what: Asked) -> Analysis | None:
    """The figures, as far as this person may be told them; None where the question is about single others."""
    if not winloss_people.counts_people(request.user) and winloss_people.asks_of_others(
        what.now.filters.parts, request.user
    ):
        return None
    if what.is_kept:
        kept = winloss_kept.closed_by(request.user, what.days, what.cut)
        found = winloss_kept.analyse(kept, what.cut)
        return winloss_people.told(found, lambda: winloss_kept.teams(kept), what.cut, request.user)
    found = winloss.analyse(what.rows, what.cut)
    return winloss_people.told(found, lambda: winloss_people.teams_of(what.rows), what.cut, request.user)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    what = asked(request)
    found = analysed(request, what)
    own = what.cut.of_people and not winloss_people.counts_people(request.user)
    context: dict[str, Any] = {
        "found": found,
        "cut": what.cut,
        "cuts": [(one.key, one.label) for one in cuts().values()],
        "period": what.period,
        "periods": PERIODS.items(),
        "chips": [(chip, what.without(chip.param)) for chip in what.now.filters.describe()],
        "problem": what.now.problem,
        "hidden": [("f", one) for one in what.conditions],
        "list_url": what.rows_at(),
        "rows_at": what.rows_at,
        "house": House.known(),
        "enough": winloss.ENOUGH,
        "only_own": own,
        "may_lead": access.may(request.user, "people.lead"),
        "may_export": access.may(request.user, "opportunities.export"),
        "export_url": reverse("winloss:export") + what.address(),
        "may_settle": access.may(request.user, "house.change"),
    }
    if found is not None:
        context |= {
            "whole": found.whole,
            "reasons": [(one, what.rows_at(*_of_reason(one))) for one in found.reasons],
            "groups": [(one, what.rows_at(*one.rows) if one.rows else "") for one in found.groups],
            "asked": [(kind, *found.asked.again[kind]) for kind in ("won", "lost") if kind in found.asked.again],
        }
    return render(request, "opportunities/winloss.html", context)


def _of_reason(one: winloss.Reason) -> tuple[str, ...]:
    """The losses for a reason and what is part of it."""
    lost = condition("state", "in", "lost_ours")
    if one.key is None:
        return lost, condition("reason", "empty")
    return lost, condition("reason", "in", *dict.fromkeys([one.key, *(pk for pk, _name, _number in one.below)]))


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The table as `?format=csv` or `xlsx`."""
    what = asked(request)
    if not access.may(request.user, "opportunities.export"):
        raise PermissionDenied
    if what.now.problem:
        return HttpResponse(what.now.problem, status=400, content_type="text/plain; charset=utf-8")
    found = analysed(request, what)
    heads = [
        str(what.cut.label), _("Won"), _("Lost"), _("No loss of ours"), _("Win rate in %"), _("from"), pgettext("end of a range", "to"),
        _("Win rate by value in %"), _("Value won"), _("Value lost"), _("Mean price gap of those lost in %"),
        _("Days to the end (median)"), _("Beside all others"),
    ]  # fmt: skip
    lines = counted(request, Way.LIST, "winloss", _lines(found))
    return as_file(request, f"winloss-{what.cut.key}-{clock.today():%Y-%m-%d}", heads, lines)


def _lines(found: Analysis | None) -> Iterator[list[Any]]:
    if found is None:
        return
    for one in [*found.groups, Group(None, _("All"), found.whole)]:
        figures = one.figures
        low, high = figures.interval or (None, None)
        beside = {"higher": _("surely higher"), "lower": _("surely lower")}.get(one.beside, "")
        yield [
            one.name or _("not filled in"), figures.won, figures.lost, figures.neutral, _percent(figures.rate), _percent(low),
            _percent(high), _percent(figures.value_rate), figures.won_value, figures.lost_value, figures.gap,
            None if figures.days is None else round(figures.days, 1), beside,
        ]  # fmt: skip


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)

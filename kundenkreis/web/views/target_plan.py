"""Planning a year in a grid: people, teams, accounts or families in rows, months in columns, last year's sales beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from kundenkreis.catalogue.models import Family
from kundenkreis.core import fiscal
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account
from kundenkreis.market import planning, seasons
from kundenkreis.market.discretion import for_viewer
from kundenkreis.market.models import MONTHS, Target
from kundenkreis.market.splitting import split
from kundenkreis.staff import access
from kundenkreis.staff.models import Team, User
from kundenkreis.web import formats
from kundenkreis.web.forms import decimal_of
from kundenkreis.web.forms.targets import month_name, years_offered
from kundenkreis.web.htmx import go
from kundenkreis.web.views.targets import asked_year

ROWS = 40  # on a page: more would not stay under 150 kB
MOST = Decimal(10) ** 12
# What stands in the rows → the level of their targets, the field that says whose they are, and how they are called.
KINDS = {
    "people": (Target.Level.PERSON, "person", lazy("people")),
    "teams": (Target.Level.TEAM, "team", lazy("teams")),
    "accounts": (Target.Level.ACCOUNT, "account", lazy("accounts, those with most revenue first")),
    "families": (Target.Level.HOUSE, "family", lazy("product families of the whole house")),
}


@dataclass
class GridRow:
    """One line: its record, the target that is there, what stands in the cells, and what is wrong with which."""

    key: str
    record: Any
    target: Target | None
    before: list[Decimal] | None  # last year's months
    version: int | None = None
    cells: list[str] = field(default_factory=list)
    total: str = ""
    wrong: dict[str, str] = field(default_factory=dict)

    @property
    def sum_before(self) -> Decimal | None:
        return sum(self.before, Decimal(0)) if self.before is not None else None

    def show(self, months: Sequence[Decimal]) -> None:
        self.cells = [_cell(amount) for amount in months]
        self.total = _cell(sum(months, Decimal(0)))


def _cell(amount: Decimal) -> str:
    if not amount:
        return ""
    return formats.number(amount, 0 if amount == amount.to_integral_value() else 2).replace("\u202f", " ")


class Grid:
    """What is planned, as an address says: `?year=2027-01-01&rows=people&team=7&business=all&page=2`."""

    def __init__(self, request: HttpRequest):
        self.request, asked = request, request.GET
        self.starts_on = asked_year(asked.get("year", ""))
        self.kind = asked.get("rows", "") if asked.get("rows", "") in KINDS else "people"
        self.level, self.name, _label = KINDS[self.kind]
        self.business = asked.get("business", "")
        if self.business not in Target.Business.values:
            self.business = Target.Business.ALL
        self.team = _of(Team.objects.visible_to(request.user).living(), asked.get("team", ""))
        self.page = max(int(asked["page"][:6]), 1) if asked.get("page", "").isdecimal() else 1

    def address(self, page: int | None = None) -> str:
        asked = {"year": self.starts_on.isoformat(), "rows": self.kind, "business": self.business}
        asked |= {"team": self.team.pk} if self.team else {}
        return f"{reverse('targets:plan')}?{urlencode(asked | {'page': page or self.page})}"

    def _records(self) -> QuerySet[Any]:
        user = self.request.user
        teams = access.below(Team, {self.team.pk}) if self.team else None
        rows: QuerySet[Any]
        if self.kind == "people":
            rows = User.objects.visible_to(user).living().filter(is_active=True)
            return (rows.filter(team__in=teams) if teams else rows).order_by("last_name", "first_name", "pk")
        if self.kind == "teams":
            rows = Team.objects.visible_to(user).living().order_by("name")
            return rows.filter(pk__in=teams) if teams else rows
        if self.kind == "families":
            return Family.objects.living().order_by("name", "pk")
        rows = Account.objects.visible_to(user).living()
        return (rows.filter(team__in=teams) if teams else rows).order_by("-revenue_12m", "-pk")

    @cached_property
    def records(self) -> list[Any]:
        """Those of the page, and one more where there are others."""
        start = (self.page - 1) * ROWS
        return list(self._records()[start : start + ROWS + 1])

    @property
    def has_more(self) -> bool:
        return len(self.records) > ROWS

    def of(self, record: Any) -> dict[str, Any]:
        """Of what the target of a row is."""
        return {"starts_on": self.starts_on, "level": self.level, "business": self.business, self.name: record}

    @cached_property
    def rows(self) -> list[GridRow]:
        shown = self.records[:ROWS]
        present = self._present(shown)
        probes = [Target(**self.of(record)) for record in shown]
        before = seasons.year_before(probes, for_viewer(self.request.user))
        found = []
        for record, last_year in zip(shown, before, strict=True):
            target = present.get(record.pk)
            row = GridRow(f"r{record.pk}", record, target, last_year, target.version if target else None)
            row.show(target.months if target else [Decimal(0)] * 12)
            found.append(row)
        return found

    def _present(self, records: Sequence[Any]) -> dict[int, Target]:
        column = f"{self.name}_id"
        living = Target.objects.living().filter(starts_on=self.starts_on, level=self.level, business=self.business)
        living = living.filter(**{f"{column}__in": [one.pk for one in records]})
        if self.kind != "families":
            living = living.filter(family=None)
        return {getattr(one, column): one for one in living}


def _of(rows: QuerySet[Any], text: str) -> Any:
    return rows.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """POST `do=save` stores all rows; `do=equal` and `do=season` only split the years' sums that were written, for her to look at."""
    if not access.may(request.user, "targets.change"):
        raise PermissionDenied
    grid = Grid(request)
    if request.method != "POST":
        return _shown(request, grid)
    do = request.POST.get("do", "save")
    months = [_typed(row, request.POST, splits=do != "save") for row in grid.rows]
    if do != "save":
        _split(grid, do, request.POST)
        return _shown(request, grid, status=422 if any(row.wrong for row in grid.rows) else 200, is_split=True)
    if any(row.wrong for row in grid.rows):
        return _shown(request, grid, status=422)
    asked = [planning.Row(grid.of(row.record), m, row.version) for row, m in zip(grid.rows, months, strict=True)]
    try:
        batch = planning.plan(asked, by=request.user)  # type: ignore[arg-type]
    except planning.Refused as refused:
        for place, wrong in refused.rows.items():
            grid.rows[place].wrong |= {name: " ".join(texts) for name, texts in wrong.items()}
        return _shown(request, grid, status=409)
    if batch is None:
        return go(request, grid.address(), _("Nothing was changed."))
    return go(request, grid.address(), _("Saved."), undo_at=reverse("history:undo_batch", args=[batch.pk]))


def _typed(row: GridRow, posted: Mapping[str, str], *, splits: bool) -> list[Decimal]:
    """The amounts that stand in a row's cells; what is wrong is noted on the row. Reads what was looked at too."""
    if f"{row.key}-1" not in posted and f"{row.key}-sum" not in posted:
        return row.target.months if row.target else [Decimal(0)] * 12
    version = posted.get(f"{row.key}-version", "")
    row.version = int(version) if version.isdecimal() and len(version) < 10 else None
    row.cells = [posted.get(f"{row.key}-{number}", "").strip()[:40] for number in range(1, 13)]
    row.total = posted.get(f"{row.key}-sum", "").strip()[:40]
    months = [_amount(row, name, text) for name, text in zip(MONTHS, row.cells, strict=True)]
    wanted = _amount(row, "sum", row.total)
    total = sum(months, Decimal(0))
    if row.total and not splits and not row.wrong and wanted != total:
        told = {"sum": formats.number(total, 2)}
        row.wrong["sum"] = _("The months come to %(sum)s. Change one, or let the year be split.") % told
    return months


def _amount(row: GridRow, name: str, text: str) -> Decimal:
    if not text:
        return Decimal(0)
    try:
        amount = decimal_of(text)
    except InvalidOperation:
        row.wrong[name] = _("Write a number such as 1234.56.")
        return Decimal(0)
    if not amount.is_finite() or amount < 0 or amount >= MOST:
        row.wrong[name] = _("An amount from 0 to 999,999,999,999.")
    elif amount != amount.quantize(Decimal("0.01")):
        row.wrong[name] = _("At most two places behind the comma.")
    else:
        return amount
    return Decimal(0)


def _split(grid: Grid, how: str, posted: Mapping[str, str]) -> None:
    """The years' sums that were written, into months: in equal parts, or as last year's sales."""
    told = for_viewer(grid.request.user)
    for row in grid.rows:
        if not row.total or "sum" in row.wrong:
            continue
        row.wrong.clear()
        total = decimal_of(row.total)
        weights = [Decimal(1)] * 12
        if how == "season":
            probe = Target(**grid.of(row.record))
            weights = row.before if row.before and sum(row.before) > 0 else seasons.weights(probe, told)
        row.show(split(total, weights))


def _shown(request: HttpRequest, grid: Grid, status: int = 200, *, is_split: bool = False) -> HttpResponse:
    rows = grid.rows
    context = {
        "grid": grid,
        "rows": rows,
        "months": [(number, month_name(grid.starts_on, number)) for number in range(1, 13)],
        "year_name": fiscal.name(grid.starts_on),
        "before_name": fiscal.name(fiscal.plus_months(grid.starts_on, -12)),
        "years": years_offered(grid.starts_on),
        "kinds": [(key, label) for key, (_level, _name, label) in KINDS.items()],
        "teams": [("", _("All teams")), *Team.objects.visible_to(request.user).living().values_list("pk", "name")],
        "businesses": Target.Business.choices,
        "currency": House.known().currency,
        "is_split": is_split,
        "untold": any(row.before is None for row in rows),
        "before_url": grid.address(grid.page - 1) if grid.page > 1 else "",
        "after_url": grid.address(grid.page + 1) if grid.has_more else "",
        "wrong": [(row, name, text) for row in rows for name, text in row.wrong.items()],
    }
    return render(request, "targets/plan.html", context, status=status)

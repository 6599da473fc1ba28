"""Win and loss, forecast and what changed of the fictitious B2B pipeline: from its files by plain counting, and by the house (`bench.b2b`)."""

from __future__ import annotations

import csv
import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

THEN, NOW = dt.date(2017, 11, 15), dt.date(2017, 12, 31)
WRONG = {"GTXPro": "GTX Pro", "technolgy": "technology", "Philipines": "Philippines"}
VALUES = (1_000, 5_000, 20_000, 100_000)
KEPT_FROM = dt.date(2017, 7, 1)  # a snapshot holds what was closed since the quarter before its own began
# The delivered mapping's stages, and how likely they are in a house that has changed nothing.
LIKELY = {"Prospecting": 10, "Engaging": 25}
QUARTERS = tuple(dt.date(2017, month, 1) for month in (1, 4, 7, 10))
Figures = dict[str, Any]


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    month, day, year = map(int, text.split("/"))
    return dt.date(year, month, day)


def as_it_stood(whole: Path, earlier: Path) -> None:
    """The pipeline's file as it would have looked on `THEN`."""
    with whole.open(encoding="utf-8-sig", newline="") as file, earlier.open("w", newline="") as out:
        rows = csv.DictReader(file)
        written = csv.DictWriter(out, rows.fieldnames or ())
        written.writeheader()
        for row in rows:
            begun, ended = _day(row["engage_date"]), _day(row["close_date"])
            if begun is not None and begun > THEN:
                continue
            if ended is not None and ended > THEN:
                row |= {"deal_stage": "Engaging", "close_date": "", "close_value": ""}
            written.writerow(row)


# --- from the files alone


def _rows(files: Path) -> Iterator[dict[str, Any]]:
    """Each row of the pipeline with what its account and product are, words mended as the delivered mapping does."""
    with (files / "accounts.csv").open(encoding="utf-8-sig", newline="") as file:
        accounts = {row["account"]: row for row in csv.DictReader(file)}
    with (files / "products.csv").open(encoding="utf-8-sig", newline="") as file:
        products = {row["product"]: row for row in csv.DictReader(file)}
    with (files / "sales_pipeline.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            product, account = products[WRONG.get(row["product"], row["product"])], accounts.get(row["account"], {})
            begun, ended = _day(row["engage_date"]), _day(row["close_date"])
            yield {
                "agent": row["sales_agent"], "stage": row["deal_stage"], "begun": begun, "ended": ended,
                "value": Decimal(row["close_value"] or 0), "price": Decimal(product["sales_price"]),
                "series": product["series"], "sector": WRONG.get(account.get("sector", ""), account.get("sector", "")),
                "employees": int(account["employees"]) if account else None,
            }  # fmt: skip


CUTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "owner": lambda row: row["agent"],
    "industry": lambda row: row["sector"],
    "family": lambda row: row["series"],
    "value": lambda row: sum(row["value"] >= edge for edge in VALUES),
    "size": lambda row: sum(row["employees"] >= edge for edge in (10, 50, 250)),
    "quarter": lambda row: (row["ended"].year, (row["ended"].month + 2) // 3),
}


def by_hand(files: Path) -> Figures:
    rows = list(_rows(files))
    closed = [row for row in rows if row["stage"] in ("Won", "Lost")]
    found: Figures = {f"win and loss by {cut}": _cut(closed, key) for cut, key in CUTS.items()}
    found["win and loss of all"] = _cut(closed, lambda _row: "all")
    still = [row for row in rows if row["stage"] in LIKELY]
    found["open, without an expected close"] = (len(still), sum(row["price"] for row in still))
    found["open, weighted"] = sum(row["price"] * LIKELY[row["stage"]] for row in still) / 100
    for first in QUARTERS:
        end = (first + dt.timedelta(days=95)).replace(day=1)
        won = [row for row in closed if row["stage"] == "Won" and first <= row["ended"] < end]
        sums: dict[str, tuple[int, Decimal]] = {}
        for row in won:
            number, value = sums.get(row["agent"], (0, Decimal(0)))
            sums[row["agent"]] = (number + 1, value + row["value"])
        found[f"forecast of {first:%Y-%m}, closed by person"] = sums
        found[f"forecast of {first:%Y-%m}, commit, best case, pipeline"] = (0, 0, 0)
        if first >= KEPT_FROM:
            found[f"what changed from {THEN} to {NOW} in {first:%Y-%m}"] = _changed(won)
    return found


def _cut(closed: list[dict[str, Any]], key: Callable[[dict[str, Any]], Any]) -> dict[Any, tuple[Any, ...]]:
    """{group: (won, lost, value won, median days)}"""
    groups: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in closed:
        groups[key(row)].append(row)
    return {
        name: (
            sum(row["stage"] == "Won" for row in some),
            sum(row["stage"] == "Lost" for row in some),
            sum((row["value"] for row in some if row["stage"] == "Won"), Decimal(0)),
            float(statistics.median((row["ended"] - row["begun"]).days for row in some)),
        )
        for name, some in groups.items()
    }


def _changed(won: list[dict[str, Any]]) -> dict[str, Any]:
    """Of closed and commit: what was won by then, what came of what was there, and of what was not there yet."""
    found: dict[str, Any] = {"start": sum((row["value"] for row in won if row["ended"] <= THEN), Decimal(0))}
    for kind, is_new in (("won_in", False), ("new", True)):
        some = [row["value"] for row in won if row["ended"] > THEN and (row["begun"] > THEN) == is_new]
        if sum(some):
            found[kind] = (len([one for one in some if one]), sum(some))
    found["now"] = sum((row["value"] for row in won), Decimal(0))
    return found


# --- by the house


def in_the_house() -> Figures:
    from django.db.models import Sum

    from kundenkreis.pipeline import winloss
    from kundenkreis.pipeline.asking import weighted
    from kundenkreis.pipeline.models import Opportunity
    from kundenkreis.pipeline.winloss_cuts import cuts

    rows = Opportunity.objects.living()
    found: Figures = {}
    for cut in CUTS:
        told = winloss.analyse(rows, cuts()[cut])
        found[f"win and loss by {cut}"] = {_named(cut, one): _figures(one.figures) for one in told.groups}
        found["win and loss of all"] = {"all": _figures(told.whole)}
    still = Opportunity.objects.open().order_by()
    found["open, weighted"] = still.aggregate(sum=Sum(weighted()))["sum"]
    return found | _forecast()


def _named(cut: str, group: Any) -> Any:
    if cut == "quarter":
        return (group.key.year, (group.key.month + 2) // 3)
    return group.key if cut in ("value", "size") else group.name


def _figures(one: Any) -> tuple[Any, ...]:
    return one.won, one.lost, one.won_value, round(one.days, 1)


def _forecast() -> Figures:
    from kundenkreis.forecast import changes
    from kundenkreis.forecast.comparing import Scope
    from kundenkreis.forecast.models import Snapshot
    from kundenkreis.forecast.periods import Period
    from kundenkreis.forecast.rolling_up import forecast
    from kundenkreis.staff.models import User
    from kundenkreis.staff.roles import Role

    user = User.objects.filter(role=Role.HEAD_OF_SALES).order_by("pk")[0]
    names = {one.pk: one.get_full_name() for one in User.objects.all()}
    snapshot = Snapshot.objects.get()
    found: Figures = {}
    for first in QUARTERS:
        period = Period(first)
        told = forecast(user, period)
        closed = {names[pk]: one.closed for pk, one in told.whole.owners.items() if pk and one.closed.number}
        found[f"forecast of {first:%Y-%m}, closed by person"] = {
            name: (of.number, of.value) for name, of in closed.items()
        }
        sums, undated = told.house.sums, told.whole.undated
        found["open, without an expected close"] = (undated.number, undated.value)
        found[f"forecast of {first:%Y-%m}, commit, best case, pipeline"] = (
            sums.commit.number, sums.best_case.number, sums.pipeline.number
        )  # fmt: skip
        if first < KEPT_FROM:
            continue
        fall = changes.since(snapshot, user, Scope(period, "call", None))
        found[f"what changed from {THEN} to {NOW} in {first:%Y-%m}"] = {
            "start": Decimal(fall.start) / 100,
            **{step.kind: (step.number, Decimal(step.cents) / 100) for step in fall.ordered},
            "now": Decimal(fall.now) / 100,
        }
    return found

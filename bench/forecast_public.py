"""The statistical baseline on a fictitious seller's pipeline: learned to a date, held against what came after.

    bin/bench forecast_public --data FOLDER

The file (“CRM Sales Opportunities”, Maven Analytics) has 8,800 opportunities of 2016 and 2017 with the day on which each was begun and closed,
and no stages on the way: only age is learned from. What is open has no value; it gets the list price of its product, and so has what was lost.
Beside the baseline stand two simple rules: what was won in the quarter before, and the value of all that is open times the share won so far.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kundenkreis.forecast import accuracy, baseline, combining
from kundenkreis.forecast.accuracy import Accuracy, Case
from kundenkreis.forecast.baseline import Deals, Stays

SPELT = {"GTXPro": "GTX Pro"}
ENDS = (dt.date(2017, 6, 30), dt.date(2017, 9, 30), dt.date(2017, 12, 31))
DAYS_BEFORE = (91, 61, 45, 30, 14)


@dataclass(frozen=True)
class Result:
    """One forecast: learned to a day, for a time of so many days, and what was won in it; by rule the expected sum."""

    to: dt.date
    days: int
    actual: float
    low: float | None
    high: float | None
    expected: dict[str, float]
    weight: float = 1.0  # of what was learned
    apart: float = 0.0  # past forecasts side by side


def read(folder: Path) -> Deals:
    """The pipeline as arrays; days are ordinals, owners numbers."""
    with (folder / "products.csv").open() as file:
        prices = {row["product"]: float(row["sales_price"]) for row in csv.DictReader(file)}
    with (folder / "sales_pipeline.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["engage_date"]]
    agents = {name: n for n, name in enumerate(sorted({row["sales_agent"] for row in rows}))}
    value = [
        float(row["close_value"]) if row["deal_stage"] == "Won" else prices[SPELT.get(row["product"], row["product"])]
        for row in rows
    ]
    return Deals(
        np.array([_day(row["engage_date"]) for row in rows]),
        np.array([_day(row["close_date"]) if row["close_date"] else np.inf for row in rows]),
        np.array([row["deal_stage"] == "Won" for row in rows]),
        np.array(value),
        np.array([agents[row["sales_agent"]] for row in rows]),
    )


def _day(text: str) -> float:
    return float(dt.datetime.strptime(text, "%m/%d/%Y").toordinal())  # noqa: DTZ007 a day has no zone


def forecast(deals: Deals, to: dt.date, days: int) -> Result | None:
    """What a day knew about the `days` after it, and what came; None when it knew too little."""
    as_of, horizon = float(to.toordinal()), float(days)
    known = deals.opened <= as_of
    past = Deals(*(column[known] for column in vars(deals).values()))
    past = replace(
        past, closed=np.where(past.closed <= as_of, past.closed, np.inf), won=past.won & (past.closed <= as_of)
    )
    number = np.arange(len(past.opened))
    won_at = np.where(past.won, past.closed, np.inf)
    stays = Stays(number, number * 0, past.opened, past.closed, won_at, past.value, past.owner)
    odds, new = baseline.learn(stays, as_of, horizon), baseline.anew(past, as_of, horizon)
    if odds is None or new.weeks < baseline.FEWEST_WEEKS:
        return None
    standing = stays.standing(as_of)
    last = combining.last_time(past, as_of, horizon)
    before = combining.before(stays, past, as_of, horizon)
    future = baseline.draw(standing, odds, new)
    whole = combining.combined(future, last, before)
    ended = np.isfinite(past.closed)
    told = {
        "baseline": whole.expected,
        "as in the time before": last,
        "learned alone": float(future.draws.sum(axis=0).mean()),
        "open × share won": float(standing.value.sum() * past.won[ended].mean()),
    }
    came = deals.won_between(as_of, as_of + horizon)
    return Result(
        to, days, came, *(whole.band or (None, None)), told, before.weight if before.number else 1.0, before.apart
    )


def results(deals: Deals) -> Iterator[Result]:
    """All ends of quarters, each asked at its beginning and later."""
    for end in ENDS:
        for days in DAYS_BEFORE:
            if (found := forecast(deals, end - dt.timedelta(days=days), days)) is not None:
                yield found


def measured(some: list[Result]) -> dict[str, Accuracy]:
    """Each rule's accuracy; the band is the baseline's."""
    rules = some[0].expected if some else {}
    return {
        rule: accuracy.measured(
            [Case(one.expected[rule], one.actual, *((one.low, one.high) if rule == "baseline" else ())) for one in some]
        )
        for rule in rules
    }


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bin/bench forecast_public", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    some = list(results(read(parser.parse_args(arguments).data)))
    print(
        "learned to   days      actual    baseline        80 % band            before learned alone open × share  weight   n"
    )
    for one in some:
        band = "        too few to say"
        if one.low is not None and one.high is not None:
            band = f"{one.low:11,.0f}–{one.high:11,.0f}" + (" " if one.low <= one.actual <= one.high else "!")
        rules = [f"{value:11,.0f}" for value in one.expected.values()]
        print(
            f"{one.to}  {one.days:4}  {one.actual:10,.0f} {rules[0]} {band:24} {rules[1]} {rules[2]} {rules[3]}  {one.weight:6.2f} {one.apart:4.1f}"
        )
    for rule, told in measured(some).items():
        covered = f", {told.covered} of {told.banded} within the band" if told.banded else ""
        print(f"{rule:<22} n {told.number}  bias {told.bias or 0:+.1%}  MAPE {told.mape or 0:.1%}{covered}")


if __name__ == "__main__":
    main()

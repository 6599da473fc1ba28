"""What of the pipeline falls into a period: closed, commit, best case, pipeline, by owner, as far as a person sees it.

Categories exclude each other; what is closed is what was won. An open opportunity counts in the period in which it is expected to close, its
day over or not, so that nothing moves by itself; how much of it is overdue is told beside.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from django.db.models import BigIntegerField, F, Q, QuerySet, Sum
from django.db.models.functions import Cast, Round

from kundenkreis.core import clock
from kundenkreis.forecast.periods import Period
from kundenkreis.pipeline import columns
from kundenkreis.pipeline.models import Opportunity

CATEGORIES = ("closed", "commit", "best_case", "pipeline")
OPEN = CATEGORIES[1:]
# Sums in whole cents are exact on both engines; SQLite adds decimals as floats.
ONE_CENTS = Cast(Round(F("value_house") * 100), BigIntegerField())
CENTS = Sum(ONE_CENTS)


@dataclass(frozen=True)
class Part:
    """So many opportunities, and what they come to in house currency."""

    number: int = 0
    cents: int = 0

    def __add__(self, other: Part) -> Part:
        return Part(self.number + other.number, self.cents + other.cents)

    @property
    def value(self) -> Decimal:
        return Decimal(self.cents) / 100


@dataclass(frozen=True)
class Sums:
    """What falls into a period of one owner, or of several together. `overdue` is a part of the open ones."""

    closed: Part = Part()
    commit: Part = Part()
    best_case: Part = Part()
    pipeline: Part = Part()
    overdue: Part = Part()

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, name) + getattr(other, name) for name in (*CATEGORIES, "overdue")))

    @property
    def call(self) -> Decimal:
        """What counts as the call while nobody has given another: closed and commit."""
        return (self.closed + self.commit).value

    @property
    def best(self) -> Decimal:
        """The call and the best case together."""
        return (self.closed + self.commit + self.best_case).value


@dataclass(frozen=True)
class Whole:
    """The sums of a period by owner (None: nobody's), and what stands outside of every period or of this one.

    `undated`: open, without an expected close. `earlier`: open, expected before the period began.
    """

    owners: Mapping[int | None, Sums] = field(default_factory=dict)
    undated: Part = Part()
    earlier: Part = Part()

    def of(self, owners: Iterable[int | None]) -> Sums:
        return sum((self.owners[one] for one in owners if one in self.owners), Sums())


def within(period: Period) -> Q:
    """Opportunities that fall into a period: won in it, or open and expected to close in it."""
    return won_in(period) | open_in(period)


def won_in(period: Period) -> Q:
    first, after = clock.midnight(period.first), clock.midnight(period.moved(1).first)
    return Q(outcome="won", closed_at__gte=first, closed_at__lt=after)


def open_in(period: Period) -> Q:
    return Q(outcome="", forecast_category__in=OPEN, expected_close_on__range=(period.first, period.last))


def seen_by(user: Any) -> QuerySet[Opportunity]:
    """The living opportunities of a person's forecast, each project once, in the shape in which sums over them are read."""
    return Opportunity.objects.gathered_for(user).living().counted().order_by()


def sums(user: Any, period: Period) -> Whole:
    """The sums of a period, as the person sees them, out of the kept columns. Three queries at most."""
    rows = columns.seen_by(user)
    return rows.remembered(("sums", str(period), clock.today()), lambda: _summed(rows, period))


def _summed(rows: columns.Rows, period: Period) -> Whole:
    rows = rows.where(~rows["shadowed"])
    owners, values = rows["owner"], rows.values("owner")
    expected, first, today = rows["expected"], _days(period.first), _days(clock.today())
    inside = open_in_period(rows, period)
    masks = {name: inside & rows.are("category", name) for name in OPEN}
    masks["closed"] = won_in_period(rows, period)
    counts = rows.are("outcome", "") & rows.are("category", *OPEN)
    masks["overdue"] = inside & (expected < today)
    parts = {name: _by_owner(rows, mask, owners, len(values)) for name, mask in masks.items()}
    found = {
        values[owner]: Sums(**{name: some.get(owner, Part()) for name, some in parts.items()})
        for owner in sorted(set().union(*parts.values()))
    }
    undated = _part(rows, counts & (expected == columns.NONE))
    return Whole(found, undated, _part(rows, counts & (expected != columns.NONE) & (expected < first)))


def won_in_period(rows: columns.Rows, period: Period) -> columns.Numbers:
    """Of each row whether it was won in a period."""
    first, after = (columns.micros(clock.midnight(day)) for day in (period.first, period.moved(1).first))
    closed = rows["closed"]
    return (closed >= first) & (closed < after) & rows.are("outcome", "won")


def open_in_period(rows: columns.Rows, period: Period) -> columns.Numbers:
    """Of each row whether it is open, counts, and is expected to close in a period."""
    expected = rows["expected"]
    inside = (expected >= _days(period.first)) & (expected <= _days(period.last))
    return inside & rows.are("outcome", "") & rows.are("category", *OPEN)


def _days(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days


def _part(rows: columns.Rows, mask: columns.Numbers) -> Part:
    return Part(int(mask.sum()), int(rows["cents"][mask].sum()))


def _by_owner(rows: columns.Rows, mask: columns.Numbers, owners: columns.Numbers, each: int) -> dict[int, Part]:
    """{code of the owner: part}."""
    some = owners[mask]
    numbers, cents = np.bincount(some, minlength=each).tolist(), columns.sums(some, rows["cents"][mask], each).tolist()
    return {code: Part(number, cents[code]) for code, number in enumerate(numbers) if number}

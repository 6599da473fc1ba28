"""How a target stands on a day: expected by then, run rate, gap. Sums, without a database; days worked as `core.working_days` knows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from kundenkreis.core import fiscal
from kundenkreis.core.money import rounded
from kundenkreis.core.working_days import is_working_day


def working_days(first: dt.date, last: dt.date, country: str) -> int:
    """How many days are worked on from `first` to `last`, both included."""
    days = (last - first).days + 1
    return sum(is_working_day(first + dt.timedelta(days=number), country) for number in range(days))


@dataclass(frozen=True)
class Pace:
    """Money in house currency. `projected` is None before the first working day; `share` None where nothing is wanted."""

    wanted: Decimal
    actual: Decimal
    expected: Decimal
    projected: Decimal | None
    share: Decimal | None  # of what is wanted, 1 is all of it

    @property
    def gap(self) -> Decimal:
        """What is still missing; below zero: more than was wanted."""
        return self.wanted - self.actual

    @property
    def ahead(self) -> Decimal:
        """How far before what was expected by now; below zero: behind."""
        return self.actual - self.expected


def pace(wanted: Sequence[Decimal], actual: Decimal, part: fiscal.Part, today: dt.date, country: str) -> Pace:
    """`wanted` is one amount for each month of the part.

    Expected by today: the months that are over, and of the running one the share of its working days until today, today included. Run
    rate: what came in for each working day until today, times all working days of the part.
    """
    whole = sum(wanted, Decimal(0))
    expected = Decimal(0)
    for place, amount in enumerate(wanted):
        first = fiscal.plus_months(part.first, place)
        expected += amount * _share_over(first, fiscal.plus_months(first, 1) - dt.timedelta(days=1), today, country)
    return Pace(
        whole,
        actual,
        rounded(expected),
        _projected(actual, part, today, country),
        actual / whole if whole > 0 else None,
    )


def _share_over(first: dt.date, last: dt.date, today: dt.date, country: str) -> Decimal:
    if today >= last:
        return Decimal(1)
    if today < first:
        return Decimal(0)
    return Decimal(working_days(first, today, country)) / working_days(first, last, country)


def _projected(actual: Decimal, part: fiscal.Part, today: dt.date, country: str) -> Decimal | None:
    if today >= part.last:
        return actual
    over = working_days(part.first, today, country) if today >= part.first else 0
    return rounded(actual / over * working_days(part.first, part.last, country)) if over else None

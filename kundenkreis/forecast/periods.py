"""The periods for which one forecasts: months, and the quarters of the house's fiscal year.

A period is its months and nothing else: a quarter is kept as `2026-10..12`, whatever number it has in whose fiscal year. So calls, snapshots and
baselines stay what they were said of when the house moves the beginning of its year (docs/decisions/0044).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cached_property

from kundenkreis.core import fiscal
from kundenkreis.core.models import House

_MONTHS = re.compile(r"(2[0-2]\d\d)-(0[1-9]|1[0-2])(?:\.\.(0[1-9]|1[0-2]))?", re.ASCII)
_NUMBERED = re.compile(r"(2[0-2]\d\d)-Q([1-4])", re.ASCII)
KINDS = ("month", "quarter")
LONGEST = 11  # characters of a written period, of either form


@dataclass(frozen=True, order=True)
class Period:
    """A month, or the three months from `first` (the first day of a month) on; written `2026-12` or `2026-10..12`."""

    first: dt.date
    kind: str = "quarter"

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}" + (f"..{self.last:%m}" if self.kind == "quarter" else "")

    @property
    def months(self) -> int:
        return 3 if self.kind == "quarter" else 1

    @cached_property
    def last(self) -> dt.date:
        return self.moved(1).first - dt.timedelta(days=1)

    @property
    def half(self) -> dt.date:
        """The day in its middle."""
        return self.first + (self.last - self.first) / 2

    def moved(self, steps: int) -> Period:
        """So many periods later; earlier below zero."""
        return Period(fiscal.plus_months(self.first, steps * self.months), self.kind)

    def has(self, day: dt.date | None) -> bool:
        return day is not None and self.first <= day <= self.last

    def part(self, fiscal_month: int) -> fiscal.Part | None:
        """What it is of the fiscal year that begins in that month; None for three months that are none of its quarters."""
        year = fiscal.year_of(self.first, fiscal_month)
        before = (self.first.year - year.year) * 12 + self.first.month - year.month
        if self.kind == "month":
            return fiscal.Part(year, before, 1, f"m{before + 1}")
        return None if before % 3 else fiscal.Part(year, before, 3, f"q{before // 3 + 1}")

    @property
    def is_ours(self) -> bool:
        """Whether the house forecasts so today: not a quarter of a fiscal year that it had before."""
        return self.part(House.known().fiscal_month) is not None


def read(text: str) -> Period | None:
    """`2026-12` or `2026-10..12` as a period; `2026-Q4` as the quarter of the fiscal year that begins in 2026. None for anything else."""
    if found := _MONTHS.fullmatch(text):
        period = Period(dt.date(int(found[1]), int(found[2]), 1), "quarter" if found[3] else "month")
        return period if str(period) == text else None
    if found := _NUMBERED.fullmatch(text):
        begins = dt.date(int(found[1]), House.known().fiscal_month, 1)
        return Period(begins).moved(int(found[2]) - 1)
    return None


def of(day: dt.date, kind: str = "quarter") -> Period:
    """The month, or the quarter of the house's fiscal year, in which a day lies."""
    if kind == "month":
        return Period(day.replace(day=1), kind)
    return Period(fiscal.quarter_of(day, House.known().fiscal_month).first, kind)


def current(today: dt.date) -> list[Period]:
    """The periods for which the house forecasts: this month and quarter, and the next ones."""
    return [period for kind in KINDS for period in (of(today, kind), of(today, kind).moved(1))]

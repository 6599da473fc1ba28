"""The periods for which one forecasts: months and quarters of the calendar year."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cached_property

_WRITTEN = re.compile(r"(2[0-2]\d\d)-(?:(0[1-9]|1[0-2])|Q([1-4]))", re.ASCII)
KINDS = ("month", "quarter")


@dataclass(frozen=True, order=True)
class Period:
    """A month (`number` 1 to 12) or quarter (1 to 4) of a year; written `2026-12` or `2026-Q4`."""

    year: int
    number: int
    kind: str = "quarter"

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}" if self.kind == "quarter" else f"{self.year}-{self.number:02}"

    @property
    def months(self) -> int:
        return 3 if self.kind == "quarter" else 1

    @cached_property
    def first(self) -> dt.date:
        return dt.date(self.year, (self.number - 1) * self.months + 1, 1)

    @cached_property
    def last(self) -> dt.date:
        return self.moved(1).first - dt.timedelta(days=1)

    @property
    def half(self) -> dt.date:
        """The day in its middle."""
        return self.first + (self.last - self.first) / 2

    def moved(self, steps: int) -> Period:
        """So many periods later; earlier below zero."""
        in_year = 12 // self.months
        year, number = divmod(self.year * in_year + self.number - 1 + steps, in_year)
        return Period(year, number + 1, self.kind)

    def has(self, day: dt.date | None) -> bool:
        return day is not None and self.first <= day <= self.last


def read(text: str) -> Period | None:
    """`2026-12` or `2026-Q4` as a period; None for anything else."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    if found[2]:
        return Period(int(found[1]), int(found[2]), "month")
    return Period(int(found[1]), int(found[3]), "quarter")


def of(day: dt.date, kind: str = "quarter") -> Period:
    """The month or quarter in which a day lies."""
    return Period(day.year, (day.month - 1) // 3 + 1 if kind == "quarter" else day.month, kind)


def current(today: dt.date) -> list[Period]:
    """The periods for which the house forecasts: this month and quarter, and the next ones."""
    return [period for kind in KINDS for period in (of(today, kind), of(today, kind).moved(1))]

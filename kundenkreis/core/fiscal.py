"""The house's fiscal year: twelve whole months from the first of one. Sums without a database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


def year_of(day: dt.date, first_month: int) -> dt.date:
    """The first day of the fiscal year in which a day lies; the year begins in the calendar month `first_month` (1 to 12)."""
    return dt.date(day.year if day.month >= first_month else day.year - 1, first_month, 1)


def plus_months(first: dt.date, months: int) -> dt.date:
    """The first of the month so many months after the one that `first` lies in."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return dt.date(year, month + 1, 1)


def name(starts_on: dt.date) -> str:
    """ "2026" for a year that begins in January, else "2026/27"."""
    return str(starts_on.year) if starts_on.month == 1 else f"{starts_on.year}/{(starts_on.year + 1) % 100:02}"


@dataclass(frozen=True)
class Part:
    """Some whole months of a fiscal year: `first_month` counts from 0 at `starts_on`.

    `key` is "year", "q1" to "q4", or "m1" to "m12".
    """

    starts_on: dt.date
    first_month: int
    months: int
    key: str

    @property
    def first(self) -> dt.date:
        return plus_months(self.starts_on, self.first_month)

    @property
    def last(self) -> dt.date:
        return plus_months(self.starts_on, self.first_month + self.months) - dt.timedelta(days=1)

    @property
    def numbers(self) -> range:
        """Its months, counted from 1."""
        return range(self.first_month + 1, self.first_month + self.months + 1)

    def year_before(self) -> Part:
        return Part(plus_months(self.starts_on, -12), self.first_month, self.months, self.key)


def part(starts_on: dt.date, key: str) -> Part | None:
    """The part of the year that a key names; None for what names none."""
    if key == "year":
        return Part(starts_on, 0, 12, key)
    number = int(key[1:]) if key[1:].isascii() and key[1:].isdigit() and len(key) < 4 else 0
    if key[:1] == "q" and 1 <= number <= 4:
        return Part(starts_on, 3 * number - 3, 3, f"q{number}")
    if key[:1] == "m" and 1 <= number <= 12:
        return Part(starts_on, number - 1, 1, f"m{number}")
    return None


def quarter_of(day: dt.date, first_month: int) -> Part:
    """The fiscal quarter in which a day lies."""
    starts_on = year_of(day, first_month)
    months = (day.year - starts_on.year) * 12 + day.month - starts_on.month
    return Part(starts_on, months // 3 * 3, 3, f"q{months // 3 + 1}")

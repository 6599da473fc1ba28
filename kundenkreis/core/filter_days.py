"""Stretches of days that move with today: the last 90 days, this quarter, the month before."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext

UNITS = ("day", "week", "month", "quarter", "year")
_LENGTH = re.compile(r"([1-9]\d{0,3})([dwmy])", re.ASCII)
_MONTHS = {"m": 1, "y": 12}
_OF = {"month": 1, "quarter": 3, "year": 12}

_NAMED: dict[tuple[str, str], Any] = {
    ("this", "day"): gettext_lazy("today"),
    ("this", "week"): gettext_lazy("this week"),
    ("this", "month"): gettext_lazy("this month"),
    ("this", "quarter"): gettext_lazy("this quarter"),
    ("this", "year"): gettext_lazy("this year"),
    ("previous", "day"): gettext_lazy("yesterday"),
    ("previous", "week"): gettext_lazy("last week"),
    ("previous", "month"): gettext_lazy("last month"),
    ("previous", "quarter"): gettext_lazy("last quarter"),
    ("previous", "year"): gettext_lazy("last year"),
    ("following", "day"): gettext_lazy("tomorrow"),
    ("following", "week"): gettext_lazy("next week"),
    ("following", "month"): gettext_lazy("next month"),
    ("following", "quarter"): gettext_lazy("next quarter"),
    ("following", "year"): gettext_lazy("next year"),
}


@dataclass(frozen=True)
class Span:
    """From a first day to a last one, both included, and how the stretch was written ("90d", "quarter")."""

    first: dt.date
    last: dt.date
    way: str
    written: str

    def __str__(self) -> str:
        if named := _NAMED.get((self.way, self.written)):
            return str(named)
        number, unit = int(self.written[:-1]), self.written[-1]
        words = {
            "d": npgettext("length of time", "%(n)d day", "%(n)d days", number),
            "w": npgettext("length of time", "%(n)d week", "%(n)d weeks", number),
            "m": npgettext("length of time", "%(n)d month", "%(n)d months", number),
            "y": npgettext("length of time", "%(n)d year", "%(n)d years", number),
        }
        return words[unit] % {"n": number}


def choices(way: str) -> list[tuple[str, str]]:
    """The stretches of the calendar: ("month", "this month")."""
    return [(unit, str(_NAMED[way, unit])) for unit in UNITS]


def shifted(day: dt.date, amount: int, unit: str) -> dt.date:
    """A date so many days, weeks, months or years away; the last of the month where the day is missing."""
    if unit in "dw":
        return day + dt.timedelta(days=amount * (7 if unit == "w" else 1))
    year, month = divmod(day.year * 12 + day.month - 1 + amount * _MONTHS[unit], 12)
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month + 1, last)
        except ValueError:
            if last == 28:
                raise
    raise AssertionError("every month has a 28th")


def length(text: str, today: dt.date, way: str) -> Span | None:
    """`90d` before today ("last") or after it ("next"), today included; None for what is no length."""
    found = _LENGTH.fullmatch(text)
    if not found:
        return None
    amount = int(found[1])
    if way == "last":
        return Span(shifted(today, -amount, found[2]), today, way, text)
    return Span(today, shifted(today, amount, found[2]), way, text)


def calendar(text: str, today: dt.date, way: str) -> Span | None:
    """The whole day, week (from Monday), month, quarter or year of today, or the one before or after; None for another word."""
    if text not in UNITS:
        return None
    step = {"previous": -1, "this": 0, "following": 1}[way]
    if text in ("day", "week"):
        days = 1 if text == "day" else 7
        first = today - dt.timedelta(days=today.weekday() if text == "week" else 0) + dt.timedelta(days=step * days)
        return Span(first, first + dt.timedelta(days=days - 1), way, text)
    months = _OF[text]
    start = dt.date(today.year, (today.month - 1) // months * months + 1, 1)
    first = shifted(start, step * months, "m")
    return Span(first, shifted(first, months, "m") - dt.timedelta(days=1), way, text)


def wanted(way: str) -> str:
    """What may be written, in words for whoever wrote something else."""
    if way in ("last", "next"):
        return _("a length of time (like 90d, 12w, 6m or 1y)")
    return _("a stretch of the calendar (day, week, month, quarter or year)")

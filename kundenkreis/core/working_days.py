"""Which days are worked on, and when so many working hours are over. Sums without a database. Holidays are known of Austria only (§ 7 (2) ARG)."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

_FIXED = ((1, 1), (1, 6), (5, 1), (8, 15), (10, 26), (11, 1), (12, 8), (12, 25), (12, 26))
_AFTER_EASTER = (1, 39, 50, 60)  # Easter Monday, Ascension, Whit Monday, Corpus Christi


def is_working_day(day: dt.date, country: str = "AT") -> bool:
    """Whether it is no Saturday, Sunday or public holiday."""
    return day.weekday() < 5 and not (country == "AT" and day in holidays(day.year))


def next_working_day(day: dt.date, country: str = "AT") -> dt.date:
    """That day, or the first after it that is no Saturday, Sunday or public holiday."""
    while not is_working_day(day, country):
        day += dt.timedelta(days=1)
    return day


def days_away(day: dt.date, count: int, country: str = "AT") -> dt.date:
    """The working day so many working days after `day`, or before it when `count` is below zero; with 0 that day, or the next one."""
    if count == 0:
        return next_working_day(day, country)
    step = dt.timedelta(days=1 if count > 0 else -1)
    for _each in range(abs(count)):
        day += step
        while not is_working_day(day, country):
            day += step
    return day


def days_between(first: dt.date, last: dt.date, country: str = "AT") -> int:
    """How many working days `last` lies after `first`; below zero when it lies before."""
    if last < first:
        return -days_between(last, first, country)
    days = (first + dt.timedelta(days=each) for each in range(1, (last - first).days + 1))
    return sum(is_working_day(each, country) for each in days)


def after_hours(
    start: dt.datetime, hours: int, opens: dt.time, closes: dt.time, zone: dt.tzinfo, country: str = "AT"
) -> dt.datetime:
    """The moment at which so many working hours have passed since `start`; only the time between `opens` and `closes` counts.

    A working day's time is what its clock shows: none is longer or shorter when summer time begins.
    """
    local = start.astimezone(zone)
    day, at = local.date(), local.time()
    left = dt.timedelta(hours=hours)
    while True:
        if is_working_day(day, country) and at < closes:
            begin = dt.datetime.combine(day, max(at, opens))
            end = dt.datetime.combine(day, closes)
            if left <= end - begin:
                return (begin + left).replace(tzinfo=zone).astimezone(dt.UTC)
            left -= end - begin
        day, at = day + dt.timedelta(days=1), dt.time()


@lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[dt.date]:
    """Austria's public holidays (§ 7 (2) ARG). Good Friday is none since 2019."""
    easter = _easter(year)
    fixed = {dt.date(year, month, day) for month, day in _FIXED}
    return frozenset(fixed | {easter + dt.timedelta(days=days) for days in _AFTER_EASTER})


def _easter(year: int) -> dt.date:
    """Easter Sunday in the Gregorian calendar (Meeus, Astronomical Algorithms, ch. 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    (i, k) = divmod(c, 4)
    el = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * el) // 451
    month, day = divmod(h + el - 7 * m + 114, 31)
    return dt.date(year, month, day + 1)

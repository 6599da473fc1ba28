"""Which days are compared with which, for a date on which one looks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

GRACE = dt.timedelta(days=7)  # orders may begin so much after a period's first day and it still counts as recorded


@dataclass(frozen=True)
class Period:
    """Both days included."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Compared:
    """A period and the one that it is held against; `by_year`: the same days a year before, else the days just before."""

    now: Period
    base: Period
    by_year: bool


@dataclass(frozen=True)
class Windows:
    """All periods of one look at the figures. `year` are the last twelve months, `before` the twelve before."""

    as_of: dt.date
    year: Period
    before: Period
    trend: Compared | None  # 90 days
    breadth: Compared | None  # 180 days


def windows(as_of: dt.date, since: dt.date | None) -> Windows:
    """The periods as of a day, for a house whose orders are recorded from `since` on.

    Where last year's days are not recorded, the days just before are the base; where those are not either, nothing is compared.
    """
    year_ago, two_years_ago = year_before(as_of), year_before(year_before(as_of))
    day = dt.timedelta(days=1)
    return Windows(
        as_of,
        Period(year_ago + day, as_of),
        Period(two_years_ago + day, year_ago),
        _compared(as_of, 90, since),
        _compared(as_of, 180, since),
    )


def year_before(day: dt.date) -> dt.date:
    """The same day a year before; 28 February for the 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _compared(as_of: dt.date, days: int, since: dt.date | None) -> Compared | None:
    now = Period(as_of - dt.timedelta(days=days - 1), as_of)
    base = Period(year_before(now.first), year_before(now.last))
    if since is None:
        return None
    if since <= base.first + GRACE:
        return Compared(now, base, by_year=True)
    base = Period(now.first - dt.timedelta(days=days), now.first - dt.timedelta(days=1))
    return Compared(now, base, by_year=False) if since <= base.first + GRACE else None

"""Weeks in addresses: `?week=2010-W49`, as ISO 8601 writes them."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

from kundenkreis.activities.rounds import monday_of, monday_of_week


def asked_week(text: str, today: dt.date) -> dt.date:
    """The Monday of the week that an address asks for; of this week when it asks for none."""
    return monday_of_week(text) or monday_of(today)


def week_address(path: str, monday: dt.date, **more: str) -> str:
    year, number, _weekday = monday.isocalendar()
    return f"{path}?{urlencode({'week': f'{year}-W{number:02}', **more})}"


def weeks_around(path: str, monday: dt.date, **more: str) -> dict[str, str]:
    """The addresses of the week before, of this one and of the one after."""
    days = {"before": -7, "here": 0, "after": 7}
    return {name: week_address(path, monday + dt.timedelta(days=days[name]), **more) for name in days}

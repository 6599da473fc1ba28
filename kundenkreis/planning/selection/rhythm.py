"""How often the business with a tier is reviewed, and when next: a sum without a database."""

from __future__ import annotations

import datetime as dt

DAYS = 365


def next_review(since: dt.date, last: dt.date | None, per_year: int | None) -> dt.date | None:
    """The day by which the next review is due: a year's part after the last one, or after the tier came into force. None without a rule."""
    if not per_year:
        return None
    return (last or since) + dt.timedelta(days=DAYS // per_year)

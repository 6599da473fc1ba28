"""Until when a person must have her answer, and an authority its notification. Sums without a database.

Sources: Art. 12 (3) GDPR (one month, two more with a reason), Regulation (EEC, Euratom) No 1182/71 Art. 3 (how periods of Union law are
counted), § 7 (2) ARG (public holidays in Austria), Art. 33 (1) GDPR (72 hours), EDPB Guidelines 01/2022 no. 157 (time for a check of identity).
"""

from __future__ import annotations

import calendar
import datetime as dt

from kundenkreis.core.working_days import next_working_day

MONTHS = 1  # Art. 12 (3), first sentence
MONTHS_EXTENDED = 3  # Art. 12 (3), second sentence: two further months
BREACH_HOURS = 72  # Art. 33 (1)


def months_later(day: dt.date, months: int) -> dt.date:
    """The day of the same number so many months later; the last of its month where there is none (Reg. 1182/71 Art. 3 (2) c)."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def due(received: dt.date, *, extended: bool = False, waited: int = 0, country: str = "AT") -> dt.date:
    """The last day for an answer to a request that came on `received`.

    `waited`: days for which nobody could go on because the person had not yet shown who she is. When the last day is a Saturday,
    a Sunday or a public holiday of `country`, the period ends with the next working day (Reg. 1182/71 Art. 3 (4)).
    """
    last = months_later(received, MONTHS_EXTENDED if extended else MONTHS) + dt.timedelta(days=waited)
    return next_working_day(last, country)


def notify_by(noticed: dt.datetime) -> dt.datetime:
    """72 hours after it was noticed, as a clock runs that knows no summer time (Art. 33 (1) GDPR).

    Nights, weekends and holidays count; no working day is waited for.
    """
    return noticed.astimezone(dt.UTC) + dt.timedelta(hours=BREACH_HOURS)


def hours_left(noticed: dt.datetime, now: dt.datetime) -> int:
    """Whole hours until an authority must be told; negative from the hour on that has begun too late."""
    return (notify_by(noticed) - now.astimezone(dt.UTC)) // dt.timedelta(hours=1)

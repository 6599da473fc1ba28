"""Today, as the house sees it."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from kundenkreis.core.models import House


def midnight(day: dt.date) -> dt.datetime:
    """The moment at which a day begins in the house's time zone."""
    return dt.datetime.combine(day, dt.time(tzinfo=timezone.get_default_timezone()))


def today() -> dt.date:
    """The date in the house's time zone; in a demo house the day on which its data ends (`House.today`)."""
    return House.known().today or timezone.localdate()

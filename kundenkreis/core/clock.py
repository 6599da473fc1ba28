"""Today, as the house sees it."""

from __future__ import annotations

import datetime as dt

from django.core.cache import cache
from django.utils import timezone

from kundenkreis.core.models import House

_KEY = "core.house.today"


def today() -> dt.date:
    """The date in the house's time zone; in a demo house the day on which its data ends (`House.today`)."""
    pretended = cache.get(_KEY, "unknown")
    if pretended == "unknown":
        pretended = House.current().today
        cache.set(_KEY, pretended, 30)
    return pretended or timezone.localdate()


def forget() -> None:
    """Read the house's date anew at the next call (after it was changed)."""
    cache.delete(_KEY)

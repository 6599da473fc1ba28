"""How often something has happened within this hour, for the limits of what anybody may send. All processes of the machine count together."""

from __future__ import annotations

import time

from django.core.cache import cache

SECONDS = 3600


def count(what: str) -> int:
    """One more within this hour; how many there are."""
    key = f"hourly.{int(time.time()) // SECONDS}.{what}"
    cache.add(key, 0, SECONDS)
    try:
        return int(cache.incr(key))
    except ValueError:  # it was swept away in between
        cache.set(key, 1, SECONDS)
        return 1

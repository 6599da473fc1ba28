"""Numbers that people read: gap-free per series, never given twice."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from kundenkreis.core.models import Counter


@transaction.atomic
def next_number(series: str, prefix: str = "", width: int = 5) -> str:
    """The next number of a series, such as `next_number("account", "K-")` -> "K-00001".

    The counter's row is locked by the update until the caller's transaction ends, so two people never get the same one.
    """
    if not Counter.objects.filter(series=series).update(last=F("last") + 1):
        Counter.objects.get_or_create(series=series)
        Counter.objects.filter(series=series).update(last=F("last") + 1)
    return f"{prefix}{Counter.objects.get(series=series).last:0{width}d}"


@transaction.atomic
def next_numbers(series: str, count: int, prefix: str = "", width: int = 5) -> list[str]:
    """The next `count` numbers of a series, taken as one block."""
    if not Counter.objects.filter(series=series).update(last=F("last") + count):
        Counter.objects.get_or_create(series=series)
        Counter.objects.filter(series=series).update(last=F("last") + count)
    last = Counter.objects.get(series=series).last
    return [f"{prefix}{number:0{width}d}" for number in range(last - count + 1, last + 1)]

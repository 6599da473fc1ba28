"""Which accounts' facts are no longer those of the database: history is followed from a cursor on.

Single changes of orders are events with their account. What an import, its undo or another batch did stands in its chunks: added orders
as runs of ids, changed ones with their account before and after. Orders that an undo has deleted are known from the facts themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from kundenkreis.history import chunks, feed
from kundenkreis.history.models import Batch, BatchChunk, Event
from kundenkreis.orders.models import Order

_ORDER = Order._meta.label_lower
# A batch writes when it ended a little before that can be read; looked at twice, it only costs time.
_GRACE = dt.timedelta(minutes=10)
_SLICE = 900
# The accounts of orders by runs of their ids, as the facts have them.
Known = Callable[[list[tuple[int, int]]], Iterable[int]]


@dataclass(frozen=True)
class Cursor:
    """Up to where history has been followed: the last event, and when that was."""

    event: int = 0
    at: str = ""

    @classmethod
    def now(cls) -> Cursor:
        """Read it before the orders themselves: what it says has happened can then be read."""
        at = timezone.now().isoformat()
        last = feed.settled(Event.objects.all()).order_by("-pk").values_list("pk", flat=True).first()
        return cls(last or 0, at)


@dataclass
class Stale:
    accounts: set[int] = field(default_factory=set)
    orders: set[int] = field(default_factory=set)  # of which it is not known whose they are now
    runs: list[tuple[int, int]] = field(default_factory=list)


def since(cursor: Cursor, until: Cursor, known: Known) -> set[int]:
    """Accounts of which orders were added, changed, moved, binned, restored or deleted between two cursors."""
    found = Stale()
    batches: set[int] = set()
    events = Event.objects.filter(Q(subject_type=_ORDER) | Q(batch__isnull=False), pk__gt=cursor.event)
    told = events.filter(pk__lte=until.event).values_list("subject_type", "subject_id", "changes", "batch_id")
    for subject_type, subject, changes, batch in told.iterator():
        if batch is not None:
            batches.add(batch)
        if subject_type == _ORDER:
            found.orders.add(subject)
            found.accounts.update(pk for pk in changes.get("account", [])[:2] if pk is not None)
    _of_batches(batches, cursor, found)
    _of_orders(found, known)
    return found.accounts


def is_any(cursor: Cursor) -> bool:
    """Whether anything of orders has happened since; a short question for a job that runs every minute."""
    events = feed.settled(Event.objects.filter(pk__gt=cursor.event))
    if events.filter(Q(subject_type=_ORDER) | Q(batch__chunks__model=_ORDER)).exists():
        return True
    at = dt.datetime.fromisoformat(cursor.at)
    ended = Batch.objects.filter(ended_at__gte=at, chunks__model=_ORDER)
    return ended.exists()


def is_busy() -> bool:
    """Whether orders are coming in, or are being taken back, just now."""
    running = Batch.objects.filter(state__in=[Batch.State.RUNNING, Batch.State.UNDOING])
    return running.filter(chunks__model=_ORDER).exists()


def _of_batches(batches: set[int], cursor: Cursor, found: Stale) -> None:
    after = dt.datetime.fromisoformat(cursor.at) - _GRACE
    recent = Batch.objects.filter(
        Q(ended_at=None) | Q(ended_at__gte=after) | Q(state__in=[Batch.State.RUNNING, Batch.State.UNDOING])
    )
    every = batches | set(recent.values_list("pk", flat=True))
    for some in _slices(every):
        for chunk in BatchChunk.objects.filter(batch_id__in=some, model=_ORDER).iterator(chunk_size=20):
            found.runs += [(first, last) for first, last in chunk.added]
            fields, rows = chunks.unpack(chunk.changed)
            found.orders.update(row[0] for row in rows)
            if "account_id" in fields:
                before = fields.index("account_id") + 1
                for row in rows:
                    found.accounts.update({row[before], row[before + len(fields)]} - {None})


def _of_orders(found: Stale, known: Known) -> None:
    """Whose they are; and of those that are gone, whose they were when the facts were read.

    Of an order that is still there, history has told whose it was before.
    """
    rows = Order._base_manager.order_by()
    gone: list[tuple[int, int]] = []
    for some in _slices(found.orders):
        there = dict(rows.filter(pk__in=some).values_list("pk", "account_id"))
        found.accounts.update(set(there.values()) - {None})
        gone += [(first, last) for first, last in chunks.runs(set(some) - there.keys())]
    for first, last in found.runs:
        counts = dict(rows.filter(pk__gte=first, pk__lte=last).values_list("account_id").annotate(Count("pk")))
        found.accounts.update(counts.keys() - {None})
        if sum(counts.values()) <= last - first:
            gone.append((first, last))
    if gone:
        found.accounts.update(known(gone))


def _slices(ids: Iterable[Any]) -> Iterable[list[Any]]:
    whole = sorted(ids)
    return (whole[start : start + _SLICE] for start in range(0, len(whole), _SLICE))

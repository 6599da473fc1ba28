"""How a batch keeps what it did, compactly: runs of ids, and before and after of changed rows."""

from __future__ import annotations

import bisect
import datetime as dt
import json
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import models
from django.utils import timezone

from kundenkreis.history.models import Batch, BatchChunk, TakenBack
from kundenkreis.history.values import plain

_SLICE = 5000


def runs(ids: Iterable[int]) -> list[list[int]]:
    """[3, 4, 5, 9] as [[3, 5], [9, 9]]: neighbours as first and last, both included."""
    found: list[list[int]] = []
    for number in sorted(ids):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def pack(fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Changed rows as bytes. Each row is (id, value before for each field…, value after for each field…); fields are column names."""
    body = {"fields": list(fields), "rows": [[plain(value) for value in row] for row in rows]}
    return zlib.compress(json.dumps(body, separators=(",", ":")).encode(), 6)


def unpack(packed: bytes | memoryview) -> tuple[list[str], list[list[Any]]]:
    """The fields and rows that `pack` made bytes of; ([], []) for none."""
    if not packed:
        return [], []
    body = json.loads(zlib.decompress(bytes(packed)))
    return body["fields"], body["rows"]


def keep(
    batch: Batch,
    number: int,
    model: type[models.Model],
    *,
    added: Iterable[int] = (),
    fields: Sequence[str] = (),
    changed: Iterable[Sequence[Any]] = (),
    now: dt.datetime | None = None,
) -> None:
    """Remember what chunk `number` of a batch did to one model. Belongs into the transaction that did it.

    With "version" among the fields, undo sets a row back only if nobody has touched it since in any field.
    """
    rows: list[Sequence[Any]] = list(changed)
    if "version" in fields:
        rows = _as_if_never_taken_back(model, list(fields).index("version"), len(fields), rows)
    new = runs(added)
    ids = array("q", sorted(row[0] for row in rows))
    BatchChunk.objects.create(
        batch=batch,
        number=number,
        model=model._meta.label_lower,
        added=new,
        changed=pack(fields, rows) if rows else b"",
        at=now or timezone.now(),
        fields=_differing(fields, rows),
        **_where(ids, new),
    )


def tell(
    batch: Batch,
    number: int,
    model: type[models.Model],
    ids: Iterable[int],
    alike: dict[str, list],
    *,
    now: dt.datetime | None = None,
) -> None:
    """Remember what happened to every one of these records alike through rows of another model, which are kept (and undone) there."""
    BatchChunk.objects.create(
        batch=batch,
        number=number,
        model=model._meta.label_lower,
        at=now or timezone.now(),
        fields=list(alike),
        alike=alike,
        **_where(array("q", sorted(ids)), []),
    )


def _where(ids: array[int], new: list[list[int]]) -> dict[str, Any]:
    ends = [*(run[0] for run in new[:1]), *(run[1] for run in new[-1:]), *ids[:1], *ids[-1:]]
    return {"ids": ids.tobytes(), "first": min(ends, default=0), "last": max(ends, default=-1)}


def _differing(fields: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    width = len(fields)
    return [name for place, name in enumerate(fields, start=1) if any(row[place] != row[place + width] for row in rows)]


def changed_among(packed: bytes | memoryview, wanted: Iterable[int]) -> set[int]:
    """Which of these ids stand in a chunk's `ids`."""
    ids = array("q")
    ids.frombytes(bytes(packed))
    found = set()
    for pk in wanted:
        place = bisect.bisect_left(ids, pk)
        if place < len(ids) and ids[place] == pk:
            found.add(pk)
    return found


def added_ids(chunk: BatchChunk, most: int = 20_000) -> Iterator[tuple[int, int]]:
    """The runs of ids that a chunk added, none longer than `most`."""
    for first, last in chunk.added:
        while first <= last:
            yield first, min(last, first + most - 1)
            first += most


def _as_if_never_taken_back(
    model: type[models.Model], place: int, width: int, rows: Sequence[Sequence[Any]]
) -> list[Sequence[Any]]:
    steps = steps_back(model, [row[0] for row in rows])
    found = [list(row) for row in rows]
    for row in found:
        for column in (1 + place, 1 + place + width):
            row[column] -= steps.get(row[0], 0)
    return [*found]


def steps_back(model: type[models.Model], ids: Sequence[int]) -> dict[int, int]:
    """How many steps of their versions came and went by undone batches; records of which none did are not in it."""
    found: dict[int, int] = {}
    for start in range(0, len(ids), _SLICE):
        some = TakenBack.objects.filter(model=model._meta.label_lower, record_id__in=ids[start : start + _SLICE])
        found |= dict(some.values_list("record_id", "steps"))
    return found


def step_back(model: type[models.Model], ids: Sequence[int], now: dt.datetime) -> None:
    """Give records that an undo has set back a new version, and remember that it says no more than the one before the batch."""
    label = model._meta.label_lower
    for start in range(0, len(ids), _SLICE):
        some = ids[start : start + _SLICE]
        model._base_manager.filter(pk__in=some).update(version=models.F("version") + 1, changed_at=now)
        before = steps_back(model, some)
        TakenBack.objects.bulk_create(
            [TakenBack(model=label, record_id=pk, steps=before.get(pk, 0) + 2) for pk in some],
            update_conflicts=True,
            unique_fields=["model", "record_id"],
            update_fields=["steps"],
            batch_size=_SLICE,
        )


class Ids:
    """A set of ids kept as runs: a million orders in a row are two numbers."""

    def __init__(self, some: Iterable[list[int]]) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in sorted(some):
            if self._lasts and first <= self._lasts[-1] + 1:
                self._lasts[-1] = max(last, self._lasts[-1])
            else:
                self._firsts.append(first)
                self._lasts.append(last)

    def __contains__(self, number: int) -> bool:
        place = bisect.bisect_right(self._firsts, number)
        return bool(place) and number <= self._lasts[place - 1]

    def bridged(self, model: type[models.Model]) -> list[list[int]]:
        """The runs, joined over gaps in which no row of `model` stands: numbers that nobody was given."""
        joined: list[list[int]] = []
        for first, last in zip(self._firsts, self._lasts, strict=True):
            if joined and not model._base_manager.filter(pk__gt=joined[-1][1], pk__lt=first).exists():
                joined[-1][1] = last
            else:
                joined.append([first, last])
        return joined

"""How a batch keeps what it did, compactly: runs of ids, and before and after of changed rows."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import models

from kundenkreis.history.models import Batch, BatchChunk
from kundenkreis.history.recording import plain


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
) -> None:
    """Remember what chunk `number` of a batch did to one model. Belongs into the transaction that did it."""
    rows = list(changed)
    BatchChunk.objects.create(
        batch=batch,
        number=number,
        model=model._meta.label_lower,
        added=runs(added),
        changed=pack(fields, rows) if rows else b"",
    )


def added_ids(chunk: BatchChunk, most: int = 20_000) -> Iterator[tuple[int, int]]:
    """The runs of ids that a chunk added, none longer than `most`."""
    for first, last in chunk.added:
        while first <= last:
            yield first, min(last, first + most - 1)
            first += most

"""Which chunks of a batch go back in one transaction.

A merge of 10,000 pairs keeps each pair by itself, so that it can be taken back by itself: 10,000 numbers with a few rows each. To take all of
them back one after the other would ask the database the same dozens of questions for each.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from kundenkreis.history.models import Batch, BatchChunk

MOST_ROWS = 2000


def groups(batch: Batch) -> Iterator[list[int]]:
    """Numbers of the chunks that are still to be taken back, the last first; each list goes back at once.

    In one list no record stands twice, so that the order within it means nothing. A chunk that added records goes alone: what was
    changed after it must be back before they leave.
    """
    some: list[int] = []
    touched: set[tuple[str, int]] = set()
    for number, rows, alone in _numbers(batch):
        if some and (alone or len(touched) + len(rows) > MOST_ROWS or rows & touched):
            yield some
            some, touched = [], set()
        some.append(number)
        touched |= rows
        if alone:
            yield some
            some, touched = [], set()
    if some:
        yield some


def _numbers(batch: Batch) -> Iterator[tuple[int, set[tuple[str, int]], bool]]:
    """(number, the rows that it changed, whether it added some), the last first."""
    waiting = BatchChunk.objects.filter(batch=batch, is_undone=False).order_by("-number")
    number, rows, alone = -1, set[tuple[str, int]](), False
    for one, model, packed, added in waiting.values_list("number", "model", "ids", "added").iterator(chunk_size=500):
        if one != number and number >= 0:
            yield number, rows, alone
            rows, alone = set(), False
        number = one
        ids = array("q")
        ids.frombytes(bytes(packed))
        rows.update((model, pk) for pk in ids)
        alone = alone or bool(added)
    if number >= 0:
        yield number, rows, alone

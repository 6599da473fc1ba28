"""Parts of a chunk: fewer rows of it, and its rows as they are kept beside their problems."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from kundenkreis.quality.reading import Chunk

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def pieces(chunk: Chunk, size: Callable[[], int]) -> Iterator[Chunk]:
    """The chunk in parts of so many rows, each asked for when its turn has come.

    Inside a chunk the file has no place to go on from, so after a kill there its rows before are passed over.
    """
    end = chunk.first_row + chunk.height
    first = chunk.first_row
    while first < end:
        after = min(first + size(), end)
        if (first, after) == (chunk.first_row, end):
            yield chunk
            return
        inside = chunk.numbers.is_between(first, after, closed="left")
        errors = tuple(error for error in chunk.row_errors if first <= error.row < after)
        rows = chunk.frame.filter(inside)
        yield replace(
            chunk,
            first_row=first,
            frame=rows,
            numbers=chunk.numbers.filter(inside),
            row_errors=errors,
            blank=after - first - rows.height - len(errors),
            next_row=chunk.next_row - (end - after),
            next_offset=chunk.next_offset if after == end else None,
        )
        first = after


def cells_of(chunk: Chunk, rows: set[int]) -> dict[int, dict[str, str]]:
    """The rejected rows as they were, column by column."""
    if not rows:
        return {}
    wanted = chunk.numbers.is_in(list(rows))
    names = chunk.frame.columns
    cells = {
        number: dict(zip(names, row, strict=True))
        for number, row in zip(chunk.numbers.filter(wanted).to_list(), chunk.frame.filter(wanted).rows(), strict=True)
    }
    for error in chunk.row_errors:
        cells[error.row] = dict(zip(names, error.cells, strict=False))
    return cells


def storable(value: Any) -> Any:
    """The value without what a database cannot keep in JSON: zero bytes, and halves of characters (as ›\\ud800‹)."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    if isinstance(value, dict):
        return {storable(name): storable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [storable(one) for one in value]
    return value

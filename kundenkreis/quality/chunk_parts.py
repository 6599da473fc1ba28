"""Parts of a chunk: fewer rows of it, and its rows as they are kept beside their problems."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from kundenkreis.quality.reading import Chunk, Note

SURPLUS = ""  # no column is called so
OF_CHUNKS = {"other_encoding"}  # remarks that each chunk makes for its own rows
ROWS_NAMED, MORE = 20, "…"


def pieces(chunk: Chunk, size: Callable[[], int]) -> Iterator[Chunk]:
    """The chunk in equal parts of at most so many rows, the number asked for when the turn of each has come.

    Inside a chunk the file has no place to go on from, so after a kill there its rows before are passed over.
    """
    end = chunk.first_row + chunk.height
    first = chunk.first_row
    while first < end:
        left = end - first
        after = first + -(-left // -(-left // size()))
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
            notes=tuple(note for one in chunk.notes if (note := _within(one, first, after))),
            blank=after - first - rows.height - len(errors),
            next_row=chunk.next_row - (end - after),
            next_offset=chunk.next_offset if after == end else None,
        )
        first = after


def _within(note: Note, first: int, after: int) -> Note | None:
    rows = [row for row in note.params["rows"] if first <= row < after]
    return Note(note.code, {"count": len(rows), "rows": rows}) if rows else None


def cells_of(chunk: Chunk, rows: set[int]) -> dict[int, dict[str, Any]]:
    """The rejected rows as they were, column by column, and as a list under SURPLUS what was there beyond the last column."""
    if not rows:
        return {}
    wanted = chunk.numbers.is_in(list(rows))
    names = chunk.frame.columns
    cells: dict[int, dict[str, Any]] = {
        number: dict(zip(names, row, strict=True))
        for number, row in zip(chunk.numbers.filter(wanted).to_list(), chunk.frame.filter(wanted).rows(), strict=True)
    }
    for error in chunk.row_errors:
        cells[error.row] = dict(zip(names, error.cells, strict=False))
        if surplus := list(error.cells[len(names) :]):
            cells[error.row][SURPLUS] = surplus
    return cells


def with_notes(known: list[Any], new: Iterable[Note]) -> list[Any]:
    """The run's remarks on its file with those of one more chunk: rows that were noticed are added up, the first few named."""
    notes = [list(note) for note in known]
    for note in new:
        before = next((params for code, params in notes if code == note.code), None)
        rows = [*(before["rows"] if before else []), *note.params["rows"]]
        params = {"count": (before["count"] if before else 0) + note.params["count"], "rows": _first(rows)}
        notes = [*(one for one in notes if one[0] != note.code), [note.code, params]]
    return notes


def without_notes(known: list[Any]) -> list[Any]:
    """The remarks that do not come from chunks: reading from the beginning adds those up anew."""
    return [note for note in known if note[0] not in OF_CHUNKS]


def _first(rows: list[Any]) -> list[Any]:
    named = [row for row in rows if row != MORE]
    return named if len(named) <= ROWS_NAMED and MORE not in rows else [*named[:ROWS_NAMED], MORE]

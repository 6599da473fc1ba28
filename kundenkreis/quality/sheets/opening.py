"""An edited workbook is opened: whose it is, and where its keys and columns are, whatever a spreadsheet has moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kundenkreis.quality.reading import CHUNK_ROWS, Chunk, Source, Unreadable, open_source
from kundenkreis.quality.sheets import marks
from kundenkreis.quality.sheets.marks import Mark, NotOurs
from kundenkreis.quality.sheets.nouns import EDITABLE, Editable

if TYPE_CHECKING:
    import polars as pl

AT_ONCE = 2_000  # rows that are compared together


@dataclass(frozen=True)
class Opened:
    """The workbook: its mark, the sheet with its rows, the column of the keys, and {field: column} of what is still there."""

    mark: Mark
    editable: Editable
    source: Source
    key: str
    columns: dict[str, str]
    notes: list[list[Any]] = field(default_factory=list)

    def chunks(self) -> Iterator[Chunk]:
        return self.source.chunks(min(AT_ONCE, CHUNK_ROWS))

    def keys(self, frame: pl.DataFrame) -> list[str]:
        return [text.strip() for text in frame[self.key].to_list()]


def open_sheet(path: Path, name: str) -> Opened:
    """Raises Unreadable when it is no workbook that can be read, NotOurs when it was not made here to be edited."""
    mark = _mark(path, name)
    editable = EDITABLE.get(mark.noun)
    if editable is None:
        raise NotOurs("sheet_not_ours")
    source = _source(path, name, mark)
    named = {heading.strip().casefold(): heading for heading in source.columns}
    key = named.get(mark.key_heading.strip().casefold())
    if key is None:
        raise NotOurs("sheet_without_keys")
    known = {heading.strip().casefold(): name for heading, name in mark.columns}
    fields = editable.fields
    columns = {known[one]: column for one, column in named.items() if known.get(one) in fields}
    return Opened(mark, editable, source, key, columns, _notes(mark, source, named, known, columns))


def _mark(path: Path, name: str) -> Mark:
    try:
        hidden = open_source(path, name, sheet=marks.HIDDEN, header_rows=1, header_at=1)
    except Unreadable as trouble:
        if trouble.code in ("no_sheet", "empty_sheet", "claims_other"):
            raise NotOurs("sheet_not_ours") from trouble
        raise
    if hidden.kind != "workbook":
        raise NotOurs("sheet_not_ours")
    return marks.read(row for chunk in hidden.chunks() for row in chunk.frame.rows())


def _source(path: Path, name: str, mark: Mark) -> Source:
    """The sheet with the rows; renamed, the first one that shows something. Its headings may have rows above them by now."""
    try:
        found = open_source(path, name, sheet=mark.sheet, header_rows=1, header_at=1)
    except Unreadable as trouble:
        if trouble.code != "no_sheet":
            raise
        others = [one for one in trouble.params["sheets"] if one != marks.HIDDEN]
        if not others:
            raise
        found = open_source(path, name, sheet=others[0], header_rows=1, header_at=1)
    if not any(one.strip().casefold() == mark.key_heading.casefold() for one in found.columns):
        return open_source(path, name, sheet=found.sheet)
    return found


def _notes(
    mark: Mark, source: Source, named: dict[str, str], known: dict[str, str], columns: dict[str, str]
) -> list[list[Any]]:
    """What a person should know of the columns: those that are gone, and those that are none of ours."""
    there = [heading for heading, name in mark.columns if heading.strip().casefold() in named]
    gone = [heading for heading, name in mark.columns if name and heading not in there]
    retired = [heading for heading, name in mark.columns if name and heading in there and name not in columns]
    key = mark.key_heading.strip().casefold()
    foreign = [heading for one, heading in named.items() if one not in known and one != key]
    notes: list[list[Any]] = []
    if gone:
        notes.append(["sheet_columns_gone", {"columns": gone}])
    if retired:
        notes.append(["sheet_columns_retired", {"columns": retired}])
    if foreign:
        notes.append(["sheet_columns_unknown", {"columns": foreign[:20]}])
    notes += [[note.code, dict(note.params)] for note in source.notes if note.code == "formulas"]
    return notes

"""Excel workbooks: checked for size first, then one sheet as a stream of chunks.

An .xlsx file is read in blocks of rows (`sheet_blocks`). The older and the rarer kinds, and one that is written so that it cannot be cut,
are held in memory as a whole.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar

from . import headers
from .archives import Limits, check
from .cells import as_text
from .shared_texts import Uncuttable
from .sheet_blocks import Block, Sheet
from .source import CHUNK_ROWS, Chunk, Note, Source, Unreadable, without_blank_rows

if TYPE_CHECKING:
    import polars as pl

HEAD_RECORDS = 100
ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Area:
    """Which part of a sheet has cells in it: its first column (0-based), how many there are, and how many rows from row 1 on.

    `as_whole`: the sheet cannot be cut into blocks.
    """

    column: int = 0
    width: int = 0
    height: int = 0
    as_whole: bool = False


@dataclass(frozen=True)
class WorkbookSource(Source):
    """One sheet of an .xlsx, .xlsm or .xls file."""

    kind: ClassVar[str] = "workbook"

    path: Path = field(default_factory=Path)
    area: Area = Area()

    def chunks(self, size: int = CHUNK_ROWS, *, start_row: int = 0, offset: int | None = None) -> Iterator[Chunk]:
        """See `Source.chunks`; there is no offset, going on costs unpacking what stands before."""
        size = self.rows_at_once(size)
        rows = _rows(self.path, self.sheet or "", self.area, self.first_data_row - 1 + start_row)
        row = start_row
        while block := list(islice(rows, size)):
            first = self.first_data_row + row
            frame, numbers, blank = without_blank_rows(self._frame(block), first)
            row += len(block)
            yield Chunk(first, frame, numbers, row, None, (), blank)

    def _frame(self, block: list[list[Any]]) -> pl.DataFrame:
        import polars as pl

        columns = zip(*block, strict=True)
        return pl.DataFrame([_column(name, cells) for name, cells in zip(self.columns, columns, strict=True)])


def _column(name: str, cells: tuple[Any, ...]) -> pl.Series:
    import polars as pl

    if set(map(type, cells)) == {str}:
        return pl.Series(name, cells, dtype=pl.String)
    return pl.Series(name, [cell if type(cell) is str else as_text(cell) for cell in cells], dtype=pl.String)


def understand(
    path: Path, file: BinaryIO, *, sheet: str | None, header_rows: int | None, header_at: int | None, limits: Limits,
    zipped: bool,
) -> dict[str, Any]:  # fmt: skip
    """Everything `WorkbookSource` needs to know. Raises `Unreadable` for a zip bomb, a password, a missing sheet."""
    formulas = check(file, limits) if zipped else False
    names, hidden = _sheets(path)
    if sheet is not None and sheet not in names:
        raise Unreadable("no_sheet", sheet=sheet, sheets=names)
    chosen, area = (sheet, _area(path, sheet)) if sheet else _first_with_cells(path, names, hidden)
    if area.height > limits.rows:
        raise Unreadable("sheet_too_large", rows=area.height, columns=area.width, most=limits.rows)
    records = [[as_text(cell) for cell in row] for row in islice(_rows(path, chosen, area), HEAD_RECORDS)]
    if not any(any(map(str.strip, record)) for record in records):
        raise Unreadable("empty_sheet" if len(names) > 1 else "empty_file", sheet=chosen, sheets=names)
    found = headers.find(records, header_rows, header_at)
    notes = [*found.notes]
    if formulas:
        notes.append(Note("formulas"))
    if len(names) > 1:
        notes.append(Note("several_sheets", {"sheet": chosen, "sheets": list(names)}))
    rows = max(0, area.height - found.skip - found.rows)
    return {
        "area": area,
        "columns": found.names,
        "header_rows": found.rows,
        "first_data_row": found.skip + found.rows + 1,
        "sheets": names,
        "sheet": chosen,
        "rows": rows,
        "estimated_rows": rows,
        "notes": tuple(notes),
    }


def _sheets(path: Path) -> tuple[tuple[str, ...], frozenset[str]]:
    import python_calamine as calamine

    book = _open(path)
    tables = [one for one in book.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet]
    hidden = {one.name for one in tables if one.visible != calamine.SheetVisibleEnum.Visible}
    if not tables:
        raise Unreadable("broken_workbook")
    return tuple(one.name for one in tables), frozenset(hidden)


def _first_with_cells(path: Path, names: tuple[str, ...], hidden: frozenset[str]) -> tuple[str, Area]:
    """The first sheet that shows something; a cover sheet left empty is passed over."""
    visible = [name for name in names if name not in hidden] or list(names)
    for name in visible:
        area = _area(path, name)
        if area.height:
            return name, area
    return visible[0], Area()


def _open(path: Path) -> Any:
    import python_calamine as calamine

    try:
        return calamine.load_workbook(str(path))
    except calamine.PasswordError as locked:
        raise Unreadable("password") from locked
    except (calamine.CalamineError, OSError, ValueError) as broken:
        raise Unreadable("broken_workbook") from broken


def _sheet(path: Path, name: str) -> Any:
    """The sheet as a whole."""
    import python_calamine as calamine

    with ONE_AT_A_TIME:  # a sheet can take hundreds of megabytes while it is parsed
        try:
            return _open(path).get_sheet_by_name(name)
        except (calamine.CalamineError, OSError, ValueError) as broken:
            raise Unreadable("broken_workbook") from broken


def _area(path: Path, name: str) -> Area:
    """What part of the sheet is used: by looking at every cell, for what a sheet says of its own size is not always true."""
    try:
        ends = [(b.column, b.column + len(b.rows[0]), b.row + len(b.rows)) for b in _cut(path, name, 0)]
    except Uncuttable:
        whole = _sheet(path, name)
        if whole.start is None:
            return Area(as_whole=True)
        return Area(whole.start[1], whole.end[1] - whole.start[1] + 1, whole.end[0] + 1, as_whole=True)
    if not ends:
        return Area()
    first = min(column for column, _after, _height in ends)
    return Area(first, max(after for _column, after, _height in ends) - first, ends[-1][2])


def _rows(path: Path, name: str, area: Area, first: int = 0) -> Iterator[list[Any]]:
    """Rows from the 0-based `first` on, as wide as the used area, so that row numbers are those on the screen."""
    if not area.height:
        return
    if area.as_whole:
        yield from islice(_sheet(path, name).iter_rows(), first, None)
        return
    at = first
    for block in _cut(path, name, first):
        while at < block.row:
            yield [""] * area.width
            at += 1
        before = [""] * (block.column - area.column)
        after = [""] * (area.width - len(before) - len(block.rows[0]))
        for row in islice(block.rows, at - block.row, None):
            yield [*before, *row, *after] if before or after else row
            at += 1


def _cut(path: Path, name: str, first: int) -> Iterator[Block]:
    """The sheet's blocks. Raises Unreadable, and Uncuttable where it cannot be cut."""
    import python_calamine as calamine

    try:
        yield from Sheet(path, name).blocks(first)
    except (calamine.CalamineError, OSError, ValueError) as broken:
        raise Unreadable("broken_workbook") from broken

"""Excel workbooks: checked for size first, then one sheet as a stream of chunks."""

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
from .source import CHUNK_ROWS, Chunk, Note, Source, Unreadable, without_blank_rows

if TYPE_CHECKING:
    import polars as pl

HEAD_RECORDS = 100
ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class WorkbookSource(Source):
    """One sheet of an .xlsx, .xlsm or .xls file. The sheet is held in memory while its chunks are read."""

    kind: ClassVar[str] = "workbook"

    path: Path = field(default_factory=Path)

    def chunks(self, size: int = CHUNK_ROWS, *, start_row: int = 0, offset: int | None = None) -> Iterator[Chunk]:
        """See `Source.chunks`; there is no offset, going on costs opening the sheet again."""
        size = self.rows_at_once(size)
        rows = _rows(_sheet(self.path, self.sheet))
        skip = self.first_data_row - 1 + start_row
        rows = islice(rows, skip, None)
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
    chosen, loaded = (sheet, _sheet(path, sheet)) if sheet else _first_with_cells(path, names, hidden)
    height = loaded.end[0] + 1 if loaded.end is not None else 0
    if height > limits.rows:
        raise Unreadable("sheet_too_large", rows=height, columns=loaded.total_width, most=limits.rows)
    records = [[as_text(cell) for cell in row] for row in islice(_rows(loaded), HEAD_RECORDS)]
    if not any(any(map(str.strip, record)) for record in records):
        raise Unreadable("empty_sheet" if len(names) > 1 else "empty_file", sheet=chosen, sheets=names)
    found = headers.find(records, header_rows, header_at)
    notes = [*found.notes]
    if formulas:
        notes.append(Note("formulas"))
    if len(names) > 1:
        notes.append(Note("several_sheets", {"sheet": chosen, "sheets": list(names)}))
    rows = max(0, height - found.skip - found.rows)
    return {
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


def _first_with_cells(path: Path, names: tuple[str, ...], hidden: frozenset[str]) -> tuple[str, Any]:
    """The first sheet that shows something, loaded; a cover sheet left empty is passed over."""
    visible = [name for name in names if name not in hidden] or list(names)
    for name in visible:
        loaded = _sheet(path, name)
        if loaded.start is not None:
            break
    else:
        name, loaded = visible[0], _sheet(path, visible[0])
    return name, loaded


def _open(path: Path) -> Any:
    import python_calamine as calamine

    try:
        return calamine.load_workbook(str(path))
    except calamine.PasswordError as locked:
        raise Unreadable("password") from locked
    except (calamine.CalamineError, OSError, ValueError) as broken:
        raise Unreadable("broken_workbook") from broken


def _sheet(path: Path, name: str | None) -> Any:
    import python_calamine as calamine

    with ONE_AT_A_TIME:  # a sheet can take hundreds of megabytes while it is parsed
        try:
            return _open(path).get_sheet_by_name(name)
        except (calamine.CalamineError, OSError, ValueError) as broken:
            raise Unreadable("broken_workbook") from broken


def _rows(sheet: Any) -> Iterator[list[Any]]:
    """Rows from row 1 of the sheet on, as wide as the used area, so that row numbers are those on the screen."""
    if sheet.start is None:
        return iter(())
    return sheet.iter_rows()

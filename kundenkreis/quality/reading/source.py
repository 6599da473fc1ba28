"""What every kind of file has in common once it is open: columns, notes and a stream of chunks.

The engine that stores rows knows only this module; whether the rows came from a spreadsheet or a file of
commas is no longer visible to it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import polars as pl

CHUNK_ROWS = 25_000
CHUNK_CELLS = 2_000_000
SAMPLE_ROWS = 1_000


class Unreadable(Exception):
    """The file cannot be read as a table. `code` and `params` make the sentence (see `quality.messages`)."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}" if params else code)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Note:
    """Something the reader decided or repaired that a person should know. Never a reason to reject a row."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RowError:
    """A row that could not be told apart into cells; it is not in the frame, its text is here, complete.

    `row` is the 1-based number a person sees in the file, `cells` what could be split, `text` the line as it was.
    """

    row: int
    code: str
    params: Mapping[str, Any]
    cells: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Chunk:
    """Some consecutive rows of a source.

    `frame` has one String column per `Source.columns`, in that order and with those names, never null: an empty cell
    is "". `numbers` holds the row number of every line of the frame (rows that are blank or broken are missing in it).
    `next_row` and `next_offset` are what `Source.chunks(start_row=, offset=)` wants to go on after this chunk.
    `height` = rows of the frame + row errors + blank rows: nothing is dropped silently.
    """

    first_row: int
    frame: pl.DataFrame
    numbers: pl.Series
    next_row: int
    next_offset: int | None
    row_errors: tuple[RowError, ...] = ()
    blank: int = 0
    notes: tuple[Note, ...] = ()

    @property
    def height(self) -> int:
        """Rows of the file that this chunk covers."""
        return self.frame.height + len(self.row_errors) + self.blank


@dataclass(frozen=True)
class Source(ABC):
    """An open table of text: its columns, how it was understood, and its rows as chunks.

    `header_rows` is the number of rows that name the columns (0, 1 or 2), `first_data_row` the 1-based number of the
    first row below them. `rows` is the exact number of rows below the header where the format tells it, else None
    and `estimated_rows` is a guess. `fingerprint` changes when the file does: compare it before going on with one.
    """

    kind: ClassVar[str] = ""

    name: str
    columns: tuple[str, ...]
    header_rows: int
    first_data_row: int
    size_bytes: int
    fingerprint: str
    notes: tuple[Note, ...] = ()

    sheets: tuple[str, ...] = ()
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    rows: int | None = None
    estimated_rows: int = 0

    @abstractmethod
    def chunks(self, size: int = CHUNK_ROWS, *, start_row: int = 0, offset: int | None = None) -> Iterator[Chunk]:
        """Rows from `start_row` (0-based, counted below the header) on, at most `size` rows of the file to a chunk.

        `offset` is the `next_offset` of the chunk before; with it going on costs nothing, without it the rows before
        are passed over. Raises `Unreadable` where the rest of the file cannot be read at all.
        """

    def rows_at_once(self, size: int) -> int:
        """`size`, or fewer when there are hundreds of columns: a chunk has to fit into memory."""
        return min(size, max(500, CHUNK_CELLS // len(self.columns)))

    def sample(self, rows: int = 200) -> pl.DataFrame:
        """The first rows, for a preview and for suggestions; read once, as opening a large workbook takes seconds."""
        most, frame = self.__dict__.get("_sample", (0, None))
        if frame is None or most < rows:
            most = max(rows, SAMPLE_ROWS)
            frame = next((chunk.frame for chunk in self.chunks(most)), empty_frame(self.columns))
            self.__dict__["_sample"] = most, frame
        return frame.head(rows)

    def progress(self, chunk: Chunk) -> float:
        """How much of the source lies behind after this chunk, 0 to 1."""
        if chunk.next_offset is not None and self.size_bytes:
            return min(1.0, chunk.next_offset / self.size_bytes)
        return min(1.0, chunk.next_row / self.rows) if self.rows else 1.0


def empty_frame(columns: tuple[str, ...]) -> pl.DataFrame:
    """A frame of these columns without rows."""
    import polars as pl

    return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))


def without_blank_rows(frame: pl.DataFrame, first_row: int) -> tuple[pl.DataFrame, pl.Series, int]:
    """The frame without rows of empty cells only, the row number of each line kept, and how many were blank."""
    import polars as pl

    numbers = pl.int_range(first_row, first_row + frame.height, eager=True).alias("row")
    if frame.height == 0 or frame.width == 0 or not (frame.to_series(0).str.strip_chars() == "").any():
        return frame, numbers, 0
    blank = frame.select(pl.all_horizontal(pl.all().str.strip_chars() == "")).to_series()
    if not blank.any():
        return frame, numbers, 0
    return frame.filter(~blank), numbers.filter(~blank), int(blank.sum())

"""Text files with delimiters as a stream of chunks: plain blocks go to polars, only the odd ones through Python."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar

from . import encodings, headers
from .dialect import Dialect, sniff
from .encodings import Encoding
from .feed import Block, Feed, Record, read_lines
from .source import CHUNK_ROWS, Chunk, Note, RowError, Source, Unreadable, without_blank_rows

if TYPE_CHECKING:
    import polars as pl

HEAD_BYTES = 256 * 1024
HEAD_RECORDS = 100


@dataclass(frozen=True)
class DelimitedSource(Source):
    """CSV, TSV and their relatives, from a file or from memory (`data`)."""

    kind: ClassVar[str] = "delimited"

    path: Path | None = None
    data: bytes | None = field(default=None, repr=False)
    codec: Encoding = field(default_factory=lambda: Encoding("utf-8"))
    dialect: Dialect = field(default_factory=lambda: Dialect(","))
    data_offset: int = 0
    carriage_returns: bool = False

    def open(self) -> BinaryIO:
        """The bytes of the source, to be closed by the caller."""
        return io.BytesIO(self.data or b"") if self.path is None else self.path.open("rb")

    def chunks(self, size: int = CHUNK_ROWS, *, start_row: int = 0, offset: int | None = None) -> Iterator[Chunk]:
        """See `Source.chunks`. Going on with an `offset` costs one seek."""
        size = self.rows_at_once(size)
        with self.open() as file:
            feed = Feed(file, self.codec, self.dialect, self.carriage_returns)
            feed.seek(self.data_offset if offset is None else offset)
            passed = start_row if offset is not None else 0
            while passed < start_row and (block := feed.take(min(size, start_row - passed))):
                passed += block.records
            row = start_row
            while passed >= start_row and (block := feed.take(size)):
                yield self._chunk(block, row)
                row += block.records

    def _chunk(self, block: Block, row: int) -> Chunk:
        """The whole block through polars when every row is plain, else the odd rows apart from the plain ones."""
        first, after = self.first_data_row + row, row + block.records
        if block.lines is None and self.dialect.plain:
            data, strange = encodings.to_utf8(block.data, self.codec.in_window)
            frame = self._whole(data, block)
            if frame is not None:
                frame, numbers, blank = without_blank_rows(frame, first)
                notes = _strange_lines({first + line for line in strange})
                return Chunk(first, frame, numbers, after, block.offset, (), blank, notes)
        frame, numbers, errors, blank, strange_rows = self._sorted_out(block, first)
        return Chunk(first, frame, numbers, after, block.offset, errors, blank, _strange_lines(strange_rows))

    def _whole(self, data: bytes, block: Block) -> pl.DataFrame | None:
        """A block of records with exactly as many cells as there are columns; None when it is not one."""
        fits = _fits(block.skeleton.decode("latin-1").encode() or data, self.dialect.delimiter, len(self.columns))
        if len(fits) != block.records or not fits.all():
            return None
        return self._read(data, block.records, quoted=bool(block.skeleton))

    def _read(self, data: bytes, records: int, *, quoted: bool) -> pl.DataFrame | None:
        import polars as pl

        # The last line of a file may lack its end, and would then keep a carriage return that any other line loses.
        ended = data if data.endswith(b"\n") else data + b"\n"
        try:
            frame = pl.read_csv(
                ended.replace(b"\r\n", b"\n") if b"\r" in ended else ended,
                has_header=False,
                schema=dict.fromkeys(self.columns, pl.String),
                separator=self.dialect.delimiter,
                quote_char='"' if quoted else None,
                empty_string_is_null=False,
                infer_schema=False,
                extra_columns="ignore",
                missing_columns="insert",
            )
        except pl.exceptions.PolarsError:
            return None
        return frame if frame.height == records else None

    def _sorted_out(
        self, block: Block, first: int
    ) -> tuple[pl.DataFrame, pl.Series, tuple[RowError, ...], int, set[int]]:
        """Plain rows through polars, the others record by record, and both in the order of the file."""
        import polars as pl

        lines = list(enumerate(block.as_lines(), start=first))
        plain = [(number, line) for number, (line, broken) in lines if not broken and b'"' not in line]
        frame, numbers, strange = self._plain_rows(plain) if self.dialect.plain else (None, [], set())
        done = set(numbers)
        odd = [(number, line, broken) for number, (line, broken) in lines if number not in done]
        careful, careful_numbers, errors, blank, more = self._careful(odd)
        if frame is None:
            return careful, pl.Series("row", careful_numbers, dtype=pl.Int64), errors, blank, more
        both = pl.concat([frame, careful])
        order = pl.Series("row", [*numbers, *careful_numbers], dtype=pl.Int64)
        if careful.height:
            both, order = both[order.arg_sort()], order.sort()
        full, kept, empty = without_blank_rows(both, 0)
        return full, order[kept], errors, blank + empty, (strange & done) | more

    def _plain_rows(self, plain: list[tuple[int, bytes]]) -> tuple[pl.DataFrame | None, list[int], set[int]]:
        """Rows without quotes that have the right number of cells, their numbers, and which had another encoding."""
        if not plain:
            return None, [], set()
        data, other = encodings.to_utf8(b"\n".join(line for _, line in plain) + b"\n", self.codec.in_window)
        fits = _fits(data, self.dialect.delimiter, len(self.columns))
        if len(fits) != len(plain) or len(self.columns) == 1:
            return None, [], set()
        numbers = [number for (number, _), fit in zip(plain, fits, strict=True) if fit]
        if not fits.all():
            kept = zip(data.split(b"\n"), fits, strict=False)
            data = b"".join(line + b"\n" for line, fit in kept if fit)
        frame = self._read(data, len(numbers), quoted=False) if numbers else None
        if frame is None:
            return None, [], set()
        return frame, numbers, {plain[index][0] for index in other if index < len(plain)}

    def _careful(
        self, lines: list[tuple[int, bytes, bool]]
    ) -> tuple[pl.DataFrame, list[int], tuple[RowError, ...], int, set[int]]:
        """Record by record: every row is told apart, reported with its text, or counted as blank."""
        import polars as pl

        width, blank = len(self.columns), 0
        rows: list[list[str]] = []
        numbers: list[int] = []
        errors: list[RowError] = []
        strange: set[int] = set()
        records = read_lines(((line, broken) for _, line, broken in lines), self.codec, self.dialect)
        for (number, _, _), record in zip(lines, records, strict=True):
            if record.other_encoding:
                strange.add(number)
            if not any(cell and not cell.isspace() for cell in record.cells):
                blank += 1
            elif record.broken:
                errors.append(RowError(number, record.broken, {}, tuple(record.cells), record.text))
            elif len(fitted := _fitted(record, width)) != width:
                params = {"expected": width, "found": len(record.cells)}
                errors.append(RowError(number, "ragged_row", params, tuple(record.cells), record.text))
            else:
                rows.append(fitted)
                numbers.append(number)
        columns = zip(*rows, strict=True) if rows else [()] * width
        frame = pl.DataFrame([pl.Series(n, c, pl.String) for n, c in zip(self.columns, columns, strict=True)])
        return frame, numbers, tuple(errors), blank, strange


def _fitted(record: Record, width: int) -> list[str]:
    """The cells without empty ones too many at the end: they shift nothing and carry nothing."""
    cells = record.cells
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _fits(skeleton: bytes, delimiter: str, width: int) -> pl.Series:
    """For every line (quoted cells taken out) whether it has exactly `width` cells."""
    import polars as pl

    lines = pl.read_csv(
        skeleton,
        has_header=False,
        schema={"line": pl.String},
        separator="\x02" if delimiter == "\x01" else "\x01",
        quote_char=None,
        empty_string_is_null=False,
        infer_schema=False,
        extra_columns="ignore",
    )["line"]
    return lines.str.count_matches(delimiter, literal=True) == width - 1


def _strange_lines(rows: set[int]) -> tuple[Note, ...]:
    if not rows:
        return ()
    return (Note("other_encoding", {"count": len(rows), "rows": sorted(rows)}),)


def understand(
    file: BinaryIO,
    size: int,
    *,
    delimiter: str | None,
    encoding: str | None,
    header_rows: int | None,
    header_at: int | None,
) -> dict[str, Any]:
    """Everything `DelimitedSource` needs to know beyond name and path, from the first bytes of the file."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    codec = encodings.detect(head, encoding)
    carriage_returns = b"\n" not in head and b"\r" in head
    text = head[codec.bom :].decode(codec.name, errors="replace")
    separator_line = text.startswith("sep=") and len(text.splitlines()[0]) <= 5
    if separator_line and not delimiter:
        delimiter = text[4:5].strip("\r\n") or None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    dialect = sniff(text.split("\n", 1)[-1] if separator_line else text, delimiter)
    feed = Feed(file, codec, dialect, carriage_returns)
    feed.seek(codec.bom)
    if separator_line:
        feed.take(1)
    return _with_header(feed, size, header_rows, header_at, int(separator_line)) | {
        "codec": codec,
        "encoding": codec.name,
        "dialect": dialect,
        "delimiter": dialect.delimiter,
        "carriage_returns": carriage_returns,
    }


def _with_header(feed: Feed, size: int, header_rows: int | None, header_at: int | None, above: int) -> dict[str, Any]:
    """Names of the columns, where the data begins, and a guess at the number of rows."""
    begin = feed.offset
    records: list[list[str]] = []
    offsets: list[int] = []
    while len(records) < HEAD_RECORDS and (block := feed.take(1)):
        records += [record.cells for record in read_lines(block.as_lines(), feed.encoding, feed.dialect)]
        offsets.append(block.offset)
    if not any(any(map(str.strip, record)) for record in records):
        raise Unreadable("empty_file")
    at = None if header_at is None else max(1, header_at - above)
    found = headers.find(records, header_rows, at)
    behind = found.skip + found.rows
    data_offset = offsets[behind - 1] if behind else begin
    average = max(1.0, (offsets[-1] - data_offset) / max(1, len(offsets) - behind))
    return {
        "columns": found.names,
        "header_rows": found.rows,
        "first_data_row": behind + above + 1,
        "data_offset": data_offset,
        "estimated_rows": round((size - data_offset) / average) if len(offsets) > behind else 0,
        "notes": found.notes,
    }

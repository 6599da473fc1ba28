"""Parquet files as a stream of chunks of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from . import headers
from .cells import text_column
from .source import CHUNK_ROWS, Chunk, Source, Unreadable, without_blank_rows

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class ParquetSource(Source):
    """A Parquet file; its typed columns become the text a person would type."""

    kind: ClassVar[str] = "parquet"

    path: Path = field(default_factory=Path)

    def chunks(self, size: int = CHUNK_ROWS, *, start_row: int = 0, offset: int | None = None) -> Iterator[Chunk]:
        """See `Source.chunks`; rows before `start_row` are passed over by the file's own index.

        Each chunk asks the file for its own rows. A stream of the whole file would be quicker by little and hold decoded row groups,
        which most programs write with a million rows each.
        """
        size = self.rows_at_once(size)
        for row in range(start_row, self.rows or 0, size):
            batch = self._slice(row, size)
            first = self.first_data_row + row
            frame, numbers, blank = without_blank_rows(batch, first)
            yield Chunk(first, frame, numbers, row + batch.height, None, (), blank)

    def _slice(self, row: int, size: int) -> pl.DataFrame:
        """At most `size` rows from `row` on (0-based) as text. Raises `Unreadable` where the file is damaged."""
        import polars as pl

        try:
            batch = pl.scan_parquet(self.path).slice(row, size).collect()
            if batch.height != min(size, (self.rows or 0) - row):
                raise Unreadable("broken_parquet")
            columns = zip(self.columns, batch.get_columns(), strict=True)
            return pl.DataFrame([text_column(column).alias(name) for name, column in columns])
        except (pl.exceptions.PolarsError, OSError) as broken:
            raise Unreadable("broken_parquet") from broken


def understand(path: Path) -> dict[str, Any]:
    """Everything `ParquetSource` needs to know. Row numbers count from 1: there is no header row."""
    import polars as pl

    try:
        scan = pl.scan_parquet(path)
        names = scan.collect_schema().names()
        rows = int(scan.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as broken:
        raise Unreadable("broken_parquet") from broken
    if not names:
        raise Unreadable("empty_file")
    if len(names) > headers.MOST_COLUMNS:
        raise Unreadable("too_many_columns", columns=len(names), most=headers.MOST_COLUMNS)
    found = headers.named(names)
    return {
        "columns": found.names,
        "header_rows": 0,
        "first_data_row": 1,
        "rows": rows,
        "estimated_rows": rows,
        "notes": found.notes,
    }

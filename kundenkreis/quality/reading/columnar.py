"""Parquet files as a stream of chunks of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from . import headers
from .cells import text_column
from .source import CHUNK_ROWS, Chunk, Source, Unreadable, without_blank_rows


@dataclass(frozen=True)
class ParquetSource(Source):
    """A Parquet file; its typed columns become the text a person would type."""

    kind: ClassVar[str] = "parquet"

    path: Path = field(default_factory=Path)

    def chunks(self, size: int = CHUNK_ROWS, *, start_row: int = 0, offset: int | None = None) -> Iterator[Chunk]:
        """See `Source.chunks`; rows before `start_row` are passed over by the file's own index."""
        import polars as pl

        size = self.rows_at_once(size)
        row = start_row
        try:
            batches = pl.scan_parquet(self.path).slice(start_row).collect_batches(
                chunk_size=size, maintain_order=True
            )  # fmt: skip
            for batch in _evenly(batches, size):
                first = self.first_data_row + row
                named = pl.DataFrame(
                    [text_column(column).alias(n) for n, column in zip(self.columns, batch.get_columns(), strict=True)]
                )
                frame, numbers, blank = without_blank_rows(named, first)
                row += batch.height
                yield Chunk(first, frame, numbers, row, None, (), blank)
        except (pl.exceptions.PolarsError, OSError) as broken:
            raise Unreadable("broken_parquet") from broken


def _evenly(batches: Iterator, size: int) -> Iterator:
    """Batches of exactly `size` rows but for the last, so that a chunk's number says which rows it holds."""
    import polars as pl

    waiting: list[pl.DataFrame] = []
    height = 0
    for batch in batches:
        waiting.append(batch)
        height += batch.height
        while height >= size:
            joined = pl.concat(waiting) if len(waiting) > 1 else waiting[0]
            yield joined.head(size)
            waiting, height = [joined.slice(size)], height - size
    if height:
        yield pl.concat(waiting)


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

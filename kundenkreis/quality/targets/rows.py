"""Rows of a file on their way to records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

Key = tuple[Any, ...]


@dataclass
class Row:
    """One row of the file: its number, the cells that are not empty, and the record it is about once that is known."""

    number: int
    values: dict[str, Any]
    key: Key = ()
    record: Any = None
    state: str = ""  # added, changed, unchanged


def rows_of(frame: pl.DataFrame) -> list[Row]:
    """The rows of a frame whose first column is their number in the file."""
    names = frame.columns[1:]
    return [Row(number, filled(cells, names)) for number, *cells in frame.iter_rows()]


def filled(cells: Iterable[Any], names: Sequence[str]) -> dict[str, Any]:
    """The cells of a row that are not empty, by name."""
    return {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}


def unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """{text: record} of those texts that name exactly one."""
    found: dict[str, set[Any]] = defaultdict(set)
    for text, record in pairs:
        found[text].add(record)
    return {text: next(iter(some)) for text, some in found.items() if len(some) == 1}

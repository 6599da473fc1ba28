"""Where the column names stand: below title lines, in one row or in two, or nowhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from .source import Note, Unreadable

LOOK_AT = 20
LONGEST_NAME = 200
MOST_COLUMNS = 2_000
DATALIKE = re.compile(r"^[-+(€$£]?\s*\d[\d.,'/:\sTZ%€$£+)-]*$|^[^\s@]+@[^\s@]+\.\w+$")
YEAR = re.compile(r"^(19|20)\d\d$")

Record = Sequence[str]


@dataclass(frozen=True)
class Header:
    """`skip` rows above the header, `rows` rows of header (0, 1, 2), and the unique `names`."""

    skip: int
    rows: int
    names: tuple[str, ...]
    notes: tuple[Note, ...] = ()


def find(records: Sequence[Record], rows: int | None = None, at: int | None = None) -> Header:
    """The header among the first records of a file (blank ones included, so that row numbers hold).

    `rows` and `at` (1-based row of the first header row) are a person's choice and win.
    There are as many columns as most rows have cells, or as the header names.
    Raises `Unreadable` when there are more columns than `MOST_COLUMNS`.
    """
    if at is not None:
        first = max(0, at - 1)
        count = rows if rows is not None else (2 if _are_two(records, first) else 1)
    else:
        first, count = _guess(records, rows)
    width = _width(records, records[first : first + count])
    if width > MOST_COLUMNS:
        raise Unreadable("too_many_columns", columns=width, most=MOST_COLUMNS)
    lines = [_padded(record, width)[:width] for record in records[first : first + count]]
    raw = _joined(lines) if lines else [""] * width
    return Header(first, count, *_unique(raw, first, count))


def _guess(records: Sequence[Record], rows: int | None) -> tuple[int, int]:
    first = _candidate(records)
    above = first - 1
    if rows is None:
        if above >= 0 and _is_group_row(records[above]) and _are_two(records, above):
            return above, 2
        if _are_two(records, first):
            return first, 2
        return (first, 0) if _is_data(records, first) else (first, 1)
    if rows == 2 and above >= 0 and _filled(records[above]) > 1:
        return above, 2
    return first, rows


def _filled(record: Record) -> int:
    return sum(1 for cell in record if cell.strip())


def _width(records: Sequence[Record], header: Sequence[Record]) -> int:
    widths = Counter(len(record) for record in records if _filled(record))
    usual = widths.most_common(1)[0][0] if widths else 0
    named = max((column for record in header for column, cell in enumerate(record, 1) if cell.strip()), default=0)
    return max(usual, named, 1)


def _candidate(records: Sequence[Record]) -> int:
    """The first row with about as many filled cells as the rows usually have: title lines have fewer."""
    counts = [_filled(record) for record in records]
    typical = median([count for count in counts if count] or [0])
    width = _width(records, ())
    for index, count in enumerate(counts[:LOOK_AT]):
        to_the_end = count > 1 and len(records[index]) >= width and bool(records[index][width - 1].strip())
        if count and count >= (0.5 if to_the_end else 0.75) * typical:
            return index
    return next((index for index, count in enumerate(counts) if count), 0)


def _datalike(cell: str) -> bool:
    return bool(DATALIKE.match(cell.strip()))


def _below(records: Sequence[Record], row: int, column: int) -> list[str]:
    cells = [record[column].strip() for record in records[row + 1 : row + 60] if column < len(record)]
    return [cell for cell in cells if cell]


def _mostly_data(cells: list[str]) -> bool:
    return bool(cells) and sum(map(_datalike, cells)) >= 0.6 * len(cells)


def _is_data(records: Sequence[Record], row: int) -> bool:
    """The row is like the rows below it: figures over figures. Years or a running number may be names of columns."""
    if not records or row >= len(records):
        return False
    record, alike = records[row], []
    for column, cell in enumerate(record):
        below = _below(records, row, column)
        if not _datalike(cell) or not _mostly_data(below):
            continue
        if YEAR.match(cell.strip()) and sum(1 for other in below if YEAR.match(other)) < 0.6 * len(below):
            continue
        alike.append(cell.strip())
    if len(alike) > 2 and all(cell.isdigit() for cell in alike):
        numbers = [int(cell) for cell in alike]
        if all(after - before == 1 for before, after in zip(numbers, numbers[1:], strict=False)):
            return False
    return len(alike) >= 0.3 * max(1, _filled(record)) and bool(alike)


def _is_group_row(record: Record) -> bool:
    """Two or more words with gaps between them, as merged cells leave behind; a title stands at the left edge."""
    places = [column for column, cell in enumerate(record) if cell.strip()]
    return len(places) > 1 and places[-1] > 1 and not any(_datalike(record[column]) for column in places)


def _are_two(records: Sequence[Record], row: int) -> bool:
    """Whether this row and the next are groups over names: gaps or repeats above, words below, then figures."""
    if row + 2 >= len(records):
        return False
    upper, lower = records[row], records[row + 1]
    width = max(len(upper), len(lower))
    upper, lower = _padded(upper, width), _padded(lower, width)
    figures = any(_datalike(cell) and not YEAR.match(cell.strip()) for cell in lower)
    if not _is_group_row(upper) or _filled(lower) < 2 or figures:
        return False
    gaps = any(cell.strip() and not other.strip() for cell, other in zip(upper, upper[1:], strict=False))
    repeats = any(cell.strip() and cell == other for cell, other in zip(upper, upper[1:], strict=False))
    if not gaps and not repeats:
        return False
    if any(not one.strip() and not two.strip() and _below(records, row + 1, column)
           for column, (one, two) in enumerate(zip(upper, lower, strict=True))):  # fmt: skip
        return False
    return any(cell.strip() and _mostly_data(_below(records, row + 1, column)) for column, cell in enumerate(lower))


def _padded(record: Record, width: int) -> list[str]:
    return [*record, *([""] * (width - len(record)))]


def _joined(lines: list[list[str]]) -> list[str]:
    if len(lines) == 1:
        return lines[0]
    names, group = [], ""
    for column in range(len(lines[0])):
        parts = [" ".join(line[column].split()) for line in lines]
        upper, lower = parts[0], " ".join(part for part in parts[1:] if part)
        group = upper or (group if lower else "")
        names.append(f"{group} / {lower}" if group and lower and group != lower else (lower or group))
    return names


def _unique(raw: Sequence[str], skip: int, count: int) -> tuple[tuple[str, ...], tuple[Note, ...]]:
    """Names without duplicates: an empty one is called "Column 3", a second "Name" "Name (2)"."""
    names: list[str] = []
    taken: set[str] = set()
    empty, twice = [], []
    for column, cell in enumerate(raw, start=1):
        name = " ".join(cell.replace("\x00", "").split())[:LONGEST_NAME]
        if not name:
            name = f"Column {column}"
            empty.append(column)
        again, number = name, 1
        while again in taken:
            number += 1
            again = f"{name} ({number})"
        if number > 1:
            twice.append(name)
        taken.add(again)
        names.append(again)
    notes = [Note("rows_above_header", {"count": skip})] if skip else []
    if count == 0:
        return tuple(names), (*notes, Note("no_header"))
    if count == 2:
        notes.append(Note("two_header_rows"))
    if empty:
        notes.append(Note("empty_column_names", {"columns": empty[:20]}))
    if twice:
        notes.append(Note("repeated_column_names", {"names": sorted(set(twice))[:20]}))
    return tuple(names), tuple(notes)


def named(names: Sequence[str]) -> Header:
    """The header of a file whose format names the columns itself."""
    return Header(0, 0, *_unique(names, 0, 1))

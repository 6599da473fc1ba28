"""Opening files: what a file really is, how it is written, and its rows as chunks of text.

Nouns: `Source` (an open table), `Chunk` (some of its rows), `RowError` (a row that cannot be told apart), `Note`
(a decision a person should know), `Unreadable` (no table, with the reason). Nothing here knows the database, guesses
types, or evaluates anything: a cell is text. Typed values are `quality.values`, sentences `quality.messages`.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from . import columnar, delimited, sniffing, workbook
from .archives import Limits
from .columnar import ParquetSource
from .delimited import DelimitedSource
from .source import CHUNK_ROWS, Chunk, Note, RowError, Source, Unreadable
from .workbook import WorkbookSource

__all__ = [
    "CHUNK_ROWS",
    "READING_OPTIONS",
    "Chunk",
    "DelimitedSource",
    "Limits",
    "Note",
    "ParquetSource",
    "RowError",
    "Source",
    "Unreadable",
    "WorkbookSource",
    "from_pasted",
    "open_source",
]

# What a person may say about how one file is written (the choices of `open_source`).
READING_OPTIONS = ("sheet", "header_rows", "header_at", "delimiter", "encoding")


def open_source(
    path: str | Path,
    name: str | None = None,
    *,
    sheet: str | None = None,
    header_rows: int | None = None,
    header_at: int | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    limits: Limits = Limits(),
) -> Source:
    """Open a file as a table, by its content; `name` is what the person called it (an upload's file name).

    `header_rows` (0, 1, 2), `header_at` (1-based row the header begins in), `delimiter` (one character), `encoding`
    and `sheet` are a person's choice; left out, they are found. Raises `Unreadable`, with a code and what was found.
    """
    path = Path(path)
    name = name or path.name
    size = sniffing.size_of(path)
    if size == 0:
        raise Unreadable("empty_file")
    _check_choices(delimiter, header_rows)
    with path.open("rb") as file:
        kind = sniffing.kind_of(file, size)
        known: dict[str, Any] = {"name": name, "path": path, "size_bytes": size}
        claims = sniffing.check_claim(name, kind)
        known["fingerprint"] = sniffing.fingerprint(file, size)
        header: dict[str, Any] = {"header_rows": header_rows, "header_at": header_at}
        if kind == "workbook":
            file.seek(0)
            zipped = file.read(2) == b"PK"
            found = workbook.understand(path, file, sheet=sheet, limits=limits, zipped=zipped, **header)
        elif kind == "parquet":
            found = columnar.understand(path)
        else:
            found = delimited.understand(file, size, delimiter=delimiter, encoding=encoding, **header)
    found["notes"] = (*claims, *found["notes"])
    made = {"workbook": WorkbookSource, "parquet": ParquetSource, "delimited": DelimitedSource}[kind]
    return made(**known, **found)


def from_pasted(
    text: str, *, header_rows: int | None = None, header_at: int | None = None, delimiter: str | None = None
) -> DelimitedSource:
    """Cells pasted from a spreadsheet (tabs between them; quotes around cells with line ends) or any delimited text."""
    _check_choices(delimiter, header_rows)
    data = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    if not data.strip():
        raise Unreadable("nothing_pasted")
    file = io.BytesIO(data)
    if delimiter is None and "\t" in text:
        delimiter = "\t"
    found = delimited.understand(
        file, len(data), delimiter=delimiter, encoding="utf-8", header_rows=header_rows, header_at=header_at
    )
    mark = sniffing.fingerprint(file, len(data))
    return DelimitedSource(name="", data=data, size_bytes=len(data), fingerprint=mark, **found)


def _check_choices(delimiter: str | None, header_rows: int | None) -> None:
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise Unreadable("bad_delimiter", delimiter=delimiter)
    if header_rows not in (None, 0, 1, 2):
        raise ValueError("header_rows is 0, 1 or 2")

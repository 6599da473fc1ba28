"""The texts that the cells of an .xlsx file share: kept outside of memory when they are many, found by their number."""

from __future__ import annotations

import re
import tempfile
from array import array
from pathlib import Path
from typing import Any
from zipfile import ZipInfo

from .archives import pieces

IN_MEMORY = 16 * 1024 * 1024
OVERLAP = 64
# Things in XML behind which an end tag may be none, and declarations that change what the text says.
STRANGE = re.compile(rb"<!\[CDATA\[|<!--|<!DOCTYPE|<!ENTITY")
TABLE = re.compile(rb"<((?:[\w.-]+:)?)sst(?:\s[^>]*)?>")
ITEM_END = re.compile(rb"</(?:[\w.-]+:)?si>|<(?:[\w.-]+:)?si\s*/>")
CELL = re.compile(rb"""(t=["']s["'][^<>]*>\s*<(?:[\w.-]+:)?v>)(\d+)(?=</)""")
# The same, found by the whole tag: slower, and not misled by a text or a formula in which such letters stand.
NAMING = re.compile(rb"""<(?:[\w.-]+:)?c\s[^<>]*?\bt=["']s["'][^<>]*(?<!/)>""")


class Uncuttable(Exception):
    """The workbook is not written in a way in which it can be read block by block."""


class SharedTexts:
    """The shared texts as they are written, one behind the other; only where each of them ends is held in memory."""

    def __init__(self, path: Path, entry: ZipInfo | None) -> None:
        self.head = self.end = b""
        self.ends = array("Q")
        self.kept: Any = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 it lives as long as this does
        if entry is not None:
            self._look_through(path, entry)

    def _look_through(self, path: Path, entry: ZipInfo) -> None:
        with path.open("rb") as file:
            stream = pieces(file, entry)
            before = b""
            while (table := TABLE.search(before)) is None:
                if (piece := next(stream, None)) is None or len(before) > IN_MEMORY:
                    raise Uncuttable
                before += piece
            self.head, self.end = before[: table.end()], b"</" + table.group(1) + b"sst>"
            if STRANGE.search(self.head) or self.head.endswith(b"/>"):
                raise Uncuttable
            tail, begin = b"", 0
            piece = before[table.end() :]
            while True:
                window = tail + piece
                if STRANGE.search(window):
                    raise Uncuttable
                self.ends.extend(begin + found.end() for found in ITEM_END.finditer(window) if found.end() > len(tail))
                self.kept.write(piece)
                begin += len(window) - len(window[-OVERLAP:])
                tail = window[-OVERLAP:]
                if (piece := next(stream, None)) is None:  # type: ignore[assignment]
                    return

    def renumbered(self, rows: bytes) -> tuple[bytes, bytes]:
        """The XML of rows, naming shared texts by their numbers in a small table of their own, and that table."""
        parts = CELL.split(rows)
        named = parts[2::3]
        if len(named) != rows.count(b't="s"') and len(named) != len(NAMING.findall(rows)):
            raise Uncuttable
        if not named:
            return rows, b""
        numbers = {old: b"%d" % new for new, old in enumerate(dict.fromkeys(named))}
        parts[2::3] = [numbers[old] for old in named]
        return b"".join(parts), b"".join([self.head, *map(self._item, map(int, numbers)), self.end])

    def _item(self, number: int) -> bytes:
        if number >= len(self.ends):
            raise Uncuttable
        begin = self.ends[number - 1] if number else 0
        self.kept.seek(begin)
        item = self.kept.read(self.ends[number] - begin)
        if item.endswith(b"/>") and b"</" not in item:
            prefix = item.strip()[1:-2].strip().removesuffix(b"si")
            return b"<%ssi><%st></%st></%ssi>" % (prefix, prefix, prefix, prefix)
        return item

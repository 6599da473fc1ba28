"""A sheet of an .xlsx file in blocks of whole rows, so that one of a million rows takes no more memory than a small one.

The XML of the sheet is cut between two rows, never interpreted: each block is put into a workbook of its own, with the styles of the
whole one and the shared texts that it names, and read by the library that reads the other workbooks. So a date, an error or a formula's
result is what it would be in the whole sheet. What is written so strangely that it cannot be cut raises `Uncuttable`.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .archives import pieces
from .shared_texts import STRANGE, SharedTexts, Uncuttable

BLOCK = 4 * 1024 * 1024  # bytes of XML; a row longer than the second number is not looked for
LONGEST_ROW = MOST_FRAME = 32 * 1024 * 1024
BOOK, LINKS, TEXTS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedstrings.xml"
FRAME = ("[content_types].xml", "_rels/.rels", BOOK, LINKS, "xl/styles.xml")
SHEET = re.compile(r"<(?:\w+:)?sheet\s([^>]*)>")
LINK = re.compile(r"<(?:\w+:)?Relationship\s([^>]*)>")
ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
ROOT = re.compile(rb"<((?:[\w.-]+:)?)worksheet[\s>]")
ROWS = re.compile(rb"<((?:[\w.-]+:)?)sheetData\s*(/?)>")
ENCODING = re.compile(rb"""^<\?xml[^>]*encoding\s*=\s*["']([\w-]+)""")
ROW_NUMBER = re.compile(rb"""^<(?:[\w.-]+:)?row(?:\s[^>]*?)?\sr=["'](\d{1,7})["']""")


@dataclass(frozen=True)
class Block:
    """Some rows of a sheet: the 0-based number of the first one, of its first column, and cells from there on, all equally many."""

    row: int
    column: int
    rows: list[list[Any]]


class Sheet:
    """One sheet of a workbook that can be cut. Raises Uncuttable when it cannot; the file has been checked for its size before."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        try:
            with zipfile.ZipFile(path) as archive:
                self.entries = {_plain(entry.filename): entry for entry in archive.infolist()}
                self.frame = {n: archive.read(self._small(n)) for n in FRAME if n in self.entries}
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as broken:
            raise Uncuttable from broken
        self.part = self._part()
        self._texts: SharedTexts | None = None

    def _small(self, name: str) -> zipfile.ZipInfo:
        entry = self.entries[name]
        if entry.file_size > MOST_FRAME:
            raise Uncuttable
        return entry

    def _part(self) -> zipfile.ZipInfo:
        """Where the sheet of that name is in the archive."""
        try:
            sheets = [_attributes(one) for one in SHEET.findall(self.frame[BOOK].decode())]
            links = {one["Id"]: one["Target"] for one in map(_attributes, LINK.findall(self.frame[LINKS].decode()))}
            (found,) = [one for one in sheets if one.get("name") == self.name]
            target = links[next(value for name, value in found.items() if name.endswith(":id"))]
            return self.entries[_plain(target if target.startswith(("/", "xl/")) else f"xl/{target}")]
        except (KeyError, ValueError, StopIteration) as strange:
            raise Uncuttable from strange

    def blocks(self, first: int = 0) -> Iterator[Block]:
        """Blocks with cells in them, from the one on that holds the 0-based row `first`; earlier ones are passed over unread."""
        above = -1
        for head, end, text in self._cut():
            if first and _last_row(text) < first:
                continue
            loaded = self._load(head, end, text)
            if loaded.start is None:
                continue
            if loaded.start[0] <= above:
                raise Uncuttable  # rows out of order
            above = loaded.end[0]
            row, column = loaded.start
            yield Block(row, column, loaded.to_python(skip_empty_area=True))

    def _cut(self) -> Iterator[tuple[bytes, bytes, bytes]]:
        """What stands before and behind the rows, and rows; several times, until there are no more."""
        with self.path.open("rb") as file:
            stream = pieces(file, self.part)
            head, prefix, rest = _head(stream)
            row_end, end = b"</" + prefix + b"row>", b"</" + prefix + b"sheetData>"
            root = ROOT.search(head)
            if root is None:
                raise Uncuttable
            behind = end + b"</" + root.group(1) + b"worksheet>"
            while rest is not None:
                found, ended = _filled(rest, stream, end)
                place = found.rfind(row_end) + len(row_end) if not ended else len(found)
                if ended or place >= len(row_end):
                    yield head, behind, found[:place]
                    rest = None if ended else found[place:]
                elif len(found) > LONGEST_ROW:
                    raise Uncuttable
                else:
                    rest = found

    def _load(self, head: bytes, end: bytes, text: bytes) -> Any:
        import python_calamine as calamine

        if STRANGE.search(text) or (text.strip() and not ROW_NUMBER.match(text.lstrip())):
            raise Uncuttable  # a first row without a number would be taken for row 1
        text, shared = self.texts().renumbered(text)
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as book:
            for name, content in self.frame.items():
                book.writestr(self.entries[name].filename, content)
            book.writestr(self.part.filename, head + text + end)
            if shared:
                book.writestr(self.entries[TEXTS].filename, shared)
        target.seek(0)
        return calamine.load_workbook(target).get_sheet_by_name(self.name)

    def texts(self) -> SharedTexts:
        """The shared texts, looked through when they are first asked for."""
        if self._texts is None:
            self._texts = SharedTexts(self.path, self.entries.get(TEXTS))
        return self._texts


def _head(stream: Iterator[bytes]) -> tuple[bytes, bytes, bytes | None]:
    """Everything up to the first row, the prefix of the elements' names, and what was read beyond (None: no rows at all)."""
    text = b""
    for piece in stream:
        text += piece
        if found := ROWS.search(text):
            break
        if len(text) > MOST_FRAME:
            raise Uncuttable
    else:
        raise Uncuttable
    head = text[: found.end()]
    encoding = ENCODING.match(head.removeprefix(b"\xef\xbb\xbf"))
    if STRANGE.search(head) or (encoding and encoding.group(1).lower() not in (b"utf-8", b"us-ascii")):
        raise Uncuttable
    return head, found.group(1), None if found.group(2) else text[found.end() :]


def _filled(rest: bytes, stream: Iterator[bytes], end: bytes) -> tuple[bytes, bool]:
    """A block's worth of XML, and whether the rows end with it. Raises Uncuttable when the XML does before they do."""
    some, size = [rest], len(rest)
    goal, more = size + BLOCK, True
    while size < goal and more:
        piece = next(stream, None)
        more = piece is not None
        some.append(piece or b"")
        size += len(some[-1])
    text = b"".join(some)
    place = text.find(end)
    if place < 0 and not more:
        raise Uncuttable
    return (text, False) if place < 0 else (text[:place], True)


def _last_row(text: bytes) -> int:
    """The 0-based number of the last row in the block; a very high one when it does not say its number."""
    place = max(text.rfind(b"<row "), text.rfind(b":row "))
    place = text.rfind(b"<", 0, place + 1)
    found = ROW_NUMBER.match(text[place : place + 1000]) if place >= 0 else None
    return int(found.group(1)) - 1 if found else 2**31


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _attributes(text: str) -> dict[str, str]:
    return {name: html.unescape(double or single) for name, double, single in ATTRIBUTE.findall(text)}

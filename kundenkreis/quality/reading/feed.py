"""A text file cut into whole records, whatever its quotes and encoding, in blocks and with byte offsets.

A block of lines without a quote, or with quotes in proper places only, is left as bytes for the fast reader. All
other blocks are put together line by line here. Memory is bounded: a window of a few megabytes slides over the file.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from .dialect import Dialect
from .encodings import Encoding, decode_line
from .source import Unreadable

LEAST_READ = 256 * 1024
LONGEST_LINE = 16 * 1024 * 1024
MOST_WINDOW = 32 * 1024 * 1024
OPEN_LINES = 1_000
OPEN_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Record:
    """One row told apart: its cells, its text, and what is wrong with it (`broken` is a code or "")."""

    cells: list[str]
    text: str
    broken: str = ""
    other_encoding: bool = False


@dataclass(frozen=True)
class Block:
    """Some whole records: their bytes, the file offset behind them, and how they can be read.

    `skeleton` is the block without its quoted cells when it has any. `lines` is given when quotes stand in odd
    places: the bytes of each record and whether its quote never closes.
    """

    data: bytes
    records: int
    offset: int
    skeleton: bytes = b""
    lines: tuple[tuple[bytes, bool], ...] | None = None

    def as_lines(self) -> Iterator[tuple[bytes, bool]]:
        """The bytes of every record, and whether its quote never closes."""
        if self.lines is not None:
            yield from self.lines
            return
        lines = self.data.removesuffix(b"\n").split(b"\n")
        if len(lines) == self.records:
            yield from ((line, False) for line in lines)
            return
        waiting: list[bytes] = []
        quotes = 0
        for line in lines:
            waiting.append(line)
            quotes += line.count(b'"')
            if quotes % 2 == 0:
                yield b"\n".join(waiting), False
                waiting, quotes = [], 0


def read_lines(lines: Iterable[tuple[bytes, bool]], encoding: Encoding, dialect: Dialect) -> Iterator[Record]:
    """Records as cells; `lines` as from `Block.as_lines`."""
    codec = encoding.in_window
    for line, broken in lines:
        text, other = decode_line(line, codec)
        if encoding.name == "cp1252" and not encoding.chosen and not line.isascii():
            text, other = _utf8_after_all(line, text)
        text = text.removesuffix("\r")
        if broken:
            yield Record(text.split(dialect.delimiter), text, "unclosed_quote", other)
        else:
            yield Record(dialect.cells(text), text, "", other)


def _utf8_after_all(line: bytes, text: str) -> tuple[str, bool]:
    try:
        return line.decode("utf-8"), True
    except UnicodeDecodeError:
        return text, False


class Feed:
    """Reads a file forward and hands out blocks of whole records."""

    def __init__(self, file: BinaryIO, encoding: Encoding, dialect: Dialect, carriage_returns: bool) -> None:
        self.file, self.encoding, self.dialect = file, encoding, dialect
        self.carriage_returns = carriage_returns
        self.offset = 0
        self.row_bytes = 200.0
        self.lines_a_record = 1.0
        self._cell, self._rest = dialect.cell_patterns()
        self._plain_ends = tuple(end.encode() for end in (dialect.delimiter, "\n"))
        self.seek(0)

    def seek(self, offset: int) -> None:
        """Go to the beginning of a record."""
        self.file.seek(offset)
        self.offset, self.window, self.ended = offset, b"", False
        self._decoder = codecs.getincrementaldecoder(self.encoding.name)("replace") if self.encoding.wide else None

    def take(self, rows: int) -> Block | None:
        """The next `rows` records, fewer at the end of the file, None behind it."""
        if self.lines_a_record > 1.1 and (found := self._over_lines(rows)) is not None:
            return found
        lines = self._lines(rows)
        if not lines:
            return None
        head = self._head(lines)
        if b'"' not in head:
            return self._block(head, len(lines))
        if self.dialect.plain:
            skeleton = self._skeleton(head)
            if skeleton is not None and skeleton.count(b"\n") + (not head.endswith(b"\n")) == len(lines):
                return self._block(head, len(lines), skeleton)
            if (found := self._over_lines(rows)) is not None:
                return found
        return self._odd(rows)

    def _fill(self, amount: int) -> None:
        raw = self.file.read(amount)
        self.ended = len(raw) < amount
        if self._decoder is not None:
            raw = self._decoder.decode(raw, self.ended).encode()
        self.window += raw.replace(b"\r", b"\n") if self.carriage_returns else raw

    def _lines(self, rows: int) -> list[bytes]:
        """Up to `rows` physical lines at the beginning of the window, which grows as needed and as far as it may.

        Fewer come at the end of the file, and when the lines are so long that the window is full.
        """
        while True:
            pieces = self.window.split(b"\n", rows)
            if len(pieces) > rows:
                return pieces[:rows]
            if self.ended:
                return pieces if pieces[-1] else pieces[:-1]
            if len(pieces[-1]) > LONGEST_LINE:
                raise Unreadable("line_too_long", offset=self.offset, most=LONGEST_LINE)
            if len(pieces) > 1 and len(self.window) > MOST_WINDOW:
                return pieces[:-1]
            missing = rows - len(pieces) + 1
            self._fill(min(MOST_WINDOW, max(LEAST_READ, int(missing * self.row_bytes * 1.2))))

    def _head(self, lines: list[bytes]) -> bytes:
        length = sum(map(len, lines)) + len(lines)
        return self.window[:length]

    def _block(
        self, head: bytes, records: int, skeleton: bytes = b"", lines: tuple[tuple[bytes, bool], ...] | None = None
    ) -> Block:
        self.window = self.window[len(head) :]
        raw = len(head)
        if self.encoding.wide:
            raw = len(head.decode().encode(self.encoding.name))
        self.offset += raw
        self.row_bytes = max(1.0, len(head) / records)
        return Block(head, records, self.offset, skeleton, lines)

    def _skeleton(self, head: bytes) -> bytes | None:
        """The block without its quoted cells; None when a quote opens or closes anywhere but at a cell's edge."""
        pieces = head.split(b'"')
        if len(pieces) % 2 == 0:
            return None
        outside = pieces[::2]
        delimiter, end = self._plain_ends
        if not (outside[0] == b"" or outside[0].endswith((delimiter, end))):
            return None
        if not (outside[-1] == b"" or outside[-1].startswith((delimiter, end, b"\r\n"))):
            return None
        inner = set(outside[1:-1]) - {b""}
        edges = (delimiter, end)
        if not all(piece.startswith((delimiter, end, b"\r\n")) and piece.endswith(edges) for piece in inner):
            return None
        return b"".join(outside) or b"\n"

    def _over_lines(self, rows: int) -> Block | None:
        """Records with line ends inside quotes: counted by the parity of the quotes. None when these are odd."""
        wanted = int(rows * self.lines_a_record * 1.02) + 1
        while True:
            lines, records, quotes, end, opened = self._lines(wanted), 0, 0, 0, 0
            for number, line in enumerate(lines, start=1):
                quotes += line.count(b'"')
                if quotes % 2 == 0:
                    records, end = records + 1, number
                    if records == rows:
                        break
                elif number - end > OPEN_LINES:
                    return None
            opened = sum(map(len, lines[end:])) if records < rows else 0
            if records == rows or len(lines) < wanted or opened > OPEN_BYTES:
                break
            wanted = max(wanted + 1_000, int(rows * len(lines) / max(records, 1) * 1.02))
        if not end:
            return None
        head = self._head(lines[:end])
        self.lines_a_record = end / records
        if b'"' not in head:
            return self._block(head, records)
        skeleton = self._skeleton(head)
        return None if skeleton is None else self._block(head, records, skeleton)

    def _odd(self, rows: int) -> Block:
        """Quotes in odd places: records put together line by line, by the same rules as their cells are read."""
        found: list[tuple[bytes, bool]] = []
        lines: list[bytes] = []
        used = 0
        while len(found) < rows:
            if used >= len(lines):
                lines = self._lines(used + rows - len(found))
                if used >= len(lines):
                    break
            if b'"' not in lines[used]:
                found.append((lines[used], False))
                used += 1
                continue
            taken, broken, lines = self._one(lines, used)
            if broken and found and not self.ended and len(self.window) > MOST_WINDOW:
                break  # the window ends within this record; it comes first in the next block
            found.append((b"\n".join(lines[used : used + taken]), broken))
            used += taken
        return self._block(self._head(lines[:used]), len(found), lines=tuple(found))

    def _one(self, lines: list[bytes], at: int) -> tuple[int, bool, list[bytes]]:
        """How many lines the record from line `at` on has, whether its quote never closes, and the lines known now.

        A quote that never closes, or closes amid a cell lines later, breaks the first line only; the next line is
        read as a record of its own, so that one stray quote never swallows the rows below it.
        """
        state, taken, length = _state(lines[at], self._cell, None), 1, len(lines[at])
        while state == "open" and taken <= OPEN_LINES and length <= OPEN_BYTES:
            if at + taken >= len(lines):
                lines = self._lines(at + taken + OPEN_LINES)
                if at + taken >= len(lines):
                    break
            state = _state(lines[at + taken], self._cell, self._rest)
            length += len(lines[at + taken])
            taken += 1
        broken = state == "open" or (state == "loose" and taken > 1)
        return (1 if broken else taken), broken, lines


def _state(line: bytes, cell: re.Pattern[str], rest: re.Pattern[str] | None) -> str:
    """`open` when a quoted cell does not end in this line, `loose` when one ends amid a cell, else `whole`.

    `rest` is given when the line begins inside a quoted cell.
    """
    text = decode_line(line, Encoding("utf-8"))[0].removesuffix("\r")
    at, state, pattern = 0, "whole", rest or cell
    while at <= len(text) and (match := pattern.match(text, at)):
        if match.group(1) is not None:
            if not match.group(1):
                return "open"
            if match.group(2).strip():
                state = "loose"
        at, pattern = match.end() + 1, cell
    return state

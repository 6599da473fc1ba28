"""Bytes to text: which encoding a file has, and what to do with lines that have another one."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from .source import Unreadable

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
ASCII = bytes(range(128))
UTF8_PAIR = re.compile(rb"[\xc3-\xf4][\x80-\xbf]")


@dataclass(frozen=True)
class Encoding:
    """How a file's bytes become text: `name`, the bytes of its byte order mark, and whether a person chose it."""

    name: str
    bom: int = 0
    chosen: bool = False

    @property
    def wide(self) -> bool:
        """Several bytes a character, other than UTF-8: line ends cannot be looked for in the raw bytes."""
        if self.name == "utf-8":
            return False
        single = len(bytes(range(256)).decode(self.name, "replace")) == 256
        return not single or bytes(range(128)).decode(self.name, "replace").encode("ascii", "replace") != ASCII

    @property
    def in_window(self) -> Encoding:
        """What the bytes are in once the feed has them: wide encodings become UTF-8 on the way."""
        return Encoding("utf-8") if self.wide else self


def detect(head: bytes, wanted: str | None = None) -> Encoding:
    """The encoding of a file by its first bytes, or the one asked for (`Unreadable` when nobody knows it).

    "utf-8" also stands for plain ASCII; lines that are not valid UTF-8 are read as Windows-1252 one by one
    (see `to_utf8`), which covers files glued together from two systems.
    """
    bom = next(((mark, name) for mark, name in BOMS if head.startswith(mark)), None)
    if wanted:
        return _wanted(wanted, head)
    if bom:
        return Encoding(bom[1], len(bom[0]))
    if b"\x00" in head:
        pairs = len(head) // 2 or 1
        if head[1::2].count(0) > 0.3 * pairs:
            return Encoding("utf-16-le")
        if head[::2].count(0) > 0.3 * pairs:
            return Encoding("utf-16-be")
    if head.isascii() or valid_utf8(head):
        return Encoding("utf-8")
    return Encoding("utf-8" if UTF8_PAIR.search(head) else "cp1252")


def _wanted(wanted: str, head: bytes) -> Encoding:
    try:
        name = codecs.lookup(wanted).name
    except LookupError as unknown:
        raise Unreadable("unknown_encoding", encoding=wanted) from unknown
    if name in {"utf-16", "utf-32"}:
        name += "-be" if head.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)) else "-le"
    name = "utf-8" if name == "utf-8-sig" else name
    mark = next((mark for mark, other in BOMS if other == name and head.startswith(mark)), b"")
    return Encoding(name, len(mark), chosen=True)


def valid_utf8(data: bytes) -> bool:
    """Whether these bytes are UTF-8, a character cut off at their end forgiven."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return False
    return True


def decode_line(line: bytes, encoding: Encoding) -> tuple[str, bool]:
    """The text of one line, and whether it needed another encoding than the file's (never fails, loses nothing)."""
    try:
        return line.decode(encoding.name), False
    except UnicodeDecodeError:
        pass
    try:
        return line.decode("cp1252"), True
    except UnicodeDecodeError:
        return line.decode("latin-1"), True


def to_utf8(block: bytes, encoding: Encoding) -> tuple[bytes, tuple[int, ...]]:
    """A block of whole lines as UTF-8, and the 0-based lines that were in another encoding than the file's."""
    if block.isascii():
        return block, ()
    name = encoding.name
    if name == "utf-8" or (name == "cp1252" and not encoding.chosen and UTF8_PAIR.search(block)):
        try:
            block.decode("utf-8")
        except UnicodeDecodeError:
            return _line_by_line(block, encoding)
        return (block, ()) if name == "utf-8" else _line_by_line(block, encoding)
    try:
        return block.decode(name).encode("utf-8"), ()
    except UnicodeDecodeError:
        return _line_by_line(block, encoding)


def _line_by_line(block: bytes, encoding: Encoding) -> tuple[bytes, tuple[int, ...]]:
    """Each line by itself: UTF-8 where it is valid, else Windows-1252; a chosen encoding first where there is one."""
    first = encoding if encoding.chosen else Encoding("utf-8")
    odd_is_other = encoding.name == "utf-8" or encoding.chosen
    lines, strange = [], []
    for number, line in enumerate(block.split(b"\n")):
        if line.isascii():
            lines.append(line)
            continue
        text, other = decode_line(line, first)
        if other is odd_is_other:
            strange.append(number)
        lines.append(text.encode("utf-8"))
    return b"\n".join(lines), tuple(strange)

"""The text of one file: PDF, Word, Excel, web page, plain text. Run as a program of its own, because a file may be made to do harm.

    python -m kundenkreis.files.extracting PATH TYPE

It prints JSON: {"text": …, "is_whole": …}, or {"trouble": …}. It knows neither the database nor the settings, and limits itself before it
opens the file: to a gigabyte of memory, half a minute of processor time, no files to write and no further programs. Whoever starts it
limits the time (`files.texts`).
"""

from __future__ import annotations

import contextlib
import html.parser
import json
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from kundenkreis.files import kinds

MOST = 400_000  # characters
MEMORY = 1024**3  # bytes
SECONDS = 30  # of the processor
_UNPACKED = 300 * 1024**2  # bytes of one part of an office document
_PAGES = 2_000
_CELLS = 200_000


class Unreadable(Exception):
    """What is wrong with the file, in a word for programs."""


def limit_myself() -> None:
    """Before anything of the file is read. Where the system knows no such limits (Windows), the time alone is limited."""
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def text_of(path: Path, content_type: str) -> tuple[str, bool]:
    """The text, and whether it is all of it. Raises Unreadable."""
    pieces = _READERS[content_type](path)
    found: list[str] = []
    size = 0
    for piece in pieces:
        piece = piece.replace("\x00", "")
        found.append(piece)
        size += len(piece) + 1
        if size > MOST:
            return "\n".join(found)[:MOST], False
    return "\n".join(found).strip(), True


def _pdf(path: Path) -> Iterator[str]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("password")
        for number, page in enumerate(reader.pages):
            if number == _PAGES:
                return
            yield page.extract_text() or ""
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError) as broken:
        raise Unreadable("broken") from broken


def _docx(path: Path) -> Iterator[str]:
    with _archive(path) as archive:
        names = [
            name
            for name in archive.namelist()
            if name.startswith("word/")
            and name.removeprefix("word/").startswith(("document", "header", "footer", "footnotes", "comments"))
            and name.endswith(".xml")
            and name.count("/") == 1
        ]
        for name in sorted(names, key=lambda one: (one != "word/document.xml", one)):
            with _part(archive, name) as part:
                yield from _paragraphs(part)


def _paragraphs(part: IO[bytes]) -> Iterator[str]:
    """The text of each paragraph. Entities that a file declares itself are refused by expat's own limits."""
    from xml.etree import ElementTree

    line: list[str] = []
    try:
        for _event, element in ElementTree.iterparse(part):  # noqa: S314 (limited in memory and time, and expat refuses bombs)
            name = element.tag.rpartition("}")[2]
            if name == "t":
                line.append(element.text or "")
            elif name in ("tab", "br"):
                line.append(" ")
            elif name == "p":
                yield "".join(line)
                line = []
                element.clear()
    except ElementTree.ParseError as broken:
        raise Unreadable("broken") from broken
    if line:
        yield "".join(line)


def _xlsx(path: Path) -> Iterator[str]:
    with _archive(path):
        pass  # only to refuse what would not fit when unpacked
    from python_calamine import CalamineWorkbook

    cells = 0
    try:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            yield name
            for row in book.get_sheet_by_name(name).iter_rows():
                cells += len(row)
                if cells > _CELLS:
                    return
                yield "  ".join(_cell(value) for value in row if value not in ("", None))
    except Exception as broken:  # noqa: BLE001 (calamine has exceptions of its own for each kind of damage)
        raise Unreadable("broken") from broken


def _cell(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _plain(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        yield _decoded(file.read(MOST * 4))


def _decoded(content: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


class _Readable(html.parser.HTMLParser):
    """What a person would read of a web page."""

    hidden = frozenset({"script", "style", "template", "noscript", "head"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.depth = 0
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.depth += tag in self.hidden

    def handle_endtag(self, tag: str) -> None:
        if tag in self.hidden:
            self.depth = max(0, self.depth - 1)

    def handle_data(self, data: str) -> None:
        if not self.depth and data.strip():
            self.found.append(" ".join(data.split()))


def _web_page(path: Path) -> Iterable[str]:
    parser = _Readable()
    for text in _plain(path):
        parser.feed(text)
    parser.close()
    return parser.found


@contextlib.contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _UNPACKED:
                raise Unreadable("too_large")
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as broken:
        raise Unreadable("broken") from broken


@contextlib.contextmanager
def _part(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    with archive.open(name) as part:
        yield part


_READERS = {
    kinds.PDF: _pdf,
    kinds.DOCX: _docx,
    kinds.XLSX: _xlsx,
    kinds.TEXT: _plain,
    kinds.HTML: _web_page,
}
READABLE = frozenset(_READERS)


def main(path: str, content_type: str) -> None:
    limit_myself()
    try:
        text, is_whole = text_of(Path(path), content_type)
        answer: dict[str, object] = {"text": text, "is_whole": is_whole}
    except Unreadable as trouble:
        answer = {"trouble": str(trouble)}
    except (MemoryError, RecursionError):
        answer = {"trouble": "too_large"}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:3])

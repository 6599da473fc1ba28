"""What a file is, found in its content: the claim of its name or of the browser is never believed."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO

from django.utils.translation import gettext_lazy as _

HEAD = 4096
UNKNOWN = "application/octet-stream"
PDF = "application/pdf"
ZIP = "application/zip"
TEXT = "text/plain"
HTML = "text/html"
SVG = "image/svg+xml"
OLE = "application/x-ole-storage"  # Word, Excel and PowerPoint before 2007, Outlook's .msg
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX, PPTX = (
    f"{_OFFICE}wordprocessingml.document",
    f"{_OFFICE}spreadsheetml.sheet",
    f"{_OFFICE}presentationml.presentation",
)
_ODF = "application/vnd.oasis.opendocument."

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"{\\rtf", "application/rtf"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b", "application/gzip"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
)
# What a name's ending promises, as the types that keep the promise. Endings that are not here promise nothing.
PROMISES: dict[str, frozenset[str]] = {
    ".pdf": frozenset({PDF}),
    ".png": frozenset({"image/png"}),
    ".jpg": frozenset({"image/jpeg"}),
    ".jpeg": frozenset({"image/jpeg"}),
    ".gif": frozenset({"image/gif"}),
    ".webp": frozenset({"image/webp"}),
    ".tif": frozenset({"image/tiff"}),
    ".tiff": frozenset({"image/tiff"}),
    ".docx": frozenset({DOCX}),
    ".xlsx": frozenset({XLSX}),
    ".pptx": frozenset({PPTX}),
    ".odt": frozenset({f"{_ODF}text"}),
    ".ods": frozenset({f"{_ODF}spreadsheet"}),
    ".odp": frozenset({f"{_ODF}presentation"}),
    ".doc": frozenset({OLE, "application/rtf"}),
    ".xls": frozenset({OLE}),
    ".ppt": frozenset({OLE}),
    ".msg": frozenset({OLE}),
    ".zip": frozenset({ZIP}),
    ".txt": frozenset({TEXT}),
    ".csv": frozenset({TEXT}),
    ".eml": frozenset({TEXT, HTML}),
}
NAMES = {
    PDF: _("PDF"),
    ZIP: _("ZIP archive"),
    TEXT: _("plain text"),
    HTML: _("web page (HTML)"),
    SVG: _("SVG drawing"),
    OLE: _("document of old Office"),
    DOCX: _("Word document"),
    XLSX: _("Excel workbook"),
    PPTX: _("PowerPoint presentation"),
    "image/png": _("PNG picture"),
    "image/jpeg": _("JPEG picture"),
    "image/gif": _("GIF picture"),
    "image/webp": _("WebP picture"),
    "image/tiff": _("TIFF picture"),
    "application/x-msdownload": _("Windows program"),
    "application/x-executable": _("program"),
    UNKNOWN: _("something unknown"),
}
# Shown by the browser itself; everything else is only ever downloaded.
INLINE = frozenset({PDF, "image/png", "image/jpeg", "image/gif", "image/webp"})


def named(content_type: str) -> str:
    """A type in words."""
    return str(NAMES.get(content_type, content_type))


def promised(file_name: str) -> frozenset[str]:
    """The types that a file of this name may be; empty when the name promises nothing."""
    return PROMISES.get(Path(file_name).suffix.lower(), frozenset())


def found_in(file: IO[bytes]) -> str:
    """The type of a seekable file's content."""
    file.seek(0)
    head = file.read(HEAD)
    if head[:2] == b"PK":
        return _in_archive(file)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if b"%PDF-" in head[:1024] and not _looks_like_markup(head):
        return PDF
    for magic, content_type in _MAGIC:
        if head.startswith(magic) and (magic != b"BM" or not _is_text(head)) and (magic != b"MZ" or not _is_text(head)):
            return content_type
    return _textual(head)


def _in_archive(file: IO[bytes]) -> str:
    """An office document is an archive with a certain entry. Only the table of contents is read, so a bomb does nothing."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if "[Content_Types].xml" in names:
                for folder, content_type in (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX)):
                    if any(name.startswith(folder) for name in names):
                        return content_type
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                declared = archive.read("mimetype").decode("ascii", "replace").strip()
                if declared.startswith(_ODF):
                    return declared
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError, ValueError, EOFError, OverflowError):
        return UNKNOWN
    return ZIP


def _textual(head: bytes) -> str:
    if not _is_text(head):
        return UNKNOWN
    if not _looks_like_markup(head):
        return TEXT
    lowered = head.lower()
    return SVG if b"<svg" in lowered and b"<html" not in lowered else HTML


def _looks_like_markup(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    marks = (b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<svg", b"<?xml", b"<iframe", b"<!--")
    return start.startswith(marks) or b"<script" in head.lower() or b"<html" in head.lower()


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\x00" not in head and not any(byte < 9 or 13 < byte < 27 for byte in head)

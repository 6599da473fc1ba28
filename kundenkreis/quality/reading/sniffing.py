"""What a file really is, by its first bytes: its name and its declared type are only claims."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path, PurePath
from typing import BinaryIO

from .source import Note, Unreadable

HEAD_BYTES = 64 * 1024

MAGIC = (
    (b"%PDF", "PDF"),
    (b"\x1f\x8b", "GZIP"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"BZh", "BZIP2"),
    (b"\xfd7zXZ", "XZ"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"RIFF", "RIFF"),
    (b"{\\rtf", "RTF"),
    (b"SQLite format 3", "SQLite"),
    (b"\x7fELF", "ELF"),
    (b"MZ\x90", "EXE"),
)
TABLES = {".csv", ".tsv", ".tab", ".txt", ".psv", ".dat", ".asc", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".parquet"}
CLAIMED_KINDS = {
    "delimited": {".csv", ".tsv", ".tab", ".txt", ".psv", ".dat", ".asc"},
    "workbook": {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"},
    "parquet": {".parquet"},
}
ARCHIVES = {"GZIP", "7-Zip", "RAR", "BZIP2", "XZ"}


def kind_of(file: BinaryIO, size: int) -> str:
    """`delimited`, `workbook` or `parquet`; raises `Unreadable` for everything that is no table."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise Unreadable("empty_file")
    for magic, kind in MAGIC:
        if head.startswith(magic):
            raise Unreadable("archive" if kind in ARCHIVES else "not_a_table", kind=kind)
    if head.startswith(b"PAR1"):
        return _parquet_or_cut_off(file, size)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(file)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _kind_of_compound(file)
    return _kind_of_text(head)


def _parquet_or_cut_off(file: BinaryIO, size: int) -> str:
    file.seek(max(0, size - 4))
    if size < 12 or file.read(4) != b"PAR1":
        raise Unreadable("parquet_cut_off")
    return "parquet"


def _kind_of_zip(file: BinaryIO) -> str:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist()[:20_000])
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as broken:
        raise Unreadable("broken_archive") from broken
    if "xl/workbook.xml" in names:
        return "workbook"
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise Unreadable("other_workbook", kind="XLSB" if "xl/workbook.bin" in names else "ODS")
    if any(name.startswith("word/") for name in names):
        raise Unreadable("not_a_table", kind="Word")
    if any(name.startswith("ppt/") for name in names):
        raise Unreadable("not_a_table", kind="PowerPoint")
    if any(name.startswith("xl/") for name in names):
        raise Unreadable("broken_workbook")
    raise Unreadable("archive", kind="ZIP", names=sorted(names)[:3])


def _kind_of_compound(file: BinaryIO) -> str:
    """Old Office container: an .xls, an encrypted .xlsx, or a Word file."""
    file.seek(0)
    data = file.read(4 * 1024 * 1024)
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Unreadable("password")
    if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
        return "workbook"
    raise Unreadable("not_a_table", kind="Office 97")


def _kind_of_text(head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<meta", b"<table", b"<!--")):
        raise Unreadable("not_a_table", kind="HTML")
    if start.startswith(b"<?xml"):
        raise Unreadable("not_a_table", kind="XML")
    if start.startswith((b'{"', b"[{", b"[\n", b"{\n", b"{\r\n")):
        raise Unreadable("not_a_table", kind="JSON")
    if _looks_binary(head):
        raise Unreadable("binary")
    return "delimited"


def _looks_binary(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    nul = head.count(0)
    if nul:
        even, odd = head[::2].count(0), head[1::2].count(0)
        one_sided = max(even, odd) > 0.3 * len(head) / 2 and min(even, odd) < 0.05 * len(head) / 2
        return not one_sided and nul > 0.001 * len(head)
    control = sum(head.count(byte) for byte in range(32) if byte not in (1, 9, 10, 11, 12, 13, 28, 29, 30, 31))
    return control > 0.02 * len(head)


def check_claim(name: str, kind: str) -> tuple[Note, ...]:
    """Compare the file's name with what it is.

    A table under another table's name is read with a note; a table under the name of something else ("offer.pdf")
    raises `Unreadable`: whoever sent it meant something different.
    """
    suffix = PurePath(name).suffix.lower()
    if not suffix or suffix in CLAIMED_KINDS[kind] or len(suffix) > 8:
        return ()
    if suffix in TABLES:
        return (Note("claims_other_table", {"suffix": suffix, "kind": kind}),)
    if suffix in {".pdf", ".doc", ".docx", ".ppt", ".pptx", ".png", ".jpg", ".jpeg", ".gif", ".zip", ".gz", ".exe",
                  ".html", ".htm", ".xml", ".json", ".rtf", ".eml", ".msg"}:  # fmt: skip
        raise Unreadable("claims_other", suffix=suffix, kind=kind)
    return ()


def fingerprint(file: BinaryIO, size: int) -> str:
    """Size, head and tail in one short hash: tells a changed file from the one an import began with."""
    file.seek(0)
    digest = hashlib.sha256(str(size).encode() + file.read(HEAD_BYTES))
    file.seek(max(0, size - HEAD_BYTES))
    digest.update(file.read(HEAD_BYTES))
    return digest.hexdigest()[:32]


def size_of(path: Path) -> int:
    """Bytes of the file; raises `Unreadable` when it is not there or no file."""
    try:
        if not path.is_file():
            raise Unreadable("no_file", path=str(path))
        return path.stat().st_size
    except OSError as trouble:
        raise Unreadable("no_file", path=str(path)) from trouble

"""Zip files as workbooks: how large they become is measured before anything is unpacked into memory."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from .source import Unreadable

PIECE = 1024 * 1024
REFERENCE = re.compile(rb'r="([A-Z]{1,3})(\d{1,7})"')
FORMULA = re.compile(rb"<f[ >/]")


@dataclass(frozen=True)
class Limits:
    """How large a workbook may be: bytes unpacked, times its packed size, parts inside, cells and rows of a sheet."""

    unpacked: int = 1536 * 1024 * 1024
    ratio: int = 200
    ratio_from: int = 64 * 1024 * 1024
    entries: int = 10_000
    cells: int = 20_000_000
    rows: int = 1_048_576


def check(file: BinaryIO, limits: Limits) -> bool:
    """Raise `Unreadable` for a zip bomb or a sheet too large to hold; tell whether there are formulas.

    The sizes in the directory of the archive are claims; the parts are unpacked piece by piece and counted. A sheet
    of two cells far apart would be held as a full rectangle, so the outermost cell is looked for as well.
    """
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _check_directory(entries, limits)
            budget, formulas = limits.unpacked, False
            for entry in entries:
                size, found = _measure(file, entry, budget, limits)
                budget -= size
                formulas = formulas or found
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as broken:
        raise Unreadable("broken_archive") from broken
    return formulas


def _check_directory(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.entries:
        raise Unreadable("zip_bomb", reason="entries", found=len(entries), most=limits.entries)
    total = sum(entry.file_size for entry in entries)
    if total > limits.unpacked:
        raise Unreadable("zip_bomb", reason="unpacked", found=total, most=limits.unpacked)
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable("password")


def _measure(file: BinaryIO, entry: zipfile.ZipInfo, budget: int, limits: Limits) -> tuple[int, bool]:
    """Bytes one part has when unpacked, and whether it has formulas. Nothing is kept."""
    size, widest, lowest, formulas, tail = 0, 0, 0, False, b""
    for piece in pieces(file, entry):
        size += len(piece)
        if size > budget:
            raise Unreadable("zip_bomb", reason="unpacked", found=limits.unpacked, most=limits.unpacked)
        if size > limits.ratio_from and size > limits.ratio * max(1, entry.compress_size):
            raise Unreadable("zip_bomb", reason="ratio", found=size // max(1, entry.compress_size), most=limits.ratio)
        text = tail + piece
        found = REFERENCE.findall(text)
        widest = max([widest, *map(_column, {letters for letters, _ in found})])
        lowest = max([lowest, *map(int, {row for _, row in found})])
        if widest * lowest > limits.cells or lowest > limits.rows:
            raise Unreadable("sheet_too_large", rows=lowest, columns=widest, most=limits.cells)
        formulas = formulas or FORMULA.search(text) is not None
        tail = text[-16:]
    return size, formulas


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def pieces(file: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked part in pieces of at most a megabyte, read from the packed bytes themselves."""
    file.seek(entry.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise Unreadable("broken_archive")
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    left = entry.compress_size
    if entry.compress_type == zipfile.ZIP_STORED:
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise Unreadable("broken_archive")
    unpack = zlib.decompressobj(-15)
    while left > 0 and (packed := file.read(min(65_536, left))):
        left -= len(packed)
        while packed:
            yield unpack.decompress(packed, PIECE)
            packed = unpack.unconsumed_tail
    yield unpack.flush()

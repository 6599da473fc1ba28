"""Searches everything that a house keeps, byte by byte: the database's files, the data directory, on PostgreSQL every row of every table."""

from __future__ import annotations

import contextlib
import gzip
import json
import subprocess
import tarfile
import zipfile
import zlib
from pathlib import Path

from django.conf import settings
from django.db import connection


def _spellings(value: str) -> set[bytes]:
    """A value as bytes may hold it: in any case and encoding, escaped as JSON, folded as the search keeps it."""
    from kundenkreis.core.text import fold, words

    texts = {value, value.lower(), value.upper(), json.dumps(value)[1:-1], json.dumps(value.lower())[1:-1], fold(value)}
    if len(value) > 5:
        texts |= {word for word in words(value) if len(word) > 5}
    found = {text.encode() for text in texts if len(text) > 3}
    return found | {value.encode("utf-16-le"), value.encode("latin-1", "replace")}


def _matches(data: bytes, values: list[str]) -> list[str]:
    low = data.lower()
    return [value for value in values if any(one.lower() in low for one in _spellings(value))]


def _unpacked(data: bytes) -> bytes:
    """With whatever zlib streams stand in it: batches pack what they did."""
    found, at = [data], data.find(b"\x78")
    while at != -1:
        if data[at + 1 : at + 2] in (b"\x01", b"\x5e", b"\x9c", b"\xda"):
            with contextlib.suppress(zlib.error):
                found.append(zlib.decompressobj().decompress(data[at : at + 4_000_000]))
        at = data.find(b"\x78", at + 1)
    return b"\n".join(found)


def _bytes_of(path: Path) -> bytes:
    """Read by another process: whoever closes a file of an open SQLite database loses all of her own process's locks on it."""
    return subprocess.run(["cat", path], capture_output=True, check=True).stdout


def in_database(values: list[str]) -> list[str]:
    """On SQLite the bytes of its files, free pages and log included; on PostgreSQL all rows. Packed values too."""
    found = []
    if connection.vendor == "sqlite":
        base = Path(connection.settings_dict["NAME"])
        for path in sorted(base.parent.glob(base.name + "*")):
            found += [f"{path.name}: {value}" for value in _matches(_bytes_of(path), values)]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table.startswith("core_search") and connection.vendor == "sqlite":
                continue  # its bytes are searched; it cannot be read as rows
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                text = b"|".join(
                    bytes(v) if isinstance(v, (bytes, memoryview)) else str(v).encode("utf-8", "replace") for v in row
                )
                found += [f"{table}: {value} in {row!r:.300}" for value in _matches(_unpacked(text), values)]
    return found


def in_files(values: list[str], *folders: Path) -> list[str]:
    found = []
    for folder in folders or (Path(settings.DATA_DIR), Path(settings.FILES_DIR), Path(settings.FACTS_DIR)):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and ".sqlite3" not in path.name:
                found += [f"{path}: {value}" for value in _matches(_contents(path), values)]
    return found


def in_folder(values: list[str], folder: Path) -> list[str]:
    """In every file of a house that does not run, its database, what batches packed and its archives included."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [f"{path}: {value}" for path in files for value in _matches(_unpacked(_contents(path)), values)]


def _contents(path: Path) -> bytes:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return b"\n".join(archive.read(name) for name in archive.namelist())
    if path.name.endswith(".tar.gz"):
        with gzip.open(path) as packed, tarfile.open(fileobj=packed) as tar:
            return b"\n".join(tar.extractfile(one).read() for one in tar if one.isfile())
    return path.read_bytes()

"""The backup file: a .tar.gz or .zip that begins with its manifest and can be checked before anything is done with it."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

MANIFEST = "manifest.json"
FORMAT = 1
KIND = "kundenkreis-backup"
_BLOCK = 1 << 20
_MOST_MANIFEST = 500_000_000
Progress = Callable[[str, int, int], None]


class BadArchive(Exception):
    """The file is no backup that can be used; the message is one sentence for a person."""


@dataclass(frozen=True)
class Manifest:
    """What is in a backup. `files` maps each name to its SHA-256 and its size in bytes."""

    version: str
    engine: str
    made_at: str
    house: str
    migrations: list[str]
    files: dict[str, tuple[str, int]] = field(default_factory=dict)
    kind: str = KIND
    format: int = FORMAT

    @property
    def size(self) -> int:
        return sum(size for _digest, size in self.files.values())

    def as_bytes(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_bytes(cls, text: bytes) -> Manifest:
        try:
            values: dict[str, Any] = json.loads(text)
            if values["kind"] != KIND:
                raise ValueError
            if values["format"] > FORMAT:
                raise BadArchive("The backup was made by a newer Kundenkreis. Update this one first.")
            values["files"] = {name: (str(digest), int(size)) for name, (digest, size) in values["files"].items()}
            manifest = cls(**values)
        except BadArchive:
            raise
        except (ValueError, KeyError, TypeError) as error:
            raise BadArchive("The file is not a backup of Kundenkreis.") from error
        for name in manifest.files:
            refuse_unsafe(name)
        return manifest


def refuse_unsafe(name: str) -> None:
    """Raise BadArchive for a name that would leave the folder it is unpacked into."""
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name:
        raise BadArchive(f"The backup holds an unsafe file name ({name!r}), so it is not used.")


def digest_of(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size


def write(target: Path, manifest: Manifest, sources: dict[str, Path], progress: Progress) -> None:
    """Write manifest and files to `target`, which appears only when it is whole."""
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        with _writer(part, is_zip=target.suffix == ".zip") as add:
            add(MANIFEST, io.BytesIO(manifest.as_bytes()), len(manifest.as_bytes()))
            done = 0
            for name, path in sources.items():
                size = manifest.files[name][1]
                with path.open("rb") as file:
                    add(name, file, size)
                done += size
                progress("Writing the backup", done, manifest.size)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _writer(path: Path, *, is_zip: bool) -> Iterator[Callable[[str, IO[bytes], int], None]]:
    if is_zip:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:

            def add_to_zip(name: str, file: IO[bytes], size: int) -> None:
                with archive.open(name, "w", force_zip64=size > 1 << 30) as target:
                    shutil.copyfileobj(file, target, _BLOCK)

            yield add_to_zip
        return
    with gzip.open(path, "wb", compresslevel=4) as packed, tarfile.open(fileobj=packed, mode="w") as tar:

        def add_to_tar(name: str, file: IO[bytes], size: int) -> None:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = size, 0o600
            tar.addfile(entry, file)

        yield add_to_tar


def read_manifest(path: Path) -> Manifest:
    """What a backup says it holds. Raises BadArchive if it is none."""
    with _readable():
        for name, file in _members(path):
            if name != MANIFEST:
                break
            return Manifest.from_bytes(file.read(_MOST_MANIFEST))
    raise BadArchive("The file is not a backup of Kundenkreis.")


def unpack(path: Path, manifest: Manifest, into: Path, progress: Progress) -> None:
    """Unpack into an empty folder and compare every file with the manifest. Raises BadArchive at the first difference."""
    seen: set[str] = set()
    done = 0
    with _readable():
        for name, file in _members(path):
            if name == MANIFEST and not seen:
                continue
            refuse_unsafe(name)
            if name not in manifest.files or name in seen:
                raise BadArchive(
                    f"The backup holds a file that its manifest does not know ({name}), so it is not used."
                )
            target = into / name
            target.parent.mkdir(parents=True, exist_ok=True)
            digest, size = manifest.files[name]
            if _copy(file, target, size) != digest:
                raise BadArchive(f"The backup is damaged: {name} is not what was saved.")
            seen.add(name)
            done += size
            progress("Checking the backup", done, manifest.size)
    if missing := manifest.files.keys() - seen:
        raise BadArchive(f"The backup is damaged: {min(missing)} is missing.")


def _copy(file: IO[bytes], target: Path, size: int) -> str:
    """Copy at most `size` bytes (and one more, to notice that there are more); the digest of what was copied."""
    digest, left = hashlib.sha256(), size + 1
    with target.open("wb") as out:
        while left and (block := file.read(min(_BLOCK, left))):
            digest.update(block)
            out.write(block)
            left -= len(block)
    return digest.hexdigest()


def _members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Names and contents in the archive's order; a link or device is refused."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    with archive.open(info) as content:
                        yield info.filename, content
        return
    with tarfile.open(path, "r|gz") as tar:
        for entry in tar:
            if not entry.isfile():
                raise BadArchive(f"The backup holds something that is no file ({entry.name}), so it is not used.")
            content_of = tar.extractfile(entry)
            if content_of:
                yield entry.name, content_of


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile) and error.errno is not None:
            raise BadArchive(f"The backup cannot be read or unpacked: {error.strerror}.") from error
        raise BadArchive("The file is damaged, or is not a backup of Kundenkreis.") from error

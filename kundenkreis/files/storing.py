"""Keeping a document's content: streamed to disk under its SHA-256, checked by what it is, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from kundenkreis.files import kinds
from kundenkreis.files.models import Document, Version
from kundenkreis.history.recording import record_event

LIMIT = 250 * 1024 * 1024  # bytes in one document
_DAY = 24 * 3600
_PIECE = 1024 * 1024
# Characters that make a name lie about itself: controls, invisible ones, and those that turn the direction of writing.
_LYING = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]")
_RESERVED = re.compile(r'[<>:"/\\|?*]')


class Lost(Exception):
    """The content of a version is not where it should be; the message says so to a person."""


@dataclass(frozen=True)
class _Taken:
    path: Path
    sha256: str
    size: int
    content_type: str


def store(upload: Any, subject: models.Model, *, by: Any, name: str = "") -> Document:
    """A new document on a record from an upload (`name`, `chunks()`). Raises ValidationError with a sentence; then nothing is kept."""
    file_name = clean_name(upload.name)
    taken = _take(upload, file_name)
    with transaction.atomic():
        account = getattr(subject, "timeline_account_id", None)
        document = Document.add(
            by=by,
            name=clean_name(name) if name else file_name,
            subject_type=subject._meta.label_lower,
            subject_id=subject.pk,
            account_id=account() if callable(account) else None,
        )
        version = _version(document, 1, file_name, taken, by)
        Document.objects.filter(pk=document.pk).update(latest=version)
    document.latest = version
    read_later(version)
    return document


def add_version(document: Document, upload: Any, *, by: Any) -> Version:
    """A newer version of a document. Raises ValidationError with a sentence; then the document stays as it was."""
    file_name = clean_name(upload.name)
    taken = _take(upload, file_name)
    with transaction.atomic():
        present = Document.objects.select_for_update().get(pk=document.pk)
        last = present.versions.aggregate(last=models.Max("number"))["last"] or 0
        version = _version(present, last + 1, file_name, taken, by)
        Document.objects.filter(pk=present.pk).update(
            latest=version, version=models.F("version") + 1, changed_at=version.uploaded_at
        )
        present.version += 1
        record_event(
            present,
            "document.version_added",
            by=by,
            changes={"latest": [present.latest_id, version.pk, str(present.latest or ""), str(version)]},
        )
    document.refresh_from_db()
    read_later(version)
    return version


def open_version(version: Version) -> BinaryIO:
    """The content, for reading. Raises Lost."""
    try:
        return path_of(version.sha256).open("rb")
    except OSError as problem:
        raise Lost(
            _("The content of “%(name)s” is missing on the server. Please tell an administrator; a backup has it.")
            % {"name": version.file_name}
        ) from problem


def path_of(sha256: str) -> Path:
    return Path(settings.FILES_DIR) / sha256[:2] / sha256[2:4] / sha256


def clean_name(name: str) -> str:
    """A name without paths, tricks and characters that other systems refuse; its ending is kept. Never empty."""
    name = unicodedata.normalize("NFC", str(name)).replace("\\", "/").rpartition("/")[2]
    name = _RESERVED.sub("_", _LYING.sub("", name)).strip(" .")
    stem, ending = os.path.splitext(name)
    return f"{stem[: 200 - len(ending[:20])].rstrip(' .')}{ending[:20]}" or _("file")


def sweep(older_than_seconds: int = _DAY) -> int:
    """Delete contents that no version names, and what broken uploads left. Young ones stay: their row may be on its way."""
    before = time.time() - older_than_seconds
    gone = 0
    for some in _slices(_old_files(before)):
        wanted = set(Version.objects.filter(sha256__in=[p.name for p in some]).values_list("sha256", flat=True))
        for path in some:
            if path.name not in wanted:
                path.unlink(missing_ok=True)
                gone += 1
    return gone


def read_later(version: Version) -> None:
    """The worker reads what stands in it; what it misses, the timetable finds."""
    from kundenkreis.files import tasks  # which reads with the help of this module

    tasks.read_document.enqueue(version.pk)


def _take(upload: Any, file_name: str) -> _Taken:
    """Write the upload to disk, find out what it is, and move it to its place."""
    incoming = Path(settings.FILES_DIR) / "incoming"
    path: Path | None = None
    try:
        incoming.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=incoming, delete=False) as file:
            path = Path(file.name)
            sha256, size = _written(upload, file)
            content_type = _checked(file_name, kinds.found_in(cast(BinaryIO, file)), size)
            os.fsync(file.fileno())
        return _Taken(_placed(path, sha256), sha256, size, content_type)
    except OSError as problem:
        if problem.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise ValidationError(
            _("The server's disk is full. “%(name)s” was not stored; please tell an administrator."),
            params={"name": file_name},
        ) from problem
    finally:
        if path is not None:
            path.unlink(missing_ok=True)


def _written(upload: Any, file: Any) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for piece in upload.chunks(_PIECE):
        size += len(piece)
        if size > LIMIT:
            raise ValidationError(
                _("“%(name)s” is larger than %(limit)s MB. Nothing was stored."),
                params={"name": upload.name, "limit": LIMIT // 1024**2},
            )
        digest.update(piece)
        file.write(piece)
    file.flush()
    return digest.hexdigest(), size


def _checked(file_name: str, content_type: str, size: int) -> str:
    if size == 0:
        raise ValidationError(_("“%(name)s” is empty. Nothing was stored."), params={"name": file_name})
    wanted = kinds.promised(file_name)
    if wanted and content_type not in wanted:
        params = {"name": file_name, "ending": Path(file_name).suffix.lower(), "found": kinds.named(content_type)}
        raise ValidationError(
            _("“%(name)s” says it is %(ending)s, but its content is not: it looks like %(found)s. Nothing was stored."),
            params=params,
        )
    return content_type


def _placed(path: Path, sha256: str) -> Path:
    target = path_of(sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() and target.stat().st_size == path.stat().st_size:
        os.utime(target)  # young again, so that a sweep leaves it alone until the new row is there
    else:
        os.replace(path, target)
        target.chmod(0o640)
    return target


def _version(document: Document, number: int, file_name: str, taken: _Taken, by: Any) -> Version:
    return Version.objects.create(
        document=document,
        number=number,
        file_name=file_name,
        sha256=taken.sha256,
        size=taken.size,
        content_type=taken.content_type,
        uploaded_by=by,
    )


def _old_files(before: float) -> Iterator[Path]:
    for path in Path(settings.FILES_DIR).rglob("*"):
        if path.is_file() and path.stat().st_mtime < before:
            yield path


def _slices(paths: Iterator[Path], size: int = 500) -> Iterator[list[Path]]:
    some: list[Path] = []
    for path in paths:
        some.append(path)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some

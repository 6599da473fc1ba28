"""Files in which a person is named: what was imported, edited workbooks, her own documents."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from kundenkreis.files import storing
from kundenkreis.files.models import Document, Version
from kundenkreis.history.models import Batch, Event
from kundenkreis.privacy.needles import Needles, Replacer
from kundenkreis.quality.models import EditedSheet, ImportRun, Mapping

_BLOCK = 1 << 22
_OVERLAP = 400  # characters; longer than any name with its titles
_MOST_MEMBER = 1 << 31
_WORKING = (
    ImportRun.State.CHECKING, ImportRun.State.WAITING, ImportRun.State.RUNNING, ImportRun.State.FINISHING, ImportRun.State.UNDOING,
)  # fmt: skip


class Waiting(Exception):
    """A file in which the person is named is being imported; the erasure goes on when that has ended."""


def drop(digests: Collection[str], documents: Collection[int]) -> None:
    """Delete documents with all versions, and contents that nothing else has."""
    Document._base_manager.filter(pk__in=documents).update(latest=None)
    Document._base_manager.filter(pk__in=documents).delete()
    needed = set(Version.objects.filter(sha256__in=digests).values_list("sha256", flat=True))
    for digest in set(digests) - needed:
        storing.path_of(digest).unlink(missing_ok=True)


def forget(needles: Needles, mark: str) -> int:
    """Delete kept files that name her; how many there were. Raises Waiting while one of them is being imported."""
    pattern, bare = needles.pattern(own=False), needles.pattern(own=True)
    folder = Path(settings.DATA_DIR) / "imports"
    if pattern is None or bare is None:
        return 0
    working = set(ImportRun.objects.filter(state__in=_WORKING).values_list("path", flat=True))
    working |= set(EditedSheet.objects.filter(state__in=["comparing", "applying"]).values_list("path", flat=True))
    count = waiting = 0
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and (pattern.search(path.name) or names(path, pattern)):
            if str(path) in working:
                waiting += 1
                continue
            drafts = ImportRun.objects.filter(
                path=str(path), state__in=[ImportRun.State.DRAFT, ImportRun.State.CHECKED]
            )
            drafts.update(state=ImportRun.State.CANCELLED)
            path.unlink(missing_ok=True)
            _unname(path, Replacer(bare, mark))
            count += 1
    if waiting:
        raise Waiting
    return count


def forget_old_houses() -> int:
    """What a restore has kept beside the house, which holds her still."""
    old = list(Path(settings.DATA_DIR).glob("*.before-restore"))
    for path in old:
        _remove(path)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA IF EXISTS before_restore CASCADE")
    return len(old)


def _unname(path: Path, replacer: Replacer) -> None:
    """A file that names her may be named after her: what knew it knows it by a name that tells nothing, and that it is gone."""
    gone = str(path.with_name("erased"))
    for sheet in EditedSheet.objects.filter(path=str(path)):
        EditedSheet.objects.filter(pk=sheet.pk).update(path=gone, file_name=replacer.text(sheet.file_name))
    for run in ImportRun.objects.filter(path=str(path)):
        name = replacer.text(run.file_name)
        ImportRun.objects.filter(pk=run.pk).update(path=gone, file_name=name)
        Mapping.objects.filter(name=run.file_name).update(name=name[:120])
        Batch.objects.filter(pk=run.batch_id, label=run.file_name[:200]).update(label=name[:200])
        about = {"quality.importrun": run.pk, "history.batch": run.batch_id}
        for subject_type, pk in about.items():
            events = Event.objects.filter(
                subject_type=subject_type, subject_id=pk or 0, subject_label=run.file_name[:200]
            )
            events.update(subject_label=name[:200])


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def names(path: Path, pattern: re.Pattern[str]) -> bool:
    """Whether a file names her: a table as text in any usual encoding, or a workbook (a ZIP archive with XML in it)."""
    if zipfile.is_zipfile(path):
        try:
            return any(pattern.search(text) for text in _members(path))
        except (zipfile.BadZipFile, OSError, RuntimeError, EOFError, NotImplementedError):
            return False
    return any(pattern.search(text) for encoding in _encodings(path) for text in _read(path, encoding))


def _encodings(path: Path) -> tuple[str, str]:
    """In which encodings its text may be: UTF-16 has zero bytes, anything else has none."""
    with path.open("rb") as file:
        return ("utf-16-le", "utf-16-be") if b"\0" in file.read(_BLOCK) else ("utf-8", "cp1252")


def _read(path: Path, encoding: str) -> Iterator[str]:
    with path.open(encoding=encoding, errors="replace") as file:
        before = ""
        while block := file.read(_BLOCK):
            yield before + block
            before = block[-_OVERLAP:]


def _members(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.file_size > _MOST_MEMBER:
                continue
            with archive.open(info) as file:
                before = ""
                while block := file.read(_BLOCK):
                    text = block.decode("utf-8", "replace")
                    yield before + text
                    # In a workbook first and last name stand in cells of their own.
                    yield re.sub(r"<[^>]+>+", " ", before + text)
                    before = text[-_OVERLAP:]

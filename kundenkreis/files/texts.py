"""What stands in documents: read after the upload by a program of its own, kept beside the version, and found by its words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from django.db import models, transaction
from django.utils import timezone

from kundenkreis.files import extracting, storing
from kundenkreis.files.models import Document, DocumentText, Version

SECONDS = 60  # for one file, however busy the machine is
_MOST_ANSWER = extracting.MOST * 7  # bytes of JSON
_AT_ONCE = 200


def read(version: Version) -> DocumentText:
    """Read the newest version of a document and make it findable. Whatever the file does, this ends, and says how it went."""
    text, state = _extract(version)
    with transaction.atomic():
        kept, _new = DocumentText.objects.update_or_create(
            document_id=version.document_id,
            defaults={"version": version, "text": text, "state": state, "read_at": timezone.now()},
        )
        document = Document._base_manager.get(pk=version.document_id)
        document.settle({"text"})
    return kept


def unread() -> models.QuerySet[Version]:
    """The newest versions of documents that nobody has read yet: just uploaded, or the job was lost."""
    newest = Version.objects.filter(pk__in=Document.objects.living().exclude(latest=None).values("latest"))
    return newest.filter(~models.Exists(DocumentText.objects.filter(version=models.OuterRef("pk"))))


def read_rest(most: int = _AT_ONCE) -> int:
    """Read what is unread, the newest first; how many were read."""
    count = 0
    for version in unread().order_by("-pk")[:most]:
        read(version)
        count += 1
    return count


def rows() -> Iterator[tuple[int, str]]:
    """Every living document as `core.search_texts.put` takes it."""
    for document in Document.objects.living().select_related("read").iterator(200):
        yield document.pk, document.search_text()


def _extract(version: Version) -> tuple[str, str]:
    """(text, state)."""
    if version.content_type not in extracting.READABLE:
        return "", DocumentText.State.NO_TEXT
    path = storing.path_of(version.sha256)
    if not path.exists():
        return "", DocumentText.State.LOST
    root = str(Path(__file__).resolve().parents[2])
    # Nothing of the house's secrets stands in its environment.
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": root, "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "kundenkreis.files.extracting", str(path), version.content_type]
    try:
        done = subprocess.run(  # noqa: S603 (our own program, and a path that we made)
            command,
            env=environment,
            cwd="/",
            capture_output=True,
            timeout=SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return "", DocumentText.State.TOO_LARGE
    if done.returncode or len(done.stdout) > _MOST_ANSWER:
        return "", DocumentText.State.TOO_LARGE if done.returncode < 0 else DocumentText.State.BROKEN
    return _answered(json.loads(done.stdout))


def _answered(answer: dict) -> tuple[str, str]:
    states = DocumentText.State
    if trouble := answer.get("trouble"):
        return "", {"password": states.PASSWORD, "too_large": states.TOO_LARGE}.get(trouble, states.BROKEN)
    text = answer["text"].encode("utf-8", "replace").decode("utf-8")
    if not text.strip():
        return "", states.NO_TEXT
    return text, states.READ if answer["is_whole"] else states.PARTLY

"""The beginning of an import: keep a copy of the file, look into it, and map it as far as it is known."""

from __future__ import annotations

import io
import os
import re
import shutil
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File

from kundenkreis.quality import mappings, running, targets
from kundenkreis.quality.models import ImportRun
from kundenkreis.quality.reading import Source, Unreadable
from kundenkreis.quality.repairing import PROBLEM
from kundenkreis.quality.suggesting import Suggestion, suggest
from kundenkreis.staff.models import User

SAMPLE = 8


@dataclass(frozen=True)
class Look:
    """A file as a person sees it before it is imported."""

    source: Source
    headers: tuple[str, ...]
    rows: list[tuple[str, ...]]  # the first few, as text
    suggestions: dict[str, Suggestion]
    signature: str
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def folder() -> Path:
    """Where uploaded files lie until their import is forgotten."""
    path = Path(settings.DATA_DIR) / "imports"
    path.mkdir(parents=True, exist_ok=True)
    return path


def start_draft(
    file: Path | File | IO[bytes],
    name: str,
    user: User | None,
    *,
    target: str = "",
    options: Mapping[str, Any] | None = None,
) -> ImportRun:
    """Keep a copy of the file and look into it. Raises Unreadable, and then nothing is kept.

    Where the headings are known (remembered, or delivered with the product) the draft is mapped already.
    """
    name = "".join(letter for letter in Path(name).name if letter.isprintable())[-255:]
    run = ImportRun(file_name=name, owner=user, options=dict(options or {}))
    path = folder() / f"{uuid.uuid4().hex}-{re.sub(r'[^A-Za-z0-9._-]+', '_', name)[-80:]}"
    copy(file, path)
    run.path, run.size = str(path), path.stat().st_size
    try:
        source = running.open_run(run)
    except Unreadable:
        path.unlink(missing_ok=True)
        raise
    run.options |= {
        "fingerprint": source.fingerprint,
        "columns": list(source.columns),
        "repaired": PROBLEM in source.columns,
    }
    run.rows_total = source.rows
    run.notes = [[note.code, dict(note.params)] for note in source.notes]
    run.target = target or mappings.target_of(source.columns) or mappings.likeliest(source.columns, source.sample())
    map_as_known(run, source)
    run.save()
    return run


def start_pasted(text: str, user: User | None, *, target: str = "") -> ImportRun:
    """A draft of cells pasted from a spreadsheet."""
    if not text.strip():
        raise Unreadable("nothing_pasted")
    first = text.lstrip("\n").splitlines()[0]
    options = {"delimiter": "\t", "encoding": "utf-8"} if "\t" in first else {"encoding": "utf-8"}
    return start_draft(io.BytesIO(text.encode("utf-8", "replace")), "pasted.txt", user, target=target, options=options)


def copy(file: Path | File | IO[bytes], path: Path) -> None:
    """A copy of what came in; nothing is left of one that could not be finished. What lies on the same disk already is not copied a second time."""
    lying = getattr(file, "temporary_file_path", None)
    if lying and Path(lying()).parent == path.parent:
        with suppress(OSError):  # a file system without links
            os.link(lying(), path)
            return
    try:
        with path.open("wb") as out:
            if isinstance(file, Path):
                with file.open("rb") as source:
                    shutil.copyfileobj(source, out, 1024 * 1024)
            elif hasattr(file, "chunks"):
                for piece in file.chunks():
                    out.write(piece)
            else:
                shutil.copyfileobj(file, out, 1024 * 1024)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def map_as_known(run: ImportRun, source: Source) -> None:
    """Mapping and options by memory, by what is delivered, or by suggestion."""
    target = targets.get(run.target)
    known = mappings.find(run.target, source.columns)
    run.options = {**target.defaults, **(known.options if known else {}), **run.options}
    if known:
        run.mapping = {name: column for name, column in known.mapping.items() if column in source.columns}
    else:
        offers = suggest(source.columns, source.sample(), target.fields)
        run.mapping = {name: offer.column for name, offer in offers.items()}
    fitting = [key.name for key in target.keys if set(key.fields) <= run.mapping.keys()]
    run.match_by = (known.match_by if known else "") or (fitting[0] if fitting else target.keys[0].name)


def look(run: ImportRun) -> Look:
    """Headings, first rows, suggestions and remarks. Raises Unreadable."""
    source = running.open_run(run)
    sample = source.sample()
    known = mappings.find(run.target, source.columns)
    offers = suggest(source.columns, sample, targets.get(run.target).fields, known.mapping if known else None)
    rows = [tuple(row) for row in sample.head(SAMPLE).rows()]
    notes = [(note.code, dict(note.params)) for note in source.notes]
    return Look(source, source.columns, rows, offers, mappings.mark(source.columns), notes)

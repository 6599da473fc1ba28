"""The loop of an import: read a chunk, store it, remember that it is stored, in one transaction each.

Whatever kills the process, the file's chunks before `next_chunk` are stored and those from it on are not, so a run goes on without loss
and without doing anything twice. A rehearsal walks the same way and writes nothing.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from kundenkreis.core import bulk
from kundenkreis.core.bulk_frames import little_memory
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch, Event
from kundenkreis.quality import targets
from kundenkreis.quality.models import ImportProblem, ImportRun
from kundenkreis.quality.reading import READING_OPTIONS, Chunk, Source, Unreadable, open_source
from kundenkreis.quality.targets.base import Job, Kept, Loader, Outcome, Problem

logger = logging.getLogger(__name__)
CHUNK, SMALL_CHUNK, SMALLEST = 25_000, 5_000, 500
# While somebody works, no transaction shall be longer than this (seconds): on SQLite hers waits until ours ends.
PATIENCE = 0.04
SOMEBODY_WORKS = dt.timedelta(minutes=5)
ATTEMPTS = 3
MOST_REHEARSED_PROBLEMS = 2_000
MOST_NOTES = 1_000
Progress = Callable[[ImportRun], None]
State = ImportRun.State


class Overtaken(Exception):
    """Another process works on the same run."""


class Stopped(Exception):
    """Somebody asked for it to end."""


def open_run(run: ImportRun) -> Source:
    """The run's file, read as its options say. Raises Unreadable, also when it is another file than at the beginning."""
    path = Path(run.path)
    stamp = (found.st_mtime_ns, found.st_size, found.st_ino) if (found := _stat(path)) else None
    options = [(name, run.options[name]) for name in READING_OPTIONS if run.options.get(name) is not None]
    source = _opened(path, stamp, run.file_name, tuple(options))
    if run.options.get("fingerprint", source.fingerprint) != source.fingerprint:
        raise Unreadable("file_changed", name=run.file_name)
    return source


@lru_cache(maxsize=16)
def _opened(path: Path, stamp: tuple[int, ...] | None, name: str, options: tuple[tuple[str, Any], ...]) -> Source:
    """Remembered while the file stays as it is: looking into a workbook of 100,000 rows takes seconds, each time."""
    return open_source(path, name, **dict(options))


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def walk(run: ImportRun, *, write: bool, progress: Progress | None = None) -> None:
    """Take every chunk that is left. Raises Stopped, Overtaken, Unreadable; each chunk before that is stored."""
    source = open_run(run)
    job = Job(run, write, run.owner, timezone.now(), run.batch)
    walker = _Walker(job, source)
    with little_memory():
        for chunk in walker.chunks():
            walker.take(chunk)
            if progress:
                progress(run)
            if ImportRun.objects.filter(pk=run.pk, wants_cancel=True).exists():
                raise Stopped
        walker.finish()


class _Walker:
    def __init__(self, job: Job, source: Source) -> None:
        self.job, self.run, self.source = job, job.run, source
        self.notes: set[tuple[str, str, str]] = set()
        self.told = 0
        self.busy = False
        self.pace = SMALLEST / PATIENCE  # rows stored in a second
        self.loader = self._loader()

    def _loader(self) -> Loader:
        loader = targets.get(self.run.target).loader(self.job)
        if self.run.next_chunk:
            loader.resume(self.source)
        return loader

    def chunks(self) -> Iterator[Chunk]:
        """The chunks that are left, small ones while somebody works, so that nobody waits long for the database."""
        row = self.run.rows_read + self.run.counts.get("blank", 0)
        offset = self.run.next_offset or None
        while True:
            size = self._size()
            self.busy = size != CHUNK
            for chunk in self.source.chunks(size, start_row=row, offset=offset):
                yield from self._pieces(chunk)
                row, offset = chunk.next_row, chunk.next_offset
                if self._size() != size:
                    break
            else:
                return

    def _pieces(self, chunk: Chunk) -> Iterator[Chunk]:
        """The chunk in parts that are stored quickly enough for those who wait; whole when nobody does.

        Inside a chunk the file has no place to go on from, so after a kill there its rows before are passed over.
        """
        end = chunk.first_row + chunk.height
        first = chunk.first_row
        while first < end:
            size = max(SMALLEST, int(self.pace * PATIENCE)) if self.busy else chunk.height
            after = min(first + size, end)
            if (first, after) == (chunk.first_row, end):
                yield chunk
                return
            inside = chunk.numbers.is_between(first, after, closed="left")
            errors = tuple(error for error in chunk.row_errors if first <= error.row < after)
            rows = chunk.frame.filter(inside)
            yield replace(
                chunk,
                first_row=first,
                frame=rows,
                numbers=chunk.numbers.filter(inside),
                row_errors=errors,
                blank=after - first - rows.height - len(errors),
                next_row=chunk.next_row - (end - after),
                next_offset=chunk.next_offset if after == end else None,
            )
            first = after

    def _size(self) -> int:
        if not self.job.write:
            return CHUNK
        latest = (
            Event.objects.filter(batch=None).exclude(actor_id=None).order_by("-pk").values_list("at", flat=True).first()
        )
        return SMALL_CHUNK if latest and timezone.now() - latest < SOMEBODY_WORKS else CHUNK

    def take(self, chunk: Chunk) -> None:
        """Store one chunk. When somebody was quicker with a number, the ids learnt are forgotten and it is done again."""
        began = time.monotonic()
        for attempt in range(1, ATTEMPTS + 1):
            rows = self.loader.read(chunk)
            try:
                if not self.job.write:
                    self._note(chunk, self.loader.store(rows), time.monotonic() - began)
                    return
                locked = time.monotonic()
                with transaction.atomic():
                    self._claim()
                    outcome = self.loader.store(rows)
                    values = self._note(chunk, outcome, time.monotonic() - began)
                    self._keep(outcome)
                break
            except (IntegrityError, OperationalError):
                if attempt == ATTEMPTS:
                    raise
                logger.warning("Chunk %s of import %s is tried again.", self.run.next_chunk, self.run.pk, exc_info=True)
                self.run.refresh_from_db()
                self.loader = self._loader()
        for name, value in values.items():
            setattr(self.run, name, value)
        held = time.monotonic() - locked
        self.pace = (self.pace + chunk.height / held) / 2
        if self.busy:
            time.sleep(min(held / 2, PATIENCE))  # those who wait for the database look every few hundredths of a second

    def _claim(self) -> None:
        """Only one process stores chunk n: the row stays locked until its transaction ends."""
        run = self.run
        mine = ImportRun.objects.filter(
            pk=run.pk, next_chunk=run.next_chunk, state__in=[State.RUNNING, State.FINISHING]
        )
        if not mine.update(heartbeat_at=timezone.now()):
            raise Overtaken

    def _note(self, chunk: Chunk, outcome: Outcome, seconds: float) -> dict[str, Any]:
        """The run's new counts and place in the file, stored with its problems."""
        run = self.run
        problems = outcome.problems + [
            Problem(e.row, "", e.code, {**e.params, "text": e.text[:500]}) for e in chunk.row_errors
        ]
        outcome.counts["rejected"] += len(chunk.row_errors)
        height = chunk.height - chunk.blank
        stored = sum(outcome.counts[name] for name in ("added", "changed", "unchanged", "rejected"))
        if stored != height:
            raise RuntimeError(f"{height} rows came in, {stored} were counted: {dict(outcome.counts)}")
        counts = Counter(run.counts) + outcome.counts
        counts["blank"] += chunk.blank
        counts["notes"] += sum(p.is_note for p in problems)
        self._store_problems(chunk, self._worth_telling(problems))
        values = {
            "counts": dict(counts),
            "rows_read": run.rows_read + height,
            "next_chunk": run.next_chunk + 1,
            "next_offset": chunk.next_offset or 0,
            "share": run.share if chunk.next_offset is None and not self.source.rows else self.source.progress(chunk),
            "seconds": run.seconds + seconds,
            "heartbeat_at": timezone.now(),
        }
        if self.job.write:
            ImportRun.objects.filter(pk=run.pk).update(**values)
        else:
            for name, value in values.items():
                setattr(run, name, value)
            ImportRun.objects.filter(pk=run.pk).update(
                share=run.share, rows_read=run.rows_read, seconds=run.seconds, heartbeat_at=run.heartbeat_at
            )
        return values

    def _worth_telling(self, problems: list[Problem]) -> list[Problem]:
        """Each remark once for its value, not for a hundred thousand rows; every reason to reject (of a rehearsal the first)."""
        told = []
        for problem in problems:
            known = (problem.field, problem.code, str(problem.params.get("value")))
            if problem.is_note and (known in self.notes or len(self.notes) >= MOST_NOTES):
                continue
            if not self.job.write and self.told >= MOST_REHEARSED_PROBLEMS:
                continue
            if problem.is_note:
                self.notes.add(known)
            self.told += 1
            told.append(problem)
        return told

    def _store_problems(self, chunk: Chunk, problems: list[Problem]) -> None:
        if not problems:
            return
        cells = _cells(chunk, {p.row for p in problems if not p.is_note})
        once = {(p.row, p.field, p.code): p for p in problems}
        ids = bulk.reserve_ids(ImportProblem, len(once)) if self.job.write else None
        rows = [
            (self.run.pk, p.row, p.field, p.code, dict(p.params), p.is_note, cells.get(p.row, {}))
            for p in once.values()
        ]
        columns = ["run_id", "row", "field", "code", "params", "is_note", "cells"]
        if ids is not None:
            columns, rows = ["id", *columns], [(ids + i, *row) for i, row in enumerate(rows)]
        with transaction.atomic():
            bulk.insert_rows(ImportProblem, columns, rows)

    def _keep(self, outcome: Outcome) -> None:
        """What undo needs, and the batch's own counts."""
        batch = self.job.batch
        if batch is None:
            return
        for kept in _merged(outcome.kept):
            added, fields, changed = kept.added, kept.fields, kept.changed
            chunks.keep(batch, self.run.next_chunk, kept.model, added=added, fields=fields, changed=changed)
            counts = batch.counts.setdefault(kept.model._meta.label_lower, {"added": 0, "changed": 0})
            counts["added"] += len(added)
            counts["changed"] += len(changed)
        if outcome.kept:
            Batch.objects.filter(pk=batch.pk).update(counts=batch.counts)

    def finish(self) -> None:
        """What the target does after the last row, as one more chunk."""
        if not self.job.write:
            self._settle_rehearsal(self.loader.finish())
            return
        with transaction.atomic():
            self._claim()
            outcome = self.loader.finish()
            counts = dict(Counter(self.run.counts) + outcome.counts)
            self._keep(outcome)
            if outcome.problems:
                self._store_last(outcome.problems)
            values = {
                "counts": counts,
                "next_chunk": self.run.next_chunk + 1,
                "rows_total": self.run.rows_read,
                "share": 1.0,
            }
            ImportRun.objects.filter(pk=self.run.pk).update(state=State.FINISHING, **values)
        for name, value in values.items():
            setattr(self.run, name, value)
        self.run.state = State.FINISHING

    def _settle_rehearsal(self, outcome: Outcome) -> None:
        self.run.counts = dict(Counter(self.run.counts) + outcome.counts)
        if outcome.problems:
            self._store_last(outcome.problems)

    def _store_last(self, problems: list[Problem]) -> None:
        rows = [
            ImportProblem(run=self.run, row=p.row, field=p.field, code=p.code, params=dict(p.params), is_note=p.is_note)
            for p in problems
        ]
        ImportProblem.objects.bulk_create(rows, ignore_conflicts=True)


def _merged(some: list[Kept]) -> list[Kept]:
    """One entry for each model, in the order in which rows were added (undo goes the other way round)."""
    found: dict[Any, Kept] = {}
    for kept in sorted(some, key=lambda kept: not kept.added):
        one = found.setdefault(kept.model, Kept(kept.model))
        one.added = [*one.added, *kept.added] if one.added else kept.added
        if kept.changed:
            assert not one.changed, "one set of changes for a model in a chunk"
            one.fields, one.changed = kept.fields, kept.changed
    return list(found.values())


def _cells(chunk: Chunk, rows: set[int]) -> dict[int, dict[str, str]]:
    """The rejected rows as they were, column by column."""
    if not rows:
        return {}
    wanted = chunk.numbers.is_in(list(rows))
    names = chunk.frame.columns
    cells = {
        number: dict(zip(names, row, strict=True))
        for number, row in zip(chunk.numbers.filter(wanted).to_list(), chunk.frame.filter(wanted).rows(), strict=True)
    }
    for error in chunk.row_errors:
        cells[error.row] = dict(zip(names, error.cells, strict=False))
    return cells

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
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import DataError, IntegrityError, OperationalError, transaction
from django.utils import timezone

from kundenkreis.core import bulk
from kundenkreis.core.bulk_frames import little_memory
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch, Event
from kundenkreis.quality import phrases, targets
from kundenkreis.quality.chunk_parts import cells_of, pieces, with_notes, without_notes
from kundenkreis.quality.models import ImportProblem, ImportRun
from kundenkreis.quality.pacing import Pace
from kundenkreis.quality.reading import READING_OPTIONS, Chunk, Source, Unreadable, open_source
from kundenkreis.quality.targets.base import Job, Kept, Loader, Outcome, Problem

logger = logging.getLogger(__name__)
CHUNK, SMALL_CHUNK = 25_000, 5_000
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
    if not run.next_chunk:
        run.notes = without_notes(run.notes)
    job = Job(run, write, run.owner, timezone.now(), run.batch)
    walker = _Walker(job, source)
    with little_memory():
        for chunk in walker.chunks():
            walker.take(chunk)
            _tell(run, progress)
        walker.finish(progress)


def _tell(run: ImportRun, progress: Progress | None) -> None:
    """Between two transactions: how far it is, and whether somebody has asked for it to end."""
    if progress:
        progress(run)
    if ImportRun.objects.filter(pk=run.pk, wants_cancel=True).exists():
        raise Stopped


class _Walker:
    def __init__(self, job: Job, source: Source) -> None:
        self.job, self.run, self.source = job, job.run, source
        self.notes: set[tuple[str, str, str]] = set()
        self.told = 0
        self.busy = False
        self.loader = self._loader()
        self.pace = Pace(self.loader.least_piece)

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
                # The pace is asked for each piece, for it changes while they are stored.
                yield from pieces(chunk, lambda: self.pace.rows) if self.busy else [chunk]
                row, offset = chunk.next_row, chunk.next_offset
                if self._size() != size:
                    break
            else:
                return

    def _size(self) -> int:
        if not self.job.write:
            return CHUNK
        latest = (
            Event.objects.filter(batch=None).exclude(actor_id=None).order_by("-pk").values_list("at", flat=True).first()
        )
        return SMALL_CHUNK if latest and timezone.now() - latest < SOMEBODY_WORKS else CHUNK

    def take(self, chunk: Chunk) -> None:
        """Store one chunk. A row that the database does not take is found by halves and rejected, the others are stored."""
        try:
            self._take(chunk)
        except (DataError, IntegrityError, OverflowError):
            logger.warning("Chunk %s of import %s is taken by halves.", self.run.next_chunk, self.run.pk, exc_info=True)
            self._begin_anew()
            if chunk.height > 1:
                half = -(-chunk.height // 2)
                for part in pieces(chunk, lambda: half):
                    self.take(part)
            else:
                self._reject(chunk)

    def _take(self, chunk: Chunk) -> None:
        """When somebody was quicker with a number, the ids learnt are forgotten and it is done again."""
        began = time.monotonic()
        for attempt in range(1, ATTEMPTS + 1):
            rows = self.loader.read(chunk)
            told = self.told, set(self.notes)
            try:
                if not self.job.write:
                    self._note(chunk, self.loader.store(rows), time.monotonic() - began)
                    return
                self._let_others()
                with transaction.atomic():
                    locked = time.monotonic()
                    self._claim()
                    outcome = self.loader.store(rows)
                    values = self._note(chunk, outcome, time.monotonic() - began)
                    self._keep(outcome)
                break
            except (IntegrityError, OperationalError):
                self.told, self.notes = told
                if attempt == ATTEMPTS:
                    raise
                logger.warning("Chunk %s of import %s is tried again.", self.run.next_chunk, self.run.pk, exc_info=True)
                self._begin_anew()
            except (DataError, OverflowError):
                self.told, self.notes = told
                raise
        self._remember(values)
        self.pace.note(chunk.height, time.monotonic() - locked)

    def _begin_anew(self) -> None:
        """What the attempt that failed had learnt and counted is not true: back to what is stored."""
        if not self.job.write:
            return
        self.run.refresh_from_db()
        if self.job.batch:
            self.job.batch.refresh_from_db()
        self.loader = self._loader()

    def _reject(self, chunk: Chunk) -> None:
        """A chunk of one row that cannot be stored."""
        row = chunk.numbers[0] if len(chunk.numbers) else chunk.first_row
        outcome = Outcome(Counter(rejected=1), [Problem(row, "", "row_broke")])
        with transaction.atomic():
            if self.job.write:
                self._claim()
            self._remember(self._note(chunk, outcome, 0))

    def _remember(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            setattr(self.run, name, value)

    def _let_others(self) -> None:
        if self.busy:
            self.pace.rest()

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
        problems = outcome.problems + [Problem(e.row, "", e.code, e.params) for e in chunk.row_errors]
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
            "counts": dict(+counts),
            "notes": with_notes(run.notes, chunk.notes),
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
                share=run.share,
                rows_read=run.rows_read,
                seconds=run.seconds,
                heartbeat_at=run.heartbeat_at,
                notes=run.notes,
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
        cells = cells_of(chunk, {p.row for p in problems if not p.is_note})
        once = {(p.row, p.field, p.code): p for p in problems}
        ids = bulk.reserve_ids(ImportProblem, len(once)) if self.job.write else None
        rows = [
            (
                self.run.pk,
                p.row,
                p.field,
                p.code,
                phrases.kept(dict(p.params)),
                p.is_note,
                phrases.kept(cells.get(p.row, {})),
            )
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

    def finish(self, progress: Progress | None = None) -> None:
        """What the target does after the last row, step by step. Raises Stopped as the chunks before do."""
        for step in self.loader.last_steps():
            if not self.job.write:
                self._settle_rehearsal(step())
                continue
            self._let_others()
            began = time.monotonic()
            with transaction.atomic():
                self._claim()
                outcome = step()
                self._keep(outcome)
                self._store_last(outcome)
                values = {
                    "counts": dict(Counter(self.run.counts) + outcome.counts),
                    "next_chunk": self.run.next_chunk + 1,
                    "seconds": self.run.seconds + time.monotonic() - began,
                }
                ImportRun.objects.filter(pk=self.run.pk).update(**values)
            self._remember(values)
            self.pace.ended()
            self.busy = self._size() != CHUNK
            _tell(self.run, progress)
        if self.job.write:
            with transaction.atomic():
                self._claim()
                values = {"state": State.FINISHING, "rows_total": self.run.rows_read, "share": 1.0}
                ImportRun.objects.filter(pk=self.run.pk).update(**values)
            self._remember(values)

    def _settle_rehearsal(self, outcome: Outcome) -> None:
        self._store_last(outcome)
        self.run.counts = dict(Counter(self.run.counts) + outcome.counts)

    def _store_last(self, outcome: Outcome) -> None:
        """Remarks of a last step, each once: after a kill the steps are taken again."""
        rows = {p.row for p in outcome.problems}
        told = set(self.run.problems.filter(row__in=rows).values_list("row", "field", "code")) if rows else set()
        new = {(p.row, p.field, p.code): p for p in outcome.problems if (p.row, p.field, p.code) not in told}
        outcome.counts["notes"] += len(new)
        ImportProblem.objects.bulk_create(
            ImportProblem(
                run=self.run,
                row=p.row,
                field=p.field,
                code=p.code,
                params=phrases.kept(dict(p.params)),
                is_note=p.is_note,
            )
            for p in new.values()
        )


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

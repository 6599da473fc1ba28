"""The verb that searches for duplicates: all records with each other, or those that have changed with all, and keeps the house's pairs."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from kundenkreis.customers import alike
from kundenkreis.customers.models import Account, Contact, MatchKey, match_keys
from kundenkreis.history.recording import Actor, record_event
from kundenkreis.quality.alone import alone
from kundenkreis.quality.matching import engine, entry, keeping, learning, reading, walking
from kundenkreis.quality.matching.comparisons import BY_KIND, Matched
from kundenkreis.quality.matching.keeping import Found
from kundenkreis.quality.matching.scoring import prior
from kundenkreis.quality.matching.weights import Weights, shipped
from kundenkreis.quality.pairs import DuplicateRun

MODELS = {"account": Account, "contact": Contact}
# So many changed records are looked up one by one in the table of keys; of more, the engine reads all records.
MOST_WALKED = 500
KEYED = 5_000  # records whose keys are written in one transaction
OVERLAP = dt.timedelta(minutes=5)  # a long transaction may commit what it stamped before the last run began


@dataclass(frozen=True)
class _Task:
    """What one kind's search is asked."""

    matched: Matched
    weights: Weights
    learnt: dict[str, int]
    fresh: list[int] | None  # None: all
    records: int


def run(*, by: Actor | None = None, full: bool = False, now: dt.datetime | None = None) -> DuplicateRun:
    """Bring the pairs up to date: of records changed since the last run, or of all of them (`full`, and the first time). Raises Busy."""
    now, began = now or timezone.now(), time.monotonic()
    with alone("duplicates"):
        before = DuplicateRun.latest()
        row = DuplicateRun.objects.create(started_at=now, is_full=full or before is None)
        for matched in BY_KIND.values():
            task = _task(matched, row, before)
            _keep_keys(task)
            row.counts[matched.name] = _search(task, row.is_full, now) | {"records": task.records}
            row.weights[matched.name], row.learnt[matched.name] = task.weights.as_kept(), task.learnt
        _end(row, by, dt.timedelta(seconds=time.monotonic() - began))
    return row


def is_due() -> bool:
    """Whether an account or contact has changed since the last run began."""
    latest = DuplicateRun.latest()
    if latest is None:
        return any(model.objects.living().exists() for model in MODELS.values())
    return any(model._base_manager.filter(changed_at__gt=latest.started_at).exists() for model in MODELS.values())


def _task(matched: Matched, row: DuplicateRun, before: DuplicateRun | None) -> _Task:
    rows = MODELS[matched.name].objects.living()
    fresh = None
    if not row.is_full and before is not None:
        since = before.started_at - OVERLAP
        fresh = sorted(MODELS[matched.name]._base_manager.filter(changed_at__gt=since).values_list("pk", flat=True))
    kept = before.weights.get(matched.name) if before and not row.is_full else None
    weights = Weights.from_kept(kept) if kept else shipped(matched.name)
    learnt = before.learnt.get(matched.name, {}) if before and not row.is_full else {}
    return _Task(matched, weights, learnt, fresh, rows.count())


def _search(task: _Task, is_full: bool, now: dt.datetime) -> dict[str, int]:
    """Find and keep one kind's pairs; what came of it."""
    if task.fresh is not None and len(task.fresh) <= MOST_WALKED:
        found = walking.pairs(task.matched, task.weights, prior(task.records, task.weights), task.fresh)
        return keeping.keep(task.matched.name, found, task.fresh, now)
    with engine.opened() as con:
        engine.load(con, task.matched, reading.everything(task.matched.name), task.fresh)
        if is_full:
            _learn(con, task)
        before = prior(task.records, task.weights)
        rows = engine.pairs(con, task.matched, task.weights, before, fresh_only=task.fresh is not None)
        found = [
            Found(low, high, likeness)
            for low, high, likeness in engine.explained(con, task.matched, task.weights, before, rows)
        ]
    return keeping.keep(task.matched.name, found, task.fresh, now)


def _learn(con: Any, task: _Task) -> None:
    """Fit the task's weights to the house."""
    same, different = keeping.decided(task.matched.name)
    before = prior(task.records, task.weights)
    weights = learning.with_chance(task.weights, learning.by_chance(con, task.matched, task.weights, before))
    weights = learning.with_decisions(weights, same, different)
    object.__setattr__(task, "weights", weights)
    task.learnt.update(records=min(task.records, learning.SAMPLE), same=len(same), different=len(different))


def _keep_keys(task: _Task) -> None:
    """The keys of what imports have brought, of all records in a full run; and none of records that are gone."""
    number, model = match_keys.KINDS[task.matched.name], MODELS[task.matched.name]
    living = model.objects.living()
    if task.fresh is None:
        gone = MatchKey.objects.filter(kind=number).exclude(subject_id__in=living.values("pk"))
        gone.delete()
        ids: Any = living.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=KEYED)
    else:
        ids = living.filter(pk__listed=task.fresh).order_by("pk").values_list("pk", flat=True)
        match_keys.forget(number, task.fresh)
    rest = iter(ids)
    while some := list(islice(rest, KEYED)):
        with transaction.atomic():
            match_keys.put(number, alike.keys(task.matched.name, some))


def _end(row: DuplicateRun, by: Actor | None, took: dt.timedelta) -> None:
    row.ended_at = row.started_at + took
    told = {f"{kind}_{name}": [None, count] for kind, counts in row.counts.items() for name, count in counts.items()}
    with transaction.atomic():
        row.save()
        record_event(row, "duplicaterun.done", by=by, changes=told)
    entry.forget()

"""The verb that recomputes: facts, figures, scores and signals, from the orders to the screen."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from kundenkreis.core import clock, planning
from kundenkreis.customers.models import Account
from kundenkreis.history.recording import Actor, record_event
from kundenkreis.insights import backtest, figuring, judging, keeping, outcomes, storing
from kundenkreis.insights.backtest import BackTest
from kundenkreis.insights.computing import Basis
from kundenkreis.insights.facts import stale, store
from kundenkreis.insights.facts.store import Manifest
from kundenkreis.insights.judging import House
from kundenkreis.insights.keeping import Kept
from kundenkreis.insights.models import Run, Score, Signal


class Busy(Exception):
    """Another run is at work."""


def run(
    *, by: Actor | None = None, as_of: dt.date | None = None, full: bool = False, now: dt.datetime | None = None
) -> Run:
    """Bring scores and signals up to date, as of today unless told. `full` reads all facts from the database again.

    Otherwise only accounts whose orders have changed are read and computed; the result is the same, but that a large house
    is not measured anew for a few of its accounts (`keeping.MOST_CHANGED`). Raises Busy.
    """
    as_of, now = as_of or clock.today(), now or timezone.now()
    with _alone(), figuring.engine() as con:
        before = Run.latest()
        manifest, accounts = _facts(con, full)
        row = Run.objects.create(as_of=as_of, started_at=now, is_full=accounts is None)
        store.views(con, manifest)
        basis, hidden, kept = figuring.basis(con, as_of), _in_bin(), Kept.of(manifest)
        asked = kept.changed_since(basis, accounts, hidden)
        row.is_full = asked is None
        # What was read just now is all in one file: there is no need to look for it among everybody's.
        facts = store.views_of_newest(con, manifest) if asked and asked <= (accounts or set()) else ""
        task = _Task(basis, hidden, asked, facts, is_known=bool(manifest.run))
        kept, house, counts = _brought_up_to_date(con, kept, task, now)
        counts["judged"] = outcomes.judge(con, as_of)
        told = house.as_kept() | {"basis": kept.basis, "backtest": _tested(con, basis, before, row.is_full)}
        _end(row, dict(counts), told, by)
        manifest.run, manifest.state = row.token, kept.as_state()
        store.keep(manifest)
    if row.is_full:
        planning.learn([Score, Signal])  # the planner knew of none when a house's first were stored
    return row


@dataclass(frozen=True)
class _Task:
    """What a run has to compute."""

    basis: Basis
    hidden: set[int]  # accounts in the bin
    asked: set[int] | None  # accounts; None: all
    facts: str  # what stands before the names of the views with their facts
    is_known: bool  # whether what was written last is kept beside the facts


def _brought_up_to_date(con: Any, kept: Kept, task: _Task, now: dt.datetime) -> tuple[Kept, House, Counter[str]]:
    """Compute, judge and store: what is kept now, what it was held against, and how many of what."""
    basis, hidden, asked = task.basis, task.hidden, task.asked
    yardstick = kept.yardstick(len(asked)) if asked is not None else None
    figures = figuring.compute(con, basis, asked, task.facts)
    if asked is not None and yardstick is None:
        figures = kept.with_others(con, figures)
    house = judging.judge(con, basis, figures, hidden, yardstick)
    if task.is_known:
        kept.load_written(con, only_asked=yardstick is not None)
    else:
        storing.read_written(con)
    counts = storing.store(con, basis.windows.as_of, now)
    if asked is not None and yardstick is not None:
        kept = keeping.with_some(con, kept, hidden, asked)
    else:
        kept = keeping.whole(con, basis, house, hidden)
    counts["accounts"] = kept.count
    counts["computed"] = kept.count if asked is None else len(asked)
    return kept, house, counts


def test_back(as_of: dt.date) -> BackTest | None:
    """The missed orders of a past day against what happened in the 90 days after; None when there is nothing to be tested."""
    with _alone(wait=True), figuring.engine() as con:
        manifest, _accounts = _facts(con, full=False)
        store.views(con, manifest)
        return backtest.run(con, as_of)


def look_back(as_of: dt.date) -> list[dict[str, Any]]:
    """The signals of a past day, the most at stake first, as the facts of today tell it. Nothing is stored."""
    with _alone(wait=True), figuring.engine() as con:
        manifest, _accounts = _facts(con, full=False)
        store.views(con, manifest)
        basis = figuring.basis(con, as_of)
        judging.judge(con, basis, figuring.compute(con, basis), _in_bin())
        rows = con.execute(
            "SELECT account, kind, value, figures FROM signals ORDER BY value DESC, account, kind"
        ).fetchall()
    return [{"account": a, "kind": k, "value": v, "figures": json.loads(f)} for a, k, v, f in rows]


@contextmanager
def facts() -> Iterator[tuple[Any, str]]:
    """An engine with the views `orders` and `lines` of the latest run, and that run's token; none can begin meanwhile.

    Raises Busy while one is at work, and LookupError when nothing was computed yet.
    """
    with _alone():
        manifest, latest = store.load(), Run.latest()
        if manifest is None or latest is None or manifest.run != latest.token:
            raise LookupError
        with figuring.engine() as con:
            store.views(con, manifest)
            yield con, latest.token


def is_busy() -> bool:
    """Whether a run, or an import of orders or its undo, is at work just now."""
    try:
        with _alone():
            return stale.is_busy()
    except Busy:
        return True


def is_due() -> bool:
    """Whether orders have changed since the last run, or another day has begun."""
    manifest, latest = store.load(), Run.latest()
    if manifest is None or latest is None or manifest.run != latest.token:
        return True
    return latest.as_of != clock.today() or stale.is_any(manifest.cursor)


def _facts(con: Any, full: bool) -> tuple[Manifest, set[int] | None]:
    """The facts as the database has them, and whose are new (None: everybody's)."""
    manifest, latest = store.load(), Run.latest()
    known = manifest is not None and latest is not None and manifest.run == latest.token
    if manifest is None or full or not known:
        return store.rebuild(con), None
    return store.refresh(con, manifest)


def _tested(con: Any, basis: Basis, before: Run | None, is_full: bool) -> dict[str, Any] | None:
    """The usual back-test: made anew by full runs, and when its month has changed. Overwrites the tables of figures."""
    day = backtest.usual_day(basis.windows.as_of)
    known = before.basis.get("backtest") if before else None
    if not is_full and known and known["as_of"] == day.isoformat():
        return known
    tested = backtest.run(con, day)
    return tested.as_kept() if tested else None


def _in_bin() -> set[int]:
    """What is in the bin, or was merged into another."""
    return set(Account.objects.filter(deleted_at__isnull=False).values_list("pk", flat=True))


@transaction.atomic
def _end(row: Run, counts: dict[str, int], basis: dict[str, Any], by: Actor | None) -> None:
    row.counts, row.basis, row.ended_at = counts, basis, timezone.now()
    row.save(update_fields=["counts", "basis", "ended_at", "is_full"])
    record_event(row, "run.done", by=by, changes={name: [None, count] for name, count in sorted(counts.items())})


@contextmanager
def _alone(wait: bool = False) -> Iterator[None]:
    """One at a time on this machine: it holds a lock on a file, which a killed one lets go. Raises Busy, unless it is to wait."""
    import fcntl

    folder = store.folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as held:
            raise Busy from held
        yield

"""Getting a file in: draft → look → map → check → run → done, with cancel, going on, and undo.

The verbs of an ImportRun. Each door asks `may_run` first. What is read stands in `reading`, what is stored in `targets`, the loop in
`running`, the file of rejected rows in `repairing`.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from kundenkreis.core import planning
from kundenkreis.core.bulk_frames import little_memory
from kundenkreis.history import undo as history_undo
from kundenkreis.history.models import Batch
from kundenkreis.history.recording import record_event
from kundenkreis.quality import mappings, rolled_up, running, targets, telling
from kundenkreis.quality.drafting import Look, folder, look, map_as_known, start_draft, start_pasted
from kundenkreis.quality.models import ImportRun
from kundenkreis.quality.phrases import kept
from kundenkreis.quality.reading import READING_OPTIONS, Unreadable
from kundenkreis.quality.running import Overtaken, Progress, Stopped
from kundenkreis.quality.targets.base import Target
from kundenkreis.quality.targets.columns import decide
from kundenkreis.staff import access
from kundenkreis.staff.models import User

__all__ = [
    "CannotImport", "Look", "cancel", "check", "folder", "forget", "give_up", "hindrances", "look", "may_run", "orphans", "remaining",
    "resume", "run_now", "set_mapping", "start", "start_draft", "start_pasted", "undo", "undo_now",
]  # fmt: skip
logger = logging.getLogger(__name__)
State = ImportRun.State
SILENT = dt.timedelta(seconds=90)


class CannotImport(Exception):
    """It cannot go on like this; `code` and `params` make the sentence (`messages.explain`)."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code, self.params = code, params


def may_run(user: User | None, target: Target) -> bool:
    """May this person import into this target? None is the house itself (the command line)."""
    return user is None or (
        access.may(user, "imports.run") and all(access.may(user, action) for action in target.needs)
    )


# --- preparing (the draft itself is made in `drafting`) --------------------------------------------------------------


def set_mapping(
    run: ImportRun, *, target: str | None = None, mapping: Mapping[str, str] | None = None, match_by: str | None = None,
    mode: str | None = None, options: Mapping[str, Any] | None = None,
) -> list[CannotImport]:  # fmt: skip
    """Say what goes where; returns what still hinders (nothing: it can be checked and run).

    A change of the target or of how the file is read begins the mapping anew. Raises CannotImport once the run has begun, Unreadable.
    """
    if run.state not in (State.DRAFT, State.CHECKED, State.FAILED) or run.next_chunk:
        raise CannotImport("already_running")
    reread = options is not None and any(
        options.get(o, run.options.get(o)) != run.options.get(o) for o in READING_OPTIONS
    )
    if options is not None:
        run.options = {**run.options, **options}
        run.options.pop("decided", None)
    if (target and target != run.target) or reread:
        run.target = target or run.target
        source = running.open_run(run)
        run.rows_total, run.options["columns"] = source.rows, list(source.columns)
        run.notes = [[note.code, dict(note.params)] for note in source.notes]
        map_as_known(run, source)
    if mapping is not None:
        run.mapping = {name: column for name, column in mapping.items() if column}
    run.match_by = match_by or run.match_by
    run.mode = mode or run.mode
    run.state, run.failure = State.DRAFT, {}
    run.save()
    return hindrances(run)


def hindrances(run: ImportRun) -> list[CannotImport]:
    """Why the run cannot begin yet: fields without a column, columns that are not there, a key that cannot match."""
    target, columns = targets.get(run.target), running.open_run(run).columns
    found = [
        CannotImport("field_not_mapped", field=s.label)
        for s in target.fields
        if s.required and s.name not in run.mapping
    ]
    found += [CannotImport("no_such_column", column=c) for c in sorted(set(run.mapping.values()) - set(columns))]
    known = {spec.name for spec in target.fields}
    found += [CannotImport("no_such_field", field=name) for name in sorted(run.mapping.keys() - known)]
    key = next((k for k in target.keys if k.name == run.match_by), None)
    if key is None:
        found.append(CannotImport("no_such_key", key=run.match_by))
    elif lacking := [name for name in key.fields if name not in run.mapping]:
        fields = [target.spec(name).label for name in lacking]
        found.append(CannotImport("key_not_mapped", key=key.label, fields=fields))
    return found


def _ready(run: ImportRun) -> None:
    if run.batch and run.batch.state in (Batch.State.UNDOING, Batch.State.UNDONE):
        raise CannotImport("undo_begun")
    if problems := hindrances(run):
        raise problems[0]
    # A run whose person is gone is not the house's: nobody's rights are left to go on with.
    orphaned = run.owner is None and run.batch is not None and bool(run.batch.actor_name)
    if orphaned or not may_run(run.owner, targets.get(run.target)):
        raise CannotImport("not_allowed_to_import")
    if "decided" not in run.options:
        source = running.open_run(run)
        decided, notes = decide(run, targets.get(run.target).fields, source)
        run.options = {**run.options, "decided": decided}
        run.notes = [
            *run.notes,
            *([n.code, dict(n.params)] for n in notes if [n.code, dict(n.params)] not in run.notes),
        ]
        run.save(update_fields=["options", "notes"])


# --- checking and running ----------------------------------------------------------------------------------------------


def _refuse_begun(run: ImportRun) -> None:
    run.refresh_from_db(fields=["next_chunk", "batch"])
    if run.next_chunk or run.batch_id:
        raise CannotImport("already_running")


def check(run: ImportRun, progress: Progress | None = None) -> ImportRun:
    """The dry run: the same path as the import, without a write but of problems and counts (`run.forecast`).

    Raises CannotImport for a run that has stored something: what is left of it would not be what the dry run sees.
    """
    _refuse_begun(run)
    _ready(run)
    _become(run, State.CHECKING, State.DRAFT, State.CHECKED, State.CHECKING, State.FAILED)
    _save(run, heartbeat_at=timezone.now())
    run.problems.all().delete()
    rehearsal = ImportRun.objects.get(pk=run.pk)
    rehearsal.rows_read = rehearsal.next_chunk = rehearsal.next_offset = 0
    rehearsal.seconds = 0
    rehearsal.counts, rehearsal.batch = {}, None
    try:
        running.walk(rehearsal, write=False, progress=progress)
    except Stopped:
        _save(run, state=State.DRAFT, wants_cancel=False, rows_read=0, share=0)
    except Unreadable as trouble:
        _fail(run, trouble.code, trouble.params)
    except Exception:
        _fail(run, "broke_off", {})
        raise
    else:
        found = {"forecast": rehearsal.counts, "notes": rehearsal.notes, "rows_total": rehearsal.rows_read}
        _save(run, state=State.CHECKED, rows_read=0, share=0, **found)
    return run


def check_later(run: ImportRun) -> None:
    """Hand the dry run to the worker. Asked twice, it is done once."""
    from kundenkreis.quality.tasks import check_import

    _refuse_begun(run)
    _ready(run)
    with transaction.atomic():
        _become(run, State.CHECKING, State.DRAFT, State.CHECKED, State.FAILED)
        _save(run, share=0, rows_read=0, seconds=0, wants_cancel=False, heartbeat_at=timezone.now())
        check_import.enqueue(run.pk)


def start(run: ImportRun) -> None:
    """Hand the run to the worker. Asked twice, it begins once: the second time raises CannotImport("wrong_state")."""
    from kundenkreis.quality.tasks import run_import

    _ready(run)
    with transaction.atomic():
        _become(run, State.WAITING, State.DRAFT, State.CHECKED, State.CANCELLED, State.FAILED)
        _save(run, heartbeat_at=timezone.now())
        run_import.enqueue(run.pk)


resume = start  # a cancelled or failed run goes on after the chunk that was stored last


def run_now(run: ImportRun, progress: Progress | None = None) -> ImportRun:
    """Import, from the first chunk or from where a kill, a cancel or a failure left it, until the end or a wish to cancel."""
    try:
        _ready(run)
    except Unreadable as trouble:
        _fail(run, trouble.code, trouble.params)
        return run
    _become(
        run,
        State.RUNNING,
        *(set(State) - {State.DONE, State.UNDOING, State.UNDONE, State.CHECKING, State.FINISHING}),
        unless=State.FINISHING,
    )
    if run.wants_cancel and run.state != State.FINISHING:  # asked for before its process was killed
        _end(run, State.CANCELLED, Batch.State.CANCELLED)
        return run
    _begin(run)
    try:
        with little_memory():
            if run.state != State.FINISHING:
                running.walk(run, write=True, progress=progress)
            _finish(run)
    except Stopped:
        _end(run, State.CANCELLED, Batch.State.CANCELLED)
    except Overtaken:
        run.refresh_from_db()
    except Unreadable as trouble:
        _fail(run, trouble.code, trouble.params)
    except Exception:
        _fail(run, "broke_off", {})
        raise
    return run


def _begin(run: ImportRun) -> None:
    now = timezone.now()
    with transaction.atomic():
        if run.batch is None:
            name = run.owner.get_full_name()[:200] if run.owner else ""
            run.batch = Batch.objects.create(
                kind="import", label=run.file_name[:200], actor_id=run.owner_id, actor_name=name, started_at=now
            )
            run.problems.all().delete()
            _save(run, batch=run.batch, started_at=now, rows_read=0, counts={}, share=0, seconds=0)
            mappings.remember(run, running.open_run(run).columns)
        Batch.objects.filter(pk=run.batch.pk).update(state=Batch.State.RUNNING, ended_at=None)
        _save(run, heartbeat_at=now, failure={}, ended_at=None)
    run.batch.refresh_from_db()


def _finish(run: ImportRun) -> None:
    """What is derived from all rows together; done again after a kill, it comes to the same."""
    assert run.batch is not None
    after = targets.get(run.target).after
    if after:
        after(run.batch)
    rolled_up.after(run.batch)
    planning.learn(apps.get_model(label) for label in run.batch.counts)
    with transaction.atomic():
        _end(run, State.DONE, Batch.State.DONE)
        changes = {name: [None, count] for name, count in run.counts.items()}
        record_event(run, "import.finished", by=run.owner, batch=run.batch, changes=changes)
        telling.ended(run)


def _end(run: ImportRun, state: str, batch_state: str) -> None:
    now = timezone.now()
    _save(run, state=state, ended_at=now, wants_cancel=False)
    if run.batch_id:
        Batch.objects.filter(pk=run.batch_id).update(state=batch_state, ended_at=now)


def give_up(run: ImportRun, trouble: CannotImport | Unreadable | None = None) -> None:
    """It cannot go on by itself: say why. What is stored stays; a person can go on with it, or with its undo."""
    if run.state != State.UNDOING:
        trouble = trouble or CannotImport("given_up")
        _fail(run, trouble.code, trouble.params)
        return
    logger.warning("Undo of import %s is given up.", run.pk)
    _save(run, state=State.FAILED, failure={"code": "undo_given_up", "params": {}}, ended_at=timezone.now())


def _fail(run: ImportRun, code: str, params: Mapping[str, Any]) -> None:
    logger.warning("Import %s failed: %s %s", run.pk, code, dict(params))
    _save(run, failure={"code": code, "params": kept(params)})
    _end(run, State.FAILED, Batch.State.FAILED)
    telling.ended(run)


def cancel(run: ImportRun) -> None:
    """Ask a running import to end after its chunk; one that waits ends at once. What is stored stays, and it can go on."""
    runs = ImportRun.objects.filter(pk=run.pk)
    waited = runs.filter(state=State.WAITING).update(state=State.CANCELLED)
    if not waited and not runs.filter(state__in=[State.RUNNING, State.CHECKING]).update(wants_cancel=True):
        raise CannotImport("not_running")
    run.refresh_from_db()


# --- afterwards ------------------------------------------------------------------------------------------------------


def undo(run: ImportRun, by: User | None) -> None:
    """Hand the taking back of everything this import stored to the worker."""
    from kundenkreis.quality.tasks import undo_import

    with transaction.atomic():
        _become(run, State.UNDOING, State.DONE, State.CANCELLED, State.FAILED, State.UNDOING)
        _save(run, undo_by=by, heartbeat_at=timezone.now())
        undo_import.enqueue(run.pk, by.pk if by else None)


def undo_now(run: ImportRun, by: User | None, progress: Callable[[float], None] | None = None) -> history_undo.Undone:
    """Take back what this import stored and nobody changed since; killed, it goes on when it is called again."""
    if run.batch is None:
        raise CannotImport("nothing_to_undo")
    again = run.batch.state in (Batch.State.UNDOING, Batch.State.UNDONE)
    _become(run, State.UNDOING, State.DONE, State.CANCELLED, State.FAILED, State.UNDOING)
    by = by or run.undo_by  # going on after a kill it is still hers
    _save(run, undo_by=by, heartbeat_at=timezone.now())
    result = _take_back(run, run.batch, by, again, progress)
    with transaction.atomic():
        _save(
            run,
            state=State.UNDONE,
            ended_at=timezone.now(),
            counts={**run.counts, "undone": result.undone, "kept": result.kept},
        )
        record_event(
            run,
            "import.undone",
            by=by,
            batch=run.batch,
            changes={"undone": [None, result.undone], "kept": [None, result.kept]},
        )
        telling.undone(run, by)
    return result


def _take_back(
    run: ImportRun, batch: Batch, by: User | None, again: bool, progress: Callable[[float], None] | None
) -> history_undo.Undone:
    """The rows, and what follows from them."""
    target = targets.get(run.target)
    # After a kill the orders that would tell whose figures change are partly gone: then all accounts are looked at.
    touched = target.touched(batch) if target.touched and not again else None

    def tell(share: float) -> None:
        _save(run, share=1 - share, heartbeat_at=timezone.now())
        if progress:
            progress(share)

    if batch.state == Batch.State.UNDONE:  # killed after its last chunk: what follows is still to be done
        result = history_undo.undone_so_far(batch)
    else:
        with little_memory():
            result = history_undo.undo_batch(batch, by=by, progress=tell)
    if target.after_undo:
        target.after_undo(touched)
    return result


def forget(run: ImportRun) -> None:
    """Delete a draft and its file. Raises CannotImport for a run that has stored something."""
    if run.batch_id:
        raise CannotImport("already_running")
    Path(run.path).unlink(missing_ok=True)
    run.delete()


def remaining(run: ImportRun) -> dt.timedelta | None:
    """About how long it will still take; None while that cannot be said."""
    if run.state not in (State.RUNNING, State.CHECKING) or run.share < 0.01 or run.seconds <= 0:
        return None
    return dt.timedelta(seconds=round(run.seconds * (1 - run.share) / run.share))


def orphans(now: dt.datetime | None = None) -> list[ImportRun]:
    """Runs that should be at work, or wait for it, and have been silent: nobody works on them unless the queue knows better."""
    silent = (now or timezone.now()) - SILENT
    busy = ImportRun.objects.filter(
        state__in=[State.CHECKING, State.WAITING, State.RUNNING, State.FINISHING, State.UNDOING]
    )
    return list(busy.filter(Q(heartbeat_at=None) | Q(heartbeat_at__lt=silent)).select_related("batch").order_by("pk"))


def _become(run: ImportRun, state: str, *allowed: str, unless: str = "") -> None:
    """One conditional UPDATE, so that two people cannot both start it. Stays as it is when it is `unless`."""
    if unless and ImportRun.objects.filter(pk=run.pk, state=unless).exists():
        run.refresh_from_db()
        return
    if not ImportRun.objects.filter(pk=run.pk, state__in=allowed).update(state=state):
        run.refresh_from_db()
        raise CannotImport("wrong_state", state=run.get_state_display())
    run.refresh_from_db()


def _save(run: ImportRun, **values: Any) -> None:
    for name, value in values.items():
        setattr(run, name, value)
    ImportRun.objects.filter(pk=run.pk).update(**values)

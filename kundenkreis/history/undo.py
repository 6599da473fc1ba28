"""Taking back: one event, or a whole batch, set by set.

Only what still is as the event or batch left it is taken back. What somebody changed since is kept and reported, and the undo is itself
history. Who may undo is asked by the door (`access.may` on the record, "imports.undo" for imports).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.history import chunks, together
from kundenkreis.history.models import Batch, BatchChunk, Event
from kundenkreis.history.recording import Actor, Recorded, join
from kundenkreis.history.taking_back import Taker, Undone
from kundenkreis.history.values import is_erased

__all__ = [
    "CannotUndo",
    "Undone",
    "parts_of",
    "preview_batch",
    "preview_event",
    "undo_batch",
    "undo_event",
    "undone_so_far",
]


class CannotUndo(Exception):
    """There is nothing to take back, and the message says why."""


def subject_of(event: Event) -> Recorded:
    """The record that an event is about. Raises CannotUndo when it is gone for good."""
    try:
        return apps.get_model(event.subject_type)._base_manager.get(pk=event.subject_id)
    except (LookupError, ObjectDoesNotExist) as gone:
        raise CannotUndo(_("%(record)s no longer exists.") % {"record": event.subject_label}) from gone


def preview_event(event: Event) -> Undone:
    """What `undo_event` would do now. Raises CannotUndo as it would."""
    if Event.objects.filter(undoes=event).exists():
        raise CannotUndo(_("It was undone already."))
    record = subject_of(event)
    if not isinstance(record, Recorded):
        raise CannotUndo(_("This kind of change cannot be undone."))
    kind = event.verb.rpartition(".")[2]
    if kind in ("added", "restored"):
        if record.deleted_at is not None:
            raise CannotUndo(_("It is in the bin already."))
        return Undone(undone=1)
    if kind == "discarded":
        if record.deleted_at is None:
            raise CannotUndo(_("It is not in the bin."))
        return Undone(undone=1)
    if not event.changes or not all(map(record.knows, event.changes)):
        raise CannotUndo(_("This kind of change cannot be undone."))
    result = Undone()
    for name, values in event.changes.items():
        still = record._shown(name)[0] == values[1] and not is_erased(values[:2])
        (result.fields if still else result.kept_fields).append(name)
    if all(is_erased(values[:2]) for values in event.changes.values()):
        raise CannotUndo(_("What it was changed from was erased; it cannot come back."))
    if not result.fields:
        raise CannotUndo(_("Somebody has changed it again since; nothing was undone."))
    result.undone, result.kept = len(result.fields), len(result.kept_fields)
    return result


@transaction.atomic
def undo_event(event: Event, *, by: Actor | None, now: dt.datetime | None = None) -> Undone:
    """Take one event back: a new record goes to the bin, a discarded one comes out, changed fields get their old values.

    A field that holds another value than the event gave it is kept. What was done with it in one go (`goes_with`) goes back too, unless
    somebody has changed that since. Raises CannotUndo, and ValidationError when the old values are not allowed any more.
    """
    result = preview_event(event)
    parts = parts_of(event)
    _take_back(event, result, by, now)
    own = Event.objects.filter(undoes=event).latest("pk")
    for part in parts:
        if not _is_as_left(part):
            result.keep(type(subject_of(part)), [part.subject_id])
            continue
        _take_back(part, preview_event(part), by, now)
        join(Event.objects.filter(undoes=part).latest("pk"), own)
        result.parts += 1
    return result


def parts_of(event: Event) -> list[Event]:
    """What was done together with the event and is still to be taken back, the last first."""
    return [part for part in event.parts.order_by("-pk") if _can(part)]


def _can(event: Event) -> bool:
    try:
        preview_event(event)
    except CannotUndo:
        return False
    return True


def _is_as_left(event: Event) -> bool:
    return subject_of(event).version == event.version


def _take_back(event: Event, result: Undone, by: Actor | None, now: dt.datetime | None) -> None:
    record = subject_of(event)
    kind = event.verb.rpartition(".")[2]
    if kind in ("added", "restored"):
        record.discard(by=by, now=now, undoes=event)
    elif kind == "discarded":
        record.restore(by=by, now=now, undoes=event)
    else:
        record.change(
            by=by,
            now=now,
            undoes=event,
            **{name: _value(record, name, event.changes[name][0]) for name in result.fields},
        )


def _value(record: models.Model, name: str, kept: Any) -> Any:
    """A value as history keeps it, as the model wants it."""
    if all(field.name != name for field in record._meta.get_fields()):
        return kept  # a custom field's, which is kept as it is given
    spec: Any = record._meta.get_field(name)
    if spec.many_to_many:
        return list(spec.related_model._base_manager.filter(pk__in=kept or []))
    if spec.is_relation:
        return None if kept is None else spec.related_model._base_manager.filter(pk=kept).first()
    return spec.to_python(kept)


def preview_batch(batch: Batch, progress: Callable[[float], None] | None = None) -> Undone:
    """What `undo_batch` would take back and keep, counted without writing."""
    result = Undone()
    for event in single(batch):
        if _can(event):
            result.undone += 1
        else:
            result.keep(apps.get_model(event.subject_type), [event.subject_id])
    taker = Taker(batch, result, timezone.now(), dry=True)
    waiting = list(together.groups(batch))
    for done, numbers in enumerate(waiting, start=1):
        taker.take(numbers)
        if progress:
            progress(done / len(waiting))
    return result


def undo_batch(
    batch: Batch, *, by: Actor | None, now: dt.datetime | None = None, progress: Callable[[float], None] | None = None
) -> Undone:
    """Take a whole batch back, from its end, a group of chunks (`together`) in each transaction; killed, it goes on where it was.

    Added rows that nobody touched and nothing refers to are deleted; changed rows that still hold what the batch wrote get their old
    values back; parts share the fate of their whole.
    """
    now = now or timezone.now()
    startable = [Batch.State.DONE, Batch.State.CANCELLED, Batch.State.FAILED, Batch.State.UNDOING]
    if not Batch.objects.filter(pk=batch.pk, state__in=startable).update(state=Batch.State.UNDOING):
        batch.refresh_from_db()
        raise CannotUndo(_("It is %(state)s; nothing was undone.") % {"state": batch.get_state_display()})
    batch.refresh_from_db()
    # A report of a batch of which nothing is undone yet is a forecast.
    begun = batch.chunks.filter(is_undone=True).exists()
    result = undone_so_far(batch) if begun else Undone()
    taker = Taker(batch, result, now)
    _take_back_events(batch, result, by, now)
    waiting = list(together.groups(batch))
    for done, numbers in enumerate(waiting, start=1):
        with transaction.atomic():
            some = BatchChunk.objects.filter(batch=batch, number__in=numbers, is_undone=False)
            still = set(some.select_for_update().values_list("number", flat=True))
            if still:
                taker.take([number for number in numbers if number in still])
                some.update(is_undone=True)
                Batch.objects.filter(pk=batch.pk).update(undo_report=_report(result))
        if progress:
            progress(done / len(waiting))
    _finish(batch, result, by, now)
    return result


def single(batch: Batch) -> list[Event]:
    """Events of single records within a batch that nobody has taken back: what packed rows cannot tell, such as a tag taken away."""
    changed = batch.events.filter(undoes=None, undone_by=None, verb__endswith=".changed")
    some = changed.exclude(subject_type__in=("history.batch", "quality.importrun")).order_by("-pk")
    return [event for event in some if not _is_packed(event)]


def _is_packed(event: Event) -> bool:
    """Whether a chunk of its batch holds the same fields of the same record before and after."""
    some = BatchChunk.objects.filter(batch=event.batch_id, model=event.subject_type)
    some = some.filter(first__lte=event.subject_id, last__gte=event.subject_id)
    return any(
        set(event.changes) <= set(chunk.fields) and chunks.changed_among(chunk.ids, [event.subject_id])
        for chunk in some.only("ids", "fields").iterator()
    )


def _take_back_events(batch: Batch, result: Undone, by: Actor | None, now: dt.datetime) -> None:
    """Each in a transaction of its own: killed, the next undo goes on with those that are left."""
    for event in single(batch):
        try:
            with transaction.atomic():
                undo_event(event, by=by, now=now)
                result.undone += 1
        except (CannotUndo, ValidationError):
            result.keep(apps.get_model(event.subject_type), [event.subject_id])


@transaction.atomic
def undo_chunk(batch: Batch, number: int, *, by: Actor | None, now: dt.datetime | None = None) -> Undone:
    """Take one chunk of a batch back and leave the others; the batch is undone when it was the last one.

    Raises CannotUndo when it was taken back already.
    """
    now = now or timezone.now()
    waiting = BatchChunk.objects.select_for_update().filter(batch=batch, number=number, is_undone=False)
    if not waiting.exists():
        raise CannotUndo(_("It was undone already."))
    result = Undone()
    Taker(batch, result, now).take([number])
    BatchChunk.objects.filter(batch=batch, number=number).update(is_undone=True)
    if not BatchChunk.objects.filter(batch=batch, is_undone=False).exists():
        _finish(batch, result, by, now)
    return result


def keep_forecast(batch: Batch, report: dict[str, Any]) -> None:
    """Keep what an undo would do where the undo itself will say how far it has come; never over that."""
    undoable = Batch.objects.exclude(state__in=[Batch.State.UNDOING, Batch.State.UNDONE])
    undoable.filter(pk=batch.pk).update(undo_report=report)


@transaction.atomic
def _finish(batch: Batch, result: Undone, by: Actor | None, now: dt.datetime) -> None:
    counts = batch.counts | {"undone": result.undone, "kept": result.kept}
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.UNDONE, counts=counts, ended_at=now)
    batch.refresh_from_db()
    Event.objects.create(
        at=now,
        actor_id=by.pk if by else None,
        actor_name=by.get_full_name()[:200] if by else "",
        verb="batch.undone",
        subject_type=batch._meta.label_lower,
        subject_id=batch.pk,
        subject_label=batch.label,
        changes={"state": [Batch.State.DONE, Batch.State.UNDONE]},
        batch=batch,
    )


def undone_so_far(batch: Batch) -> Undone:
    """What an undo of the batch has done until now, all of it once the batch is undone; before, what it was counted that it would do."""
    report = batch.undo_report
    named = [(label, pk) for label, pk in report.get("kept_records", [])]
    return Undone(report.get("undone", 0), report.get("kept", 0), named)


def _report(result: Undone) -> dict[str, Any]:
    return {"undone": result.undone, "kept": result.kept, "kept_records": [list(one) for one in result.kept_records]}

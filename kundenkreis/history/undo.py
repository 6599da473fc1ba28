"""Taking back: one event, or a whole batch, set by set.

Only what still is as the event or batch left it is taken back. What somebody changed since is kept and reported, and the undo is itself
history. Who may undo is asked by the door (`access.may` on the record, "imports.undo" for imports).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.core import bulk, search
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch, BatchChunk, Event
from kundenkreis.history.recording import Actor, Recorded, plain

_SLICE = 5000
_NAMED = 100  # so many kept records are named one by one; beyond, they are counted


class CannotUndo(Exception):
    """There is nothing to take back, and the message says why."""


@dataclass
class Undone:
    """What an undo did, or, as a preview, would do."""

    undone: int = 0
    kept: int = 0
    kept_records: list[tuple[str, int]] = field(default_factory=list)  # (model, id), at most 100
    fields: list[str] = field(default_factory=list)
    kept_fields: list[str] = field(default_factory=list)

    def keep(self, model: type[models.Model], ids: Iterable[int]) -> None:
        for pk in ids:
            self.kept += 1
            if len(self.kept_records) < _NAMED:
                self.kept_records.append((model._meta.label_lower, pk))


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
    if not event.changes or set(event.changes) & record.secret_fields:
        raise CannotUndo(_("This kind of change cannot be undone."))
    result = Undone()
    for name, values in event.changes.items():
        still = record._shown(name)[0] == values[1]
        (result.fields if still else result.kept_fields).append(name)
    if not result.fields:
        raise CannotUndo(_("Somebody has changed it again since; nothing was undone."))
    result.undone, result.kept = len(result.fields), len(result.kept_fields)
    return result


@transaction.atomic
def undo_event(event: Event, *, by: Actor | None, now: dt.datetime | None = None) -> Undone:
    """Take one event back: a new record goes to the bin, a discarded one comes out, changed fields get their old values.

    A field that holds another value than the event gave it is kept. Raises CannotUndo, and ValidationError when the old values are not
    allowed any more.
    """
    result = preview_event(event)
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
    return result


def _value(record: models.Model, name: str, kept: Any) -> Any:
    """A value as history keeps it, as the model wants it."""
    spec: Any = record._meta.get_field(name)
    if spec.many_to_many:
        return list(spec.related_model._base_manager.filter(pk__in=kept or []))
    if spec.is_relation:
        return None if kept is None else spec.related_model._base_manager.filter(pk=kept).first()
    return spec.to_python(kept)


def preview_batch(batch: Batch) -> Undone:
    """What `undo_batch` would take back and keep, counted without writing. References among the batch's own rows do not count."""
    result = Undone()
    waiting = list(batch.chunks.filter(is_undone=False).order_by("-number", "-pk"))
    own: dict[str, list[list[int]]] = {}
    for chunk in waiting:
        own.setdefault(chunk.model, []).extend(chunk.added)
    for chunk in waiting:
        _undo_chunk(chunk, result, timezone.now(), dry=True, own=own)
    return result


def undo_batch(
    batch: Batch, *, by: Actor | None, now: dt.datetime | None = None, progress: Callable[[float], None] | None = None
) -> Undone:
    """Take a whole batch back, chunk by chunk from its end, each in one transaction; killed, it goes on where it was.

    Added rows that nobody touched and nothing refers to are deleted; changed rows that still hold what the batch wrote get their old
    values back.
    """
    now = now or timezone.now()
    startable = [Batch.State.DONE, Batch.State.CANCELLED, Batch.State.FAILED, Batch.State.UNDOING]
    if not Batch.objects.filter(pk=batch.pk, state__in=startable).update(state=Batch.State.UNDOING):
        batch.refresh_from_db()
        raise CannotUndo(_("It is %(state)s; nothing was undone.") % {"state": batch.get_state_display()})
    batch.refresh_from_db()
    result = Undone()
    waiting = list(batch.chunks.filter(is_undone=False).order_by("-number", "-pk"))
    for done, chunk in enumerate(waiting, start=1):
        with transaction.atomic():
            _undo_chunk(chunk, result, now)
            BatchChunk.objects.filter(pk=chunk.pk).update(is_undone=True)
        if progress:
            progress(done / len(waiting))
    counts = batch.counts | {"undone": result.undone, "kept": result.kept}
    with transaction.atomic():
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
    return result


# Rows that an undo takes out too: runs of ids by model. Neighbouring runs are joined, and beyond so many a preview counts them as strangers.
Own = dict[str, list[list[int]]]
_MOST_RUNS = 200


def _undo_chunk(
    chunk: BatchChunk, result: Undone, now: dt.datetime, *, dry: bool = False, own: Own | None = None
) -> None:
    model = apps.get_model(chunk.model)
    fields, rows = chunks.unpack(chunk.changed)
    for start in range(0, len(rows), _SLICE):
        _set_back(model, fields, rows[start : start + _SLICE], result, now, dry)
    for first, last in reversed(list(chunks.added_ids(chunk))):
        _take_out(model, first, last, result, dry, own or {})


def _set_back(
    model: type[models.Model], fields: list[str], rows: list[list[Any]], result: Undone, now: dt.datetime, dry: bool
) -> None:
    width = len(fields)
    specs: list[Any] = [model._meta.get_field(name) for name in fields]
    present = {
        row[0]: row[1:] for row in model._base_manager.filter(pk__in=[r[0] for r in rows]).values_list("pk", *fields)
    }
    back, kept = [], []
    for row in rows:
        pk, before, after = row[0], row[1 : 1 + width], row[1 + width :]
        if pk in present and all(_same(s, p, a) for s, p, a in zip(specs, present[pk], after, strict=True)):
            back.append([pk, *(s.to_python(v) for s, v in zip(specs, before, strict=True))])
        else:
            kept.append(pk)
    result.undone += len(back)
    result.keep(model, kept)
    if dry or not back:
        return
    bulk.update_rows(model, ["id", *(s.attname for s in specs)], back)
    if issubclass(model, Recorded):
        ids = [row[0] for row in back]
        model._base_manager.filter(pk__in=ids).update(version=models.F("version") + 1, changed_at=now)
        _reindex(model, ids)


def _same(spec: Any, present: Any, after: Any) -> bool:
    return plain(present) == after or present == spec.to_python(after)


def _reindex(model: type[Recorded], ids: list[int]) -> None:
    if model.search_kind is None:
        return
    found = list(model._base_manager.filter(pk__in=ids))
    search.remove(model.search_kind, [r.pk for r in found if r.deleted_at is not None])
    search.index(model.search_kind, [r.search_row() for r in found if r.deleted_at is None])


def _take_out(model: type[models.Model], first: int, last: int, result: Undone, dry: bool, own: Own) -> None:
    added = model._base_manager.filter(pk__gte=first, pk__lte=last)
    free = added.filter(version=1) if issubclass(model, Recorded) else added
    for reference in _references(model, own):
        free = free.exclude(reference)
    ids = list(free.values_list("pk", flat=True))
    result.undone += len(ids)
    touched = set(added.values_list("pk", flat=True)) - set(ids)
    result.keep(model, sorted(touched))
    if dry:
        return
    kind = getattr(model, "search_kind", None)
    for start in range(0, len(ids), _SLICE):
        some = ids[start : start + _SLICE]
        if kind is not None:
            search.remove(kind, some)
        bulk.delete_ids(model, some)


def _references(model: type[models.Model], own: Own) -> list[models.Exists]:
    """Conditions that something else points at a row, by foreign key or by type and number."""
    me = models.OuterRef("pk")
    found = []
    for other, name in _pointers(model):
        found.append(models.Exists(_strangers(other, own).filter(**{f"{name}_id": me})))
    for other in apps.get_models():
        names = {f.name for f in other._meta.fields}
        if {"subject_type", "subject_id"} <= names and not issubclass(other, Event):
            found.append(models.Exists(other._base_manager.filter(subject_type=model._meta.label_lower, subject_id=me)))
    return found


def _pointers(model: type[models.Model]) -> list[tuple[type[models.Model], str]]:
    """(other model, its foreign key) of everything that can point at a record of `model`, many-to-many tables included."""
    found: list[tuple[type[models.Model], str]] = []
    relations: tuple[Any, ...] = (*model._meta.related_objects, *(f.remote_field for f in model._meta.many_to_many))
    for relation in relations:
        if relation.many_to_many:
            keys = [f.name for f in relation.through._meta.fields if f.remote_field and f.remote_field.model is model]
            found.append((relation.through, keys[0]))
        else:
            found.append((relation.related_model, relation.field.name))
    return found


def _strangers(other: type[models.Model], own: Own) -> models.QuerySet:
    """Rows of another model that the same undo does not take out itself."""
    rows = other._base_manager.all()
    joined = _joined(own.get(other._meta.label_lower, []))
    for first, last in joined if len(joined) <= _MOST_RUNS else []:
        rows = rows.exclude(pk__range=(first, last))
    return rows


def _joined(some: list[list[int]]) -> list[list[int]]:
    joined: list[list[int]] = []
    for first, last in sorted(some):
        if joined and first <= joined[-1][1] + 1:
            joined[-1][1] = max(last, joined[-1][1])
        else:
            joined.append([first, last])
    return joined

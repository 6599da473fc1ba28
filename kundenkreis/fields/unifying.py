"""Two values of a list become one: a preview that counts, then one batch over every record that holds it, which can be undone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.core import bulk
from kundenkreis.fields import known, picking
from kundenkreis.fields.filling import put, work_out
from kundenkreis.fields.known import Choice
from kundenkreis.fields.models import CustomField
from kundenkreis.fields.picking import Kept
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch
from kundenkreis.history.recording import Actor, record_event
from kundenkreis.staff.models import User

KIND = "values_merged"  # of the batch
CHUNK = 1000
AT_ONCE = 20_000  # records whose value changes while somebody waits


def preview(kept: Kept, key: str, into: str) -> int:
    """How many records would hold `into` instead of `key`. Raises ValidationError where that cannot be."""
    _refuse(kept, key, into)
    return picking.used(kept, [key]).get(key, 0)


def _refuse(kept: Kept, key: str, into: str) -> None:
    if not kept.is_own:
        raise ValidationError(_("The program depends on the values of this list; they can be renamed and hidden only."))
    one, other = kept.by_key.get(key), kept.by_key.get(into)
    if one is None or other is None or one.merged or other.retired or key == into:
        raise ValidationError(_("Choose another value that is on offer."))


@transaction.atomic
def begin(kept: Kept, key: str, into: str, *, by: Actor | None, now: dt.datetime | None = None) -> Batch:
    """The list says so already; the records follow with `go_on`. Raises ValidationError."""
    _refuse(kept, key, into)
    now = now or timezone.now()
    if Batch.objects.filter(kind=KIND, state=Batch.State.RUNNING, counts__of=[kept.name]).exists():
        raise ValidationError(_("Values of this list are being merged already."))
    label = _("“%(one)s” became “%(other)s”") % {"one": kept.by_key[key].label, "other": kept.by_key[into].label}
    batch = Batch.objects.create(
        kind=KIND, label=label[:200], actor_id=by.pk if by else None, actor_name=by.get_full_name()[:200] if by else "", started_at=now,
        counts={"of": [kept.name], "values": [key, into], "place": 0, "reached": 0},
    )  # fmt: skip
    assert kept.record is not None  # an own list with values
    was = kept.record.choices
    picking.keep(kept, [_turned(one, key, into) for one in kept.choices], by=by, now=now, batch=batch)
    model = type(kept.record)
    present = model._base_manager.get(pk=kept.record.pk)
    chunks.keep(batch, 0, model, fields=["choices"], changed=[[present.pk, was, present.choices]], now=now)
    return batch


def _turned(one: Choice, key: str, into: str) -> Choice:
    """The value itself leads to the other one from now on, and so does what led to it."""
    if one.key == key or one.merged == key:
        return Choice.read(one.kept() | {"retired": True, "merged": into, "default": False})
    return one


def merge(kept: Kept, key: str, into: str, *, by: Actor | None, now: dt.datetime | None = None) -> Batch:
    """All of it at once. Raises ValidationError."""
    with transaction.atomic():
        batch = begin(kept, key, into, by=by, now=now)
        go_on(batch)
    batch.refresh_from_db()
    return batch


def go_on(batch: Batch) -> None:
    """Every step that is left, some records in a transaction; a worker that was killed is followed by another one."""
    while _step(batch):
        pass


@transaction.atomic
def _step(batch: Batch) -> bool:
    present = Batch.objects.select_for_update().get(pk=batch.pk)
    if present.state != Batch.State.RUNNING:
        return False
    counts, now = present.counts, timezone.now()
    kept = picking.get(counts["of"][0])
    rows = picking.places(kept) if kept else []
    if counts["place"] >= len(rows):
        _finish(present, now)
        return False
    assert kept is not None
    key, into = counts["values"]
    held, path = rows[counts["place"]]
    some = held.filter(pk__gt=counts["reached"], **{path: key} if not _is_several(kept) else {f"{path}__in": [key]})
    found = list(some.order_by("pk").select_for_update(of=("self",))[:CHUNK])
    if not found:
        Batch.objects.filter(pk=batch.pk).update(counts=counts | {"place": counts["place"] + 1, "reached": 0})
        return True
    number = present.chunks.order_by("-number").values_list("number", flat=True).first() or 0
    _turn(present, number + 1, kept, path, found, key, into, now)
    label = held.model._meta.label_lower
    counts[label] = {"changed": counts.get(label, {}).get("changed", 0) + len(found)}
    Batch.objects.filter(pk=batch.pk).update(counts=counts | {"reached": found[-1].pk})
    return True


def _is_several(kept: Kept) -> bool:
    return isinstance(kept.record, CustomField) and kept.record.kind == "several"


def _turn(
    batch: Batch, number: int, kept: Kept, path: str, records: list[Any], key: str, into: str, now: dt.datetime
) -> None:
    model = type(records[0])
    column = "custom" if isinstance(kept.record, CustomField) else path
    rows = []
    for record in records:
        was = getattr(record, column)
        rows.append((record.pk, was, _changed(kept, record, key, into) if column == "custom" else into))
    bulk.update_rows(model, ["id", column], [(pk, after) for pk, _was, after in rows])
    chunks.keep(batch, number, model, fields=[column], changed=[list(row) for row in rows], now=now)
    ids = [row[0] for row in rows]
    model._base_manager.filter(pk__in=ids).update(version=models.F("version") + 1, changed_at=now)


def _changed(kept: Kept, record: Any, key: str, into: str) -> dict[str, Any]:
    """A record's custom values with the one instead of the other, and the formulas that read it."""
    assert isinstance(kept.record, CustomField)
    fields = known.of(kept.noun)
    field, present = fields.by_key[kept.record.key], dict(record.custom)
    value = present[field.key]
    wanted = [into if one == key else one for one in value] if isinstance(value, list) else into
    if isinstance(wanted, list):
        wanted = [one.key for one in field.choices if one.key in wanted]
    put(present, field, wanted)
    record.custom = present
    if fields.formulas:
        work_out(record, fields)
    return record.custom


def _finish(batch: Batch, now: dt.datetime) -> None:
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.DONE, ended_at=now)
    changed = sum(one["changed"] for one in batch.counts.values() if isinstance(one, dict))
    by = User._base_manager.filter(pk=batch.actor_id).first()
    record_event(batch, "batch.done", by=by, now=now, changes={"changed": [None, changed]}, batch=batch)

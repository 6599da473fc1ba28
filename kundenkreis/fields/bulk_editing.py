"""One change for many records of a noun: one Batch, one Event, before and after kept by chunk, so that it is undone as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models, transaction
from django.utils import timezone

from kundenkreis.core import bulk, search
from kundenkreis.fields.filling import put, work_out
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch, Event
from kundenkreis.staff.models import User

CHUNK = 2000


@dataclass(frozen=True)
class Change:
    """Columns of the records and the value that they get; or a custom field (its key) and its stored value. Each noun has a class of its
    own, which names its model and how many of them are called.
    """

    values: dict[str, Any]
    own: tuple[str, Any] | None = None
    model: ClassVar[Any]
    noun: ClassVar[str]

    @classmethod
    def owner(cls, person: User | None) -> Change:
        """A new owner, and with her the team."""
        return cls({"owner_id": person.pk if person else None, "team_id": person.team_id if person else None})

    @classmethod
    def custom(cls, key: str, value: Any) -> Change:
        """A custom field gets a value, as `fields.values.stored` gives it; None takes its value away."""
        return cls({}, own=(key, value))

    def differing(self, rows: models.QuerySet) -> models.QuerySet:
        """Those of `rows` that the change would alter."""
        same = models.Q()
        if self.own is not None:
            key, value = self.own
            there = models.Q(custom__has_key=key)
            same = ~there if value is None else there & models.Q(**{f"custom__{key}": value})
        for column, value in self.values.items():
            same &= models.Q(**{f"{column}__isnull": True}) if value is None else models.Q(**{column: value})
        # NULL is unequal to nothing in SQL: a condition that is neither true nor false must count as different.
        return rows.exclude(pk__in=rows.filter(same).values("pk"))

    def apply(self, batch: Batch, number: int, ids: Sequence[int], now: dt.datetime) -> None:
        """Chunk `number` of a batch: these records, which all differ. Belongs into a transaction."""
        if self.own is not None:
            _fill(self.model, batch, number, ids, self.own, now)
        else:
            _set(self.model, batch, number, ids, self.values, now)
        self.follow(ids)
        self.model._base_manager.filter(pk__in=ids).update(version=models.F("version") + 1, changed_at=now)

    def follow(self, ids: Sequence[int]) -> None:
        """What else is brought into step with it."""


def edit(
    rows: models.QuerySet,
    change: Change,
    *,
    label: str,
    by: User,
    now: dt.datetime | None = None,
    progress: Callable[[int], None] | None = None,
) -> Batch:
    """Apply `change` to every record that it alters, in chunks of 2,000 in one transaction.

    `rows` are those that the person may change (the door asks). `label` says in words what is done ("Owner: Ada Huber").
    """
    now = now or timezone.now()
    with transaction.atomic():
        batch = Batch.objects.create(
            kind="bulk_edit", label=label[:200], actor_id=by.pk, actor_name=by.get_full_name()[:200], started_at=now
        )
        ids = list(change.differing(rows.order_by()).values_list("pk", flat=True))
        for number, start in enumerate(range(0, len(ids), CHUNK)):
            some = ids[start : start + CHUNK]
            change.apply(batch, number, some, now)
            if progress:
                progress(start + len(some))
        counts = {change.model._meta.label_lower: {"changed": len(ids)}}
        Batch.objects.filter(pk=batch.pk).update(state=Batch.State.DONE, counts=counts, ended_at=timezone.now())
        batch.refresh_from_db()
        tell(batch, change.noun, by, now, len(ids))
    return batch


def _set(model: Any, batch: Batch, number: int, ids: Sequence[int], values: dict[str, Any], now: dt.datetime) -> None:
    columns = list(values)
    rows = model._base_manager.select_for_update().filter(pk__in=ids).values_list("pk", *columns)
    changed = [(*row, *values.values()) for row in rows]
    names = [model._meta.get_field(column.removesuffix("_id")).name for column in columns]
    model._base_manager.filter(pk__in=ids).update(**values)
    chunks.keep(batch, number, model, fields=names, changed=changed, now=now)


def _fill(model: Any, batch: Batch, number: int, ids: Sequence[int], own: tuple[str, Any], now: dt.datetime) -> None:
    """One custom field of these records, with what formulas make of it. A field that was retired meanwhile is left alone."""
    fields, (key, value) = model.own_fields(), own
    field = fields.by_key.get(key)
    if field is None or field.is_retired:
        return
    changed = []
    for record in model._base_manager.select_for_update(of=("self",)).filter(pk__in=ids):
        before, record.custom = record.custom, dict(record.custom)
        put(record.custom, field, value)
        work_out(record, fields)
        changed.append((record.pk, before, record.custom))
    bulk.update_rows(model, ["id", "custom"], [(pk, after) for pk, _before, after in changed])
    chunks.keep(batch, number, model, fields=["custom"], changed=changed, now=now)
    if field in fields.searched:
        search.index(model.search_kind, [one.search_row() for one in model.objects.living().filter(pk__in=ids)])


def tell(batch: Batch, noun: str, by: User, now: dt.datetime, count: int, verb: str = "edited") -> None:
    """The batch's event."""
    Event.objects.create(
        at=now,
        actor_id=by.pk,
        actor_name=by.get_full_name()[:200],
        verb=f"batch.{verb}",
        subject_type=batch._meta.label_lower,
        subject_id=batch.pk,
        subject_label=batch.label,
        changes={noun: [None, count]},
        batch=batch,
    )

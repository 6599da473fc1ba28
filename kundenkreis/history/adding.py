"""Making many records at once: one batch, one event, and undone as one."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.core import bulk, search, search_texts
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch
from kundenkreis.history.recording import Actor, Recorded, record_event

Parts = Callable[[Batch, Sequence[Any]], None]


@dataclass
class Added:
    """The records in the order of their rows (None where a row was refused), and why rows were refused."""

    batch: Batch
    records: list[Any] = field(default_factory=list)
    refused: dict[int, ValidationError] = field(default_factory=dict)


@transaction.atomic
def add_many(
    model: type[Recorded],
    rows: Sequence[Mapping[str, Any]],
    *,
    by: Actor | None,
    label: str,
    kind: str,
    now: dt.datetime | None = None,
    partial: bool = False,
    wrong: Mapping[int, ValidationError] | None = None,
    parts: Parts | None = None,
) -> Added:
    """Make a record of each row of values, set by set where the noun allows it, one by one where it keeps other rows in step.

    With `partial` the good rows are stored and the others reported in `refused`; without, `refused` means that the caller must roll back.
    `wrong` are rows that the caller refuses. `parts` gets the records, in the order of their rows, None where one was refused; it
    writes the rows they are made of, as chunk 0, and brings in step what hangs on them, in their place for `settle`.
    """
    now = now or timezone.now()
    batch = Batch.objects.create(
        kind=kind,
        label=label,
        actor_id=by.pk if by else None,
        actor_name=by.get_full_name()[:200] if by else "",
        started_at=now,
    )
    given = [dict(row) for row in rows]
    model.complete(given, by)
    wrong = {**model.refused(given), **(wrong or {})}
    as_set = parts is not None or model.settle is Recorded.settle
    added = _set_by_set(model, given, batch, now, partial, wrong, parts) if as_set else None
    if added is not None and parts is None:
        _in_step(model, [record.pk for record in added.records if record is not None])
    if added is None:
        added = _one_by_one(model, given, batch, by, now, wrong, parts)
    count = sum(record is not None for record in added.records)
    batch.state, batch.ended_at = Batch.State.DONE, timezone.now()
    batch.counts = {model._meta.label_lower: {"added": count}}
    batch.save(update_fields=["state", "ended_at", "counts"])
    record_event(batch, "batch.done", by=by, now=now, changes={"added": [None, count]}, batch=batch)
    return added


def _one_by_one(
    model: type[Recorded],
    rows: Sequence[Mapping[str, Any]],
    batch: Batch,
    by: Actor | None,
    now: dt.datetime,
    wrong: Mapping[int, ValidationError],
    parts: Parts | None,
) -> Added:
    added = Added(batch)
    for index, row in enumerate(rows):
        if index in wrong:
            added.refused[index] = wrong[index]
            added.records.append(None)
            continue
        try:
            with transaction.atomic():
                added.records.append(model.add(by=by, now=now, batch=batch, **row))
        except ValidationError as refusal:
            added.refused[index] = refusal
            added.records.append(None)
        except IntegrityError:
            added.refused[index] = ValidationError(_("This does not go together with what is stored."))
            added.records.append(None)
    chunks.keep(batch, 0, model, added=[record.pk for record in added.records if record is not None], now=now)
    if parts is not None:
        parts(batch, added.records)
    return added


def _set_by_set(
    model: type[Recorded],
    rows: Sequence[Mapping[str, Any]],
    batch: Batch,
    now: dt.datetime,
    partial: bool,
    wrong: Mapping[int, ValidationError],
    parts: Parts | None,
) -> Added | None:
    """None when a constraint of the database refused the set: then only row by row can say which row it was."""
    added = Added(batch)
    many: dict[int, dict[str, Any]] = {}
    for row in rows:
        related, single = model._split(dict(row))
        record = model(created_at=now, changed_at=now, **single)
        added.records.append(record)
        if related:
            many[len(added.records) - 1] = related
    model.prepare_many(added.records, [set(row) for row in rows])
    _check(model, added, rows)
    for index, refusal in wrong.items():
        added.refused.setdefault(index, refusal)
    if added.refused and not partial:
        return added
    for index in added.refused:
        added.records[index] = None
        many.pop(index, None)
    good = [record for record in added.records if record is not None]
    if not good:
        return added
    try:
        with transaction.atomic():
            _store(model, good, batch)
            _relate(model, [(added.records[index], related) for index, related in many.items()], batch)
            if parts is not None:
                parts(batch, added.records)
    except IntegrityError:
        return None
    return added


def _in_step(model: type[Recorded], numbers: list[int]) -> None:
    """What other records keep over these."""
    model.sum_again(model.summed_on(numbers))
    model.keep_again(model.kept_over(numbers))


def _check(model: type[Recorded], added: Added, rows: Sequence[Mapping[str, Any]]) -> None:
    """What `full_clean` checks, but references (the caller looked them up), what a row leaves at its default, and uniqueness, which is
    asked once for all."""
    references = {f.name for f in model._meta.fields if f.is_relation or f.primary_key}
    optional = {f.name for f in model._meta.fields if f.blank or f.has_default()}
    for index, (record, row) in enumerate(zip(added.records, rows, strict=True)):
        errors: dict[str, Any] = {}
        try:
            record.clean_fields(exclude=references | (optional - row.keys()))
        except ValidationError as wrong:
            errors = wrong.update_error_dict(errors)
        try:
            record.clean()
        except ValidationError as wrong:
            errors = wrong.update_error_dict(errors)
        if errors:
            added.refused[index] = ValidationError(errors)
    for unique in [f for f in model._meta.concrete_fields if f.unique and not f.primary_key]:
        _check_unique(model, unique, added)


def _check_unique(model: type[Recorded], unique: models.Field, added: Added) -> None:
    values = [getattr(record, unique.attname) for record in added.records]
    asked = [value for value in values if value is not None]
    twice = {value for value, count in Counter(asked).items() if count > 1}
    known: set[Any] = set()
    for start in range(0, len(asked), 900):  # SQLite takes so many parameters everywhere
        some = asked[start : start + 900]
        known |= set(
            model._base_manager.filter(**{f"{unique.attname}__in": some}).values_list(unique.attname, flat=True)
        )
    if not known and not twice:
        return
    seen: set[Any] = set()
    for index, value in enumerate(values):
        if value in known or value in seen:
            said = added.records[index].unique_error_message(model, (unique.name,))
            added.refused.setdefault(index, ValidationError({unique.name: said}))
        if value in twice:
            seen.add(value)


def _store(model: type[Recorded], records: list[Any], batch: Batch) -> None:
    first = bulk.reserve_ids(model, len(records))
    for pk, record in enumerate(records, start=first):
        record.pk = pk
        record._state.adding = False
    columns = [f.attname for f in model._meta.concrete_fields]
    bulk.insert_rows(model, columns, ([getattr(record, name) for name in columns] for record in records))
    chunks.keep(batch, 0, model, added=range(first, first + len(records)), now=batch.started_at)
    if model.search_kind is not None:
        search.bulk_index(model.search_kind, [record.search_row() for record in records], new=True)
    if model.text_kind is not None:
        search_texts.put(model.text_kind, [(record.pk, record.search_text()) for record in records])
    model.keep_alike(records)


def _relate(model: type[Recorded], related: list[tuple[Any, dict[str, Any]]], batch: Batch) -> None:
    """Rows of many-to-many relations, kept in the batch too so that its undo takes them first."""
    for number, spec in enumerate(model._meta.many_to_many, start=1):
        pairs = [
            (record.pk, other.pk) for record, values in related for other in dict.fromkeys(values.get(spec.name, []))
        ]
        if not pairs:
            continue
        through: Any = spec.remote_field.through
        first = bulk.reserve_ids(through, len(pairs))
        columns = ["id", f"{spec.m2m_field_name()}_id", f"{spec.m2m_reverse_field_name()}_id"]
        bulk.insert_rows(through, columns, [(first + place, *pair) for place, pair in enumerate(pairs)])
        chunks.keep(batch, number, through, added=range(first, first + len(pairs)), now=batch.started_at)

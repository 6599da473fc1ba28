"""The trail of a record: its events, and what batches did to it, as one stream, newest first.

A batch (an import, a bulk edit, a hand-over) leaves no event for each of its records; what it did to one is read from its chunks when
somebody asks. Such a step is an `Event` that stands in no table: it has a batch and the changes of this one record, but no number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from kundenkreis.history import chunks
from kundenkreis.history.models import Batch, BatchChunk, Event

_SLICE = 50  # so many chunks are looked into at once, newest first, until a page is full
# At the same moment an event stands above what a batch did.
BATCH, EVENT = 0, 1


@dataclass(frozen=True, order=True)
class Place:
    """Where an entry stands in a stream of several kinds, each with a rank for the same moment; a page goes on below the last entry."""

    at: dt.datetime
    rank: int
    pk: int

    def __str__(self) -> str:
        return f"{self.at.astimezone(dt.UTC):%Y%m%dT%H%M%S.%f}-{self.rank}-{self.pk}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """The place that an address names; None for none and for nonsense."""
        try:
            moment, rank, pk = text.split("-")
            at = dt.datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=dt.UTC)
            return cls(at, int(rank), min(int(pk), 2**62))
        except ValueError:
            return None

    def below(self, rank: int, column: str) -> models.Q:
        """The condition for rows of a kind that come after this entry."""
        if rank < self.rank:
            return models.Q(**{f"{column}__lte": self.at})
        if rank > self.rank:
            return models.Q(**{f"{column}__lt": self.at})
        return models.Q(**{f"{column}__lte": self.at}) & ~models.Q(**{column: self.at, "pk__gte": self.pk})


@dataclass(frozen=True)
class Step:
    place: Place
    event: Event


def of(record: models.Model, *, below: Place | None = None, limit: int) -> list[Step]:
    """What happened to one record, newest first."""
    events = Event.objects.about(record).select_related("batch")
    if below is not None:
        events = events.filter(below.below(EVENT, "at"))
    own = [Step(Place(e.at, EVENT, e.pk), e) for e in events.order_by("-at", "-pk")[:limit]]
    steps = own + by_batches(type(record), [record.pk], below=below, limit=limit)
    return sorted(steps, key=lambda step: step.place, reverse=True)[:limit]


def since(record: Any, version: int) -> list[Event]:
    """The steps that made `record` what it is since it had this version, newest first; fewer where one left no trace."""
    missing = record.version - version
    if missing <= 0:
        return []
    events = Event.objects.about(record).filter(version__gt=version).select_related("batch")
    steps = [Step(Place(e.at, EVENT, e.pk), e) for e in events]
    if len(steps) < missing:
        steps += by_batches(type(record), [record.pk], limit=missing - len(steps))
    return [step.event for step in sorted(steps, key=lambda step: step.place, reverse=True)]


def by_batches(model: type[models.Model], ids: Sequence[int], *, below: Place | None = None, limit: int) -> list[Step]:
    """What batches did to these records of one model, newest first: an index finds the chunks whose range of ids holds one of them."""
    if not ids or limit < 1:
        return []
    found: list[_Deed] = []
    places = _places(model, ids)
    for start in range(0, len(places), _SLICE):
        some = [one for one in places[start : start + _SLICE] if below is None or one.place < below]
        found += _deeds(some, set(ids), model)
        if len(found) >= limit:
            break
    return _told(model, found[:limit])


@dataclass(frozen=True)
class _Candidate:
    """A chunk that may hold the record, as it was done or as it was undone."""

    place: Place
    batch_id: int
    done_at: dt.datetime
    undoing: Event | None


@dataclass(frozen=True)
class _Deed:
    """What a chunk did to one record."""

    candidate: _Candidate
    pk: int
    chunk: BatchChunk
    is_added: bool


def _places(model: type[models.Model], ids: Sequence[int]) -> list[_Candidate]:
    ranged = BatchChunk.objects.filter(model=model._meta.label_lower, last__gte=min(ids), first__lte=max(ids))
    rows = list(ranged.order_by().values_list("pk", "batch_id", "at", "is_undone"))
    undone = {batch for _pk, batch, _at, is_undone in rows if is_undone}
    undoing = {e.batch_id: e for e in Event.objects.filter(verb="batch.undone", batch_id__in=undone)} if undone else {}
    found = []
    for pk, batch, at, is_undone in rows:
        found.append(_Candidate(Place(at, BATCH, pk), batch, at, None))
        if is_undone and (event := undoing.get(batch)):
            found.append(_Candidate(Place(event.at, BATCH, pk), batch, at, event))
    return sorted(found, key=lambda one: one.place, reverse=True)


def _deeds(candidates: Sequence[_Candidate], ids: set[int], model: type[models.Model]) -> Iterator[_Deed]:
    known = BatchChunk.objects.defer("changed").in_bulk({one.place.pk for one in candidates})
    deeds = [deed for one in candidates for deed in _of_chunk(one, known[one.place.pk], ids)]
    told = _with_events(model, deeds)
    for deed in deeds:
        if (deed.pk, deed.candidate.batch_id) in told and not deed.candidate.undoing:
            continue  # the batch left an event of this record, which says more
        if deed.candidate.undoing and (deed.is_added or _was_kept(model, deed)):
            continue
        yield deed


def _of_chunk(candidate: _Candidate, chunk: BatchChunk, ids: set[int]) -> list[_Deed]:
    changed = chunks.changed_among(chunk.ids, ids)
    added = {pk for pk in ids if any(first <= pk <= last for first, last in chunk.added)}
    return [_Deed(candidate, pk, chunk, pk in added) for pk in sorted(changed | added, reverse=True)]


def _with_events(model: type[models.Model], deeds: Iterable[_Deed]) -> set[tuple[int, int]]:
    """(record, batch) of deeds that stand in history as events of their own too."""
    pairs = {(deed.pk, deed.candidate.batch_id) for deed in deeds}
    if not pairs:
        return set()
    events = Event.objects.filter(
        subject_type=model._meta.label_lower,
        subject_id__in={pk for pk, _batch in pairs},
        batch_id__in={batch for _pk, batch in pairs},
    )
    return set(events.values_list("subject_id", "batch_id"))


def _was_kept(model: type[models.Model], deed: _Deed) -> bool:
    """An undo leaves alone what somebody changed again before it: one of the fields, or with "version" among them anything."""
    assert deed.candidate.undoing is not None
    fields = {_field(model, name).name for name in deed.chunk.fields}
    between = {"at__gt": deed.candidate.done_at, "at__lt": deed.candidate.undoing.at}
    events = Event.objects.filter(subject_type=model._meta.label_lower, subject_id=deed.pk, **between)
    told = [{_column(model, name) for name in changes} for changes in events.values_list("changes", flat=True)]
    if any("version" in fields and names or fields & names for names in told):
        return True
    later = BatchChunk.objects.filter(
        model=model._meta.label_lower, last__gte=deed.pk, first__lte=deed.pk, is_undone=False, **between
    ).defer("changed", "added")
    return any(
        fields & {_field(model, name).name for name in one.fields} and chunks.changed_among(one.ids, [deed.pk])
        for one in later
    )


def _told(model: type[models.Model], deeds: Sequence[_Deed]) -> list[Step]:
    records = model._base_manager.in_bulk({deed.pk for deed in deeds})
    batches = Batch.objects.in_bulk({deed.candidate.batch_id for deed in deeds})
    changes = [{} if deed.is_added else _changes(model, deed) for deed in deeds]
    _name(model, changes)
    apart = getattr(model, "told_apart", None)
    changes = [apart(one) for one in changes] if apart else changes
    return [
        Step(deed.candidate.place, _event(deed, records[deed.pk], batches[deed.candidate.batch_id], changed))
        for deed, changed in zip(deeds, changes, strict=True)
        if deed.pk in records and (deed.is_added or changed)
    ]


def _event(deed: _Deed, record: Any, batch: Batch, changes: dict[str, list]) -> Event:
    actor = deed.candidate.undoing or batch
    account = getattr(record, "timeline_account_id", None)
    verb = "undone" if deed.candidate.undoing else "added" if deed.is_added else "changed"
    return Event(
        at=deed.candidate.place.at,
        actor_id=actor.actor_id,
        actor_name=actor.actor_name,
        verb=f"{record._meta.model_name}.{verb}",
        subject_type=record._meta.label_lower,
        subject_id=record.pk,
        subject_label=str(record)[:200],
        changes=changes,
        account_id=account() if callable(account) else None,
        batch=batch,
    )


def _changes(model: type[models.Model], deed: _Deed) -> dict[str, list]:
    """{field: [from, to]} of one record, as an event has it; the other way round for an undo."""
    fields, rows = chunks.unpack(deed.chunk.changed)
    width = len(fields)
    row = next((row for row in rows if row[0] == deed.pk), [deed.pk, *[None] * 2 * width])
    changes = {name: list(values) for name, values in deed.chunk.alike.items()}
    for place, name in enumerate(fields, start=1):
        field = _field(model, name)
        if (field.editable or hasattr(field, "put_back")) and row[place] != row[place + width]:
            changes[field.name] = [row[place], row[place + width]]
    if deed.candidate.undoing:
        return {name: [v[1], v[0], *reversed(v[2:])] for name, v in changes.items()}
    return changes


def _name(model: type[models.Model], many: Iterable[dict[str, list]]) -> None:
    """Beside numbers of other records stand their names, one query for each field."""
    numbers: dict[str, set[int]] = {}
    for changes in many:
        for name, values in changes.items():
            if len(values) == 2 and _field(model, name).is_relation:
                numbers.setdefault(name, set()).update(pk for pk in values if pk is not None)
    for name, wanted in numbers.items():
        named = _field(model, name).related_model._base_manager.in_bulk(wanted)
        for changes in many:
            if name in changes and len(changes[name]) == 2:
                changes[name] += [str(named.get(pk, "")) for pk in changes[name]]


def _column(model: type[models.Model], name: str) -> str:
    """The column in which the field stands that an event names: one of several custom fields stands in that of all."""
    return name if any(field.name == name for field in model._meta.get_fields()) else name.partition("_")[0]


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)

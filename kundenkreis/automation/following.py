"""Reading what has happened since the last look, and noting what of it starts a rule. History is the outbox: no verb waits for this.

An event is read once (`AutomationMark`, moved in the transaction that notes). What a batch did to very many records stands in its chunks,
which are read one in a transaction; a killed worker goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import transaction

from kundenkreis.automation import noting
from kundenkreis.automation.daily import EACH_DAY
from kundenkreis.automation.models import AutomationMark, AutomationRun
from kundenkreis.automation.noting import Ready, Touch
from kundenkreis.automation.nouns import BY_LABEL
from kundenkreis.history import chunks, feed
from kundenkreis.history.models import BatchChunk, Event
from kundenkreis.history.recording import Recorded
from kundenkreis.insights.models import Signal

KIND = "automation"  # of the batches that rules make
STRETCH = 500  # events in one transaction
# What batches did that is no change of a record: rules have left an event for each, and what is purged is gone.
_NOT_READ = frozenset({KIND, "purge"})


def follow(rules: Sequence[Ready], until: float) -> None:
    """Read on until there is nothing more, or `time.monotonic()` is `until`."""
    while time.monotonic() < until and _step(rules):
        pass
    while time.monotonic() < until and _signals(rules):
        pass


@transaction.atomic
def _step(rules: Sequence[Ready]) -> bool:
    """One stretch; False when there was none."""
    mark = AutomationMark.held()
    of_events = [one for one in rules if one.rule.belongs_to != "signals"]
    if not of_events:
        return False
    after = max(mark.event, min(one.rule.since_event for one in of_events))
    events = list(feed.settled(Event.objects.since(after)).select_related("batch")[:STRETCH])
    if not events:
        return False
    batches = _told_in_chunks(events, of_events)
    of_batch = next((place for place, event in enumerate(events) if _is_of_batch(event, batches)), None)
    if of_batch == 0:
        _read_batch(mark, events[0], of_events)
        return True
    some = events[:of_batch]
    _note(of_events, list(_touches(some)))
    mark.event, mark.chunk = some[-1].pk, 0
    mark.save()
    return True


def _told_in_chunks(events: Sequence[Event], rules: Sequence[Ready]) -> set[int]:
    """The batches among these whose chunks tell of records that rules are about."""
    some = {event.batch_id for event in events if event.batch is not None and event.batch.kind not in _NOT_READ}
    labels = {one.rule.of.model._meta.label_lower for one in rules}
    found = BatchChunk.objects.filter(batch_id__in=some, model__in=labels) if some else BatchChunk.objects.none()
    return set(found.order_by().values_list("batch_id", flat=True).distinct())


def _is_of_batch(event: Event, batches: set[int]) -> bool:
    """Whether it tells of all that a batch did, not of one record."""
    return event.batch_id in batches and event.subject_type not in BY_LABEL


def _note(rules: Sequence[Ready], touches: Sequence[Touch]) -> None:
    by_noun: dict[str, list[Touch]] = {}
    for touch in touches:
        by_noun.setdefault(touch.noun, []).append(touch)
    for one in rules:
        if some := by_noun.get(one.rule.belongs_to):
            noting.note(one, some)


def _touches(events: Sequence[Event]) -> Iterator[Touch]:
    chains = _chains(events)
    for event in events:
        kind = event.verb.rpartition(".")[2]
        shared: dict[str, Any] = {
            "number": event.pk, "occasion": f"e{event.pk}", "actor_id": event.actor_id, "chain": chains.get(event.pk, ()),
            "is_quiet": event.undoes_id is not None or kind in ("restored", "undone", "discarded"),
            "is_import": event.batch is not None and event.batch.kind == "import",
        }  # fmt: skip
        if (noun := BY_LABEL.get(event.subject_type)) is not None:
            yield Touch(noun.name, event.subject_id, added=kind == "added", changes=event.changes, **shared)
        if event.account_id is not None and event.subject_type != "customers.account":
            yield Touch("accounts", event.account_id, **shared)


def _chains(events: Sequence[Event]) -> dict[int, tuple[int, ...]]:
    """Event → the rules whose deed it was, the first one first."""
    batches = {event.batch_id for event in events if event.batch is not None and event.batch.kind == KIND}
    found: dict[int, tuple[int, ...]] = {}
    for run in AutomationRun.objects.filter(batch_id__in=batches).only("rule_id", "chain", "events") if batches else ():
        found |= dict.fromkeys(run.events, (*run.chain, run.rule_id))
    return found


def _read_batch(mark: AutomationMark, event: Event, rules: Sequence[Ready]) -> None:
    """The next chunk of the batch that an event tells of; after the last one the event is read."""
    asked = [one for one in rules if _reads(one, event)]
    labels = {one.rule.of.model._meta.label_lower for one in asked}
    waiting = BatchChunk.objects.filter(batch_id=event.batch_id, pk__gt=mark.chunk, model__in=labels).order_by("pk")
    chunk = waiting.first() if asked else None
    if chunk is None:
        mark.event, mark.chunk = event.pk, 0
    else:
        for some in _slices(chunk, event):
            _note(asked, some)
        mark.chunk = chunk.pk
    mark.save()


def _reads(one: Ready, event: Event) -> bool:
    """Of an import only who wants it reads the rows, and who must know which records fulfil its conditions, or whose day is today."""
    is_import = event.batch is not None and event.batch.kind == "import"
    return not is_import or one.rule.for_imports or one.rule.when in EACH_DAY


def _slices(chunk: BatchChunk, event: Event) -> Iterator[list[Touch]]:
    """What a chunk did, some hundred records at a time; what the batch left an event of is told by that."""
    noun, model = BY_LABEL[chunk.model], apps.get_model(chunk.model)
    shared: dict[str, Any] = {
        "number": event.pk, "occasion": f"c{chunk.pk}", "actor_id": event.actor_id,
        "is_quiet": chunk.is_undone or event.verb.endswith(".undone"),
        "is_import": event.batch is not None and event.batch.kind == "import",
    }  # fmt: skip
    for first, last in chunks.added_ids(chunk, noting.SLICE):
        told = _with_events(chunk, range(first, last + 1))
        yield [Touch(noun.name, pk, added=True, **shared) for pk in range(first, last + 1) if pk not in told]
    fields, rows = chunks.unpack(chunk.changed)
    width = len(fields)
    names = [model._meta.get_field(name).name for name in fields]
    for start in range(0, len(rows), noting.SLICE):
        some = rows[start : start + noting.SLICE]
        told = _with_events(chunk, [row[0] for row in some])
        yield [
            Touch(noun.name, row[0], changes=_apart(model, names, row, width), **shared) for row in some if row[0] not in told
        ]  # fmt: skip


def _apart(model: type[Recorded], names: Sequence[str], row: Sequence, width: int) -> dict[str, list]:
    pairs = {name: [row[at], row[at + width]] for at, name in enumerate(names, start=1) if row[at] != row[at + width]}
    return model.told_apart(pairs)


def _with_events(chunk: BatchChunk, ids: Sequence[int]) -> set[int]:
    if not ids:
        return set()
    events = Event.objects.filter(subject_type=chunk.model, subject_id__gte=min(ids), subject_id__lte=max(ids))
    return set(events.filter(batch_id=chunk.batch_id).values_list("subject_id", flat=True))


@transaction.atomic
def _signals(rules: Sequence[Ready]) -> bool:
    """Signals that were raised: they come from a computation, one at a time, that leaves no events."""
    asked = [one for one in rules if one.rule.belongs_to == "signals"]
    if not asked:
        return False
    mark = AutomationMark.held()
    after = max(mark.signal, min(one.rule.since_event for one in asked))
    some = list(Signal._base_manager.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[: noting.SLICE])
    if not some:
        return False
    _note(asked, [Touch("signals", pk, pk, "n", added=True) for pk in some])
    mark.signal = some[-1]
    mark.save(update_fields=["signal"])
    return True

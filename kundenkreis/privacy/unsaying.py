"""History without a person's values: that something was changed, when and by whom stays; a mark stands where the value was.

A mark and not a gap, because what reads history asks for each value (decision 0025): an undo leaves alone what it meets a mark in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.apps import apps
from django.db import models

from kundenkreis.customers.models import Account, Address, Consent, Contact, ContactPoint, Position
from kundenkreis.history import chunks
from kundenkreis.history.models import BatchChunk, Event
from kundenkreis.history.values import ERASED
from kundenkreis.privacy import inventory
from kundenkreis.privacy.holding import Fate, Holding
from kundenkreis.privacy.person import Person, chunks_about
from kundenkreis.stakeholders.models import Counterpart, InfluenceLine, Judgement, RelationshipGrade, Stakeholder

_OWN: tuple[type[models.Model], ...] = (Position, Address, ContactPoint, Consent, Stakeholder)
# What hangs on her place on a map.
_ON_MAP: tuple[type[models.Model], ...] = (Judgement, InfluenceLine, Counterpart, RelationshipGrade)
PARTS: tuple[type[models.Model], ...] = (*_OWN, *_ON_MAP)
ABOUT: tuple[type[models.Model], ...] = (Contact, Account, *PARTS)
_SLICE = 500


def parts_of(person: Person) -> dict[str, set[int]]:
    """Numbers of the rows that are parts of her records, by model: those that are there, and those that history tells were added."""
    found: dict[str, set[int]] = {}
    for part in _OWN:
        names = {field.attname for field in part._meta.concrete_fields}
        here = models.Q(contact_id__in=person.contacts)
        if "account_id" in names and part is not Position:
            here |= models.Q(account_id__in=person.accounts)
        ids = set(part._base_manager.filter(here).values_list("pk", flat=True))
        label = part._meta.label_lower
        told = Event.objects.filter(subject_type=label, verb=f"{part._meta.model_name}.added")
        told = told.filter(
            models.Q(changes__contact__1__in=person.contacts) | models.Q(changes__account__1__in=person.accounts)
        )
        if part is Position:
            told = told.filter(changes__contact__1__in=person.contacts)
        found[label] = ids | set(told.values_list("subject_id", flat=True))
    return found | _on_maps(found[Stakeholder._meta.label_lower])


def _on_maps(stakeholders: set[int]) -> dict[str, set[int]]:
    """The same of what hangs on her places on maps."""
    found: dict[str, set[int]] = {}
    for part in _ON_MAP:
        ways = ["stakeholder", "influenced"] if part is InfluenceLine else ["stakeholder"]
        ids: set[int] = set()
        for way in ways if stakeholders else ():
            ids |= set(part._base_manager.filter(**{f"{way}_id__in": stakeholders}).values_list("pk", flat=True))
            told = Event.objects.filter(subject_type=part._meta.label_lower, verb=f"{part._meta.model_name}.added")
            told = told.filter(**{f"changes__{way}__1__in": sorted(stakeholders)})
            ids |= set(told.values_list("subject_id", flat=True))
        found[part._meta.label_lower] = ids
    return found


def stays(label: str, name: str) -> bool:
    """Whether history may go on telling what this field of a person's record was changed from and to."""
    line = inventory.of(apps.get_model(label))
    if not isinstance(line, Holding):
        return True
    name = name.removesuffix("_id")
    if name in line.plain or name in inventory.EVERYWHERE:
        return True
    field = line.fields.get(name) or line.fields.get(name.partition("_")[0])
    return field is not None and field.fate is Fate.STAYS


def marked(label: str, changes: Mapping[str, list]) -> dict[str, list]:
    """The changes of an event about a person without her values. Numbers of other records stay, their names do not."""
    found = {}
    for name, values in changes.items():
        if stays(label, name):
            found[name] = list(values)
        elif len(values) == 4:  # a reference: [from, to, name of from, name of to]
            found[name] = [*values[:2], *(ERASED if one else one for one in values[2:])]
        else:
            found[name] = [one if one in (None, "", [], {}, True, False) else ERASED for one in values]
    return found


def unsay_events(subjects: Iterable[tuple[str, int]], label: str = "", keep: list | None = None) -> int:
    """Take the values out of the events about these records, and call them `label` if one is given.

    `keep` gets what they were, for `say_again`.
    """
    by_model: dict[str, list[int]] = {}
    for model, pk in subjects:
        by_model.setdefault(model, []).append(pk)
    count = 0
    for model, ids in by_model.items():
        for start in range(0, len(ids), _SLICE):
            some = list(Event.objects.filter(subject_type=model, subject_id__in=ids[start : start + _SLICE]))
            for event in some:
                if keep is not None:
                    keep.append([event.pk, event.subject_label, event.changes])
                event.subject_label, event.changes = label[:200] or event.subject_label, marked(model, event.changes)
            Event.objects.bulk_update(some, ["subject_label", "changes"], batch_size=200)
            count += len(some)
    return count


def say_again(kept: Iterable[list]) -> None:
    """Put back what `unsay_events` took out."""
    events = []
    for pk, label, changes in kept:
        events.append(Event(pk=pk, subject_label=label, changes=changes))
    Event.objects.bulk_update(events, ["subject_label", "changes"], batch_size=200)


def unsay_chunks(model: type[models.Model], ids: Iterable[int], keep: list | None = None) -> int:
    """The same in what batches did to these records: before and after of their rows."""
    wanted, label, count = set(ids), model._meta.label_lower, 0
    for chunk in chunks_about(model, wanted):
        fields, rows = chunks.unpack(chunk.changed)
        secret = [place for place, name in enumerate(fields) if not stays(label, name)]
        for row in rows:
            if row[0] not in wanted:
                continue
            if keep is not None:
                keep.append([chunk.pk, list(row)])
            for place in secret:
                for at in (1 + place, 1 + place + len(fields)):
                    row[at] = row[at] if row[at] in (None, "", [], {}, True, False) else ERASED
            count += 1
        BatchChunk.objects.filter(pk=chunk.pk).update(changed=chunks.pack(fields, rows) if rows else b"")
    return count


def say_chunks_again(kept: Iterable[list]) -> None:
    by_chunk: dict[int, dict[int, list]] = {}
    for pk, row in kept:
        by_chunk.setdefault(pk, {})[row[0]] = row
    for chunk in BatchChunk.objects.filter(pk__in=by_chunk):
        fields, rows = chunks.unpack(chunk.changed)
        rows = [by_chunk[chunk.pk].get(row[0], row) for row in rows]
        BatchChunk.objects.filter(pk=chunk.pk).update(changed=chunks.pack(fields, rows))

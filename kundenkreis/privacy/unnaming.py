"""What history tells of other records names a person too: whose activity it was, who took part. While she is restricted it does not.

Each name is kept with its place and put back there by itself, so that whatever else is changed in the same event meanwhile stays changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from kundenkreis.customers.models import Account, Contact
from kundenkreis.history import relations
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.privacy.person import Person

Labels = Mapping[type[models.Model], Mapping[int, str]]  # what each of her records is called instead
_SLICE = 500


def unname(person: Person, labels: Labels, names: Mapping[str, str]) -> list[list[Any]]:
    """Take her names out of the events about records that point at hers; what they were, for `name_again`.

    `names` are what her records were called, and what stands for it in the name of another record ("…, Huber").
    """
    kept: list[list[Any]] = []
    for model, ids in _pointing(person).items():
        for start in range(0, len(ids), _SLICE):
            some = Event.objects.filter(
                subject_type=model._meta.label_lower, subject_id__in=ids[start : start + _SLICE]
            )
            touched = [event for event in some if _without_names(event, model, labels, names, kept)]
            Event.objects.bulk_update(touched, ["subject_label", "changes"], batch_size=200)
    return kept


def name_again(kept: Iterable[list[Any]]) -> None:
    """Put the names back where nothing else was written meanwhile."""
    by_event: dict[int, list[list[Any]]] = defaultdict(list)
    for pk, *place in kept:
        by_event[pk].append(place)
    numbers = sorted(by_event)
    for start in range(0, len(numbers), _SLICE):
        some = list(Event.objects.filter(pk__in=numbers[start : start + _SLICE]))
        for event in some:
            for name, place, before, after in by_event[event.pk]:
                if not name:
                    event.subject_label = before if event.subject_label == after else event.subject_label
                elif len(values := event.changes.get(name, [])) > place and values[place] == after:
                    values[place] = before
        Event.objects.bulk_update(some, ["subject_label", "changes"], batch_size=200)


def _pointing(person: Person) -> dict[type[models.Model], list[int]]:
    """The records with a history of their own that point at hers, or are joined with them."""
    found: dict[type[models.Model], set[int]] = defaultdict(set)
    for model, numbers in ((Contact, person.contacts), (Account, person.accounts)):
        for other, name in relations.pointers(model) if numbers else ():
            owner: Any = other._meta.auto_created or other
            if not issubclass(owner, Recorded):
                continue
            rows = other._base_manager.filter(**{f"{name}__in": list(numbers)})
            column = "pk" if owner is other else next(iter(relations.wholes_of(other)))[0]
            found[owner] |= set(rows.values_list(column, flat=True))
    return {model: sorted(ids) for model, ids in found.items() if ids}


def _without_names(
    event: Event, model: type[models.Model], labels: Labels, names: Mapping[str, str], kept: list[list[Any]]
) -> bool:
    before = len(kept)
    said = event.subject_label
    for name, instead in names.items():
        said = said.replace(name, instead)
    if said != event.subject_label:
        kept.append([event.pk, "", 0, event.subject_label, said[:200]])
        event.subject_label = said[:200]
    for field, place, label in _places(event, model, labels):
        kept.append([event.pk, field, place, event.changes[field][place], label])
        event.changes[field][place] = label
    return len(kept) > before


def _places(event: Event, model: type[models.Model], labels: Labels) -> Iterator[tuple[str, int, str]]:
    """(field, place, what stands there instead) of every name of hers."""
    for name, values in event.changes.items():
        called = labels.get(_target(model, name), {})
        if len(values) != 4 or not called:
            continue
        for place in (0, 1):
            numbers = values[place] if isinstance(values[place], list) else [values[place]]
            hers = [called[number] for number in numbers if isinstance(number, int) and number in called]
            if hers and values[place + 2]:
                yield name, place + 2, ", ".join([*hers, *(["…"] if len(numbers) > len(hers) else [])])


def _target(model: type[models.Model], name: str) -> Any:
    try:
        return model._meta.get_field(name).related_model
    except FieldDoesNotExist:
        return None


__all__ = ["name_again", "unname"]

"""The history of a person's own values: what was changed from what to what, without naming who did it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kundenkreis.customers.models import Account, Contact
from kundenkreis.fields import known
from kundenkreis.fields.nouns import NOUNS
from kundenkreis.fields.picks import pick_of, said
from kundenkreis.history import trail
from kundenkreis.history.models import Event
from kundenkreis.privacy import belonging, inventory
from kundenkreis.privacy.belonging import PARTS, Person
from kundenkreis.privacy.holding import Holding
from kundenkreis.privacy.telling import custom_text, plain_text
from kundenkreis.staff.models import User
from kundenkreis.stakeholders.models import Stakeholder

BATCHED = 10_000  # steps that batches left on her own records


@dataclass(frozen=True)
class Change:
    place: str
    name: str
    label: str
    text: str
    is_text: bool


def steps(person: Person) -> Iterator[list[Change]]:
    """Each step as its changes, oldest first: of her records, of what hangs on them, and what imports and other batches did."""
    found: list[tuple[Any, int, Event]] = []
    for model, ids in _records(person):
        events = Event.objects.filter(subject_type=model._meta.label_lower, subject_id__in=ids)
        found += [(event.at, event.pk, event) for event in events]
        found += [(step.event.at, 0, step.event) for step in trail.by_batches(model, ids, limit=BATCHED)]
    for number, (_at, _pk, event) in enumerate(sorted(found, key=lambda one: one[:2])):
        if changes := list(_changes(event, number)):
            yield changes


def _records(person: Person) -> Iterator[tuple[type[models.Model], list[int]]]:
    if person.contact_ids:
        yield Contact, person.contact_ids
    if person.account_ids:
        yield Account, person.account_ids
    for label in PARTS:
        line = inventory.lines()[label]
        model = inventory.model_of(line)
        if isinstance(line, Holding) and model is not None:
            rows = belonging.about(line, person)
            if ids := list(rows.values_list("pk", flat=True)[:BATCHED]):
                yield model, ids


def _changes(event: Event, number: int) -> Iterator[Change]:
    model: Any = apps.get_model(event.subject_type)
    when = f"{timezone.localtime(event.at, timezone.get_default_timezone()):%d.%m.%Y %H:%M}"
    where = (
        f"history.Event:{event.pk}"
        if event.pk
        else f"history.BatchChunk:{event.batch_id}.{event.subject_type}.{event.subject_id}"
    )
    own = known.of(next((noun for noun, one in NOUNS.items() if one.model is model), "")).by_name
    for name, values in event.changes.items():
        if name == "key" or not isinstance(values, list) or len(values) < 2:
            continue
        field, custom = _field(model, name), own.get(name)
        label = capfirst(force_str(custom.label if custom is not None else getattr(field, "verbose_name", name)))
        was, now = (_shown(field, values, index, custom) for index in (0, 1))
        text = _("%(when)s: “%(was)s” became “%(now)s”") % {"when": when, "was": was, "now": now}
        yield Change(f"{where}:{name}", name, label, text, isinstance(field, models.TextField))


def _field(model: type[models.Model], name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _shown(field: Any, values: list[Any], index: int, custom: known.Field | None = None) -> str:
    """A value of a change. References are [from, to, name of from, name of to]; colleagues and other people are not named."""
    value = values[index]
    if value in (None, "", []):
        return "–"
    if custom is not None:
        return custom_text(custom, value)
    if field is not None and field.is_relation:
        if field.related_model is User:
            return _("a member of staff")
        if field.related_model in (Contact, Stakeholder):
            return _("a person")
        return str(values[index + 2]) if len(values) > index + 2 else str(value)
    if pick := pick_of(field):
        return said(pick, value)
    if field is not None and getattr(field, "choices", None):
        return force_str(dict(field.flatchoices).get(value, value))
    return plain_text(value)

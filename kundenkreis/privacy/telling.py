"""A value as the person reads it in a disclosure: words for choices, days as people write them, nobody else's name."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext as _

from kundenkreis.customers.models import Account, Contact
from kundenkreis.fields import known, references
from kundenkreis.fields.nouns import NOUNS
from kundenkreis.fields.picks import pick_of, said
from kundenkreis.fields.stored import FOLDED, REASON
from kundenkreis.fields.values import python
from kundenkreis.privacy.belonging import Person
from kundenkreis.staff.models import User
from kundenkreis.stakeholders.models import Stakeholder


def text_of(row: models.Model, name: str, person: Person) -> str:
    """The value of a column; "" for an empty one and for a reference to the person herself."""
    try:
        field: Any = row._meta.get_field(name)
    except FieldDoesNotExist:
        return ""
    if field.is_relation:
        return _reference(getattr(row, name), person)
    value = getattr(row, name)
    if value in (None, "", [], {}):
        return ""
    if pick := pick_of(field):
        return said(pick, value)
    if field.choices:
        return force_str(dict(field.flatchoices).get(value, value))
    if name == "custom" and isinstance(value, dict):
        return _custom(row, value, person)
    return plain_text(value)


def _reference(other: Any, person: Person) -> str:
    """Whom or what a row points at. Colleagues and other people are not named."""
    if other is None or is_herself(other, person):
        return ""
    if isinstance(other, User):
        return _("a member of staff")
    if isinstance(other, Stakeholder):
        return _("another person")
    if isinstance(other, Contact) or (isinstance(other, Account) and _is_someone(other)):
        return _("another person")
    return str(other)


def is_herself(other: Any, person: Person) -> bool:
    if isinstance(other, Contact):
        return other.pk in person.contact_ids
    if isinstance(other, Stakeholder):
        return other.contact_id in person.contact_ids
    return isinstance(other, Account) and other.pk in person.account_ids


def _is_someone(account: Account) -> bool:
    return account.kind == Account.Kind.PERSON or account.person_id is not None


def _custom(row: models.Model, values: dict[str, Any], person: Person) -> str:
    """Custom fields by their labels, those that were retired too: they are still held."""
    noun = next((name for name, one in NOUNS.items() if isinstance(row, one.model)), "")
    fields = known.of(noun).by_key
    filled = {
        key: value
        for key, value in sorted(values.items())
        if value not in (None, "", []) and not key.endswith((FOLDED, REASON))
    }
    return "; ".join(
        f"{force_str(fields[key].label) if key in fields else key}: {custom_text(fields.get(key), value, person)}"
        for key, value in filled.items()
    )


def custom_text(field: known.Field | None, value: Any, person: Person | None = None) -> str:
    """A value of a custom field: choices by their labels, days as people write them, nobody else's name."""
    if field is None or value in (None, ""):
        return plain_text(value)
    if field.kind in ("choice", "several"):
        keys = value if isinstance(value, list) else [value]
        return ", ".join(field.choice[key].label if key in field.choice else str(key) for key in keys)
    if field.kind == "person":
        return _("a member of staff")
    if field.kind == "reference":
        return _referred(field, value, person)
    found = python(field, value)
    return plain_text(value if found is None else found)


def _referred(field: known.Field, pk: Any, person: Person | None) -> str:
    if person is None or not isinstance(pk, int):
        return _("another record")
    place = (field.refers_to, pk)
    if place not in person.referred:
        person.referred[place] = references.model_of(field)._base_manager.filter(pk=pk).first()
    other = person.referred[place]
    return _("another record") if other is None else _reference(other, person) or _("you yourself")


def plain_text(value: Any) -> str:
    """A plain value in words."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime):
        return (
            f"{timezone.localtime(value, timezone.get_default_timezone()):%d.%m.%Y %H:%M}"
            if timezone.is_aware(value)
            else str(value)
        )
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)

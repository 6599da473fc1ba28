"""How a field's value stands in a cell, and what a cell that nobody touched is read as."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from kundenkreis.catalogue.models import Family, Unit
from kundenkreis.customers.models import Tag
from kundenkreis.fields import known, values
from kundenkreis.fields import references as referring
from kundenkreis.fields.known import PREFIX, Field
from kundenkreis.fields.picks import pick_of, said
from kundenkreis.quality.reading.cells import as_text
from kundenkreis.quality.sheets.nouns import Editable
from kundenkreis.quality.targets import references
from kundenkreis.quality.values import CONTROL
from kundenkreis.staff.models import Team, Territory, User

LONGEST = 32_000  # characters that a cell holds; a spreadsheet refuses a few more
_CONTROL = re.compile(CONTROL)


class Written:
    """Values of a noun's fields as cells, in the language of the moment. Names of people, teams … are read once."""

    def __init__(self, editable: Editable, by: Any):
        self.editable, self.by = editable, by
        self._referred: dict[tuple[str, int], str] = {}  # what custom fields lead to, as far as it was read
        self.model: Any = editable.model
        self.custom = known.of(editable.plural).by_name

    def cell(self, name: str, value: Any) -> str | int | float | dt.date | None:
        """The value as a spreadsheet takes it; `value` is as the column holds it (a reference as a number)."""
        if name.startswith(PREFIX):
            return self._custom(self.custom.get(name), value)
        field = self.model._meta.get_field(name)
        if value is None or value == "":
            return None
        if field.many_to_many:
            return "; ".join(self._tags.get(one, f"#{one}") for one in value)[:LONGEST] or None
        if field.is_relation:
            return self._names(field.related_model).get(value, f"#{value}")
        if pick := pick_of(field):
            return said(pick, value)
        if field.flatchoices:
            return str(dict(field.flatchoices).get(value, value))
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, Decimal):
            return float(value)
        if isinstance(value, int | float | dt.date):
            return value
        return plain_text(str(value))[:LONGEST]

    def _custom(self, field: Field | None, value: Any) -> str | int | float | dt.date | None:
        """As `cell`, of a custom field; what was stored when it had another kind stands as text."""
        if value in (None, "", []):
            return None
        if field is not None and field.kind == "person" and isinstance(value, int):
            return self._people.get(value, f"#{value}")
        if field is not None and field.kind == "reference" and isinstance(value, int):
            return self._leads_to(field, value)
        if field is not None and field.kind in ("choice", "several"):
            some = value if isinstance(value, list) else [value]
            return "; ".join(_choice(field, str(one)) for one in some)[:LONGEST]
        python = values.python(field, value) if field is not None else None
        if isinstance(python, dt.date):
            return python
        if isinstance(python, Decimal):
            return value
        return plain_text(str(value))[:LONGEST]

    def know(self, names: Iterable[str], records: Sequence[Any]) -> None:
        """Read at once what these fields of the records lead to; a page of them costs two queries for each noun, and the tags one."""
        wanted: dict[str, set[int]] = {}
        for name in names:
            field = self.custom.get(name) if name.startswith(PREFIX) else None
            if field is not None and field.kind == "reference":
                values_ = {record.custom.get(field.key) for record in records}
                wanted.setdefault(field.refers_to, set()).update(one for one in values_ if isinstance(one, int))
        for noun, numbers in wanted.items():
            self._read(noun, {one for one in numbers if (noun, one) not in self._referred})
        if "tags" in names:
            prefetch_related_objects(list(records), "tags")

    def _leads_to(self, field: Field, number: int) -> str:
        """The record by its number and name, as an export writes it; without a name where this person may not see it."""
        if (field.refers_to, number) not in self._referred:
            self._read(field.refers_to, {number})
        return self._referred[field.refers_to, number]

    def _read(self, noun: str, numbers: set[int]) -> None:
        named = referring.named(self.by, noun, numbers) if numbers else {}
        for number in numbers:
            one = named.get(number)
            hidden = one is None or one.state in ("unseen", "gone")
            text = _("not visible to you") if hidden else one.exported  # type: ignore[union-attr]
            self._referred[noun, number] = plain_text(text)[:LONGEST]

    def text(self, name: str, value: Any) -> str:
        """What the cell is read as when nobody has touched it."""
        return plain_text(as_text(self.cell(name, value)))

    def texts(self, name: str, values: Iterable[Any]) -> list[str]:
        return [self.text(name, value) for value in values]

    def _names(self, model: Any) -> Mapping[int, str]:
        return {User: self._people, Team: self._teams, Territory: self._territories}.get(model) or self._catalogue[
            model
        ]

    @cached_property
    def _people(self) -> dict[int, str]:
        """By name; by mail address where two are called alike."""
        people = list(User._base_manager.order_by("pk"))
        names = [person.get_full_name() for person in people]
        known = references.people(list(dict.fromkeys(names)))
        return {
            one.pk: name if (found := known.get(name)) is not None and found.pk == one.pk else one.email
            for one, name in zip(people, names, strict=True)
        }

    @cached_property
    def _teams(self) -> dict[int, str]:
        return dict(Team._base_manager.values_list("pk", "name"))

    @cached_property
    def _tags(self) -> dict[int, str]:
        return dict(Tag._base_manager.values_list("pk", "name"))

    @cached_property
    def _territories(self) -> dict[int, str]:
        return dict(Territory._base_manager.values_list("pk", "name"))

    @cached_property
    def _catalogue(self) -> dict[Any, dict[int, str]]:
        """Families by name, or by code where a name leads to another one; units by code, which is theirs alone."""
        families: dict[int, str] = {}
        taken: set[str] = set()
        for pk, name, code in Family._base_manager.order_by("pk").values_list("pk", "name", "code"):
            families[pk] = code if name.casefold() in taken else name
            taken.add(name.casefold())
        return {Family: families, Unit: dict(Unit._base_manager.values_list("pk", "code"))}


def _choice(field: Field, key: str) -> str:
    """A choice by its label, or by its key where that label leads to another one or does not come back whole."""
    label = field.choice[key].label if key in field.choice else key
    if label in field.choice or re.search(r"[;|\n]", label) or " ".join(plain_text(label).split()) != label:
        return key
    return label if field.choice_written.get(label.casefold()) == key else key


def plain_text(text: str) -> str:
    """A text as it comes back from a spreadsheet: one kind of line end, no blanks around it, nothing that cannot be seen."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip(" \t\r\n\u00a0\ufeff")

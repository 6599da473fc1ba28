"""A column that can be edited, as comparing and writing see it: a field of the noun's own, or one of the house's custom fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models

from kundenkreis.fields import values
from kundenkreis.fields.filling import Fielded
from kundenkreis.fields.known import PREFIX, Field
from kundenkreis.history.recording import Recorded


@dataclass(frozen=True)
class OwnColumn:
    field: Any  # of the model

    @property
    def may_be_empty(self) -> bool:
        return self.field.blank and not isinstance(self.field, models.BooleanField)

    @property
    def empty(self) -> Any:
        """What an emptied cell makes of the field."""
        if self.field.many_to_many:
            return []
        return None if self.field.null else ""

    def kept(self, value: Any) -> Any:
        """What history or a sheet's cell keeps of a value, as the record holds it."""
        if self.field.many_to_many:
            return sorted(value or [])
        return value if value is None or self.field.is_relation else self.field.to_python(value)

    def taken(self, value: Any, record: Recorded) -> Any:
        """A value that was read from a cell, as the record holds it."""
        return value


@dataclass(frozen=True)
class CustomColumn:
    """Its values are held and kept alike, as JSON; whether this person may empty it is asked with the noun's other rules."""

    field: Field
    may_be_empty = True
    empty = None

    def kept(self, value: Any) -> Any:
        return value

    def taken(self, value: Any, record: Recorded) -> Any:
        """As `OwnColumn.taken`. Raises ValidationError for what the field's kind does not take."""
        if self.field.kind in ("person", "reference"):
            return value.pk  # found already
        return values.stored(self.field, value, held(record, self.field.name))


Column = OwnColumn | CustomColumn


def column_of(model: type[Recorded], name: str) -> Column | None:
    """The column that a workbook or one of its cells names; None for a custom field that there is no more."""
    if not name.startswith(PREFIX):
        return OwnColumn(model._meta.get_field(name))
    field = model.own_fields().by_name.get(name) if issubclass(model, Fielded) else None
    return None if field is None else CustomColumn(field)


def held(record: Recorded, name: str) -> Any:
    """A field's value as its column holds it (a reference as a number, several as their numbers, rising)."""
    if name.startswith(PREFIX):
        return getattr(record, name)
    field: Any = record._meta.get_field(name)
    if field.many_to_many:
        return sorted(one.pk for one in getattr(record, name).all())
    return getattr(record, field.attname)

"""The column in which a record keeps the values of its custom fields, and how a query reads one of them.

`custom__opening_number` is the number under the key `opening`; the ends are `number`, `plain` (a text as it is), `key` (a text folded, for
searching and sorting), `date`, `choice`, `several`, `person`, `reference`. A value is a JSON number (at most 15 digits, which doubles tell
apart, so that SQLite compares as exactly as PostgreSQL), a text, an ISO date, a choice's key, a list of those, or the number of a person or
of another record; what is empty is not there. The key stands in the SQL itself, never as a parameter: only so does an index over the
expression answer. It has been checked.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import models
from django.db.models.lookups import In

KEY = re.compile(r"[a-z](?:(?:[a-z0-9]|_(?!_))*[a-z0-9])?", re.ASCII)
FOLDED = "~"  # behind the key of a text stands the same text folded
REASON = "!"  # behind the key of a formula stands why it has no value
_PATH = re.compile(rf"({KEY.pattern})_(number|plain|key|date|choice|several|person|reference)", re.ASCII)


class _Sure:
    """A comparison that is false where there is no value, so that its opposite is true there: NULL would be neither.

    Said so that an index over the expression answers; where rows are walked, so that each row's JSON is opened once.
    """

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if getattr(compiler, "walks", False):
            sql, values = super().as_sql(compiler, connection)  # type: ignore[misc]
            return f"COALESCE({sql}, FALSE)", values
        there, values = self.process_lhs(compiler, connection)  # type: ignore[attr-defined]
        sql, more = super().as_sql(compiler, connection)  # type: ignore[misc]
        return f"({there} IS NOT NULL AND {sql})", (*values, *more)


_made: dict[type, Any] = {}


def _sure(lookup: Any) -> Any:
    if lookup not in _made:
        _made[lookup] = type(f"Sure{lookup.__name__}", (_Sure, lookup), {})
    return _made[lookup]


class _Value(models.Field):
    """What one key holds; its comparisons are sure."""

    def get_lookup(self, lookup_name: str) -> Any:
        found = super().get_lookup(lookup_name)
        return found if found is None or lookup_name == "isnull" else _sure(found)


class NumberValue(_Value, models.FloatField):  # type: ignore[misc]
    """A number that is a Decimal in Python. On SQLite it is compared as the double that it is there."""

    def get_prep_value(self, value: Any) -> Any:
        return value if value is None or hasattr(value, "resolve_expression") else Decimal(str(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = value if prepared else self.get_prep_value(value)
        if connection.vendor != "sqlite" or not isinstance(value, Decimal):
            return value
        return int(value) if value == value.to_integral_value() else float(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(str(value))


class TextValue(_Value, models.TextField):  # type: ignore[misc]
    """A text, or an ISO date: a day is compared as its text."""

    def get_prep_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, dt.date) else super().get_prep_value(value)


class SeveralValue(TextValue):
    """A list of choices, as its JSON."""


@SeveralValue.register_lookup
class _OneOfThem(In):
    """`…_several__in=("a", "b")`: one of these is among them."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        there, values = self.process_lhs(compiler, connection)
        wanted = [str(one) for one in self.rhs]
        if connection.vendor == "postgresql":
            return f"jsonb_exists_any(({there})::jsonb, %s::text[])", [*values, wanted]
        marks = ", ".join(["%s"] * len(wanted))
        return f"EXISTS (SELECT 1 FROM json_each({there}) WHERE value IN ({marks}))", [*values, *wanted]  # noqa: S608


_NUMBER, _TEXT = NumberValue(), TextValue()
_KINDS: dict[str, models.Field] = {
    "number": _NUMBER, "person": _NUMBER, "reference": _NUMBER,
    "plain": _TEXT, "key": _TEXT, "date": _TEXT, "choice": _TEXT, "several": SeveralValue(),
}  # fmt: skip


class Inside(models.Transform):
    """The value under one key."""

    def __init__(self, key: str, kind: str, *expressions: Any, **extra: Any):
        super().__init__(*expressions, **extra)
        self.key, self.kind = key + (FOLDED if kind == "key" else ""), kind

    @property
    def output_field(self) -> models.Field:  # type: ignore[override]
        return _KINDS[self.kind]

    def deconstruct(self) -> Any:
        raise TypeError("an index over a custom field is none of a migration's")

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Any:
        column, values = compiler.compile(self.lhs)
        return said(column, self.key, self.kind, connection.vendor), values

    @property
    def identity(self) -> Any:
        return (*super().identity, self.key, self.kind)


def said(column: str, key: str, kind: str, vendor: str) -> str:
    """The expression for one key of a JSON column, the same in a query and in an index. `key` is one that `KEY` lets pass."""
    if vendor == "sqlite":
        return f"""json_extract({column}, '$."{key}"')"""
    if kind in ("number", "person", "reference"):
        # What was another kind before must not break a query.
        return f"(CASE WHEN jsonb_typeof({column} -> '{key}') = 'number' THEN ({column} ->> '{key}')::numeric END)"
    return f"""({column} ->> '{key}') COLLATE "C\""""


class ValuesField(models.JSONField):
    """{key: value} of a record's custom fields."""

    def __init__(self, *args: Any, **kwargs: Any):
        usual: dict[str, Any] = {"default": dict, "blank": True, "editable": False, "db_default": {}}
        super().__init__(*args, **usual | kwargs)

    def get_transform(self, name: str) -> Any:
        found = _PATH.fullmatch(name)
        return partial(Inside, found[1], found[2]) if found else super().get_transform(name)

    def value_at(self, values: dict[str, Any], path: str) -> Any:
        """What stands at the end of a path (`opening_number`) in these values, as JSON has it."""
        found = _PATH.fullmatch(path)
        return None if found is None else values.get(found[1] + (FOLDED if found[2] == "key" else ""))

    def put_back(self, present: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any] | None:
        """`present` with what a step changed from `before` to `after` set back; None when somebody has changed some of that since."""
        own = self.model.own_fields().by_key if hasattr(self.model, "own_fields") else {}
        differing = {key for key in {*before, *after} if before.get(key) != after.get(key)}
        # What is worked out follows from the rest, and may have come to something else by itself since.
        keys = {
            key for key in differing if (one := own.get(key.rstrip(FOLDED + REASON))) is None or not one.is_worked_out
        }
        if any(present.get(key) != after.get(key) for key in keys):
            return None
        return {k: v for k, v in (present | {key: before.get(key) for key in keys}).items() if v is not None}

"""Paging by key: a page begins after the last row of the one before, so page 10,000 is as fast as the first.

There are no page numbers and no counting of what was skipped; rows that come or go meanwhile shift nothing.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import connection, models
from django.db.models import F, Q
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan, TupleLookupMixin
from django.utils.translation import gettext as _

Order = Sequence[tuple[str, str]]

_LONGEST = 2_000


class _After(TupleGreaterThan):
    """`(a, b) > (x, y)` as one comparison on SQLite too: it has had them since 3.15, Django spells them out as OR."""

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        return super(TupleLookupMixin, self).as_sql(compiler, connection)


class _Before(TupleLessThan):
    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        return super(TupleLookupMixin, self).as_sql(compiler, connection)


class BadCursor(ValueError):
    """The text after `after=` is no cursor of this list; its message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the list's order, and the cursors of the pages after and before ("" when there is none)."""

    rows: list[Any]
    next: str
    previous: str


def page(queryset: models.QuerySet, *, order: Order, after: str = "", size: int = 50) -> Page:
    """The page that `after` (a cursor from a page of the same list and order, "" for the first) stands for.

    `order` names columns (paths and annotations too) with "asc" or "desc"; the primary key is added at the end when it
    is missing, in the direction of the last one, so that no row is skipped. An index in that order makes every page
    fast. Where a column may be empty, empty counts as the smallest on both engines; a column that is long and often
    sorted by should store a sentinel instead. Works for instances and for `.values()`. Raises `BadCursor`.
    """
    columns = _columns(queryset.model, order)
    backwards, values = _read(after, columns, queryset.model) if after else (False, None)
    rows = queryset.order_by(*[_ordering(name, down != backwards, empty) for name, down, empty in columns])
    if values is not None:
        rows = rows.filter(_beyond(columns, values, backwards))
    found = list(rows[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page([], "", "")
    has_next, has_previous = (True, more) if backwards else (more, bool(after))
    return Page(
        found,
        _write(columns, found[-1], False) if has_next else "",
        _write(columns, found[0], True) if has_previous else "",
    )


def cursor_after(model: type[models.Model], order: Order, row: Any) -> str:
    """The cursor of what will come after this row, whether or not there is anything yet."""
    return _write(_columns(model, order), row, False)


def place_of(model: type[models.Model], order: Order, cursor: str) -> tuple[bool, list[Any] | None]:
    """Whether a cursor leads backwards, and the values that it begins behind; None for the first page. Raises `BadCursor`."""
    return _read(cursor, _columns(model, order), model) if cursor else (False, None)


def bounded_count(queryset: models.QuerySet, bound: int = 10_001) -> int:
    """How many rows there are, counted up to `bound`: that answer means "`bound` or more" ("more than 10,000")."""
    return queryset.order_by().values("pk")[:bound].count()


_Column = tuple[str, bool, bool]
"""Name, descending, may be empty."""


def _columns(model: type[models.Model], order: Order) -> list[_Column]:
    named = [(name, direction) for name, direction in order]
    if not named or named[-1][0] not in ("id", "pk"):
        named.append(("pk", named[-1][1] if named else "asc"))
    return [(name, direction == "desc", _may_be_empty(model, name)) for name, direction in named]


def _field(model: type[models.Model], name: str) -> models.Field | None:
    """The field at the end of a path; None for an annotation."""
    *path, last = name.split("__")
    try:
        for step in path:
            model = model._meta.get_field(step).related_model  # type: ignore[assignment]
        return model._meta.pk if last == "pk" else model._meta.get_field(last)  # type: ignore[return-value]
    except Exception:  # noqa: BLE001 an annotation has no field, whatever its name looks like
        return None


def _may_be_empty(model: type[models.Model], name: str) -> bool:
    field = _field(model, name)
    return bool(field is None or getattr(field, "null", False) or "__" in name)


def _ordering(name: str, down: bool, may_be_empty: bool) -> Any:
    # SQLite has empty values as the smallest by itself and is slower when told so.
    said = {}
    if may_be_empty and connection.vendor == "postgresql":
        said = {"nulls_last": True} if down else {"nulls_first": True}
    return F(name).desc(**said) if down else F(name).asc(**said)


def _beyond(columns: list[_Column], values: list[Any], backwards: bool) -> Any:
    """The condition "comes after these values in this direction"."""
    downs = {down != backwards for _name, down, _empty in columns}
    empty = any(value is None for value in values) or any(column[2] for column in columns)
    if len(columns) > 1 and len(downs) == 1 and not empty:
        # Compared as one row, which both engines answer by one range of an index in that order.
        lookup = _Before if downs == {True} else _After
        return lookup(Tuple(*[F(name) for name, *_rest in columns]), tuple(values))
    beyond = Q(pk__in=[])
    same = Q()
    for (name, down, _empty), value in zip(columns, values, strict=True):
        beyond |= same & _after_one(name, value, down != backwards)
        same &= Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
    (name, down, may_be_empty), value = columns[0], values[0]
    if value is not None and (not may_be_empty or down == backwards):
        # Says the same once more, as a bound from which an index can be read.
        beyond &= Q(**{f"{name}__{'lte' if down != backwards else 'gte'}": value})
    return beyond


def _after_one(name: str, value: Any, down: bool) -> Q:
    """Values that come after this one when empty is the smallest."""
    if value is None:
        return Q(pk__in=[]) if down else Q(**{f"{name}__isnull": False})
    if down:
        return Q(**{f"{name}__lt": value}) | Q(**{f"{name}__isnull": True})
    return Q(**{f"{name}__gt": value})


def _value(row: Any, name: str) -> Any:
    if isinstance(row, dict):
        return row["id"] if name == "pk" and "pk" not in row else row[name]
    first, _below, rest = name.partition("__")
    if rest and hasattr(inside := type(row)._meta.get_field(first), "value_at"):
        return inside.value_at(getattr(row, first), rest)
    for step in name.split("__"):
        row = getattr(row, step, None)
    return row


def _signer(columns: list[_Column]) -> Signer:
    # A cursor belongs to one order; with another its values would mean something else.
    return Signer(salt="keyset:" + ",".join(f"{name} {down}" for name, down, _empty in columns))


def _write(columns: list[_Column], row: Any, backwards: bool) -> str:
    said = [int(backwards), *(_as_json(_value(row, name)) for name, *_rest in columns)]
    text = base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).decode().rstrip("=")
    return f"{text}.{_signer(columns).signature(text)[:16]}"


def _as_json(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str | float) else str(value)


def _read(cursor: str, columns: list[_Column], model: type[models.Model]) -> tuple[bool, list[Any]]:
    """The direction and the values of a cursor that this program wrote for this order."""
    try:
        text, _dot, signature = cursor.rpartition(".")
        if len(cursor) > _LONGEST or _signer(columns).signature(text)[:16] != signature:
            raise BadSignature
        backwards, *values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return bool(backwards), [
            _as_value(_field(model, name), value) for (name, *_rest), value in zip(columns, values, strict=True)
        ]
    except (BadSignature, ValueError, UnicodeError) as error:
        raise BadCursor(
            _("This link to a page of the list is not valid any more. Please start at the first page.")
        ) from error


def _as_value(field: models.Field | None, value: Any) -> Any:
    if value is None or field is None:
        return value
    if isinstance(field, models.DecimalField):
        return Decimal(value)
    if isinstance(field, models.DateTimeField):
        return dt.datetime.fromisoformat(value)
    if isinstance(field, models.DateField):
        return dt.date.fromisoformat(value)
    return value

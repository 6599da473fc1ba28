"""Queries whose SQL is made once. Django builds the SQL of a query anew each time it is asked, which takes longer than most answers of
an index: on the pages that people open all day it was a third of their time.

    @prepared
    def _newest(since: Any, *, reach: Reach) -> QuerySet:
        return Event.objects.within(reach).filter(at__gt=since).order_by("-at")[:6]

    events = _newest(moment, reach=reach)

What is given by place may be another value each time (a number, text, day, moment, amount, or a list for the lookup `listed`) and must
not decide what the query looks like: the function is called with a `Blank` instead. What is given by name decides it, is hashable, and
has its SQL made apart; so has each day of the house, because rules about who sees what may speak of today.

With `checked` set, as in all tests, every call also builds the query as Django would and compares.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Expression, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from kundenkreis.core import clock

SHAPES = 256  # of one query that are remembered: as many people or circles as ask at about the same time
_COLUMNS = ("select", "klass_info", "annotation_col_map", "col_count", "has_extra_select")
checked = False  # compare each call with what Django would ask


class Blank(Expression):
    """Where a value will stand."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Blank:
        return self

    def get_group_by_cols(self) -> list:
        return []


@dataclass(frozen=True)
class _Made:
    """The SQL of one shape, and what Django came to know of its columns by making it."""

    rows: QuerySet
    sql: str  # "" for a query that can find nothing
    parameters: tuple[Any, ...] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)

    def filled(self, values: Sequence[Any], connection: Any) -> tuple[Any, ...]:
        return tuple(_adapted(values[p.place], connection) if type(p) is Blank else p for p in self.parameters)


class _Query:
    """The query of a shape, for the parts of Django that make rows of answers."""

    def __init__(self, made: _Made, values: Sequence[Any]) -> None:
        self._made, self._values = made, values

    def get_compiler(self, *args: Any, **kwargs: Any) -> SQLCompiler:
        """One that has compiled already: it answers with the SQL that is known, and these values in it."""
        compiler = self._made.rows.query.get_compiler(*args, **kwargs)
        for name, value in self._made.columns.items():
            setattr(compiler, name, value)
        asked = self._made.sql, self._made.filled(self._values, compiler.connection)
        compiler.as_sql = lambda *_args, **_kwargs: asked  # type: ignore[method-assign]
        return compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made.rows.query, name)


def prepared(build: Callable[..., QuerySet]) -> Callable[..., list[Any]]:
    """A function that gives the rows of the query which `build` describes, as a list."""

    @functools.lru_cache(maxsize=SHAPES)
    def made(vendor: str, number: int, _today: dt.date, named: tuple[tuple[str, Any], ...]) -> _Made:
        return _make(build(*(Blank(place) for place in range(number)), **dict(named)))

    @functools.wraps(build)
    def ask(*values: Any, **named: Any) -> list[Any]:
        connection = connections["default"]
        shape = made(connection.vendor, len(values), clock.today(), tuple(sorted(named.items())))
        if checked:
            _compare(shape, values, build(*values, **named), connection)
        if not shape.sql:
            return []
        asked: Any = QuerySet(shape.rows.model, _Query(shape, values), "default")  # type: ignore[arg-type]
        rows: Any = shape.rows._iterable_class(asked)  # type: ignore[attr-defined]
        return list(rows)

    ask.forget = made.cache_clear  # type: ignore[attr-defined]
    return ask


def _make(rows: QuerySet) -> _Made:
    if rows._prefetch_related_lookups:  # type: ignore[attr-defined]
        raise TypeError("A prepared query is one query: what it prefetches would be left out.")
    compiler = rows.query.get_compiler("default")
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return _Made(rows, "")
    return _Made(rows, sql, tuple(parameters), {name: getattr(compiler, name) for name in _COLUMNS})


def _adapted(value: Any, connection: Any) -> Any:
    """A value as the database takes it."""
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, dt.date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, Decimal):
        return connection.ops.adapt_decimalfield_value(value)
    if isinstance(value, list | tuple):
        return listed(value, connection.vendor)
    return value


def listed(numbers: Sequence[int], vendor: str) -> Any:
    """Whole numbers as the one parameter that the lookup `listed` gives to its database."""
    whole = [int(number) for number in numbers]
    return whole if vendor == "postgresql" else json.dumps(whole)


def _compare(shape: _Made, values: Sequence[Any], rows: QuerySet, connection: Any) -> None:
    """Raises AssertionError when the values that are given by place decide how the query looks, or a value is written otherwise."""
    plain, filled = _make(rows), shape.filled(values, connection)
    # Django puts an expression in brackets; what stands in a set has no order of its own; psycopg has integers of several widths.
    ours, theirs = (
        (made.sql.replace("(%s)", "%s"), sorted(repr(int(p) if isinstance(p, int) else p) for p in parameters))
        for made, parameters in ((shape, filled), (plain, plain.parameters))
    )
    if ours != theirs:
        raise AssertionError(f"Another query than Django's:\n{ours}\n{theirs}")

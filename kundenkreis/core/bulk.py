"""Writing many rows at once, in each engine's fastest way: `executemany` on SQLite, `COPY` on PostgreSQL.

Everything here works on the given rows alone: no defaults, no `save`, no history. The caller is a bulk verb that holds
the write transaction, fills every column that has no default in the database, and writes its own Event.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

_SLICE = 10_000
_FEW = 20  # rows for which PostgreSQL needs no table of their own
# Single inserts may take numbers between the two halves of a reservation; so many of them are left free for that.
_MARGIN = 256
Row = Sequence[Any]


def reserve_ids(model: type[models.Model], n: int) -> int:
    """The first of `n` consecutive ids that nobody else will be given. Call it inside the write transaction."""
    if n < 1:
        raise ValueError("at least one id")
    table, column = model._meta.db_table, str(_pk(model).column)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _reserve_from_sequence(cursor, table, column, n)
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        given = cursor.fetchone()
        cursor.execute(f"SELECT max({_quoted(column)}) FROM {_quoted(table)}")  # noqa: S608 names come from the model
        highest = max(cursor.fetchone()[0] or 0, given[0] if given else 0)
        # Written at once, so that a second reservation in the same transaction gets the next ones.
        if given:
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [highest + n, table])
        else:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, highest + n])
        return highest + 1


def _reserve_from_sequence(cursor: Any, table: str, column: str, n: int) -> int:
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [_quoted(table), column])
    sequence = cursor.fetchone()[0]
    cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [sequence])
    try:
        cursor.execute("SELECT setval(%s, nextval(%s) + %s)", [sequence, sequence, _MARGIN + n])
        return cursor.fetchone()[0] - n + 1
    finally:
        cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [sequence])


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Insert rows of Python values under the named fields ("account" and "account_id" both mean the column).

    Takes any number of rows without holding them; returns how many. A broken constraint raises `IntegrityError` and
    leaves it to the caller's transaction to forget the rest.
    """
    fields = _fields(model, columns)
    names = ", ".join(_quoted(field.column) for field in fields)
    table = _quoted(model._meta.db_table)
    if connection.vendor == "postgresql":
        return _copy(f"COPY {table} ({names}) FROM STDIN", fields, rows)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
    return _execute_many(statement, fields, rows)


def update_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Set the fields of existing rows; `columns[0]` is the primary key. Returns how many rows there were to change."""
    fields = _fields(model, columns)
    if fields[0] is not _pk(model) or len(fields) < 2:
        raise ValueError("the primary key comes first, then at least one field to change")
    if connection.vendor == "postgresql":
        rest = iter(rows)
        first = list(itertools.islice(rest, _FEW + 1))
        if len(first) > _FEW:
            return _update_from_copy(model, fields, itertools.chain(first, rest))
        return _update_from_values(model, fields, first) if first else 0
    changes = ", ".join(f"{_quoted(field.column)} = %s" for field in fields[1:])
    statement = f"UPDATE {_quoted(model._meta.db_table)} SET {changes} WHERE {_quoted(fields[0].column)} = %s"  # noqa: S608
    turned = ([*row[1:], row[0]] for row in rows)
    return _execute_many(statement, [*fields[1:], fields[0]], turned)


def delete_ids(model: type[models.Model], ids: Iterable[int]) -> int:
    """Delete rows by primary key; how many there were. No cascades: what hangs on them is deleted first."""
    where = f"DELETE FROM {_quoted(model._meta.db_table)} WHERE {_quoted(_pk(model).column)}"  # noqa: S608
    deleted = 0
    with connection.cursor() as cursor:
        for some in _slices(ids):
            if connection.vendor == "postgresql":
                cursor.execute(where + " = ANY(%s)", [some])
            else:
                cursor.execute(where + " IN (SELECT value FROM json_each(%s))", [json.dumps(some)])  # noqa: S608
            deleted += cursor.rowcount
    return deleted


def hold(*held: type[models.Model]) -> None:
    """Let nobody else write rows of these models until the transaction ends. Reading goes on. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        tables = ", ".join(_quoted(model._meta.db_table) for model in held)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")


def join(*held: type[models.Model]) -> None:
    """Be one of those who write rows of these models: waits for whoever `hold`s them, so that what is read after is as he left it."""
    if connection.vendor == "postgresql":
        tables = ", ".join(_quoted(model._meta.db_table) for model in held)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {tables} IN ROW EXCLUSIVE MODE")


def one_at_a_time(what: str) -> None:
    """Whoever begins the same thing waits here until this transaction ends. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [what])


def _pk(model: type[models.Model]) -> models.Field:
    field = model._meta.pk
    if field is None or not field.column:
        raise ValueError(f"{model._meta.label} has no primary key of one column")
    return field


def _fields(model: type[models.Model], columns: Sequence[str]) -> list[models.Field]:
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    by_name |= {field.name: field for field in model._meta.concrete_fields}
    unknown = [column for column in columns if column not in by_name]
    if unknown:
        raise ValueError(f"{model._meta.label} has no column {', '.join(unknown)}")
    return [by_name[column] for column in columns]


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(str(name))


def _slices(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(rows)
    while some := list(itertools.islice(rest, _SLICE)):
        yield some


def _converted(some: list[Row], converters: list[tuple[int, Callable[[Any], Any]]]) -> Any:
    """Column by column, because a mapped column is several times faster than a loop over its rows."""
    if not converters:
        return some
    columns: list[Sequence[Any]] = list(zip(*some, strict=True))
    for place, convert in converters:
        columns[place] = [None if value is None else convert(value) for value in columns[place]]
    return zip(*columns, strict=True)


def _execute_many(statement: str, fields: list[models.Field], rows: Iterable[Row]) -> int:
    converters = [(place, convert) for place, field in enumerate(fields) if (convert := _for_sqlite(field))]
    done = 0
    with connection.cursor() as cursor:
        for some in _slices(rows):
            cursor.executemany(statement, _converted(some, converters))
            done += cursor.rowcount
    return done


def _copy(statement: str, fields: list[models.Field], rows: Iterable[Row]) -> int:
    converters = [(place, convert) for place, field in enumerate(fields) if (convert := _for_postgresql(field))]
    done = 0
    # Django translates the errors of `execute` by itself, not those of COPY.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for some in _slices(rows):
            for row in _converted(some, converters):
                copy.write_row(row)
            done += len(some)
    return done


def _update_from_copy(model: type[models.Model], fields: list[models.Field], rows: Iterable[Row]) -> int:
    table, key = _quoted(model._meta.db_table), _quoted(fields[0].column)
    names = [_quoted(field.column) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE bulk_rows AS SELECT {', '.join(names)} FROM {table} LIMIT 0")  # noqa: S608
        _copy("COPY bulk_rows FROM STDIN", fields, rows)
        cursor.execute("ANALYZE bulk_rows")
        changes = ", ".join(f"{name} = b.{name}" for name in names[1:])
        cursor.execute(f"UPDATE {table} AS t SET {changes} FROM bulk_rows AS b WHERE t.{key} = b.{key}")  # noqa: S608
        changed = cursor.rowcount
        cursor.execute("DROP TABLE bulk_rows")
    return changed


def _update_from_values(model: type[models.Model], fields: list[models.Field], rows: list[Row]) -> int:
    """A few rows in one statement: making, filling and dropping a table would cost more than changing them."""
    table, key = _quoted(model._meta.db_table), _quoted(fields[0].column)
    names = [_quoted(field.column) for field in fields]
    types = [_target(field).cast_db_type(connection) for field in fields]
    marks = ", ".join(f"%s::{kind}" for kind in types)
    changes = ", ".join(f"{name} = b.{name}" for name in names[1:])
    statement = (
        f"UPDATE {table} AS t SET {changes} FROM (VALUES {', '.join([f'({marks})'] * len(rows))}) "  # noqa: S608
        f"AS b ({', '.join(names)}) WHERE t.{key} = b.{key}"
    )
    converters = [(place, convert) for place, field in enumerate(fields) if (convert := _for_postgresql(field))]
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in _converted(rows, converters) for value in row])
        return cursor.rowcount


def _for_sqlite(field: models.Field) -> Callable[[Any], Any] | None:
    """How a value of the field is stored on SQLite, as Django itself would store it; None: as it is."""
    field = _target(field)
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, models.DecimalField):
        return str
    if isinstance(field, models.DateTimeField):
        return _moment
    if isinstance(field, models.DateField | models.TimeField):
        return str
    if isinstance(field, models.DurationField):
        return lambda value: value // dt.timedelta(microseconds=1)
    if isinstance(field, models.UUIDField):
        return lambda value: value.hex if isinstance(value, uuid.UUID) else value
    return None


def _for_postgresql(field: models.Field) -> Callable[[Any], Any] | None:
    """COPY writes text: psycopg knows Python's own types; JSON it does not."""
    return _json if isinstance(_target(field), models.JSONField) else None


@lru_cache(maxsize=1000)
def _moment(value: dt.datetime) -> str:
    """Remembered, for the rows of a bulk verb are all of one moment."""
    return str(value.astimezone(dt.UTC).replace(tzinfo=None)) if value.tzinfo else str(value)


def _target(field: models.Field) -> models.Field:
    """The field whose kind of value a foreign key holds."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)

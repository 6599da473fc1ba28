"""Inserting whole polars frames: no Python object per value on PostgreSQL (`COPY` of CSV), one tuple per row on SQLite.

For bulk verbs that hold their rows as a frame anyway; `core.bulk.insert_rows` does the same for Python values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection, models

from kundenkreis.core.bulk import _fields, _json, _quoted, _target

if TYPE_CHECKING:
    import polars as pl

_SLICE = 25_000


_MAPPED = 64 * 1024 * 1024


@contextmanager
def little_memory() -> Iterator[None]:
    """While a file of any size comes in, SQLite maps at most 64 MB of the database into this process, not all of it."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA mmap_size").fetchone()
        cursor.execute(f"PRAGMA mmap_size={_MAPPED}")
    try:
        yield
    finally:
        if before:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA mmap_size={before[0]}")


def frame_of(model: type[models.Model], rows: Iterable[Sequence[Any]]) -> pl.DataFrame:
    """Rows of a model's columns, in their order, as a frame. Raises TypeError for a model with columns of other kinds than those below."""
    import polars as pl

    fields = model._meta.concrete_fields
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _field in fields]
    series = []
    for field, values in zip(fields, columns, strict=True):
        kind = _kind(field)
        if isinstance(field, models.JSONField):
            values = [_json(value) for value in values]
        elif kind == pl.String:  # a choice is a text with a name of its own
            values = [None if value is None else str(value) for value in values]
        if isinstance(kind, pl.Decimal):  # as text, for Python's decimals would bring in numpy
            texts = [None if value is None else format(value, "f") for value in values]
            series.append(pl.Series(field.attname, texts, dtype=pl.String).cast(kind))
        else:
            series.append(pl.Series(field.attname, values, dtype=kind))
    return pl.DataFrame(series)


def _kind(field: models.Field) -> Any:
    import polars as pl

    target = _target(field)
    if isinstance(target, models.DateTimeField):
        return pl.Datetime("us", "UTC")
    if isinstance(target, models.DecimalField):
        return pl.Decimal(target.max_digits, target.decimal_places)
    kinds = {models.CharField: pl.String, models.TextField: pl.String, models.IntegerField: pl.Int64,
             models.BooleanField: pl.Boolean, models.DateField: pl.Date, models.JSONField: pl.String}  # fmt: skip
    found = next((kinds[kind] for kind in kinds if isinstance(target, kind)), None)
    if found is None:
        raise TypeError(f"no frame holds {field.model._meta.label}.{field.name}")
    return found


def insert_frame(model: type[models.Model], frame: pl.DataFrame) -> int:
    """Insert a frame whose columns are named as the model's fields; returns how many rows.

    Dates are `Date`, times `Datetime` with zone UTC. Decimals may come as `Float64` as long as they have at most 15
    significant digits, which doubles carry exactly to the database and back. Nulls are NULL, empty strings are empty.
    """
    if not frame.height:
        return 0
    fields = _fields(model, frame.columns)
    names = ", ".join(_quoted(field.column) for field in fields)
    table = _quoted(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            statement = f"COPY {table} ({names}) FROM STDIN (FORMAT csv)"
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                for some in frame.iter_slices(_SLICE):
                    copy.write(some.write_csv(include_header=False, quote_style="necessary"))
        else:
            marks = ", ".join(["%s"] * len(fields))
            statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 names come from the model
            for some in _as_sqlite_stores(frame).iter_slices(_SLICE):
                cursor.executemany(statement, some.rows())
    return frame.height


def _as_sqlite_stores(frame: pl.DataFrame) -> pl.DataFrame:
    """Dates and times as the text that Django writes, decimals as numbers."""
    import polars as pl
    import polars.selectors as cs

    return frame.with_columns(
        cs.date().dt.to_string("%Y-%m-%d"),
        cs.datetime().dt.to_string("%Y-%m-%d %H:%M:%S%.6f").str.strip_suffix(".000000"),
        cs.decimal().cast(pl.Float64),
    )

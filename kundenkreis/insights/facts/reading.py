"""From the database to Arrow, streamed in bounded memory.

By ADBC on a connection of its own (`core.arrow`), which is three times faster than a cursor; within an open transaction by Django's own connection,
because no other one would see what this transaction has written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from kundenkreis.core import arrow

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 50_000

ORDERS = """
SELECT account_id AS account, id AS order_id, ordered_on AS day,
    CASE WHEN kind = 'credit_note' THEN 1 ELSE 0 END AS is_credit, CAST(ROUND(total_house * 100) AS BIGINT) AS cents
FROM orders_order
WHERE {whose} AND kind IN ('order', 'credit_note')
    AND id NOT IN (SELECT id FROM orders_order WHERE deleted_at IS NOT NULL)
"""
# Lines do not know their order's kind nor the bin: the store joins them to the orders of the same accounts.
LINES = """
SELECT account_id AS account, order_id, product_id AS product, ordered_on AS day,
    CAST(ROUND(quantity * 1000) AS BIGINT) AS milli, CAST(ROUND(amount_house * 100) AS BIGINT) AS cents
FROM orders_orderline
WHERE {whose}
"""
_COLUMNS = {
    ORDERS: ("account", "order_id", "day", "is_credit", "cents"),
    LINES: ("account", "order_id", "product", "day", "milli", "cents"),
}


class Snapshot:
    """One view of the orders: what it reads for one account it reads as of the same moment for all."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def orders(self, whose: str) -> pa.RecordBatchReader:
        return self._stream(ORDERS, whose)

    def lines(self, whose: str) -> pa.RecordBatchReader:
        return self._stream(LINES, whose)

    def _stream(self, statement: str, whose: str) -> pa.RecordBatchReader:
        import pyarrow as pa

        whole = statement.format(whose=whose)
        if hasattr(self._cursor, "fetch_record_batch"):
            self._cursor.execute(whole)
            return self._cursor.fetch_record_batch()
        names = _COLUMNS[statement]
        schema = pa.schema([(name, pa.string() if name == "day" else pa.int64()) for name in names])
        self._cursor.execute(whole)
        return pa.RecordBatchReader.from_batches(schema, self._batches(names, schema))

    def _batches(self, names: Sequence[str], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        day = names.index("day")
        while rows := self._cursor.fetchmany(_BATCH):
            columns = [list(column) for column in zip(*rows, strict=True)]
            columns[day] = [str(one) for one in columns[day]]
            yield pa.record_batch([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


@contextmanager
def snapshot(*, few: bool = False) -> Iterator[Snapshot]:
    """The orders as they are committed now; `few` if those of some accounts alone will be asked for."""
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            yield Snapshot(cursor)
        return
    if few and connection.vendor == "sqlite":
        # They are here before another process has started, which is how `arrow` reads SQLite.
        with closing(sqlite3.connect(settings.DATABASES["default"]["NAME"], isolation_level=None)) as own:
            own.execute("BEGIN")
            yield Snapshot(own.cursor())
        return
    with arrow.connect() as other, other.cursor() as fast:
        if connection.vendor == "postgresql":
            fast.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield Snapshot(fast)
        other.rollback()


def between(first: int, last: int) -> str:
    """The condition for accounts by a run of their numbers."""
    return f"account_id BETWEEN {int(first)} AND {int(last)}"


def among(accounts: Sequence[int]) -> str:
    """The condition for some accounts."""
    return f"account_id IN ({', '.join(str(int(one)) for one in accounts)})"


def account_bounds() -> tuple[int, int]:
    """The lowest and highest account that has orders; (0, -1) for none. Two looks into an index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(account_id), max(account_id) FROM orders_order WHERE account_id IS NOT NULL")
        low, high = cursor.fetchone()
    return (0, -1) if low is None else (low, high)

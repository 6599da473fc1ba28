"""How long a query may take whose answer is not worth waiting for.

Reading ten million order lines to say how many rows a list has costs everybody else what the database could do meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

_STEPS = 20_000  # of SQLite's machine between two looks at the clock: about a millisecond


class TookTooLong(Exception):
    """The database was stopped before it had an answer."""


@contextmanager
def at_most(milliseconds: int) -> Iterator[None]:
    """The queries within, which only read, are stopped after so long: each on PostgreSQL, together on SQLite. Raises TookTooLong then.

    A transaction around it goes on as if nothing had been asked.
    """
    bound = _bound_of_postgresql if connection.vendor == "postgresql" else _bound_of_sqlite
    try:
        with bound(milliseconds):
            yield
    except OperationalError as error:
        if _was_stopped(error):
            raise TookTooLong from error
        raise


@contextmanager
def _bound_of_postgresql(milliseconds: int) -> Iterator[None]:
    said = "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)"
    around = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(said, [str(milliseconds)])
        before = cursor.fetchone()[0]
        yield  # a query that is stopped takes the setting back with the transaction
        if around:
            cursor.execute(said, [before])


@contextmanager
def _bound_of_sqlite(milliseconds: int) -> Iterator[None]:
    connection.ensure_connection()
    until = time.monotonic() + milliseconds / 1000
    connection.connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    try:
        yield
    finally:
        connection.connection.set_progress_handler(None, 0)


def _was_stopped(error: OperationalError) -> bool:
    cause = error.__cause__
    return getattr(cause, "sqlstate", "") == "57014" or getattr(cause, "sqlite_errorname", "") == "SQLITE_INTERRUPT"

"""What the planners know of the tables. PostgreSQL learns by itself (autovacuum), but not at once."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, models

LOOKED_AT = 1000  # rows of each index: a moment's work, however large the table


def learn(filled: Iterable[type[models.Model]] = ()) -> None:
    """Look at the tables anew, so that the planner takes the indexes that fit what is in them now.

    On PostgreSQL those that were just `filled`: an undo right after an import read ten million lines for every thousand of them.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA analysis_limit = {LOOKED_AT}")
            cursor.execute("ANALYZE")
            return
        for table in sorted({model._meta.db_table for model in filled}):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")

"""What SQLite's planner knows of the tables. PostgreSQL keeps its statistics by itself (autovacuum)."""

from __future__ import annotations

from django.db import connection

LOOKED_AT = 1000  # rows of each index: a moment's work, however large the table


def learn() -> None:
    """Look at the tables anew, so that the planner takes the indexes that fit what is in them now."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit = {LOOKED_AT}")
            cursor.execute("ANALYZE")

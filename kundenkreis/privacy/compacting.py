"""What was deleted leaves the disk: SQLite keeps it in free pages and in its log until they are written anew.

VACUUM writes the whole file anew and holds everybody up who wants to save; so a large house does it at night. PostgreSQL only takes dead
rows out, while people work.
"""

from __future__ import annotations

from django.db import connection, connections

from kundenkreis.privacy import queue_naming
from kundenkreis.privacy.models import Erasure

SMALL = 200_000_000  # bytes; a second or two


def is_due() -> bool:
    return Erasure.objects.filter(is_compacted=False).exclude(state=Erasure.State.RUNNING).exists()


def compact_if_small() -> bool:
    """At once where it takes a moment, else the night does it; whether it was done."""
    return (
        is_due() and not connection.in_atomic_block and (connection.vendor != "sqlite" or _size() < SMALL) and compact()
    )


def compact() -> bool:
    """Write the database anew without what was deleted."""
    due = list(
        Erasure.objects.filter(is_compacted=False).exclude(state=Erasure.State.RUNNING).values_list("pk", flat=True)
    )
    if connection.vendor == "sqlite":
        _rewrite()
    else:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
    queue_naming.compact()
    Erasure.objects.filter(pk__in=due).update(is_compacted=True)
    return True


def _rewrite() -> None:
    connections["default"].ensure_connection()
    with connection.cursor() as cursor:
        for index in ("core_searchindex", "core_searchtext"):
            cursor.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")  # noqa: S608 (names of our own tables)
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.fetchall()


def _size() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        return int(cursor.fetchone()[0])

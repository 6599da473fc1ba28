"""Following the events by their numbers without missing one.

PostgreSQL gives a number before the commit, so a transaction that takes longer could show its events behind a reader's
back. Every transaction that writes events therefore holds a shared lock on the last number given before its own first
one (the trigger of migration 0005), and a follower reads up to the lowest of these. Only this database's locks count;
nobody waits for anybody. SQLite has one writer at a time and needs none of it.
"""

from __future__ import annotations

from django.db import connection

from kundenkreis.history.models import EventQuerySet

LOCK = 19275
"""The upper 16 bits of the lock's number; the lower 48 are the number of an event."""

_HELD = """
SELECT min(((classid::bigint & 65535) << 32) | objid::bigint)
FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 16 = %s AND pid <> pg_backend_pid()
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def settled(events: EventQuerySet) -> EventQuerySet:
    """Only those before which no other will appear. Two short questions on PostgreSQL, at once and in this order."""
    if connection.vendor != "postgresql":
        return events
    with connection.cursor() as cursor:
        # Whoever has drawn a number up to this one has her lock by now: she holds it still, or her events can be read.
        cursor.execute("SELECT last_value FROM history_event_id_seq")
        given = cursor.fetchone()[0]
        cursor.execute(_HELD, [LOCK])
        held = cursor.fetchone()[0]
    return events.filter(pk__lte=given if held is None else min(given, held))

"""PostgreSQL: who writes events holds a lock that says after which number (`history.feed`). SQLite has one writer at a time."""

from typing import Any

from django.db import migrations

# The lock is taken before the statement draws its first number, and once in a transaction: a setting that ends with the
# transaction, and with a savepoint that is rolled back as the lock does, remembers it. 19275 is `feed.LOCK`.
_WATCH = """
CREATE FUNCTION history_event_writer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('kundenkreis.writes_events', true), '') = '' THEN
        PERFORM pg_advisory_xact_lock_shared((19275::bigint << 48) | last_value) FROM history_event_id_seq;
        PERFORM set_config('kundenkreis.writes_events', 'yes', true);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER history_event_writer BEFORE INSERT ON history_event
    FOR EACH STATEMENT EXECUTE FUNCTION history_event_writer();
"""
_FORGET = "DROP TRIGGER history_event_writer ON history_event; DROP FUNCTION history_event_writer();"


def watch(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(_WATCH)


def forget(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(_FORGET)


class Migration(migrations.Migration):
    dependencies = [("history", "0004_traces")]
    operations = [migrations.RunPython(watch, forget)]

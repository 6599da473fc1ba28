"""On PostgreSQL: the tables of the job queue (on SQLite the queue is a file of its own, made at its first use)."""

from django.db import migrations
from huey.storage import PostgresStorage


def make_tables(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in PostgresStorage(create_tables=False, table_prefix="jobs").ddl:
            schema_editor.execute(statement)


def drop_tables(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in ("kv", "schedule", "task", "counter"):
            schema_editor.execute(f"DROP TABLE IF EXISTS jobs_{name}")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunPython(make_tables, drop_tables)]

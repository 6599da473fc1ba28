"""On PostgreSQL a word index of every sixteenth entry: the first hundred that have common words are found there."""

from django.db import migrations

POSTGRESQL = """
CREATE INDEX core_searchentry_sample ON core_searchentry USING gin (vector)
    WITH (fastupdate = on, gin_pending_list_limit = 512) WHERE (id & 480) = 0
"""


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX core_searchentry_sample")


class Migration(migrations.Migration):
    dependencies = [("core", "0006_works_agreement")]

    operations = [migrations.RunPython(make, drop)]

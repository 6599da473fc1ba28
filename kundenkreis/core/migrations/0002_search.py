"""The search index: entries, the word index of each engine, and the table for correcting words."""

import django.db.models
from django.db import migrations, models

# Without a rowid the two word tables are their own index: half the space and half the writes.
SQLITE = """
DROP TABLE core_searchterm;
CREATE TABLE core_searchterm (
    term varchar(40) NOT NULL PRIMARY KEY, count integer NOT NULL) WITHOUT ROWID;
DROP TABLE core_searchdeletion;
CREATE TABLE core_searchdeletion (
    deletion varchar(7) NOT NULL, term varchar(40) NOT NULL, PRIMARY KEY (deletion, term)) WITHOUT ROWID;
-- The words are folded and cut by us: every byte that is not an ASCII separator belongs to its word.
CREATE VIRTUAL TABLE core_searchindex USING fts5(
    words, content='core_searchentry', content_rowid='id', detail=none, columnsize=0, tokenize='ascii');
"""
SQLITE_BACK = "DROP TABLE core_searchindex"
# The pending list halves the cost of bulk loads; short, because every search reads it until it is merged.
# Byte order ("C"), so that a range over a prefix is a range in the index whatever the database's language is.
POSTGRESQL = """
ALTER TABLE core_searchentry
    ALTER COLUMN key TYPE varchar(120) COLLATE "C",
    ALTER COLUMN number TYPE varchar(40) COLLATE "C",
    ADD COLUMN vector tsvector GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED;
CREATE INDEX core_searchentry_vector ON core_searchentry USING gin (vector)
    WITH (fastupdate = on, gin_pending_list_limit = 512);
ALTER TABLE core_searchterm ALTER COLUMN term TYPE varchar(40) COLLATE "C";
ALTER TABLE core_searchdeletion
    ALTER COLUMN deletion TYPE varchar(7) COLLATE "C", ALTER COLUMN term TYPE varchar(40) COLLATE "C";
"""
POSTGRESQL_BACK = "ALTER TABLE core_searchentry DROP COLUMN vector"


def word_index(apps, schema_editor):
    # Not the varchar_pattern_ops twins: the columns are in byte order anyway.
    schema_editor.deferred_sql[:] = [sql for sql in schema_editor.deferred_sql if "_like" not in str(sql)]
    _run(schema_editor, SQLITE, POSTGRESQL)


def no_word_index(apps, schema_editor):
    _run(schema_editor, SQLITE_BACK, POSTGRESQL_BACK)


def _run(schema_editor, sqlite, postgresql):
    for statement in (sqlite if schema_editor.connection.vendor == "sqlite" else postgresql).split(";\n"):
        if statement.strip():
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.PositiveSmallIntegerField()),
                ("subject_id", models.BigIntegerField()),
                ("key", models.CharField(max_length=120)),
                ("number", models.CharField(blank=True, max_length=40)),
                ("words", models.TextField()),
                ("label", models.CharField(max_length=300)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("id", models.F("subject_id") * django.db.models.Value(32) + models.F("kind"))
                        ),
                        name="core_searchentry_id",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["kind", "key", "subject_id"], name="core_searchentry_key"),
                    models.Index(
                        condition=models.Q(("number", ""), _negated=True),
                        fields=["kind", "number", "subject_id"],
                        name="core_searchentry_number",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchTerm",
            fields=[
                ("term", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("count", models.IntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name="SearchDeletion",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "deletion", "term", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("deletion", models.CharField(max_length=7)),
                ("term", models.CharField(max_length=40)),
            ],
        ),
        migrations.RunPython(word_index, no_word_index),
    ]

"""The word index of long texts, and the words that occur in them."""

from django.db import migrations

# No content and no column sizes: the texts stand in their own records, and nothing is ranked by length.
SQLITE = """
CREATE VIRTUAL TABLE core_searchtext USING fts5(words, content='', detail=none, columnsize=0, tokenize='ascii');
CREATE TABLE core_searchtextterm (term varchar(30) NOT NULL PRIMARY KEY) WITHOUT ROWID;
"""
POSTGRESQL = """
CREATE TABLE core_searchtext (id bigint PRIMARY KEY, vector tsvector NOT NULL);
CREATE INDEX core_searchtext_vector ON core_searchtext USING gin (vector)
    WITH (fastupdate = on, gin_pending_list_limit = 512);
CREATE TABLE core_searchtextterm (term varchar(30) COLLATE "C" PRIMARY KEY);
"""
BACK = """
DROP TABLE core_searchtextterm;
DROP TABLE core_searchtext;
"""


def make(apps, schema_editor):
    _run(schema_editor, SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL)


def drop(apps, schema_editor):
    _run(schema_editor, BACK)


def _run(schema_editor, statements):
    for statement in statements.split(";\n"):
        if statement.strip():
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("core", "0003_delete_exchangerate")]

    operations = [migrations.RunPython(make, drop)]

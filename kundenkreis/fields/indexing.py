"""The index over the values of one custom field: made when the field is defined, in the background where there are many records.

It holds (value, id) of what is not in the bin, as lists sort and filter. Until it is ready the field can be filtered by, slowly, and not
sorted by. No migration knows it, and a table that a migration makes anew on SQLite loses it: `heal` makes what is missing again.
"""

from __future__ import annotations

from django.db import connection, transaction

from kundenkreis.core import planning
from kundenkreis.core.keyset import bounded_count
from kundenkreis.fields import known
from kundenkreis.fields.models import CustomField
from kundenkreis.fields.nouns import NOUNS
from kundenkreis.fields.stored import FOLDED, said

SMALL = 5_000  # records whose index is made at once


def is_small(noun: str) -> bool:
    return bounded_count(NOUNS[noun].model._base_manager.all(), SMALL + 1) <= SMALL


def name_of(field: CustomField) -> str:
    return f"custom_{field.belongs_to}_{field.pk}"


def is_wanted(field: CustomField) -> bool:
    """A list of choices has none: an index tells one value from another, not what is among several."""
    return field.is_indexed and field.retired_at is None and field.deleted_at is None and field.kind != "several"


def follow(field: CustomField) -> None:
    """After a change of the definition. Belongs into its transaction."""
    drop(field)
    if not is_wanted(field):
        _state(field, CustomField.Index.NONE)
    elif is_small(field.belongs_to):
        make(field)
    else:
        from kundenkreis.fields import tasks

        _state(field, CustomField.Index.PREPARING)
        transaction.on_commit(lambda: tasks.make_index.enqueue(field.pk))


def make(field: CustomField, *, beside_others: bool = False) -> None:
    """Make the index; `beside_others` without keeping anybody from writing (PostgreSQL, outside of a transaction)."""
    model = NOUNS[field.belongs_to].model
    value = f"({said('custom', *_key_and_kind(field), connection.vendor)})"
    if connection.vendor == "postgresql":
        value += " NULLS FIRST"
    alone = (
        connection.vendor != "postgresql" or connection.in_atomic_block
    )  # within a transaction nobody else gets a turn anyway
    how = " CONCURRENTLY" if beside_others and not alone else ""
    _run(
        f'CREATE INDEX{how} IF NOT EXISTS "{name_of(field)}" ON "{model._meta.db_table}" ({value}, id) WHERE deleted_at IS NULL'
    )
    _state(field, CustomField.Index.READY)


def prepare(field: CustomField) -> None:
    """What the worker does: the whole index, however many records there are."""
    if not is_wanted(field):
        return
    drop(field)  # what an earlier attempt has left half made
    make(field, beside_others=True)
    planning.learn([NOUNS[field.belongs_to].model])


def drop(field: CustomField) -> None:
    _run(f'DROP INDEX IF EXISTS "{name_of(field)}"')


def drop_strays() -> None:
    """Drop the indexes of fields whose definition an undo has deleted."""
    known_ones = {name_of(one) for one in CustomField._base_manager.all()}
    for name in _there() - known_ones:
        _run(f'DROP INDEX IF EXISTS "{name}"')


def _run(statement: str) -> None:
    """PostgreSQL alters no table whose foreign keys it has put off checking in the same transaction: it checks them now."""
    asked_later = connection.vendor == "postgresql" and connection.in_atomic_block
    with connection.cursor() as cursor:
        if asked_later:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)
        if asked_later:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def missing() -> list[CustomField]:
    """The fields whose index should be there and is not."""
    there = _there()
    return [field for field in CustomField.objects.active() if is_wanted(field) and name_of(field) not in there]


def heal() -> list[str]:
    """Make the indexes again that should be there and are not; returns their names."""
    lacking = missing()
    for field in lacking:
        prepare(field)
    return [name_of(field) for field in lacking]


def _there() -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'custom\\_%' ESCAPE '\\'")
        else:
            cursor.execute(
                "SELECT c.relname FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE i.indisvalid AND c.relname LIKE 'custom\\_%'"
            )
        return {row[0] for row in cursor.fetchall()}


def _key_and_kind(field: CustomField) -> tuple[str, str]:
    """As a query says it: see `known.Field.path`."""
    found = known.of(field.belongs_to).by_key.get(field.key) or known.of_row(
        {f.attname: getattr(field, f.attname) for f in field._meta.concrete_fields}
    )
    kind = found.path.removeprefix(f"custom__{field.key}_")
    return field.key + (FOLDED if kind == "key" else ""), kind


def _state(field: CustomField, state: str) -> None:
    CustomField._base_manager.filter(pk=field.pk).update(index_state=state)
    field.index_state = state
    known.forget()

"""The database itself marks which opportunities have changed, by triggers: verbs, imports, bulk edits, undo, merges and whatever else writes
cannot forget it.

Opportunities lie in chunks of `SIZE` numbers. Whatever a kept column is read of (`WATCHED`) gives their chunk another token in the same
transaction. SQLite makes a table anew when a migration alters it, and its triggers are gone with the old one: so they are taken down before
migrations and put up after them, with new tokens for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections

from kundenkreis.pipeline.models.marks import OpportunityMark

SIZE = 1024
_MARKS = "pipeline_opportunitymark"
_TOKENS = 2**48 - 1  # thousands of them can be added up
_OPPORTUNITY = (
    "account_id", "pipeline_id", "stage_id", "owner_id", "team_id", "value_house", "probability", "forecast_category",
    "expected_close_on", "source", "opened_at", "outcome", "closed_at", "close_reason_id", "lost_to_id", "price_gap", "criterion",
    "shadowed", "changed_at", "deleted_at",
)  # fmt: skip


@dataclass(frozen=True)
class Watched:
    """A table whose columns are read into the kept ones. `key` is its column with the opportunity's number; where it has none,
    `reached` leads there: (table, its column with the opportunity's number, its column with the number of the row here).
    """

    table: str
    columns: tuple[str, ...]
    key: str = ""
    reached: tuple[str, str, str] = ("", "", "")
    events: tuple[str, ...] = ("insert", "update", "delete")


WATCHED = (
    Watched("pipeline_opportunity", _OPPORTUNITY, "id"),
    Watched("pipeline_opportunitycompetitor", ("opportunity_id", "name", "deleted_at"), "opportunity_id"),
    Watched("pipeline_opportunityline", ("opportunity_id", "product_id", "deleted_at"), "opportunity_id"),
    Watched(
        "customers_account", ("industry", "country", "employees"),
        reached=("pipeline_opportunity", "id", "account_id"), events=("update",),
    ),
    Watched(
        "catalogue_product", ("family_id",),
        reached=("pipeline_opportunityline", "opportunity_id", "product_id"), events=("update",),
    ),
)  # fmt: skip


def put_up(using: str) -> None:
    """Make the triggers, and mark every chunk: what processes have read until now holds no more."""
    take_down(using)
    connection = connections[using]
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor):
            cursor.execute(statement)
        new = _new_token(connection.vendor)
        cursor.execute(f"INSERT INTO {_MARKS} (chunk, token) VALUES ({OpportunityMark.WATCHED}, {new})")  # noqa: S608 our own names
        cursor.execute(
            f"INSERT INTO {_MARKS} (chunk, token) SELECT chunk, {new} FROM (SELECT DISTINCT id / {SIZE} AS chunk FROM pipeline_opportunity) c"  # noqa: S608 our own names
        )


def take_down(using: str) -> None:
    """Drop the triggers, and say so: nothing is kept from then on."""
    connection = connections[using]
    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for watched in WATCHED:
            for event in watched.events if watched.table in there else ():
                on = f" ON {watched.table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {_name(watched, event)}{on}")
        if _MARKS in there:
            cursor.execute(f"DELETE FROM {_MARKS}")  # noqa: S608 our own name


def before_migrations(using: str, **_signal: Any) -> None:
    take_down(using)


def after_migrations(using: str, **_signal: Any) -> None:
    """Not while the database stands at a migration before that of the marks."""
    there = set(connections[using].introspection.table_names())
    if {_MARKS, *(one.table for one in WATCHED)} <= there:
        put_up(using)


def _name(watched: Watched, event: str) -> str:
    return f"pipeline_mark_{watched.table}_{event}"


def _new_token(vendor: str) -> str:
    return f"floor(random() * {_TOKENS})::bigint" if vendor == "postgresql" else f"(random() & {_TOKENS})"


def _statements(vendor: str) -> Iterator[str]:
    if vendor == "postgresql":
        yield _MARK
    for watched in WATCHED:
        for event in watched.events:
            yield from (_postgresql if vendor == "postgresql" else _sqlite)(watched, event)


# --- SQLite: for each row ----------------------------------------------------------------------------------------------


def _sqlite(watched: Watched, event: str) -> Iterator[str]:
    table, number, by = watched.reached
    sides = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}[event]
    own = " UNION ".join(f"SELECT {side}.{watched.key} AS number" for side in sides)  # noqa: S608 our own names
    numbers = own if watched.key else f"SELECT {number} AS number FROM {table} WHERE {by} = NEW.id"  # noqa: S608 our own names
    chunks = f"SELECT DISTINCT number / {SIZE} AS chunk FROM ({numbers})"  # noqa: S608 our own names
    of, when = "", ""
    if event == "update":
        of = f" OF {', '.join(watched.columns)}"
        when = " WHEN " + " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in watched.columns)
    token = _new_token("sqlite")
    yield (
        f"CREATE TRIGGER {_name(watched, event)} AFTER {event.upper()}{of} ON {watched.table} FOR EACH ROW{when} BEGIN "  # noqa: S608 our own names
        f"UPDATE {_MARKS} SET token = {token} WHERE chunk IN ({chunks}); "
        f"INSERT INTO {_MARKS} (chunk, token) SELECT chunk, {token} FROM ({chunks}) "
        f"WHERE chunk NOT IN (SELECT chunk FROM {_MARKS}); END"
    )


# --- PostgreSQL: for each statement ------------------------------------------------------------------------------------

# Nobody waits for a row that another transaction has marked: a second row for the chunk is as good.
_MARK = f"""
CREATE OR REPLACE FUNCTION pipeline_mark(touched bigint[]) RETURNS void LANGUAGE sql AS $$
    WITH free AS (SELECT id FROM {_MARKS} WHERE chunk = ANY(touched) FOR UPDATE SKIP LOCKED),
    marked AS (
        UPDATE {_MARKS} m SET token = {_new_token("postgresql")} FROM free WHERE m.id = free.id RETURNING m.chunk
    )
    INSERT INTO {_MARKS} (chunk, token)
    SELECT chunk, {_new_token("postgresql")} FROM unnest(touched) chunk WHERE chunk NOT IN (SELECT chunk FROM marked)
$$
"""  # noqa: S608 our own names


def _postgresql(watched: Watched, event: str) -> Iterator[str]:
    name = _name(watched, event)
    tables = {
        "insert": "NEW TABLE AS new_rows",
        "update": "NEW TABLE AS new_rows OLD TABLE AS old_rows",
        "delete": "OLD TABLE AS old_rows",
    }[event]
    yield f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint[];
BEGIN
    SELECT array_agg(DISTINCT number / {SIZE}) INTO touched FROM ({_numbers(watched, event)}) found;
    IF touched IS NOT NULL THEN
        PERFORM pipeline_mark(touched);
    END IF;
    RETURN NULL;
END $$
"""  # noqa: S608 our own names
    yield (
        f"CREATE TRIGGER {name} AFTER {event.upper()} ON {watched.table} REFERENCING {tables} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )


def _numbers(watched: Watched, event: str) -> str:
    """Of which opportunities the rows of a statement are."""
    if event != "update":
        return f"SELECT {watched.key} AS number FROM {'new_rows' if event == 'insert' else 'old_rows'}"  # noqa: S608 our own names
    before, after = (", ".join(f"{side}.{name}" for name in watched.columns) for side in ("old_rows", "new_rows"))
    changed = f"FROM new_rows JOIN old_rows ON old_rows.id = new_rows.id WHERE ({after}) IS DISTINCT FROM ({before})"
    if watched.key:
        sides = (f"SELECT {side}.{watched.key} AS number {changed}" for side in ("new_rows", "old_rows"))  # noqa: S608 our own names
        return " UNION ALL ".join(sides)
    table, number, by = watched.reached
    return f"SELECT {number} AS number FROM {table} WHERE {by} IN (SELECT new_rows.id {changed})"  # noqa: S608 our own names

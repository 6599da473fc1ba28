"""Is the database there, and is it the one this program was made for? Asked by every start, by `/health` and by `doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.apps import apps
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


@dataclass(frozen=True)
class Readiness:
    """What was found; an empty sentence means all is well. `migrations` is only known when the database answers."""

    database: str = ""
    migrations: str = ""

    @property
    def trouble(self) -> str:
        """The first thing that is wrong, as a sentence, or an empty string."""
        return self.database or self.migrations


def look(thorough: bool = False) -> Readiness:
    """Ask the database; two queries. `thorough` also looks for every table (for a start, not for each health check)."""
    try:
        applied = set(MigrationRecorder(connection).applied_migrations())
        tables = set(connection.introspection.table_names()) if thorough and applied else None
    except DatabaseError as error:
        return Readiness(database=f"The database cannot be reached: {str(error).strip().splitlines()[0]}")
    return Readiness(migrations=_about_migrations(applied) or _about_tables(tables))


def _about_migrations(applied: set[tuple[str, str]]) -> str:
    known = known_migrations()
    if not applied:
        return "The database is empty. Run `kundenkreis migrate` to prepare it."
    ours = {app for app, _name in known}
    newer = sorted(f"{app}.{name}" for app, name in applied - known if app in ours)
    if newer:
        return (
            f"The database was prepared by a newer Kundenkreis (it knows {newer[-1]}). "
            "Start that version, or restore a backup made with this one."
        )
    if halfway := _halfway(applied):
        return (
            f"The database stopped half-way to version 0.1 (at {halfway}), where this Kundenkreis cannot go on. "
            "Migrate it with the version that it was made by, or restore a backup."
        )
    missing = set(_loader().graph.nodes) - applied
    if missing:
        first = ".".join(min(missing))
        number = f"{len(missing)} migrations" if len(missing) > 1 else "1 migration"
        return f"The database is not fully migrated: {number} missing, {first} among them. Run `kundenkreis migrate`."
    return ""


def _about_tables(tables: set[str] | None) -> str:
    if tables is None:
        return ""
    made = _loader().project_state().models.keys()
    wanted = {
        model._meta.db_table
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy and (model._meta.app_label, model._meta.model_name) in made
    }
    gone = sorted(wanted - tables)
    if not gone:
        return ""
    return f"The database is damaged: the table {gone[0]} is missing though its migration has run. Restore a backup."


def known_migrations() -> frozenset[tuple[str, str]]:
    """The migrations this program brings, and those that stand in them, as (app, name)."""
    nodes = _loader().graph.nodes
    return frozenset(nodes).union(*(one.replaces for one in nodes.values()))


def _halfway(applied: set[tuple[str, str]]) -> str:
    """The last migration of a room that has some of those that stand in one now, but neither all nor that one; "" if there is none."""
    for key, one in _loader().graph.nodes.items():
        some = applied.intersection(one.replaces)
        if some and key not in applied and some != set(one.replaces):
            return ".".join(max(some))
    return ""


@lru_cache(maxsize=1)
def _loader() -> MigrationLoader:
    return MigrationLoader(None)

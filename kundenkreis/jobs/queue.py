"""The queue: a file of its own in the data directory, or tables in PostgreSQL when the house uses PostgreSQL.

A file of its own because SQLite knows one writer at a time: a worker that fetches its next job never waits for an import.
Nothing is opened when the module is imported; the tables come with the first connection (SQLite) or by migration (PostgreSQL).
"""

from __future__ import annotations

import sqlite3
from typing import Any

from django.conf import settings
from django.db import connections
from huey.api import Huey
from huey.serializer import SignedSerializer
from huey.storage import BaseStorage, PostgresStorage, SqliteStorage

FILE = "jobs.sqlite3"
TABLE_PREFIX = "jobs"


class Queue(Huey):
    """Huey over our storage. What it stores is signed with the secret key, as reading it back runs code (pickle)."""

    def __init__(self, name: str = "kundenkreis", **options: Any) -> None:
        options.setdefault("serializer", SignedSerializer(secret=settings.SECRET_KEY, salt="kundenkreis.jobs"))
        # Results are kept by the Tasks backend (one record per job); huey's own would be a second copy.
        super().__init__(name, results=False, **options)

    def peek(self, key: str) -> Any:
        """What is stored under a key; None if nothing is, or if it was not signed with the present secret key."""
        try:
            return self.get(key, peek=True)
        except ValueError:
            return None

    def keys(self, prefix: str) -> list[str]:
        """The stored keys that begin so."""
        return [key for key in self.all_results() if key.startswith(prefix)]

    def get_storage(self, **options: Any) -> BaseStorage:
        if connections["default"].vendor == "postgresql":
            return PostgresQueueStorage(self.name, **options)
        return SqliteQueueStorage(self.name, filename=str(settings.DATA_DIR / FILE), **options)


class SqliteQueueStorage(SqliteStorage):
    """Huey's storage, opened at the first use, with its tables made then."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, timeout=20, create_tables=False, **options)

    def _create_connection(self) -> sqlite3.Connection:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        connection = super()._create_connection()
        for statement in self.ddl:
            connection.execute(statement)
        return connection


class PostgresQueueStorage(PostgresStorage):
    """Huey's storage in the house's own database, reached with Django's connection settings."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(
            name, connection=connect_like_django, create_tables=False, table_prefix=TABLE_PREFIX, **options
        )


def connect_like_django() -> Any:
    """A new psycopg connection to the default database, outside Django's transactions."""
    django_connection: Any = connections["default"]
    parameters = django_connection.get_connection_params()
    parameters.pop("pool", None)
    return django_connection.Database.connect(**parameters)

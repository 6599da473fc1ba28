"""A cache that all processes of one machine share and that a restart keeps: limits count once for the house, not once a process.

A file of its own in the data directory, so that counting a request never waits for the house's database. `incr` is atomic.
"""

from __future__ import annotations

import json
import os
import pickle
import random
import sqlite3
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

_SWEEP_ONE_IN = 200  # writes after which what is too old is deleted, on average
_TABLE = "CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value BLOB NOT NULL, until REAL) WITHOUT ROWID"
_STORE = (
    "INSERT INTO kept VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, until = excluded.until"
)
_ADD = f"{_STORE} WHERE kept.until <= ?"
_LIVING = "SELECT value FROM kept WHERE key = ? AND (until IS NULL OR until > ?)"
_LIVING_OF_MANY = (
    "SELECT key, value FROM kept WHERE key IN (SELECT value FROM json_each(?)) AND (until IS NULL OR until > ?)"
)


class SharedCache(BaseCache):
    """Django's cache on an SQLite file (`LOCATION`). A value that was lost is a miss; a power failure may lose the last ones."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._path = Path(location)
        self._own = threading.local()

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        row = self._file().execute(_LIVING, (self.make_and_validate_key(key, version), time.time())).fetchone()
        return default if row is None else _loaded(row[0])

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        """Those that are there, in one question."""
        places = {self.make_and_validate_key(key, version): key for key in keys}
        rows = self._file().execute(_LIVING_OF_MANY, (json.dumps(list(places)), time.time()))
        return {places[place]: _loaded(value) for place, value in rows}

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._file().execute(
            _STORE, (self.make_and_validate_key(key, version), pickle.dumps(value), self.get_backend_timeout(timeout))
        )
        self._sweep()

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        place, until = self.make_and_validate_key(key, version), self.get_backend_timeout(timeout)
        added = self._file().execute(_ADD, (place, pickle.dumps(value), until, time.time())).rowcount
        self._sweep()
        return added > 0

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        place, until = self.make_and_validate_key(key, version), self.get_backend_timeout(timeout)
        said = "UPDATE kept SET until = ? WHERE key = ? AND (until IS NULL OR until > ?)"
        return self._file().execute(said, (until, place, time.time())).rowcount > 0

    def delete(self, key: str, version: int | None = None) -> bool:
        place = self.make_and_validate_key(key, version)
        return self._file().execute("DELETE FROM kept WHERE key = ?", (place,)).rowcount > 0

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """One more, counted once however many processes count. Raises ValueError when there is nothing under the key."""
        place, file = self.make_and_validate_key(key, version), self._file()
        file.execute("BEGIN IMMEDIATE")
        try:
            row = file.execute(_LIVING, (place, time.time())).fetchone()
            if row is None:
                raise ValueError(f"Key '{key}' not found")
            value = _loaded(row[0]) + delta
            file.execute("UPDATE kept SET value = ? WHERE key = ?", (pickle.dumps(value), place))
        finally:
            file.execute("COMMIT")
        return int(value)

    def clear(self) -> None:
        self._file().execute("DELETE FROM kept")

    def _file(self) -> sqlite3.Connection:
        """This thread's connection; a forked process opens its own."""
        if getattr(self._own, "pid", None) != os.getpid():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = sqlite3.connect(self._path, timeout=5, isolation_level=None)
            file.execute("PRAGMA journal_mode=WAL")
            file.execute("PRAGMA synchronous=OFF")
            file.execute(_TABLE)
            self._own.file, self._own.pid = file, os.getpid()
        found: sqlite3.Connection = self._own.file
        return found

    def _sweep(self) -> None:
        if random.randrange(_SWEEP_ONE_IN) == 0:  # noqa: S311 (nobody gains from guessing it)
            self._file().execute("DELETE FROM kept WHERE until <= ?", (time.time(),))


def _loaded(value: bytes) -> Any:
    return pickle.loads(value)  # noqa: S301 (we wrote it, into our own folder)

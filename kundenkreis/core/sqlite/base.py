"""Django's SQLite, but that whoever waits to write asks every other millisecond.

SQLite itself asks ever more seldom, at last ten times a second. Where several processes save one contact after the other, the one that
waits then finds the database taken by the next save again and again, while the others go on.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

PAUSE = 0.002  # seconds


class DatabaseWrapper(base.DatabaseWrapper):
    def _start_transaction_under_autocommit(self) -> None:
        """BEGIN IMMEDIATE. Raises OperationalError when the `timeout` of the settings is over."""
        patience = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        until = time.monotonic() + patience
        self._wait_at_most(0)
        try:
            while True:
                try:
                    return super()._start_transaction_under_autocommit()
                except OperationalError as trouble:
                    if not _is_taken(trouble) or time.monotonic() >= until:
                        raise
                time.sleep(PAUSE)
        finally:
            self._wait_at_most(patience)

    def _wait_at_most(self, seconds: float) -> None:
        """How long SQLite itself waits, in any statement that follows."""
        self.ensure_connection()
        self.connection.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")


def _is_taken(trouble: Any) -> bool:
    """Whether another connection is writing just now."""
    code = getattr(trouble.__cause__, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_BUSY

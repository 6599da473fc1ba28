"""SQLite's log is brought into the database beside the requests, by a thread of each web worker.

Left to itself, SQLite lets whoever writes the thousandth page do it, and her save waits for a thousand pages that are scattered over the
whole file (see docs/decisions/0003). A passive checkpoint lets reading and writing go on meanwhile.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from pathlib import Path

from django.db import connection

PAUSE = 1.0  # seconds


def begin() -> threading.Thread | None:
    """Start the thread in this process; None on PostgreSQL, which has a process of its own for it."""
    if connection.vendor != "sqlite":
        return None
    thread = threading.Thread(target=_again_and_again, args=(str(connection.settings_dict["NAME"]),), daemon=True)
    thread.start()
    return thread


def _again_and_again(path: str) -> None:
    pause = threading.Event()
    while not pause.wait(PAUSE):
        with contextlib.suppress(sqlite3.Error):  # the file may be replaced just now; the next time it is there again
            checkpoint(path)


def checkpoint(path: str) -> bool:
    """Bring into the database what nobody reads from the log any more. False when another process is at it already."""
    with contextlib.closing(sqlite3.connect(f"{Path(path).as_uri()}?mode=rw", uri=True, timeout=0)) as file:
        busy, _pages, _done = file.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return not busy

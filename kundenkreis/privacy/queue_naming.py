"""What the queue of jobs keeps of a person: what a job was asked with, and what it said when it failed.

The tables of the queue are its package's own (a file beside the database, or tables on PostgreSQL), so they are asked by the package.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from huey.contrib.djhuey import HUEY
from huey.storage import SqliteStorage

from kundenkreis.privacy.files_naming import Waiting
from kundenkreis.privacy.needles import Needles, each_text

_ENDED = ("SUCCESSFUL", "FAILED")


def forget(needles: Needles) -> int:
    """Take out every ended job that names her; how many there were. Raises Waiting while one that does is still to be done."""
    pattern, count, waiting = needles.pattern(own=False), 0, False
    for key in list(HUEY.all_results()) if pattern else ():
        job = _read(key)
        if job is None or not pattern.search("\n".join(each_text(_plain(job)))):  # type: ignore[union-attr]
            continue
        if isinstance(job, dict) and job.get("status", _ENDED[0]) not in _ENDED:
            waiting = True
            continue
        HUEY.delete(key)
        count += 1
    if waiting:
        raise Waiting
    return count


def compact() -> None:
    """What was taken out leaves the queue's file too. PostgreSQL's tables are the database's own."""
    storage = HUEY.storage
    if isinstance(storage, SqliteStorage):
        # By a connection of its own: the worker's threads share theirs, and VACUUM waits for no statement of the same one.
        with closing(sqlite3.connect(storage.filename, timeout=30, isolation_level=None)) as own:
            own.execute("VACUUM")
            own.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _read(key: str) -> Any:
    """What is stored there; None when it was signed with another key, which nobody reads any more."""
    try:
        return HUEY.get(key, peek=True)
    except ValueError:
        return None


def _plain(value: Any) -> Any:
    """A job's record as texts, lists and objects; whatever else stands in it as it is written."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_plain(one) for one in value]
    return value if isinstance(value, str) else str(value)

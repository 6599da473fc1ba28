"""Long work of which one at a time is enough."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


class Busy(Exception):
    """Another one is at work."""


@contextmanager
def alone(work: str) -> Iterator[None]:
    """One at a time on this machine, for this database: it holds a lock on a file, which a killed one lets go. Raises Busy."""
    import fcntl

    # Beside the facts, of which each database has its own.
    lock = Path(f"{settings.FACTS_DIR}.{work}.lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise Busy from held
        yield

"""Each worker leaves its mark every few seconds, so that others can tell whether it lives."""

from __future__ import annotations

import datetime as dt
import os
import socket
from dataclasses import dataclass

from django.utils import timezone
from huey.contrib.djhuey import HUEY

PREFIX = "worker."
PERIOD = 5  # seconds
SILENT_AFTER = dt.timedelta(seconds=30)


@dataclass(frozen=True)
class Beat:
    """The last sign of life of one worker (`worker` is host.pid, as in a job's worker_ids)."""

    worker: str
    at: dt.datetime

    def is_alive(self, now: dt.datetime) -> bool:
        """True if the sign is young and, for a worker on this machine, its process is there."""
        host, _, pid = self.worker.rpartition(".")
        if host == socket.gethostname() and not _exists(int(pid)):
            return False
        return now - self.at < SILENT_AFTER


def me() -> str:
    """This process as a worker's name."""
    return f"{socket.gethostname()}.{os.getpid()}"


def beat() -> None:
    """Leave this worker's mark."""
    HUEY.put_result(PREFIX + me(), timezone.now().isoformat())


def forget(worker: str | None = None) -> None:
    """Take a worker's mark away (this one's by default): it has ended, or has not begun."""
    HUEY.delete(PREFIX + (worker or me()))


def beats() -> list[Beat]:
    """Every mark in the store, the youngest first."""
    found = []
    for key in HUEY.keys(PREFIX):
        at = HUEY.peek(key)
        if at is not None:
            found.append(Beat(key.removeprefix(PREFIX), dt.datetime.fromisoformat(at)))
    return sorted(found, key=lambda b: b.at, reverse=True)


def alive(now: dt.datetime | None = None) -> list[str]:
    """The workers that live now."""
    now = now or timezone.now()
    return [b.worker for b in beats() if b.is_alive(now)]


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

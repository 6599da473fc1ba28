"""Django's Tasks on huey: huey's own backend, with jobs that start only when the transaction that asked for them is committed.

Otherwise a worker could look for a record that is not there yet, or never will be because the transaction was rolled back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django_tasks.base import TaskResultStatus
from huey.contrib.djhuey import HUEY, tasks_backend

PREFIX = tasks_backend.KEY % ""
FINISHED = {TaskResultStatus.SUCCESSFUL.value, TaskResultStatus.FAILED.value}


class HueyBackend(tasks_backend.HueyBackend):
    """What `TASKS` in the settings names."""

    def __init__(self, alias: str, params: dict) -> None:
        super().__init__(alias, params)
        self.enqueue_on_commit = self.options.get("enqueue_on_commit", True)


def records() -> Iterator[dict[str, Any]]:
    """Every stored job record, finished or not: id, task_path, status, args, kwargs, worker_ids, times as ISO text."""
    for key in HUEY.keys(PREFIX):
        record = HUEY.peek(key)
        if record is not None:
            yield record


def store(record: dict[str, Any]) -> None:
    """Write a job record back."""
    HUEY.put_result(PREFIX + record["id"], record)


def enqueue_again(record: dict[str, Any]) -> None:
    """Put a job with its old id into the queue once more."""
    record["status"] = TaskResultStatus.READY.value
    store(record)
    job = tasks_backend._shim.s(
        record["task_path"], record["args"], record["kwargs"], priority=record["priority"] or None
    )
    job.id, job.revoke_id = record["id"], f"r:{record['id']}"
    HUEY.enqueue(job)


def give_up(record: dict[str, Any], reason: str) -> None:
    """Mark a job as failed without running it; the reason is what a person reads."""
    record["errors"].append(["kundenkreis.jobs.recovery.GivenUp", reason])
    record.update(status=TaskResultStatus.FAILED.value, finished_at=timezone.now().isoformat())
    store(record)


def forget_finished(before: dt.datetime) -> int:
    """Delete the records of jobs that finished before a moment; how many there were."""
    old = [r for r in records() if r["status"] in FINISHED and dt.datetime.fromisoformat(r["finished_at"]) < before]
    for record in old:
        HUEY.delete(PREFIX + record["id"])
    return len(old)

"""Work that a killed worker left behind is given to the next one."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass

from django.utils import timezone
from django_tasks.base import TaskResultStatus
from huey.contrib.djhuey import HUEY

from kundenkreis.jobs import backend, heartbeat

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 5
# Between leaving the queue and being marked as running a job is nowhere to be seen; longer than this it is lost.
LOST_AFTER = dt.timedelta(minutes=1)


class GivenUp(Exception):
    """A job that took its worker down again and again is not tried any more."""


@dataclass(frozen=True)
class Recovered:
    again: int
    given_up: int


def recover(now: dt.datetime | None = None) -> Recovered:
    """Put jobs back into the queue whose worker died while they ran, or that were lost on the way to one.

    A job that has been started MOST_ATTEMPTS times and never came to an end is marked as failed. Dead workers' marks
    are taken away. Safe to call at any time.
    """
    now = now or timezone.now()
    living = set(heartbeat.alive(now))
    again = given_up = 0
    queued = {job.id for job in [*HUEY.pending(), *HUEY.scheduled()]}
    for record in list(backend.records()):
        if record["id"] in queued or not _is_left_behind(record, living, now):
            continue
        if len(record["worker_ids"]) >= MOST_ATTEMPTS:
            backend.give_up(
                record, f"Started {MOST_ATTEMPTS} times, and each time the worker ended before the job did."
            )
            logger.error("Job %s (%s) is given up.", record["id"], record["task_path"])
            given_up += 1
        else:
            backend.enqueue_again(record)
            logger.warning("Job %s (%s) goes on.", record["id"], record["task_path"])
            again += 1
    for dead in heartbeat.beats():
        if dead.worker not in living:
            heartbeat.forget(dead.worker)
    return Recovered(again, given_up)


def hand_over() -> None:
    """When a worker ends on request: what it has not finished goes on elsewhere, not counted as an attempt."""
    for record in backend.records():
        if record["status"] == TaskResultStatus.RUNNING.value and record["worker_ids"][-1:] == [heartbeat.me()]:
            record["worker_ids"].pop()
            backend.store(record)


def _is_left_behind(record: dict, living: set[str], now: dt.datetime) -> bool:
    if record["status"] == TaskResultStatus.RUNNING.value:
        return not record["worker_ids"] or record["worker_ids"][-1] not in living
    if record["status"] == TaskResultStatus.READY.value:
        since = record["run_after"] or record["enqueued_at"]
        return bool(since) and now - dt.datetime.fromisoformat(since) > LOST_AFTER
    return False

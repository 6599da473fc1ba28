"""What a killed worker leaves behind goes on with the next one."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django_tasks import TaskResultStatus

from kundenkreis.jobs import backend, heartbeat, recovery
from tests.jobs import chores

DEAD = "elsewhere.4711"


def begun_by(queue, job, *workers: str) -> None:
    """As if a worker had fetched the job and begun it."""
    queue.dequeue()
    record = next(r for r in backend.records() if r["id"] == job.id)
    record.update(status=TaskResultStatus.RUNNING.value, worker_ids=list(workers))
    backend.store(record)


def test_a_job_whose_worker_died_is_run_by_the_next(queue, work):
    job = chores.add.enqueue(20, 3)
    begun_by(queue, job, DEAD)
    assert recovery.recover() == recovery.Recovered(again=1, given_up=0)
    assert work()
    job.refresh()
    assert job.return_value == 23
    assert job.worker_ids == [DEAD, heartbeat.me()]


def test_a_job_that_is_being_run_is_left_alone(queue, work):
    job = chores.add.enqueue(1, 1)
    heartbeat.beat()
    begun_by(queue, job, heartbeat.me())
    assert recovery.recover().again == 0
    assert not work()


def test_a_job_that_takes_its_worker_down_each_time_is_given_up(queue, work):
    job = chores.add.enqueue(1, 1)
    begun_by(queue, job, *[DEAD] * recovery.MOST_ATTEMPTS)
    assert recovery.recover() == recovery.Recovered(again=0, given_up=1)
    job.refresh()
    assert job.status == TaskResultStatus.FAILED
    assert "each time the worker ended" in job.errors[0].traceback
    assert job.errors[0].exception_class is recovery.GivenUp


def test_a_job_cut_off_by_a_regular_stop_is_not_held_against_it(queue):
    job = chores.add.enqueue(1, 1)
    begun_by(queue, job, heartbeat.me())
    recovery.hand_over()
    job.refresh()
    assert job.attempts == 0
    assert recovery.recover().again == 1


def test_a_waiting_job_is_not_put_into_the_queue_twice(queue):
    chores.add.enqueue(1, 1)
    assert recovery.recover(timezone.now() + dt.timedelta(hours=1)).again == 0
    assert queue.pending_count() == 1


def test_a_job_lost_between_queue_and_worker_is_found_again(queue, work):
    job = chores.add.enqueue(4, 4)
    queue.dequeue()
    assert recovery.recover().again == 0, "it may just be on its way"
    assert recovery.recover(timezone.now() + dt.timedelta(minutes=2)).again == 1
    work()
    job.refresh()
    assert job.return_value == 8

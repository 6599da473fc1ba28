"""Jobs through Django's Tasks: their results, their errors, and their transactions."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist

from kundenkreis.jobs import backend
from tests.jobs import chores


def test_a_jobs_result_can_be_read_by_its_number(work):
    job = chores.add.enqueue(2, 3)
    assert job.status == TaskResultStatus.READY
    assert work()
    assert chores.add.get_result(job.id).return_value == 5


def test_a_failed_job_keeps_its_error(work):
    job = chores.stumble.enqueue()
    work()
    job.refresh()
    assert job.status == TaskResultStatus.FAILED
    assert job.errors[0].exception_class is ValueError
    assert "there is a stone" in job.errors[0].traceback


def test_a_job_waits_for_the_transaction_that_asked_for_it(work):
    with transaction.atomic():
        job = chores.add.enqueue(1, 1)
        assert not work()
    assert work()
    job.refresh()
    assert job.return_value == 2


def test_a_job_of_a_transaction_that_was_rolled_back_never_runs(work):
    with transaction.atomic():
        job = chores.add.enqueue(1, 1)
        transaction.set_rollback(True)
    assert not work()
    with pytest.raises(TaskResultDoesNotExist):
        chores.add.get_result(job.id)


def test_a_job_for_later_is_not_run_now(work, queue):
    job = chores.add.using(run_after=timezone.now() + dt.timedelta(hours=1)).enqueue(1, 1)
    work()
    job.refresh()
    assert job.status == TaskResultStatus.READY
    assert queue.scheduled_count() == 1


def test_what_was_not_signed_with_our_key_is_not_read(queue, tmp_path):
    trap = f"cos\nsystem\n(S'touch {tmp_path}/sprung'\ntR.".encode()
    queue.storage.put_data("djt.forged", trap + b":" + b"0" * 40, is_result=True)
    assert list(backend.records()) == []
    assert not (tmp_path / "sprung").exists()


def test_records_of_jobs_that_ended_long_ago_are_forgotten(work):
    old, young = chores.add.enqueue(1, 1), chores.add.enqueue(2, 2)
    work()
    now = timezone.now()
    assert backend.forget_finished(now - dt.timedelta(days=1)) == 0
    assert backend.forget_finished(now + dt.timedelta(seconds=1)) == 1
    assert [record["id"] for record in backend.records()] == [young.id]
    with pytest.raises(TaskResultDoesNotExist):
        chores.add.get_result(old.id)

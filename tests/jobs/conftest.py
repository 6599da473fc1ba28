"""A queue of one's own for each test, and jobs to put into it."""

from __future__ import annotations

import pytest
from django.db import connection
from django_tasks import task_backends
from huey.contrib.djhuey import HUEY

from kundenkreis.jobs.backend import HueyBackend
from kundenkreis.jobs.queue import PostgresQueueStorage, SqliteQueueStorage


@pytest.fixture
def queue(transactional_db, tmp_path, monkeypatch):
    """The house's queue on an empty store, as the worker and the pages use it."""
    if connection.vendor == "postgresql":
        store = PostgresQueueStorage("test", blocking=False)
        store.flush_all()
    else:
        store = SqliteQueueStorage("test", filename=str(tmp_path / "jobs.sqlite3"))
    monkeypatch.setattr(HUEY, "storage", store)
    before = task_backends["default"]
    task_backends["default"] = HueyBackend("default", {"QUEUES": ["default"]})
    yield HUEY
    task_backends["default"] = before
    store.flush_all()
    store.close()


@pytest.fixture
def work(queue):
    """Run the next job as a worker would; False if there is none."""

    def run_next() -> bool:
        job = queue.dequeue()
        if job is not None:
            queue.execute(job)
        return job is not None

    return run_next

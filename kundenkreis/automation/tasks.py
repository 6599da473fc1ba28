"""Following what happens, for the worker."""

from __future__ import annotations

from django_tasks import task

from kundenkreis.automation import working


@task()
def follow() -> None:
    """Read on, look at the day, do what waits. Several at once do nothing twice; one that is killed goes on at the next."""
    working.go()

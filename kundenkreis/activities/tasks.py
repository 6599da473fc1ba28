"""Touches of all accounts for the worker."""

from __future__ import annotations

from django_tasks import task

from kundenkreis.activities import touching


@task()
def touch_all() -> None:
    """After the house's rules were changed."""
    touching.push_down()

"""The sums of sales for the worker."""

from __future__ import annotations

from django_tasks import task

from kundenkreis.market import summing


@task()
def sum_sales() -> None:
    """Bring the kept sums up to date. Nothing happens while insights are at work: the timetable asks again."""
    summing.sum_up()

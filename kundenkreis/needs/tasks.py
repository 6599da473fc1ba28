"""The night's walk over all customers, for the worker."""

from __future__ import annotations

from django_tasks import task

from kundenkreis.needs import covering


@task()
def figure_coverage() -> None:
    """How much is known of each customer's needs."""
    covering.figure_all()

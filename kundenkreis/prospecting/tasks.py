"""The night's walk over all accounts, for the worker."""

from __future__ import annotations

from django_tasks import task

from kundenkreis.prospecting import suggesting


@task()
def figure_fits() -> None:
    """How well each account fits that has never ordered."""
    suggesting.figure_all()

"""The forecast for the worker."""

from __future__ import annotations

from django_tasks import task

from kundenkreis.forecast import learning, taking


@task()
def keep() -> None:
    """What history says today; each week how the forecast stands; and what is too old goes."""
    learning.compute()
    if taking.is_due():
        taking.take()
    taking.forget_old()


@task()
def learn() -> None:
    """What history says today, anew."""
    learning.compute()

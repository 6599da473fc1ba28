"""Reassignments for the worker."""

from __future__ import annotations

from django_tasks import task

from kundenkreis.history.models import Batch
from kundenkreis.territories import carrying_out, forecasting
from kundenkreis.territories.models import Reassignment


@task()
def carry_out(reassignment_id: int) -> None:
    """Go on with one that was begun, to its end; one that is killed is gone on with by the timetable."""
    reassignment = Reassignment.objects.filter(pk=reassignment_id).first()
    if reassignment is None:
        return
    try:
        carrying_out.go_on(reassignment)
    except Exception:
        # It would fail again at the same account: the page says so, and what was done can be undone.
        carrying_out.stop(reassignment, by=None, state=Batch.State.FAILED)
        raise


@task()
def count_forecast(reassignment_id: int) -> None:
    """Count who would get what, for the page that waits for it."""
    reassignment = Reassignment.objects.filter(pk=reassignment_id).first()
    if reassignment is not None:
        forecasting.count(reassignment)

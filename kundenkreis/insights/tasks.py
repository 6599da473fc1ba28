"""The recomputation for the worker."""

from __future__ import annotations

from django_tasks import task

from kundenkreis.insights import running


@task()
def recompute(full: bool = False) -> None:
    """Bring scores and signals up to date. Nothing happens while another run is at work: the timetable asks again."""
    try:
        running.run(full=full)
    except running.Busy:
        return

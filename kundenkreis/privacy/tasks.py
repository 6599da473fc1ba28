"""The room's work for the worker."""

from __future__ import annotations

from django_tasks import task

from kundenkreis.privacy import compacting, erasing
from kundenkreis.privacy.models import Erasure


@task()
def erase(erasure_id: int) -> None:
    """Erase a person, or go on with it."""
    erasure = Erasure.objects.filter(pk=erasure_id).first()
    if erasure is not None:
        try:
            erasing.work(erasure)
        except erasing.erasing_steps.Waiting:
            return  # the timetable asks again
        compacting.compact_if_small()

"""What the undo of a batch would take back and keep: counted at once for a small one, by the worker for a large one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from kundenkreis.history.models import Batch
from kundenkreis.history.undo import Undone, keep_forecast, preview_batch, undone_so_far

AT_ONCE = 20_000  # rows; more are counted while the page says so
# So long a count is shown before it is done again, and waited for before it is asked for again.
FRESH = dt.timedelta(minutes=10)


def foreseen(batch: Batch) -> Undone | None:
    """What an undo would do; None while that is being counted."""
    if _rows(batch) <= AT_ONCE:
        return preview_batch(batch)
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch.pk)
        if _is_fresh(batch.undo_report, "counted_at"):
            return undone_so_far(batch)
        if not _is_fresh(batch.undo_report, "asked_at"):
            keep_forecast(batch, {"asked_at": timezone.now().isoformat()})
            count_undo.enqueue(batch.pk)
    return None


def _rows(batch: Batch) -> int:
    """How many rows the batch says that it added or changed."""
    return sum(n for counted in batch.counts.values() if isinstance(counted, dict) for n in counted.values())


def _is_fresh(report: dict[str, Any], name: str) -> bool:
    return name in report and timezone.now() - dt.datetime.fromisoformat(report[name]) < FRESH


@task()
def count_undo(batch_id: int) -> None:
    """Count what the undo of a large batch would do, for the page that waits for it."""
    batch = Batch.objects.get(pk=batch_id)
    would = preview_batch(batch)
    named = [list(one) for one in would.kept_records]
    report = {
        "undone": would.undone,
        "kept": would.kept,
        "kept_records": named,
        "counted_at": timezone.now().isoformat(),
    }
    keep_forecast(batch, report)

"""One change for very many records: in the background, in short steps, each of which leaves the batch true.

So colleagues hardly wait for it, and it can be looked at, cancelled, killed and gone on with, and what it has done by then is undone as a whole.
The batch's counts say how far it is: `expected` records, `seen` of them so far, `reached` the number of the last one.
"""

from __future__ import annotations

import datetime as dt
import time

from django.db import models, transaction
from django.utils import timezone

from kundenkreis.fields.bulk_editing import Change, tell
from kundenkreis.history.models import Batch
from kundenkreis.staff.models import User

STEP = 500  # records in one transaction
REST = 0.05  # seconds between two, in which those who wait for the database get it
KIND = "bulk_edit"  # of the batch


def begin(change: type[Change], expected: int, *, label: str, by: User, now: dt.datetime | None = None) -> Batch:
    """The batch of a change of this kind that is about to run for so many records."""
    return Batch.objects.create(
        kind=KIND,
        label=label[:200],
        actor_id=by.pk,
        actor_name=by.get_full_name()[:200],
        started_at=now or timezone.now(),
        counts={
            change.model._meta.label_lower: {"changed": 0},
            "noun": change.noun,
            "expected": expected,
            "seen": 0,
            "reached": 0,
        },
    )


def go_on(batch: Batch, rows: models.QuerySet, change: Change, *, by: User) -> None:
    """Take every step that is left; ends early when somebody has cancelled it. `rows` are those that the person may change."""
    while _step(batch, rows, change, by):
        time.sleep(REST)


def cancel(batch: Batch, *, by: User) -> bool:
    """No further step. What was changed stays, and can be undone. False when it does not run any more."""
    with transaction.atomic():
        if not _running(batch).update(state=Batch.State.CANCELLED, ended_at=timezone.now()):
            return False
        batch.refresh_from_db()
        tell(batch, batch.counts["noun"], by, timezone.now(), _changed(batch), "cancelled")
    return True


def unfinished(*, before: dt.datetime) -> models.QuerySet[Batch]:
    """Those begun before that moment that should still be at work."""
    return Batch.objects.filter(kind=KIND, state=Batch.State.RUNNING, started_at__lt=before)


def give_up(batch: Batch) -> None:
    """It cannot go on; the batch says so."""
    _running(batch).update(state=Batch.State.FAILED, ended_at=timezone.now())


def _running(batch: Batch) -> models.QuerySet[Batch]:
    return Batch.objects.filter(pk=batch.pk, kind=KIND, state=Batch.State.RUNNING)


def _changed(batch: Batch) -> int:
    return sum(one["changed"] for one in batch.counts.values() if isinstance(one, dict))


def _step(batch: Batch, rows: models.QuerySet, change: Change, by: User) -> bool:
    """The next records by number. Those behind are not looked at again: what a colleague changes back stays as she wants it."""
    batch.refresh_from_db()
    reached, now = batch.counts["reached"], timezone.now()
    further = rows.filter(pk__gt=reached).order_by("pk").values_list("pk", flat=True).distinct()
    some = list(further[:STEP])
    with transaction.atomic():
        if not _running(batch).update(ended_at=None):
            return False
        batch.refresh_from_db()
        counts = batch.counts
        if counts["reached"] != reached:
            return True  # another worker has taken this step
        if not some:
            tell(batch, change.noun, by, now, _changed(batch))
            _running(batch).update(state=Batch.State.DONE, ended_at=now)
            return False
        still = rows.order_by().filter(pk__in=some)
        ids = sorted(set(change.differing(still).values_list("pk", flat=True)))
        if ids:
            change.apply(batch, batch.chunks.count(), ids, now)
        counts[change.model._meta.label_lower]["changed"] += len(ids)
        counts |= {"seen": counts["seen"] + len(some), "reached": some[-1]}
        _running(batch).update(counts=counts)
    return True

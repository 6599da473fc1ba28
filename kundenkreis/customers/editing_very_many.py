"""One change for very many accounts: in the background, in short steps, each of which leaves the batch true.

So colleagues hardly wait for it, and it can be looked at, cancelled, killed and gone on with, and what it has done by then is undone as a whole.
The batch's counts say how far it is: `expected` accounts, `seen` of them so far, `reached` the number of the last one.
"""

from __future__ import annotations

import datetime as dt
import time

from django.db import models, transaction
from django.utils import timezone

from kundenkreis.customers.bulk_editing import Change, apply, tell
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Batch
from kundenkreis.staff.models import User

STEP = 500  # accounts in one transaction
REST = 0.05  # seconds between two, in which those who wait for the database get it
_NOUN = "customers.account"


def begin(expected: int, *, label: str, by: User, now: dt.datetime | None = None) -> Batch:
    """The batch of a change that is about to run for so many accounts."""
    return Batch.objects.create(
        kind="bulk_edit",
        label=label[:200],
        actor_id=by.pk,
        actor_name=by.get_full_name()[:200],
        started_at=now or timezone.now(),
        counts={_NOUN: {"changed": 0}, "expected": expected, "seen": 0, "reached": 0},
    )


def go_on(batch: Batch, accounts: models.QuerySet[Account], change: Change, *, by: User) -> None:
    """Take every step that is left; ends early when somebody has cancelled it. `accounts` are those that the person may change."""
    while _step(batch, accounts, change, by):
        time.sleep(REST)


def cancel(batch: Batch, *, by: User) -> bool:
    """No further step. What was changed stays, and can be undone. False when it does not run any more."""
    with transaction.atomic():
        if not _running(batch).update(state=Batch.State.CANCELLED, ended_at=timezone.now()):
            return False
        batch.refresh_from_db()
        tell(batch, by, timezone.now(), batch.counts[_NOUN]["changed"], "cancelled")
    return True


def unfinished(*, before: dt.datetime) -> models.QuerySet[Batch]:
    """Those begun before that moment that should still be at work."""
    return Batch.objects.filter(kind="bulk_edit", state=Batch.State.RUNNING, started_at__lt=before)


def give_up(batch: Batch) -> None:
    """It cannot go on; the batch says so."""
    _running(batch).update(state=Batch.State.FAILED, ended_at=timezone.now())


def _running(batch: Batch) -> models.QuerySet[Batch]:
    return Batch.objects.filter(pk=batch.pk, kind="bulk_edit", state=Batch.State.RUNNING)


def _step(batch: Batch, accounts: models.QuerySet[Account], change: Change, by: User) -> bool:
    """The next accounts by number. Those behind are not looked at again: what a colleague changes back stays as she wants it."""
    batch.refresh_from_db()
    reached, now = batch.counts["reached"], timezone.now()
    further = accounts.filter(pk__gt=reached).order_by("pk").values_list("pk", flat=True).distinct()
    some = list(further[:STEP])
    with transaction.atomic():
        if not _running(batch).update(ended_at=None):
            return False
        batch.refresh_from_db()
        counts = batch.counts
        if counts["reached"] != reached:
            return True  # another worker has taken this step
        if not some:
            tell(batch, by, now, counts[_NOUN]["changed"])
            _running(batch).update(state=Batch.State.DONE, ended_at=now)
            return False
        still = accounts.order_by().filter(pk__in=some)
        ids = sorted(set(change.differing(still).values_list("pk", flat=True)))
        if ids:
            apply(batch, batch.chunks.count(), ids, change, now)
        counts[_NOUN]["changed"] += len(ids)
        counts |= {"seen": counts["seen"] + len(some), "reached": some[-1]}
        _running(batch).update(counts=counts)
    return True

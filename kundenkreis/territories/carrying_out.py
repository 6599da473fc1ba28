"""A reassignment is carried out: the territories change, then their accounts in short steps, all of it one batch that is undone as a whole.

Each step leaves the batch true: it can be looked at, killed and gone on with. The batch's counts say how far it is: `expected` accounts,
`seen` of them so far, `reached` the number of the last one.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.fields import rolling
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch
from kundenkreis.history.recording import record_event
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.staff import access, rulebook
from kundenkreis.staff.models import Territory, User
from kundenkreis.staff.territory_rules import Rulebook
from kundenkreis.territories import telling
from kundenkreis.territories.models import Reassignment, due
from kundenkreis.territories.planning import COLUMNS, Plan, Row, Seat
from kundenkreis.territories.reading import changes_of, concerned, owners_of, plan_of

KIND = "reassignment"  # of the batch
STEP = 1_000  # accounts in one transaction
REST = 0.02  # seconds between two, in which those who wait for the database get it
LOST_AFTER = dt.timedelta(minutes=10)  # without a step: its worker is gone
_FIELDS = ("territory", "territory_by_hand", "owner", "team")
_OPEN = (Reassignment.State.DRAFT, Reassignment.State.PLANNED)
logger = logging.getLogger(__name__)


@transaction.atomic
def begin(reassignment: Reassignment, *, by: User | None, now: dt.datetime | None = None) -> Batch:
    """The territories get what is new of them; the accounts follow by `go_on`. Only one can begin it.

    Raises ValidationError when somebody else did, or when it has become impossible: an owner left, a territory is gone.
    """
    now = now or timezone.now()
    present = Reassignment._base_manager.select_for_update(of=("self",)).get(pk=reassignment.pk)
    if present.state not in _OPEN or present.deleted_at is not None:
        raise ValidationError(_("It is carried out already, or was put into the bin."))
    present.refuse_if_impossible()
    former = owners_of(Rulebook(rulebook.read()))
    begun = Reassignment._base_manager.filter(pk=present.pk, state__in=_OPEN)
    if not begun.update(state=Reassignment.State.RUNNING, former=former, tally={}, problem=""):
        raise ValidationError(_("It is carried out already, or was put into the bin."))
    batch = Batch.objects.create(
        kind=KIND,
        label=present.name[:200],
        actor_id=by.pk if by else None,
        actor_name=by.get_full_name()[:200] if by else "",
        started_at=now,
        counts={"customers.account": {"changed": 0}, "seen": 0, "reached": 0},
    )
    for change in changes_of(present):
        Territory._base_manager.get(pk=change.territory_id).change(by=by, now=now, batch=batch, **change.values())
    Reassignment._base_manager.filter(pk=present.pk).update(
        batch=batch, version=models.F("version") + 1, changed_at=now
    )
    reassignment.refresh_from_db()
    record_event(reassignment, "reassignment.begun", by=by, now=now, batch=batch)
    return batch


def carry_out(reassignment: Reassignment, *, by: User | None) -> None:
    """At once, to its end."""
    begin(reassignment, by=by)
    go_on(reassignment)


def go_on(reassignment: Reassignment) -> None:
    """Take every step that is left; what a killed worker left is gone on with where it stopped."""
    while _step(reassignment):
        time.sleep(REST)


def _step(reassignment: Reassignment) -> bool:
    """The next accounts by number. Those behind are not looked at again: what a colleague changes back stays as she wants it."""
    with transaction.atomic():
        present = (
            Reassignment._base_manager.select_for_update(of=("self",)).select_related("batch").get(pk=reassignment.pk)
        )
        batch = present.batch
        if present.state != Reassignment.State.RUNNING or batch is None or batch.state != Batch.State.RUNNING:
            return False
        plan, now = plan_of(present), timezone.now()
        further = concerned(present, plan).filter(pk__gt=batch.counts["reached"]).order_by("pk")
        rows = [Row(*row) for row in further.select_for_update().values_list(*COLUMNS)[:STEP]]
        if not rows:
            _end(present, batch, now)
            return False
        moved = [(row, seat) for row in rows if (seat := plan.becomes(row)) != row.seat]
        if moved:
            _apply(present, batch, plan, moved, now)
        counts = batch.counts
        counts["customers.account"]["changed"] += len(moved)
        counts |= {"seen": counts["seen"] + len(rows), "reached": rows[-1].pk, "at": now.isoformat()}
        Batch.objects.filter(pk=batch.pk).update(counts=counts)
    return True


def _apply(
    reassignment: Reassignment, batch: Batch, plan: Plan, moved: list[tuple[Row, Seat]], now: dt.datetime
) -> None:
    """These accounts get their new places, in one statement for each place and owner; what is open with them follows."""
    number = batch.chunks.count()
    changed = [(row.pk, *row.seat, *seat) for row, seat in moved]
    chunks.keep(batch, number, Account, fields=_FIELDS, changed=changed, now=now)
    alike: dict[Seat, list[int]] = defaultdict(list)
    for row, seat in moved:
        alike[seat].append(row.pk)
    for seat, pks in alike.items():
        Account._base_manager.filter(pk__listed=pks).update(
            territory_id=seat.territory, territory_by_hand=seat.by_hand, owner_id=seat.owner, team_id=seat.team,
            version=models.F("version") + 1, changed_at=now,
        )  # fmt: skip
    rolling.of_rows(Account, [row.pk for row, _seat in moved])
    if reassignment.hands_over:
        for model in (Activity, Opportunity):
            counted = batch.counts.setdefault(model._meta.label_lower, {"changed": 0})
            counted["changed"] += _hand_over(model, batch, number, moved, now)
    _tally(reassignment, moved)


def _hand_over(model: Any, batch: Batch, number: int, moved: Iterable[tuple[Row, Seat]], now: dt.datetime) -> int:
    """What is open with an account and was its former owner's is the new one's; an opportunity is her team's too."""
    going = {row.pk: (row.owner, seat) for row, seat in moved if row.owner and seat.owner and row.owner != seat.owner}
    if not going:
        return 0
    names = ["owner", "team"] if model is Opportunity else ["owner"]
    rows = model.objects.open().filter(account_id__listed=list(going)).order_by("pk")
    found = []
    for pk, account, *present in rows.values_list("pk", "account_id", *(f"{name}_id" for name in names)):
        before, seat = going[account]
        if present[0] == before:
            found.append((pk, *present, *(getattr(seat, name) for name in names)))
    if not found:
        return 0
    chunks.keep(batch, number, model, fields=names, changed=found, now=now)
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for pk, *values in found:
        alike[tuple(values[len(names) :])].append(pk)
    for new, pks in alike.items():
        held = {f"{name}_id": value for name, value in zip(names, new, strict=True)}
        some = model._base_manager.filter(pk__listed=pks)
        some.update(**held, version=models.F("version") + 1, changed_at=now)
    rolling.of_rows(model, [row[0] for row in found])
    return len(found)


def _tally(reassignment: Reassignment, moved: Iterable[tuple[Row, Seat]]) -> None:
    """What each person has won and lost so far: she is told once, at the end."""
    tally = reassignment.tally
    for row, seat in moved:
        if row.owner != seat.owner:
            for person, place in ((seat.owner, 0), (row.owner, 1)):
                if person:
                    tally.setdefault(str(person), [0, 0])[place] += 1
    Reassignment._base_manager.filter(pk=reassignment.pk).update(tally=tally)


def _end(reassignment: Reassignment, batch: Batch, now: dt.datetime) -> None:
    by = User._base_manager.filter(pk=batch.actor_id).first()
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.DONE, ended_at=now)
    batch.refresh_from_db()
    running = Reassignment._base_manager.filter(pk=reassignment.pk)
    running.update(state=Reassignment.State.DONE, version=models.F("version") + 1, changed_at=now)
    reassignment.refresh_from_db()
    count = batch.counts["customers.account"]["changed"]
    record_event(reassignment, "reassignment.carried_out", by=by, now=now, batch=batch)
    record_event(batch, "batch.reassigned", by=by, now=now, batch=batch, changes={"accounts": [None, count]})
    telling.tell(reassignment, by)


@transaction.atomic
def stop(reassignment: Reassignment, *, by: User | None, state: str = Batch.State.CANCELLED) -> None:
    """No further step. What was done by then stays, and can be undone as a whole. Raises ValidationError when it has ended."""
    running = Reassignment._base_manager.filter(pk=reassignment.pk, state=Reassignment.State.RUNNING)
    if not running.update(state=Reassignment.State.FAILED, version=models.F("version") + 1, changed_at=timezone.now()):
        raise ValidationError(_("It is not being carried out."))
    reassignment.refresh_from_db()
    Batch.objects.filter(pk=reassignment.batch_id).update(state=state, ended_at=timezone.now())
    record_event(reassignment, "reassignment.stopped", by=by, batch=reassignment.batch)


def begin_due(today: dt.date | None = None) -> list[int]:
    """Begin those whose day has come. One that cannot be begun any more is a draft again, and whoever planned it is told why."""
    begun = []
    for one in due(today or clock.today()):
        by = one.planned_by
        try:
            if by is None or not access.may(by, "reassignments.change"):
                raise ValidationError(_("Whoever planned it may not do so any more."))
            begin(one, by=by)
            begun.append(one.pk)
        except ValidationError as why:
            _give_back(one, " ".join(why.messages))
    return begun


@transaction.atomic
def _give_back(reassignment: Reassignment, why: str) -> None:
    planned = Reassignment._base_manager.filter(pk=reassignment.pk, state=Reassignment.State.PLANNED)
    if planned.exists():
        logger.warning("Reassignment %s was not begun: %s", reassignment.pk, why)
        reassignment.change(by=None, verb="refused", state=Reassignment.State.DRAFT)
        Reassignment._base_manager.filter(pk=reassignment.pk).update(problem=why[:300])
        telling.refused(reassignment, why)


def orphans(now: dt.datetime | None = None) -> list[int]:
    """Those that should be at work and have taken no step for a while: their worker was killed."""
    before = (now or timezone.now()) - LOST_AFTER
    rows = Reassignment.objects.filter(state=Reassignment.State.RUNNING).select_related("batch")
    return [one.pk for one in rows if one.batch and _last_step(one.batch) < before]


def _last_step(batch: Batch) -> dt.datetime:
    at: Any = batch.counts.get("at")
    return dt.datetime.fromisoformat(at) if at else batch.started_at

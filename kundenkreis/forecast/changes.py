"""What changed since a snapshot: read from the opportunities that changed since, not from all of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from django.core.cache import cache
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from kundenkreis.forecast.comparing import MEASURES, Scope, State, Waterfall, step, waterfall
from kundenkreis.forecast.models import Snapshot, SnapshotRow, SnapshotSum
from kundenkreis.forecast.summing import CENTS, ONE_CENTS, OPEN, open_in_period, won_in_period
from kundenkreis.history.models import Batch
from kundenkreis.pipeline import columns
from kundenkreis.pipeline.columns import Rows
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.staff import access

# What was saved a little before a snapshot may have been committed after it.
_OVERLAP = dt.timedelta(hours=1)
_FEW = 20_000  # opportunities that are asked for by their numbers
_EPOCH = dt.date(1970, 1, 1)
Pair = tuple[int, State | None, State | None]
"""An opportunity's number, how it stood at the snapshot, and how it stands now."""


@dataclass(frozen=True)
class Name:
    """An opportunity in the list behind a step."""

    opportunity: Opportunity | None  # None: deleted for good
    before: Decimal | None
    now: Decimal | None
    cents: int
    before_day: dt.date | None
    now_day: dt.date | None

    @property
    def value(self) -> Decimal:
        return Decimal(self.cents) / 100


def since(snapshot: Snapshot, user: Any, scope: Scope) -> Waterfall:
    """The waterfall from a snapshot to now, of what the person sees today."""
    rows = columns.seen_in_any_state(user)
    some = ((before, now) for _pk, before, now in _paired(snapshot, user, scope, rows))
    return waterfall(_start(snapshot, user, scope, rows), some, scope)


def _start(snapshot: Snapshot, user: Any, scope: Scope, seen: Rows) -> int:
    """What a scope came to at the snapshot, in cents, of the opportunities that the person sees today."""
    if not access.reach(user, "opportunities.see").everything:
        rows = SnapshotRow.objects.filter(snapshot=snapshot)
        few = len(seen) <= _FEW
        which: Any = seen["pk"].tolist() if few else Opportunity.objects.gathered_for(user).order_by().values("pk")
        return _of_rows(rows.filter(**{f"opportunity_id__{'listed' if few else 'in'}": which}), scope)
    found = SnapshotSum.objects.filter(
        snapshot=snapshot,
        month__gte=scope.period.first,
        month__lte=scope.period.last,
        category__in=MEASURES[scope.measure],
    )
    whole = sum(
        int(one.value * 100)
        for one in found.only("owner", "value")
        if scope.owners is None or one.owner_id in scope.owners
    )
    hidden = Opportunity._base_manager.filter(account__restricted_at__isnull=False).order_by().values("pk")
    return whole - _of_rows(SnapshotRow.objects.filter(snapshot=snapshot, opportunity_id__in=hidden), scope)


def _of_rows(rows: QuerySet, scope: Scope) -> int:
    found = rows.filter(
        category__in=MEASURES[scope.measure], falls_on__range=(scope.period.first, scope.period.last)
    ).order_by()
    if scope.owners is None:
        return found.aggregate(cents=CENTS)["cents"] or 0
    return sum(
        cents or 0 for owner, cents in found.values_list("owner_id").annotate(cents=CENTS) if owner in scope.owners
    )


def pairs(snapshot: Snapshot, user: Any, scope: Scope) -> list[Pair]:
    """All opportunities that counted in the scope's period and measure at the snapshot or count now, and stand otherwise; as the person sees them.

    Of everybody: whose the scope looks at is asked of each pair. Of all opportunities remembered until one of them changes.
    """
    return _paired(snapshot, user, scope, columns.seen_in_any_state(user))


def _paired(snapshot: Snapshot, user: Any, scope: Scope, rows: Rows) -> list[Pair]:
    whole = access.reach(user, "opportunities.see").everything
    key = "pairs", snapshot.pk, snapshot.taken_at, str(scope.period), scope.measure
    return rows.remembered(key, lambda: _pairs(snapshot, scope, rows, whole=whole))


def _pairs(snapshot: Snapshot, scope: Scope, seen: Rows, *, whole: bool) -> list[Pair]:
    changed = seen.where(seen["changed"] >= columns.micros(snapshot.taken_at - _OVERLAP))
    numbers = changed["pk"]
    now = _states(changed.where(_counts_now(changed, scope)))
    rows = SnapshotRow.objects.filter(snapshot=snapshot)
    counted = rows.filter(category__in=MEASURES[scope.measure], falls_on__range=(scope.period.first, scope.period.last))
    before = _before(counted.filter(opportunity_id__listed=numbers.tolist()))
    before |= _before(rows.filter(opportunity_id__listed=[pk for pk in now if pk not in before]))
    rest = np.isin(numbers, [pk for pk in before if pk not in now])
    now |= _states(changed.where(rest & ~changed["is_deleted"]))
    found: list[Pair] = [
        (pk, before.get(pk), now.get(pk)) for pk in before.keys() | now.keys() if before.get(pk) != now.get(pk)
    ]
    if whole:
        found += [(pk, state, None) for pk, state in _gone(snapshot).items()]
    return found


def _counts_now(rows: Rows, scope: Scope) -> columns.Numbers:
    """What adds to a measure in a period."""
    measure = MEASURES[scope.measure]
    found = open_in_period(rows, scope.period) & rows.are("category", *measure.intersection(OPEN))
    if "closed" in measure:
        found |= won_in_period(rows, scope.period)
    return found & ~rows["shadowed"] & ~rows["is_deleted"]


def _states(rows: Rows) -> dict[int, State]:
    """How opportunities stand, by their number."""
    categories, outcomes, owners = (rows.values(name) for name in ("category", "outcome", "owner"))
    sides = ("pk", "cents", "category", "outcome", "expected", "owner", "closed", "shadowed")
    states = {}
    for pk, cents, category, outcome, expected, owner, closed, is_elsewhere in zip(
        *(rows[name].tolist() for name in sides), strict=True
    ):
        stands, ended = categories[category], outcomes[outcome]
        day = None if expected == columns.NONE else _EPOCH + dt.timedelta(days=expected)
        if ended:
            stands = "closed" if ended == "won" else "omitted"
            day = timezone.localdate(dt.datetime.fromtimestamp(closed // 1_000_000, dt.UTC))
        if is_elsewhere:  # its project counts at another bidder
            stands = "omitted"
        states[pk] = State(cents, stands, ended, day, owners[owner])
    return states


def _gone(snapshot: Snapshot) -> dict[int, State]:
    """What has been deleted for good since, by its number: seen by whoever sees everything.

    To find it all rows are walked; only an emptied bin, an undo or the like makes new ones, and leaves a batch.
    """
    batch = Batch.objects.order_by("-pk").values_list("pk", flat=True).first()
    key = f"forecast.gone:{snapshot.pk}:{batch}"
    found = cache.get(key)
    if found is None:
        known = Opportunity._base_manager.filter(pk=OuterRef("opportunity_id"))
        found = _before(SnapshotRow.objects.filter(~Exists(known), snapshot=snapshot))
        cache.set(key, found, 3600)
    return found


def _before(rows: QuerySet) -> dict[int, State]:
    """How rows of a snapshot stood, by the number of their opportunity."""
    found = rows.order_by().values_list("opportunity_id", ONE_CENTS, "category", "outcome", "falls_on", "owner_id")
    return {pk: State(*rest) for pk, *rest in found}


def names(snapshot: Snapshot, user: Any, scope: Scope, kind: str, most: int = 60) -> tuple[list[Name], int]:
    """The opportunities behind a step, the largest first, and how many there are in all."""
    found = []
    for pk, before, now in pairs(snapshot, user, scope):
        if (one := step(before, now, scope)) and one[0] == kind:
            found.append((pk, before, now, one[1]))
    found.sort(key=lambda one: (-abs(one[3]), one[0]))
    shown = found[:most]
    wanted = Opportunity.objects.visible_to(user).filter(pk__listed=[pk for pk, *_rest in shown]).order_by()
    told = wanted.select_related("account", "owner").only(
        "name", "account__name", "owner__first_name", "owner__last_name"
    )
    rows = {row.pk: row for row in told}
    return [_name(rows.get(pk), before, now, cents) for pk, before, now, cents in shown], len(found)


def _name(opportunity: Opportunity | None, before: State | None, now: State | None, cents: int) -> Name:
    return Name(
        opportunity,
        Decimal(before.cents) / 100 if before else None,
        Decimal(now.cents) / 100 if now else None,
        cents,
        before.day if before else None,
        now.day if now else None,
    )

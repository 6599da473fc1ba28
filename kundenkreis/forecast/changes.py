"""What changed since a snapshot: read from the opportunities that changed since, not from all of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from kundenkreis.forecast.comparing import MEASURES, Scope, State, Waterfall, step, waterfall
from kundenkreis.forecast.models import Snapshot, SnapshotRow, SnapshotSum
from kundenkreis.forecast.summing import CENTS, ONE_CENTS, open_in, remembered, won_in
from kundenkreis.history.models import Batch
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.staff import access

# What was saved a little before a snapshot may have been committed after it.
_OVERLAP = dt.timedelta(hours=1)
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
    some = ((before, now) for _pk, before, now in pairs(snapshot, user, scope))
    return waterfall(start(snapshot, user, scope), some, scope)


def start(snapshot: Snapshot, user: Any, scope: Scope) -> int:
    """What a scope came to at the snapshot, in cents, of the opportunities that the person sees today."""
    if not access.reach(user, "opportunities.see").everything:
        rows = SnapshotRow.objects.filter(snapshot=snapshot, opportunity_id__in=seen_in_any_state(user).values("pk"))
        return _of_rows(rows, scope)
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


def seen_in_any_state(user: Any) -> QuerySet[Opportunity]:
    """What the person sees, in the bin too: what went there since is a step as well."""
    return Opportunity.objects.gathered_for(user).order_by()


def pairs(snapshot: Snapshot, user: Any, scope: Scope) -> list[Pair]:
    """All opportunities that counted in the scope's period and measure at the snapshot or count now, and stand otherwise; as the person sees them.

    Of everybody: whose the scope looks at is asked of each pair.
    """
    if not access.reach(user, "opportunities.see").everything:
        return _pairs(snapshot, user, scope, whole=False)
    name = f"pairs:{snapshot.pk}:{scope.period}:{scope.measure}"
    kept = remembered(name, lambda: [_plain(pair) for pair in _pairs(snapshot, user, scope, whole=True)])
    return [(pk, before and State(*before), now and State(*now)) for pk, before, now in kept]


def _plain(pair: Pair) -> tuple[Any, ...]:
    """As it is kept: tuples are read four times as fast as what has names."""
    pk, before, now = pair
    return pk, before and tuple(before), now and tuple(now)


def _pairs(snapshot: Snapshot, user: Any, scope: Scope, *, whole: bool) -> list[Pair]:
    changed = seen_in_any_state(user).filter(changed_at__gte=snapshot.taken_at - _OVERLAP)
    rows = SnapshotRow.objects.filter(snapshot=snapshot)
    counted = rows.filter(category__in=MEASURES[scope.measure], falls_on__range=(scope.period.first, scope.period.last))
    now = _now(changed.filter(_counts_now(scope), deleted_at=None))
    before = _before(counted.filter(opportunity_id__in=changed.values("pk")))
    before |= _before(rows.filter(opportunity_id__listed=[pk for pk in now if pk not in before]))
    now |= _now(changed.filter(pk__listed=[pk for pk in before if pk not in now]))
    found: list[Pair] = [
        (pk, before.get(pk), now.get(pk)) for pk in before.keys() | now.keys() if before.get(pk) != now.get(pk)
    ]
    if whole:
        found += [(pk, state, None) for pk, state in _gone(snapshot).items()]
    return found


def _counts_now(scope: Scope) -> Q:
    """What adds to a measure in a period."""
    found = open_in(scope.period) & Q(forecast_category__in=MEASURES[scope.measure])
    found = found | won_in(scope.period) if "closed" in MEASURES[scope.measure] else found
    return found & Q(shadowed=False)


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


def _now(rows: QuerySet) -> dict[int, State]:
    """How opportunities stand, by their number; without those in the bin."""
    found = rows.filter(deleted_at=None).values_list(
        "pk", ONE_CENTS, "forecast_category", "outcome", "expected_close_on", "owner_id", "closed_at", "shadowed"
    )
    states = {}
    for pk, cents, category, outcome, day, owner, closed, is_elsewhere in found:
        if outcome:
            category, day = "closed" if outcome == "won" else "omitted", timezone.localdate(closed)
        if is_elsewhere:  # its project counts at another bidder
            category = "omitted"
        states[pk] = State(cents, category, outcome, day, owner)
    return states


def names(snapshot: Snapshot, user: Any, scope: Scope, kind: str, most: int = 200) -> tuple[list[Name], int]:
    """The opportunities behind a step, the largest first, and how many there are in all."""
    found = []
    for pk, before, now in pairs(snapshot, user, scope):
        if (one := step(before, now, scope)) and one[0] == kind:
            found.append((pk, before, now, one[1]))
    found.sort(key=lambda one: (-abs(one[3]), one[0]))
    shown = found[:most]
    rows = Opportunity.objects.visible_to(user).for_list().in_bulk([pk for pk, *_rest in shown])
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

"""What changed since a snapshot: read from the opportunities that changed since, not from all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from kundenkreis.forecast.comparing import MEASURES, Scope, State, Waterfall, step, waterfall
from kundenkreis.forecast.models import Snapshot, SnapshotRow, SnapshotSum
from kundenkreis.forecast.summing import CENTS, remembered
from kundenkreis.history.models import Batch
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.staff import access

# What was saved a little before a snapshot may have been committed after it.
_OVERLAP = dt.timedelta(hours=1)
_STATE = (
    "pk",
    "value_house",
    "forecast_category",
    "outcome",
    "expected_close_on",
    "closed_at",
    "owner_id",
    "deleted_at",
)
_ROW = ("opportunity_id", "value_house", "category", "outcome", "falls_on", "owner_id")

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
    return waterfall(start(snapshot, user, scope), ((b, n) for _pk, b, n in pairs(snapshot, user)), scope)


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


def pairs(snapshot: Snapshot, user: Any) -> list[Pair]:
    """All opportunities that may stand otherwise than at the snapshot, as the person sees them."""
    if not access.reach(user, "opportunities.see").everything:
        return list(_pairs(snapshot, user, whole=False))
    return remembered(f"pairs:{snapshot.pk}", lambda: list(_pairs(snapshot, user, whole=True)))


def _pairs(snapshot: Snapshot, user: Any, *, whole: bool) -> Iterator[Pair]:
    changed = seen_in_any_state(user).filter(changed_at__gte=snapshot.taken_at - _OVERLAP)
    now = {row[0]: _now(row) for row in changed.values_list(*_STATE)}
    known = SnapshotRow.objects.filter(snapshot=snapshot, opportunity_id__listed=list(now)).values_list(*_ROW)
    before = {row[0]: _before(row) for row in known}
    for pk, state in now.items():
        if pk in before or state is not None:
            yield pk, before.get(pk), state
    if whole:
        for row in _gone(snapshot):
            yield row[0], _before(row), None


def _gone(snapshot: Snapshot) -> list[tuple[Any, ...]]:
    """Rows of opportunities that have been deleted for good since: seen by whoever sees everything.

    To find them all rows are walked; only an emptied bin, an undo or the like makes new ones, and leaves a batch.
    """
    batch = Batch.objects.order_by("-pk").values_list("pk", flat=True).first()
    key = f"forecast.gone:{snapshot.pk}:{batch}"
    found = cache.get(key)
    if found is None:
        found = list(_deleted(snapshot).values_list(*_ROW))
        cache.set(key, found, 3600)
    return found


def _deleted(snapshot: Snapshot) -> QuerySet:
    return SnapshotRow.objects.filter(
        ~Exists(Opportunity._base_manager.filter(pk=OuterRef("opportunity_id"))), snapshot=snapshot
    )


def _before(row: tuple[Any, ...]) -> State:
    _pk, value, category, outcome, day, owner = row
    return State(int(value * 100), category, outcome, day, owner)


def _now(row: tuple[Any, ...]) -> State | None:
    _pk, value, category, outcome, expected, closed, owner, deleted = row
    if deleted is not None:
        return None
    if outcome:
        category, expected = "closed" if outcome == "won" else "omitted", timezone.localdate(closed)
    return State(int(value * 100), category, outcome, expected, owner)


def names(snapshot: Snapshot, user: Any, scope: Scope, kind: str, most: int = 200) -> tuple[list[Name], int]:
    """The opportunities behind a step, the largest first, and how many there are in all."""
    found = []
    for pk, before, now in pairs(snapshot, user):
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

"""Who would get what: accounts, their revenue of the last 12 months and what is open with them, before anything is done."""

from __future__ import annotations

import datetime as dt
import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Account
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.territories.models import Reassignment
from kundenkreis.territories.planning import Plan, Row, Seat
from kundenkreis.territories.reading import concerned, plan_of, walk

AT_ONCE = 20_000  # accounts; more are looked at by the worker
STEP = 5_000
NAMED = 50  # accounts that are shown, those with the most revenue
# So long a count is shown before it is done again, and waited for before it is asked for again.
FRESH = dt.timedelta(minutes=10)


@dataclass
class _Sums:
    """What is summed while the accounts go by."""

    seen: int = 0
    moved: int = 0
    revenue: Decimal = Decimal(0)
    stays: int = 0
    by_hand: int = 0
    ties: int = 0
    opportunities: int = 0
    gone: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(lambda: [0, Decimal(0), 0]))
    come: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(lambda: [0, Decimal(0), 0]))
    left: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(lambda: [0, Decimal(0)]))
    entered: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(lambda: [0, Decimal(0)]))
    top: list[tuple[Decimal, int, list[Any]]] = field(default_factory=list)


def forecast(reassignment: Reassignment) -> dict[str, Any]:
    """Counted without writing. Numbers of people and territories are keys as texts, amounts are texts: it is kept as JSON.

    `people` and `territories`: {number: [accounts before, revenue before, accounts after, revenue after, open activities won or lost]}.
    """
    plan, sums = plan_of(reassignment), _Sums()
    for rows in walk(concerned(reassignment, plan), STEP):
        moved = [(row, seat) for row in rows if (seat := plan.becomes(row)) != row.seat]
        _count(sums, plan, rows, moved)
        if reassignment.hands_over:
            _count_open(sums, moved)
    return {
        "counted_at": timezone.now().isoformat(),
        "seen": sums.seen,
        "moved": sums.moved,
        "revenue": str(sums.revenue),
        "stays": sums.stays,
        "by_hand": sums.by_hand,
        "ties": sums.ties,
        "activities": sum(one[2] for one in sums.come.values()),
        "opportunities": sums.opportunities,
        "people": _told(sums.gone, sums.come, "owner_id"),
        "territories": _told(sums.left, sums.entered, "territory_id"),
        "top": [told for _revenue, _pk, told in sorted(sums.top, key=lambda one: (-one[0], one[1]))],
    }


def _count(sums: _Sums, plan: Plan, rows: list[Row], moved: list[tuple[Row, Seat]]) -> None:
    sums.seen += len(rows)
    sums.stays += sum(1 for row in rows if plan.choices.get(row.pk, 0) is None)
    sums.by_hand += sum(1 for row in rows if row.by_hand and row.pk not in plan.choices and not plan.takes_by_hand)
    sums.ties += sum(1 for row, seat in moved if not seat.by_hand and plan.after.place(row.key).ties)
    for row, seat in moved:
        sums.moved += 1
        sums.revenue += row.revenue
        for before, after, lost, won in (
            (row.owner, seat.owner, sums.gone, sums.come),
            (row.territory, seat.territory, sums.left, sums.entered),
        ):
            if before != after:
                _note(lost, before, row.revenue)
                _note(won, after, row.revenue)
        told = [row.pk, row.territory, seat.territory, row.owner, seat.owner]
        (heapq.heappush if len(sums.top) < NAMED else heapq.heappushpop)(sums.top, (row.revenue, -row.pk, told))


def _note(sums: dict[int, list[Any]], pk: int | None, revenue: Decimal) -> None:
    sums[pk or 0][0] += 1
    sums[pk or 0][1] += revenue


def _count_open(sums: _Sums, moved: list[tuple[Row, Seat]]) -> None:
    """Open activities and opportunities of the former owner on accounts that come to another one."""
    going = {row.pk: (row.owner, seat.owner) for row, seat in moved if row.owner != seat.owner and seat.owner}
    if not going:
        return
    for model in (Activity, Opportunity):
        rows = model.objects.open().filter(account_id__listed=list(going))
        for account, owner in rows.order_by().values_list("account_id", "owner_id"):
            before, after = going[account]
            if owner != before or owner is None:
                continue
            if model is Opportunity:
                sums.opportunities += 1
            else:
                sums.gone[owner][2] += 1
                sums.come[after][2] += 1  # type: ignore[index]


def _told(lost: dict[int, list[Any]], won: dict[int, list[Any]], column: str) -> dict[str, list[Any]]:
    """Of everybody concerned, what she has altogether before and after."""
    some = sorted(lost.keys() | won.keys())
    living = Account._base_manager.filter(deleted_at=None, **{f"{column}__in": [pk for pk in some if pk]})
    rows = living.order_by().values_list(column).annotate(count=Count("pk"), revenue=Sum("revenue_12m"))
    present = {pk: (count, revenue or Decimal(0)) for pk, count, revenue in rows}
    if 0 in some:
        nobody = Account._base_manager.filter(deleted_at=None, **{f"{column}__isnull": True})
        found = nobody.aggregate(count=Count("pk"), revenue=Sum("revenue_12m"))
        present[0] = (found["count"], found["revenue"] or Decimal(0))
    told = {}
    for pk in some:
        count, revenue = present.get(pk, (0, Decimal(0)))
        minus, plus = lost.get(pk, [0, Decimal(0), 0]), won.get(pk, [0, Decimal(0), 0])
        after = count - minus[0] + plus[0], revenue - minus[1] + plus[1]
        told[str(pk)] = [count, str(revenue), after[0], str(after[1]), sum(plus[2:]) - sum(minus[2:])]
    return told


def foreseen(reassignment: Reassignment) -> dict[str, Any] | None:
    """The forecast: kept, or counted at once when it is small; None while the worker counts."""
    kept = reassignment.forecast
    if _is_fresh(kept, "counted_at"):
        return kept
    accounts = concerned(reassignment, plan_of(reassignment))
    if accounts.order_by()[: AT_ONCE + 1].count() <= AT_ONCE:
        return count(reassignment)
    if not _is_fresh(kept, "asked_at"):
        from kundenkreis.territories import tasks

        asked = kept | {"asked_at": timezone.now().isoformat()}
        Reassignment._base_manager.filter(pk=reassignment.pk).update(forecast=asked)
        tasks.count_forecast.enqueue(reassignment.pk)
    return None


def count(reassignment: Reassignment) -> dict[str, Any]:
    """Count and keep it, unless somebody has changed the reassignment meanwhile."""
    before = _as_asked(reassignment.pk)
    found = forecast(reassignment)
    with transaction.atomic():
        present = Reassignment._base_manager.select_for_update().filter(pk=reassignment.pk)
        if present.exists() and _as_asked(reassignment.pk) == before:
            present.update(forecast=found)
    return found


def _as_asked(pk: int) -> tuple[Any, ...]:
    """Its version, and the mark that a change of one of its parts leaves."""
    kept = Reassignment._base_manager.filter(pk=pk).values_list("version", "forecast").first()
    return (kept[0], kept[1].get("changed_at")) if kept else ()


def _is_fresh(kept: dict[str, Any], name: str) -> bool:
    return name in kept and timezone.now() - dt.datetime.fromisoformat(kept[name]) < FRESH

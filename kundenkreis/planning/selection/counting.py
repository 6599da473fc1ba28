"""How many accounts came where in a round: tiers, last year against this one, who would change, and the fields of the portfolio.

For whoever sees everything the counts are kept with the round; for everybody else they are counted over the accounts that she sees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from kundenkreis.core.patience import TookTooLong, at_most
from kundenkreis.customers.models import Account
from kundenkreis.planning.models import ABSENT, RoundResult, ScoringRound
from kundenkreis.staff import access

TIERS = ("A", "B", "D", "C", "")
PATIENCE = 3_000  # milliseconds for what is counted while somebody waits
FIELD = 25  # points of an axis in a field of the portfolio
_COLUMNS = ("before", "tier", "had", "attractiveness", "position", "revenue", "open", "computed")
Counts = dict[str, int]


def field_of(attractiveness: int | None, position: int | None) -> str:
    """ "3,2": the field of the portfolio, attractiveness first; "" where an axis is not known. 100 points lie in the last field."""
    if attractiveness is None or position is None:
        return ""
    last = 100 // FIELD - 1
    return f"{min(attractiveness // FIELD, last)},{min(position // FIELD, last)}"


def of_result(
    before: str,
    tier: str,
    had: str,
    attractiveness: int | None,
    position: int | None,
    revenue: Decimal,
    still: int,
    computed: str,
) -> Counts:
    """What one result adds to the counts."""
    if tier == ABSENT:
        return {f"moved:{before}>{tier}": 1}
    found = {f"moved:{before}>{tier}": 1, f"tier:{tier}": 1, f"cents:{tier}": int(revenue * 100)}
    if had != tier:
        found[f"change:{had}>{tier}"] = 1
    if tier != computed:
        found["by_hand"] = 1
    if still:
        found["open"] = 1
    if at := field_of(attractiveness, position):
        found[f"field:{at}"] = 1
    return found


def add_up(rows: Iterable[tuple[Any, ...]], into: Counter[str]) -> None:
    """Rows of `_COLUMNS` onto the counts."""
    for row in rows:
        into.update(of_result(*row))


def shift(round_id: int, before: Iterable[tuple[Any, ...]], after: Iterable[tuple[Any, ...]]) -> None:
    """Some results have become others: the round's counts follow. Belongs into the transaction of the change."""
    one = ScoringRound._base_manager.select_for_update(of=("self",)).get(pk=round_id)
    now, gone = Counter(one.counts), Counter[str]()
    add_up(after, now)
    add_up(before, gone)
    now.subtract(gone)
    ScoringRound._base_manager.filter(pk=round_id).update(counts={name: n for name, n in now.items() if n})


def columns(rows: QuerySet) -> list[tuple[Any, ...]]:
    """Results as `shift` takes them."""
    return list(rows.values_list(*_COLUMNS))


def counts(one: ScoringRound, user: Any, rows: QuerySet | None = None) -> Counts | None:
    """What `user` sees of a round; with `rows` of these results only. None when it would take too long to count."""
    seen = RoundResult.objects.filter(round=one).visible_to(user) if rows is None else rows
    if rows is None and _sees_all(user):
        whole = Counter(one.counts)
        # Those that are set aside are few, and lead to their results; the other way round a million results would be walked.
        few = list(Account._base_manager.filter(restricted_at__isnull=False).values_list("pk", flat=True))
        set_aside = RoundResult.objects.filter(round=one, account_id__listed=few)
        gone = Counter[str]()
        add_up(columns(set_aside), gone)
        whole.subtract(gone)
        return {name: n for name, n in whole.items() if n}
    try:
        with at_most(PATIENCE):
            return _counted(seen)
    except TookTooLong:
        return None


def _sees_all(user: Any) -> bool:
    return access.reach(user, "selection.see").everything


def _counted(rows: QuerySet) -> Counts:
    found = Counter[str]()
    groups = rows.order_by().values_list("before", "tier", "had", "computed", "attractiveness", "position")
    for before, tier, had, computed, attractiveness, position, number, revenue, still in groups.annotate(
        number=Count("id"), whole=Sum("revenue"), still=Count("id", filter=Q(open__gt=0))
    ):
        one = of_result(before, tier, had, attractiveness, position, Decimal(0), 0, computed)
        found.update({name: number for name in one if not name.startswith("cents:")})
        if tier != ABSENT:
            found[f"cents:{tier}"] += int(round(revenue * 100))
            found["open"] += still
    return {name: n for name, n in found.items() if n}


def pairs(found: Counts, kind: str) -> dict[tuple[str, str], int]:
    """("B", "A") → how many, of "moved" or "change"."""
    chosen = {}
    for name, number in found.items():
        if name.startswith(f"{kind}:"):
            then, _to, now = name.removeprefix(f"{kind}:").partition(">")
            chosen[then, now] = number
    return chosen


def moves(found: Counts) -> Counts:
    """ "up", "down", "same", "new" and "gone" against last year."""
    told = Counter[str]()
    for (before, tier), number in pairs(found, "moved").items():
        told[RoundResult(before=before, tier=tier).moved] += number
    return dict(told)


def changing(found: Counts) -> int:
    """How many accounts would get another tier than they had when they were scored."""
    return sum(pairs(found, "change").values())

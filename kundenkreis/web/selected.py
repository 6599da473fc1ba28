"""What an account's page says of its selection: the tier with its reason, since when, the years, and the next review."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from kundenkreis.core.prepared import prepared
from kundenkreis.customers.models import Account
from kundenkreis.planning.models import ABSENT, RoundResult, ScoringRound, TierOverride
from kundenkreis.planning.selection import running, saying
from kundenkreis.planning.selection.rhythm import next_review
from kundenkreis.staff import access

YEARS = 6


@dataclass(frozen=True)
class Selected:
    """`differs` says that the account's tier is not that of the round any more; `since` when it came into force."""

    row: RoundResult
    tier: str
    since: dt.date
    reason: str
    by_hand: str
    differs: bool
    review: dt.date | None
    years: list[str]


def selected(account: Account, user: Any) -> Selected | None:
    """From the rounds that were put into force; None without one. A query, and three more when there is one."""
    if not access.reach(user, "selection.see"):
        return None
    rows = [row for row in _results(account.pk) if row.round.batch is None or not _is_undone(row)]
    if not rows or rows[0].tier == ABSENT:
        return None
    row = rows[0]
    one = row.round
    since = one.in_force_on or one.as_of
    for earlier in rows[1:]:
        if earlier.tier != row.tier:
            break
        since = earlier.round.in_force_on or earlier.round.as_of
    decided = _override(one.pk, account.pk)[:1] if row.is_by_hand else []
    by_hand = saying.by_hand(row, next(iter(decided), None))
    reason = "" if by_hand else saying.reason(row, saying.rules_of(one.of_set), running.criteria_of(one.of_set))
    tier = saying.tier(row.tier) if row.tier else saying.tier_name("")
    return Selected(
        row, tier, since, reason, by_hand, account.tier != row.tier,
        next_review(one.in_force_on or one.as_of, None, one.of_set.reviews(row.tier)),
        [f"{each.round.year}: {saying.tier_name(each.tier)}" for each in rows],
    )  # fmt: skip


def _is_undone(row: RoundResult) -> bool:
    batch = row.round.batch
    return batch is not None and batch.state in (batch.State.UNDONE, batch.State.UNDOING)


@prepared
def _results(account: Any) -> QuerySet:
    rows = RoundResult.objects.filter(
        account_id=account, round__state=ScoringRound.State.IN_FORCE, round__deleted_at=None
    )
    return rows.select_related("round__of_set", "round__batch").order_by("-round__starts_on", "-round_id")[:YEARS]


@prepared
def _override(one: Any, account: Any) -> QuerySet:
    return TierOverride.objects.living().filter(round_id=one, account_id=account)

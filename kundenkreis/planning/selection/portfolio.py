"""The portfolio: accounts by their attractiveness and our position, the area means revenue. The largest are drawn, the rest counted by field.

Fields after the customer portfolio in Homburg, Schäfer and Schneider, Sales Excellence (attractiveness against our position): stars,
development, yield and incidental customers. A group is drawn once, with the revenue of its accounts and the mean of their axes by revenue.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from kundenkreis.core import clock
from kundenkreis.customers.models import AccountLink
from kundenkreis.customers.models.dated import holding
from kundenkreis.planning.models import ABSENT, RoundResult, ScoringRound
from kundenkreis.planning.selection import counting
from kundenkreis.planning.selection.scoring import axis

DRAWN = 200  # bubbles
MIDDLE = 50  # points that part the fields
_DEEPEST = 50
_LEGAL = AccountLink.Hierarchy.LEGAL


@dataclass(frozen=True)
class Bubble:
    """An account, or a group under its head; `members` is how many accounts of the round stand in it."""

    account_id: int
    name: str
    tier: str
    attractiveness: int
    position: int
    cents: int
    members: int = 1

    @property
    def revenue(self) -> Decimal:
        return Decimal(self.cents) / 100

    @property
    def quadrant(self) -> str:
        return quadrant(self.attractiveness, self.position)


@dataclass(frozen=True)
class Picture:
    """`rest` are the accounts by field (`counting.field_of`) that are not drawn; None when they were too many to be counted."""

    bubbles: tuple[Bubble, ...]
    rest: dict[str, int] | None
    unplaced: int  # accounts of which an axis is not known


def quadrant(attractiveness: int, position: int) -> str:
    """ "star", "development", "yield" or "incidental"."""
    if attractiveness >= MIDDLE:
        return "star" if position >= MIDDLE else "development"
    return "yield" if position >= MIDDLE else "incidental"


def rows_of(one: ScoringRound, user: Any, asked: Q | None = None) -> Any:
    """The results that this person sees; `asked` is a condition on them."""
    rows = RoundResult.objects.visible_to(user).filter(round=one).exclude(tier=ABSENT)
    return rows if asked is None else rows.filter(asked)


def picture(one: ScoringRound, user: Any, asked: Q | None = None, *, by_group: bool = False) -> Picture:
    """The largest accounts in the picture, and the others by field."""
    rows = rows_of(one, user, asked)
    placed = rows.filter(attractiveness__isnull=False, position__isnull=False).for_list()
    largest = list(placed.order_by("-revenue", "-pk")[:DRAWN])
    drawn = largest
    if by_group:
        bubbles, drawn = _groups(placed, largest)
    else:
        bubbles = [_bubble(row) for row in largest]
    counts = counting.counts(one, user, None if asked is None else rows)
    if counts is None:
        return Picture(tuple(bubbles), None, 0)
    rest = {name.removeprefix("field:"): n for name, n in counts.items() if name.startswith("field:")}
    whole = sum(n for name, n in counts.items() if name.startswith("tier:"))
    unplaced = whole - sum(rest.values())
    for row in drawn:
        rest[counting.field_of(row.attractiveness, row.position)] -= 1
    return Picture(tuple(bubbles), {at: n for at, n in rest.items() if n > 0}, unplaced)


def _bubble(row: RoundResult) -> Bubble:
    assert row.attractiveness is not None
    assert row.position is not None
    return Bubble(row.account_id, row.account.name, row.tier, row.attractiveness, row.position, row.cents)


def _groups(placed: Any, largest: list[RoundResult]) -> tuple[list[Bubble], list[RoundResult]]:
    """Groups in place of their accounts, largest first; and the results that stand in them."""
    today = clock.today()
    head = _heads({row.account_id for row in largest}, today)
    below = _members(set(head.values()), today)
    mine = {pk: of for of, some in below.items() for pk in some}
    members: dict[int, list[RoundResult]] = defaultdict(list)
    for row in placed.filter(account_id__listed=sorted(mine)):
        members[mine[row.account_id]].append(row)
    # A head that she does not see names nobody: the group then stands under its largest account.
    found = [_group(of, some) for of, some in members.items()]
    drawn = [row for some in members.values() for row in some]
    return sorted(found, key=lambda one: (-one.cents, one.account_id))[:DRAWN], drawn


def _group(head: int, rows: list[RoundResult]) -> Bubble:
    rows = sorted(rows, key=lambda row: (row.account_id != head, -row.cents, row.pk))
    weights = [max(row.cents, 0) for row in rows]
    weights = weights if any(weights) else [1] * len(rows)
    at, on = axis([r.attractiveness for r in rows], weights), axis([r.position for r in rows], weights)
    first = rows[0]
    return Bubble(
        first.account_id, first.account.name, first.tier, at or 0, on or 0, sum(row.cents for row in rows), len(rows)
    )


def _links(on: dt.date) -> QuerySet:
    return AccountLink.objects.living().filter(holding(on), hierarchy=_LEGAL)


def _heads(accounts: Collection[int], on: dt.date) -> dict[int, int]:
    """Account → the head of its legal group, itself when it stands alone. A query for each step up."""
    head = {pk: pk for pk in accounts}
    for _step in range(_DEEPEST):
        above = dict(
            _links(on).filter(account_id__listed=sorted(set(head.values()))).values_list("account_id", "parent_id")
        )
        if not above:
            break
        head = {pk: above.get(of, of) for pk, of in head.items()}
    return head


def _members(heads: Iterable[int], on: dt.date) -> dict[int, list[int]]:
    """Head → its accounts and itself. A query for each step down."""
    of = {pk: pk for pk in heads}
    newest = set(of)
    for _step in range(_DEEPEST):
        rows = _links(on).filter(parent_id__listed=sorted(newest)).values_list("account_id", "parent_id")
        fresh = {account: of[parent] for account, parent in rows if account not in of}
        if not fresh:
            break
        of |= fresh
        newest = set(fresh)
    found: dict[int, list[int]] = defaultdict(list)
    for pk, head in of.items():
        found[head].append(pk)
    return found

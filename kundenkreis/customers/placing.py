"""Putting many accounts below their parents at once, as an import does: the rules of `hierarchy.place` for sets."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import transaction

from kundenkreis.core import bulk
from kundenkreis.customers.models import Account, AccountLink
from kundenkreis.customers.models.structure import one_placing

Pair = tuple[int, int]  # an account and its parent


class Refused(StrEnum):
    CIRCLE = "circle"  # the parent belongs to the account itself
    OTHER_PARENT = "other_parent"  # the account belongs to another one already


@dataclass
class Placed:
    """Ids of the links that were added, and why pairs were left out.

    Pairs that were linked already, or of accounts that are gone, stand in neither.
    """

    added: range = range(0)
    refused: dict[Pair, Refused] = field(default_factory=dict)


@transaction.atomic
def place_many(pairs: Iterable[Pair], hierarchy: str, *, now: dt.datetime) -> Placed:
    """Link each account to its parent without an end, one after the other. As many queries as the hierarchy has levels, and a few.

    It is a bulk verb: the links have no events of their own, the caller keeps `added` in its batch.
    """
    pairs = list(dict.fromkeys(pairs))
    ids = sorted({pk for pair in pairs for pk in pair})
    one_placing(hierarchy)
    locked = Account._base_manager.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    there = set(locked.values_list("pk", flat=True))
    above = _Above(hierarchy)
    above.learn(ids)
    placed, new = Placed(), []
    for account, parent in (pair for pair in pairs if there.issuperset(pair)):
        parents = above.parents[account]
        if any(link[0] == parent for link in parents):
            continue
        if parents:
            placed.refused[account, parent] = Refused.OTHER_PARENT
        elif account == parent or above.reaches(parent, account):
            placed.refused[account, parent] = Refused.CIRCLE
        else:
            parents.append((parent, dt.date.min, dt.date.max))
            new.append((account, parent))
    if new:
        placed.added = _insert(new, hierarchy, now)
    return placed


def _insert(pairs: Sequence[Pair], hierarchy: str, now: dt.datetime) -> range:
    first = bulk.reserve_ids(AccountLink, len(pairs))
    ids = range(first, first + len(pairs))
    links = [
        AccountLink(pk=pk, account_id=account, parent_id=parent, hierarchy=hierarchy, created_at=now, changed_at=now)
        for pk, (account, parent) in zip(ids, pairs, strict=True)
    ]
    columns = [column.attname for column in AccountLink._meta.concrete_fields]
    bulk.insert_rows(AccountLink, columns, ([getattr(link, column) for column in columns] for link in links))
    return ids


class _Above:
    """The part of a hierarchy above some accounts, with the periods in which its links hold."""

    def __init__(self, hierarchy: str) -> None:
        self.hierarchy = hierarchy
        self.parents: dict[int, list[tuple[int, dt.date, dt.date]]] = defaultdict(list)
        self._known: set[int] = set()

    def learn(self, accounts: Sequence[int]) -> None:
        """Read the links of these accounts, of their parents, and so on, level by level."""
        living = AccountLink.objects.living().filter(hierarchy=self.hierarchy)
        level = set(accounts)
        while level:
            self._known |= level
            links = living.filter(account__in=level).values_list("account_id", "parent_id", "starts_on", "ends_on")
            level = set()
            for account, parent, starts_on, ends_on in links:
                self.parents[account].append((parent, starts_on or dt.date.min, ends_on or dt.date.max))
                level.add(parent)
            level -= self._known

    def reaches(self, start: int, goal: int) -> bool:
        """Is there a day on which walking up from `start` meets `goal`? Links that hold on no common day make no path."""
        open_ends, seen = [(start, dt.date.min, dt.date.max)], set()
        while open_ends:
            node, begin, end = open_ends.pop()
            for parent, starts_on, ends_on in self.parents.get(node, ()):
                step = (parent, max(begin, starts_on), min(end, ends_on))
                if step[1] > step[2] or step in seen:
                    continue
                if parent == goal:
                    return True
                seen.add(step)
                open_ends.append(step)
        return False

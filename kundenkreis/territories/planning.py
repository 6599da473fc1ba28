"""What becomes of one account in a reassignment: a sum, asked of a million accounts one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from kundenkreis.staff.territory_rules import Key, Rulebook


class Seat(NamedTuple):
    """Where an account is and whose."""

    territory: int | None
    by_hand: bool
    owner: int | None
    team: int | None


class Row(NamedTuple):
    """An account as it is read for it."""

    pk: int
    country: str
    postcode: str
    industry: str
    employees: int | None
    territory: int | None
    by_hand: bool
    owner: int | None
    team: int | None
    revenue: Decimal

    @property
    def seat(self) -> Seat:
        return Seat(self.territory, self.by_hand, self.owner, self.team)

    @property
    def key(self) -> Key:
        return Key(self.country, self.postcode, self.industry, self.employees)


COLUMNS = (
    "pk", "country", "postcode", "industry", "employees", "territory_id", "territory_by_hand", "owner_id", "team_id", "revenue_12m",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """`former` is whose each territory was before, inherited ones too; `after` the rules and owners that hold then.

    `affected` are the territories that change, with those below them, `ruled` those of them whose rules do; None: all. `choices` are
    accounts by hand (None: stays). `teams` are the teams of the people who still work here.
    """

    former: Mapping[int, int | None]
    after: Rulebook
    affected: frozenset[int] | None
    ruled: frozenset[int] | None
    choices: Mapping[int, int | None]
    owners: str
    takes_by_hand: bool
    teams: Mapping[int, int | None]

    def becomes(self, row: Row) -> Seat:
        """Where the account is and whose it is then; the same as before when it is not concerned."""
        if row.pk in self.choices:
            chosen = self.choices[row.pk]
            return row.seat if chosen is None else self._at(row, chosen, chosen != self.after.place(row.key).territory)
        if self.takes_by_hand or not row.by_hand:
            placed = self.after.place(row.key).territory
            if _in(row.territory, self.ruled) or _in(placed, self.ruled):
                return self._at(row, placed, False)
        return self._at(row, row.territory, row.by_hand) if _in(row.territory, self.affected) else row.seat

    def _at(self, row: Row, territory: int | None, by_hand: bool) -> Seat:
        owner = self._owner(row, territory)
        if owner == row.owner:
            return Seat(territory, by_hand, row.owner, row.team)
        return Seat(territory, by_hand, owner, self.teams[owner] if owner is not None else None)

    def _owner(self, row: Row, territory: int | None) -> int | None:
        """Another owner only where the territory's is another one than before, or the account comes to another territory."""
        new = self.after.owner(territory)
        if self.owners == "none" or new is None or new not in self.teams:
            return row.owner
        former = self.former.get(row.territory) if row.territory is not None else None
        if territory == row.territory and new == former:
            return row.owner
        if self.owners == "all" or row.owner is None or row.owner == former:
            return new
        return row.owner


def _in(territory: int | None, some: frozenset[int] | None) -> bool:
    return some is None or territory in some

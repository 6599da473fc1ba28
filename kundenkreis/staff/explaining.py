"""Why may this person see that record, and what would have to change? For any noun, one way after the other.

A noun says in `access_rule()` by which rule it is seen, and in `grounds()` which facts of it a reach can meet: whose it is, who has a
seat, in which team and territory it lies. A rule asks `access.reach`, which decides; it only keeps apart what that puts together.
`tests/staff/test_explaining.py` holds both against `visible_to` and `may` over houses made by chance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from django.apps import apps

from kundenkreis.core import clock
from kundenkreis.staff import access
from kundenkreis.staff.access import TABLE, Reach, Scope
from kundenkreis.staff.looking_back import noun_of
from kundenkreis.staff.models import User


class By(StrEnum):
    """What a ground is about, and by which part of a reach it is met."""

    OWNER = "owner"
    SEAT = "seat"
    SEAT_DEPUTY = "seat_deputy"
    TEAM = "team"
    TERRITORY = "territory"


_PART = {
    By.OWNER: ("owners", Scope.OWN),
    By.SEAT: ("members", Scope.ACCOUNT_TEAM),
    By.SEAT_DEPUTY: ("members", Scope.ACCOUNT_TEAM),
    By.TEAM: ("teams", Scope.TEAM),
    By.TERRITORY: ("territories", Scope.TERRITORY),
}


@dataclass(frozen=True)
class Ground:
    """One fact of a record: `of` is the number of a person, team or territory.

    `account` is (number, name) where it is a fact of that account, with which the record is seen; `role` the seat's in words; `seated` whose
    seat it is of which `of` is the deputy.
    """

    by: By
    of: int
    account: tuple[int, str] | None = None
    role: str = ""
    seated: int | None = None

    def meets(self, reach: Reach) -> bool:
        return self.of in getattr(reach, _PART[self.by][0])


class Kind(StrEnum):
    """The kinds of ways to a record."""

    ROLE = "role"
    OWN = "own"
    DEPUTY = "deputy"
    SEAT = "seat"
    SEAT_DEPUTY = "seat_deputy"
    TEAM = "team"
    TEAM_BELOW = "team_below"
    TERRITORY = "territory"
    TERRITORY_BELOW = "territory_below"
    EVERYONE = "everyone"
    SHARED_TEAM = "shared_team"
    AGREEMENT = "works_agreement"


@dataclass(frozen=True)
class Way:
    """One way by which a person reaches a record: `action` of the role table, the ground that it meets, and for whom she stands in."""

    kind: Kind
    action: str = ""
    ground: Ground | None = None
    stands_in_for: int | None = None
    until: dt.date | None = None


class Want(StrEnum):
    """What would open a record that is closed to a person."""

    ACTIVE = "active"  # she would have to be let in again
    ROLE = "role"  # another role: hers may not at all
    WIDER_ROLE = "wider_role"  # or a role that reaches everything
    OWNER = "owner"  # be the owner, or the owner's deputy
    NOBODY_OWNS = "nobody_owns"
    SEAT = "seat"
    TEAM = "team"
    NO_TEAM = "no_team"
    TERRITORY = "territory"
    NO_TERRITORY = "no_territory"
    OUT_OF_BIN = "out_of_bin"
    AGREEMENT = "agreement"
    SHARED = "shared"


@dataclass(frozen=True)
class Change:
    """One thing that would have to change, and what it is about (as a Ground's `of`)."""

    want: Want
    action: str = ""
    ground: Ground | None = None


class Rule(Protocol):
    def ways(self, person: User) -> list[Way]:
        """Every way by which the person comes through; none when she does not."""

    def wants(self, person: User) -> list[Change]:
        """What would have to change for her, when she does not."""


def at_work(person: User) -> bool:
    return person.is_active and person.deleted_at is None


@dataclass(frozen=True)
class Within:
    """The role table's own rule: everything, or what one of the grounds opens."""

    action: str
    grounds: tuple[Ground, ...] = ()

    def ways(self, person: User) -> list[Way]:
        reach = access.reach(person, self.action)
        if reach.everything:
            return [Way(Kind.ROLE, self.action)]
        return [self._way(person, ground) for ground in self.grounds if ground.meets(reach)]

    def _way(self, person: User, ground: Ground) -> Way:
        until = None
        standing_in = access.standing_in(person, clock.today())
        for_whom = ground.of if _PART[ground.by][0] in ("owners", "members") and ground.of != person.pk else None
        if for_whom is not None:
            until = standing_in.get(for_whom)
        return Way(self._kind(person, ground, for_whom), self.action, ground, for_whom, until)

    @staticmethod
    def _kind(person: User, ground: Ground, for_whom: int | None) -> Kind:
        if ground.by is By.OWNER:
            return Kind.OWN if for_whom is None else Kind.DEPUTY
        if ground.by is By.TEAM:
            return Kind.TEAM if ground.of == person.team_id else Kind.TEAM_BELOW
        if ground.by is By.TERRITORY:
            own = person.__dict__.get("_own_territories")
            return Kind.TERRITORY if own is None or ground.of in own else Kind.TERRITORY_BELOW
        return Kind.SEAT if ground.by is By.SEAT else Kind.SEAT_DEPUTY

    def wants(self, person: User) -> list[Change]:
        if not at_work(person):
            return [Change(Want.ACTIVE)]
        scope = access.scope(person, self.action)
        if scope is Scope.NONE:
            return [Change(Want.ROLE, self.action)]
        found = [change for by, change in self._narrow() if scope & _PART[by][1]]
        return [*found, Change(Want.WIDER_ROLE, self.action)]

    def _narrow(self) -> Iterator[tuple[By, Change]]:
        """For each part of a reach, what would let it meet this record."""
        missing = {By.OWNER: Want.NOBODY_OWNS, By.TEAM: Want.NO_TEAM, By.TERRITORY: Want.NO_TERRITORY}
        for by, want in ((By.OWNER, Want.OWNER), (By.TEAM, Want.TEAM), (By.TERRITORY, Want.TERRITORY)):
            grounds = [ground for ground in self.grounds if ground.by is by]
            for ground in grounds:
                yield by, Change(want, self.action, ground)
            if not grounds:
                yield by, Change(missing[by], self.action)
            if by is By.OWNER:
                yield By.SEAT, Change(Want.SEAT, self.action)


@dataclass(frozen=True)
class Role:
    """That the role may do it at all, however far it reaches."""

    action: str

    def ways(self, person: User) -> list[Way]:
        return [Way(Kind.ROLE, self.action)] if access.reach(person, self.action) else []

    def wants(self, person: User) -> list[Change]:
        return [Change(Want.ROLE, self.action)] if at_work(person) else [Change(Want.ACTIVE)]


@dataclass(frozen=True)
class Everyone:
    """Whoever can sign in."""

    kind: Kind = Kind.EVERYONE

    def ways(self, person: User) -> list[Way]:
        return [Way(self.kind)] if at_work(person) else []

    def wants(self, person: User) -> list[Change]:
        return [Change(Want.ACTIVE)]


@dataclass(frozen=True)
class Only:
    """One person, herself and nobody for her."""

    person: int | None

    def ways(self, person: User) -> list[Way]:
        mine = at_work(person) and person.pk == self.person
        return [Way(Kind.OWN, ground=Ground(By.OWNER, person.pk))] if mine else []

    def wants(self, person: User) -> list[Change]:
        return [] if at_work(person) else [Change(Want.ACTIVE)]


@dataclass(frozen=True)
class InTeam:
    """The people of exactly this team, not those of the teams around it."""

    team: int | None

    def ways(self, person: User) -> list[Way]:
        inside = at_work(person) and self.team is not None and person.team_id == self.team
        return [Way(Kind.SHARED_TEAM, ground=Ground(By.TEAM, self.team))] if inside and self.team else []

    def wants(self, person: User) -> list[Change]:
        return [Change(Want.SHARED)]


@dataclass(frozen=True)
class If:
    """Whatever the person: a fact of the house or the record. `way` tells of it where it opens something."""

    holds: bool
    want: Want
    way: Kind | None = None

    def ways(self, person: User) -> list[Way]:
        return [Way(self.way or Kind.EVERYONE)] if self.holds else []

    def wants(self, person: User) -> list[Change]:
        return [] if self.holds else [Change(self.want)]


@dataclass(frozen=True)
class Every:
    """All of several rules. Told are the ways of the `told` ones, or of all."""

    rules: tuple[Rule, ...]
    told: tuple[int, ...] = ()

    def ways(self, person: User) -> list[Way]:
        each = [rule.ways(person) for rule in self.rules]
        if not all(each):
            return []
        found = [way for place, ways in enumerate(each) if not self.told or place in self.told for way in ways]
        return list(dict.fromkeys(found))

    def wants(self, person: User) -> list[Change]:
        closed = [rule.wants(person) for rule in self.rules if not rule.ways(person)]
        return list(dict.fromkeys(change for wants in closed for change in wants))


@dataclass(frozen=True)
class AnyOf:
    """One of several rules is enough."""

    rules: tuple[Rule, ...]

    def ways(self, person: User) -> list[Way]:
        return list(dict.fromkeys(way for rule in self.rules for way in rule.ways(person)))

    def wants(self, person: User) -> list[Change]:
        return list(dict.fromkeys(change for rule in self.rules for change in rule.wants(person)))


# --- a record --------------------------------------------------------------------------------------------------------

# What of the table is about one record; adding and the like is about none.
ON_A_RECORD = ("see", "change", "discard", "merge", "assign", "export", "undo", "decide")


def is_explained(record: Any) -> bool:
    """Whether a record, or a model, says by which rule it is seen."""
    return hasattr(record, "access_rule")


def explained_models() -> list[Any]:
    """The nouns that do, lower rooms first."""
    return [model for model in apps.get_models() if is_explained(model)]


def may_explain(asker: User, person: User) -> bool:
    """Of herself anybody may ask, of others whoever leads them."""
    return asker.pk == person.pk or access.may(asker, "access.explain", person)


def acts_of(record: Any) -> dict[str, Rule]:
    """What can be done with the record (its actions in the role table), each with its rule. Only whoever sees it comes to do it."""
    special = getattr(record, "acts", None)
    if special is not None:
        return special()
    noun, grounds = noun_of(record), record.grounds()
    known = {action for table in TABLE.values() for action in table}
    acts = (f"{noun}.{verb}" for verb in ON_A_RECORD if verb != "see")
    return {action: Within(action, grounds) for action in acts if action in known}


@dataclass(frozen=True)
class Explained:
    """What a person may with a record: how she sees it, or what would have to change; and each thing to do, with its ways."""

    person: User
    ways: list[Way]
    wants: list[Change] = field(default_factory=list)
    acts: dict[str, list[Way]] = field(default_factory=dict)

    @property
    def sees(self) -> bool:
        return bool(self.ways)


class Explainer:
    """One record's rules, read once, to be held against many people."""

    def __init__(self, record: Any):
        self.rule: Rule = record.access_rule()
        self.acts = acts_of(record)
        grounds = record.grounds() if hasattr(record, "grounds") else ()
        self.accounts = {ground.account[0] for ground in grounds if ground.account is not None}

    def explain(self, person: User) -> Explained:
        """`person` as `Roll` makes her ready, so that this asks the database nothing."""
        ways = self.rule.ways(person)
        if not ways:
            return Explained(person, [], self.rule.wants(person), {action: [] for action in self.acts})
        return Explained(person, ways, [], {action: rule.ways(person) for action, rule in self.acts.items()})

    def sees(self, person: User) -> bool:
        return bool(self.rule.ways(person))


def pieces(person: User, action: str) -> list[tuple[Kind, Reach]]:
    """How far she may do it, each way apart: together the pieces are `access.reach`."""
    reach = access.reach(person, action)
    if reach.everything:
        return [(Kind.ROLE, reach)]
    me, own_team = frozenset({person.pk}), frozenset({person.team_id} - {None})  # type: ignore[arg-type]
    found = [
        (Kind.OWN, Reach(owners=reach.owners & me)),
        (Kind.DEPUTY, Reach(owners=reach.owners - me)),
        (Kind.SEAT, Reach(members=reach.members)),
        (Kind.TEAM, Reach(teams=reach.teams & own_team)),
        (Kind.TEAM_BELOW, Reach(teams=reach.teams - own_team)),
        (Kind.TERRITORY, Reach(territories=reach.territories)),
    ]
    return [(kind, piece) for kind, piece in found if piece]

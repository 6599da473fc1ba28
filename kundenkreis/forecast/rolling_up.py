"""From people over teams to the house: what was summed, what somebody said instead, and what counts on each floor.

What a team comes to is what counts for its people and for the teams below it; so that what a person says, or somebody over her, goes up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from kundenkreis.forecast import learning
from kundenkreis.forecast.learning import Told
from kundenkreis.forecast.models import ForecastCall
from kundenkreis.forecast.periods import Period
from kundenkreis.forecast.summing import Sums, Whole, sums
from kundenkreis.staff import access
from kundenkreis.staff.models import Team, User

HOUSE, LEFT, NOBODY = "house", "left", "nobody"


@dataclass
class Row:
    """The house, a team, a person; those who left together, or what is nobody's. `below` are the rows that it is summed from.

    `key` is "house", "team-3", "person-7", "left" or "nobody"; `own` is a person's own call, `over` the one over it, or over what was summed.
    """

    key: str
    name: str
    sums: Sums
    owners: frozenset[int | None]
    person: User | None = None
    team: Team | None = None
    own: ForecastCall | None = None
    over: ForecastCall | None = None
    baseline: list[float | None] = field(default_factory=list)
    below: list[Row] = field(default_factory=list)
    depth: int = 0

    @property
    def kind(self) -> str:
        return self.key.partition("-")[0]

    @property
    def summed(self) -> Decimal:
        """The call as it comes from below: of a person closed and commit, or what she says herself."""
        if self.own is not None and self.own.commit is not None:
            return self.own.commit
        return sum((one.commit for one in self.below), Decimal(0)) if self.below else self.sums.call

    @property
    def summed_best(self) -> Decimal:
        if self.own is not None and self.own.best_case is not None:
            return self.own.best_case
        return sum((one.best for one in self.below), Decimal(0)) if self.below else self.sums.best

    @property
    def commit(self) -> Decimal:
        """The call that counts: what stands over what was summed, else that."""
        return self.over.commit if self.over is not None and self.over.commit is not None else self.summed

    @property
    def best(self) -> Decimal:
        return self.over.best_case if self.over is not None and self.over.best_case is not None else self.summed_best

    @property
    def has_call(self) -> bool:
        """Whether anybody said anything, here or below."""
        return self.own is not None or self.over is not None or any(one.has_call for one in self.below)

    def walk(self, depth: int = 0) -> Iterator[Row]:
        """Itself and all below, as a tree is read."""
        self.depth = depth
        yield self
        for one in self.below:
            yield from one.walk(depth + 1)

    def find(self, key: str) -> Row | None:
        return next((one for one in self.walk() if one.key == key), None)


@dataclass(frozen=True)
class Forecast:
    """A period as a person sees it. `sees_all`: it is the whole house, and not only what she sees of it."""

    period: Period
    house: Row
    whole: Whole
    told: Told
    computed: Any = None  # the Baseline row
    sees_all: bool = True


def forecast(user: User, period: Period) -> Forecast:
    """Everything that the page of a period shows, as the person sees it, in a constant number of queries."""
    whole = sums(user, period)
    sees_all = access.reach(user, "opportunities.see").everything and access.reach(user, "forecasts.see").everything
    calls = ForecastCall.objects.visible_to(user).living().for_list().filter(period=str(period))
    row = learning.latest(period)
    told = learning.told(row) if row is not None else Told()
    return Forecast(period, rolled_up(user, whole, calls, told, sees_all=sees_all), whole, told, row, sees_all)


def rolled_up(user: User, whole: Whole, calls: Iterable[Any], told: Told, *, sees_all: bool) -> Row:
    """The tree of sums, calls and what history said, of one day. Calls may be those that a snapshot kept."""
    kept = _Calls(calls)
    wanted = {*filter(None, whole.owners), *kept.people}
    if access.scope(user, "forecasts.add") is access.Scope.OWN:
        wanted.add(user.pk)  # who sells has a row of her own before there is anything in it
    people = User._base_manager.filter(pk__in=wanted).select_related("team")
    return _house(user, list(people), whole, kept, told, sees_all)


class _Calls:
    """The calls of a period by whose they are."""

    def __init__(self, calls: Iterable[Any]) -> None:
        self.own: dict[int, Any] = {}
        self.over: dict[str, Any] = {}
        for one in calls:
            if one.person_id is not None and not one.is_override:
                self.own[one.person_id] = one
            else:
                key = f"person-{one.person_id}" if one.person_id else f"team-{one.team_id}" if one.team_id else HOUSE
                self.over[key] = one

    @property
    def people(self) -> set[int]:
        return {*self.own, *(one.person_id for one in self.over.values() if one.person_id)}


def is_here(person: User) -> bool:
    return person.is_active and person.deleted_at is None


def _house(user: User, people: list[User], whole: Whole, calls: _Calls, told: Told, sees_all: bool) -> Row:
    here = [one for one in people if is_here(one)]
    own_scope = access.reach(user, "forecasts.see")
    by_team: dict[int | None, list[Row]] = defaultdict(list)
    for person in sorted(here, key=lambda one: (one.last_name, one.first_name, one.pk)):
        tells = sees_all or person.pk in own_scope.owners or person.team_id in own_scope.teams
        by_team[person.team_id].append(_person(person, whole, calls, told if tells else Told()))
    names = dict(Team.objects.living().order_by("name").in_bulk())
    children = access.children_of(Team)
    teams = [_team(pk, names, children, by_team, calls, told, own_scope, sees_all) for pk in _roots(names)]
    rest = [row for pk, rows in by_team.items() if pk not in names for row in rows]
    gone = frozenset(one.pk for one in people if not is_here(one)) & frozenset(whole.owners)
    known = frozenset(one.pk for one in people)
    nobodys = frozenset(one for one in whole.owners if one not in known)
    below = [*(one for one in teams if one is not None), *rest]
    below += [Row(LEFT, "", whole.of(gone), gone)] if gone else []
    below += [Row(NOBODY, "", whole.of(nobodys), nobodys)] if nobodys else []
    every = frozenset().union(*(one.owners for one in below)) if below else frozenset()
    total = whole.of(whole.owners)
    return Row(
        HOUSE, "", total, every, over=calls.over.get(HOUSE), baseline=told.house if sees_all else [], below=below
    )


def _person(person: User, whole: Whole, calls: _Calls, told: Told) -> Row:
    key = f"person-{person.pk}"
    return Row(
        key, person.get_full_name(), whole.of([person.pk]), frozenset({person.pk}), person, None,
        calls.own.get(person.pk), calls.over.get(key), list(told.owners.get(str(person.pk), [])),
    )  # fmt: skip


def _roots(teams: Mapping[int, Team]) -> list[int]:
    return [pk for pk, team in teams.items() if team.parent_id not in teams]


def _team(
    pk: int, names: Mapping[int, Team], children: Mapping[int | None, list[int]], people: Mapping[int | None, list[Row]],
    calls: _Calls, told: Told, reach: access.Reach, sees_all: bool,
) -> Row | None:  # fmt: skip
    """The row of a team with all below it; None when nobody in it has anything."""
    rows = [
        _team(one, names, children, people, calls, told, reach, sees_all)
        for one in children.get(pk, [])
        if one in names
    ]
    below = [*people.get(pk, []), *(one for one in rows if one is not None)]
    key = f"team-{pk}"
    if not below and key not in calls.over:
        return None
    tells = sees_all or pk in reach.teams
    return Row(
        key, names[pk].name, sum((one.sums for one in below), Sums()),
        frozenset().union(*(one.owners for one in below)) if below else frozenset(), None, names[pk], None,
        calls.over.get(key), list(told.teams.get(str(pk), [])) if tells else [], below,
    )  # fmt: skip

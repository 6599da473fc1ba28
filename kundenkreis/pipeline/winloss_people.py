"""Win and loss of single people: told to whoever leads, where the house may count people (`House.counts_people`), as in the team's week.

Everybody else sees her own figures, and those of teams in which at least `FEWEST` others are counted. What is left when
the shown teams are taken off the sum must be of as many too, so that nobody's figures are the difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from kundenkreis.activities.small_teams import FEWEST
from kundenkreis.core import clock
from kundenkreis.core.filter_asking import Condition, Part
from kundenkreis.core.models import House
from kundenkreis.pipeline.winloss import Analysis
from kundenkreis.pipeline.winloss_cuts import Cut
from kundenkreis.staff import access

Pair = tuple[int | None, int | None]
_OF_PEOPLE = frozenset({"owner", "team"})


def counts_people(user: Any) -> bool:
    """Whether this person may be told of single others: whoever leads people, as far as the house may count them."""
    return House.known().counts_people(clock.today()) and access.may(user, "people.lead")


def asks_of_others(parts: Iterable[Part], user: Any) -> bool:
    """Whether a filter narrows the figures down to others, or to a team; to herself anyone may."""
    for part in parts:
        if isinstance(part, Condition) and part.name in _OF_PEOPLE:
            mine = part.name == "owner" and part.operation == "is" and set(part.values) == {user.pk}
            if not mine:
                return True
        if asks_of_others(getattr(part, "parts", ()), user):
            return True
    return False


def teams_of(rows: QuerySet) -> Iterable[Pair]:
    """(team, owner) of the closed ones of these opportunities, each once. One query."""
    closed = rows.exclude(outcome="").counted().order_by()  # type: ignore[attr-defined]
    return closed.values_list("team_id", "owner_id").distinct()


def told(found: Analysis, teams: Callable[[], Iterable[Pair]], cut: Cut, user: Any) -> Analysis:
    """The analysis without the groups that would tell of single people; `teams` gives the (team, owner) of its rows."""
    if not cut.of_people or counts_people(user):
        return found
    if cut.key == "owner":
        return replace(found, groups=tuple(replace(one, beside="") for one in found.groups if one.key == user.pk))
    people: dict[Any, set[int | None]] = defaultdict(set)
    for team, owner in teams():
        people[team] |= {owner} - {user.pk, None}
    shown = {team for team, some in people.items() if len(some) >= FEWEST}
    for team in sorted(shown, key=lambda one: len(people[one])):
        rest: set[int | None] = set().union(*(some for key, some in people.items() if key not in shown))
        if not 0 < len(rest) < FEWEST:
            break
        shown.discard(team)
    return replace(found, groups=tuple(one for one in found.groups if one.key in shown))

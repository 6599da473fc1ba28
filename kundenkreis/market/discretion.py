"""Whose attainment a person is told: figures about single people as everywhere in the house (`activities.team_week`).

Her own always. That of others, by person, under a works agreement only; without one that of a team where it tells of nobody alone
(`small_teams`). What the whole house or an account has ordered is no figure about a person.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from kundenkreis.activities import small_teams
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.market.models import Target
from kundenkreis.staff.models import Team, User


@dataclass(frozen=True)
class Discretion:
    """What of people is told to one who looks. `by_person`: all of it."""

    viewer: int
    by_person: bool
    teams: frozenset[int | None] = frozenset()

    def tells(self, target: Target) -> bool:
        return self.tells_of(target.level, target.team_id, target.person_id)

    def tells_of(self, level: str, team: int | None = None, person: int | None = None) -> bool:
        if self.by_person or level in (Target.Level.HOUSE, Target.Level.ACCOUNT):
            return True
        return person == self.viewer if level == Target.Level.PERSON else team in self.teams


def for_viewer(user: Any) -> Discretion:
    """Two queries where there is no works agreement, none where there is."""
    if House.known().counts_people(clock.today()):
        return Discretion(user.pk, by_person=True)
    people = User.objects.living().filter(is_active=True).exclude(pk=user.pk)
    counts = Counter(people.values_list("team_id", flat=True))
    parents = dict(Team.objects.living().values_list("pk", "parent_id"))
    return Discretion(user.pk, by_person=False, teams=small_teams.told(parents, counts))

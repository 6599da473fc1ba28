"""A team's week in figures: what was done, what is planned, what is overdue.

By person only where the house may count single people (`House.counts_people`); else as a sum, of such teams only as tell of nobody alone
(`small_teams`). What a person has done herself she may always see, and could take off the sum.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count

from kundenkreis.activities import small_teams
from kundenkreis.activities.models import Activity
from kundenkreis.activities.small_teams import FEWEST
from kundenkreis.activities.touching import KINDS
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.staff import access
from kundenkreis.staff.models import Team, User

LISTED = 200  # people in the table; the sum is of all


@dataclass(frozen=True)
class Figures:
    """How many calls, visits and meetings took place and reached somebody, how many are planned, and what of anything is overdue today."""

    call: int = 0
    visit: int = 0
    meeting: int = 0
    planned: int = 0
    overdue: int = 0


@dataclass(frozen=True)
class TeamWeek:
    """Monday to Sunday of some people. `whole` is None where the sum, alone or beside another team's, would tell of one of them."""

    monday: dt.date
    rows: list[tuple[User, Figures]]
    whole: Figures | None
    people: int
    is_by_person: bool

    @property
    def sunday(self) -> dt.date:
        return self.monday + dt.timedelta(days=6)


def week_of_team(user: User, team: Team | None, monday: dt.date) -> TeamWeek:
    """The week of everybody in a team and those below it whom `user` sees, of all whom she sees without one; by person if the house may."""
    everybody = User.objects.visible_to(user).living().filter(is_active=True)
    team_of = dict(everybody.values_list("pk", "team_id"))
    under = access.below(Team, {team.pk}) if team is not None else None
    people = [pk for pk, of in team_of.items() if under is None or of in under]
    week = team_week(user, people, monday, by_person=House.known().counts_people(clock.today()))
    if not week.is_by_person and (team.pk if team else None) not in _summed(user, team_of):
        week = replace(week, whole=None)
    return week


def _summed(user: User, team_of: Mapping[int, int | None]) -> frozenset[int | None]:
    """The teams whose sums she may be told together, by the people of all whom she sees."""
    others = Counter(team for pk, team in team_of.items() if pk != user.pk)
    return small_teams.told(dict(Team.objects.living().values_list("pk", "parent_id")), others)


def team_week(user: User, people: Collection[int], monday: dt.date, *, by_person: bool) -> TeamWeek:
    """The week of these people as far as `user` sees what they do. Five queries, however many they are."""
    counts = _counts(Activity.objects.visible_to(user).filter(owner_id__listed=people), monday)
    shown = User.objects.living().filter(pk__listed=people).order_by("last_name", "first_name", "pk")
    if not by_person:
        shown = shown.filter(pk=user.pk)
    rows = [(person, Figures(**counts.get(person.pk, Counter()))) for person in shown.select_related("team")[:LISTED]]
    whole = Figures(**sum(counts.values(), Counter()))
    may_sum = by_person or len(set(people) - {user.pk}) >= FEWEST
    return TeamWeek(monday, rows, whole if may_sum else None, len(people), by_person)


def _counts(activities: Any, monday: dt.date) -> Mapping[int, Counter[str]]:
    """{person: {figure: how many}}. What is planned is asked in two: an index leads to the days, another to the hours."""
    after = monday + dt.timedelta(days=7)
    hours = {"at__gte": clock.midnight(monday), "at__lt": clock.midnight(after)}
    found: dict[int, Counter[str]] = defaultdict(Counter)
    done = activities.living().filter(kind__in=KINDS, is_open=False, **hours)
    done = done.exclude(outcome__in=Activity.MISSED)
    for owner, kind, count in done.order_by().values_list("owner_id", "kind").annotate(Count("pk")):
        found[owner][kind] = count
    still = activities.open().filter(kind__in=KINDS)
    asked = (
        ("planned", still.filter(due_on__gte=monday, due_on__lt=after)),
        ("planned", still.filter(due_on=None, **hours)),
        ("overdue", activities.open().filter(due_on__lt=clock.today())),
    )
    for name, rows in asked:
        for owner, count in rows.order_by().values_list("owner_id").annotate(Count("pk")):
            found[owner][name] += count
    return found

"""The roll: everybody of the house with what her reach depends on today, in six queries however many they are.

`access.reach` and `access.may` then answer for each of them without asking the database: it is the rule that decides, not a copy of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from django.db.models import Q

from kundenkreis.core import clock
from kundenkreis.staff import access
from kundenkreis.staff.models import Deputy, Team, Territory, User


class Roll:
    """`people` by name, those in the bin left out; of `only`, if given, those alone are made ready (colleagues may be named all the same)."""

    def __init__(self, only: Iterable[User] | None = None):
        living = User.objects.living().select_related("team") if only is None else only
        self.people = list(living)
        self.today = clock.today()
        self._teams, self._territories = access.children_of(Team), access.children_of(Territory)
        self._places, self._standing = self._of_territories(), self._of_deputies()
        for person in self.people:
            self._prime(person)

    def _of_territories(self) -> dict[int, set[int]]:
        """Where each works, which are hers, and where she stands in today: one query."""
        standing = Territory._base_manager.filter(deputy__isnull=False)
        standing = standing.filter(Q(deputy_from=None) | Q(deputy_from__lte=self.today))
        standing = standing.filter(Q(deputy_until=None) | Q(deputy_until__gte=self.today))
        through = Territory.people.through._base_manager.order_by()
        owned = Territory._base_manager.filter(owner__isnull=False)
        if len(self.people) == 1:
            me = self.people[0].pk
            through, owned, standing = through.filter(user_id=me), owned.filter(owner_id=me), standing.filter(deputy=me)
        rows = through.values_list("user_id", "territory_id").union(
            owned.order_by().values_list("owner_id", "pk"), standing.order_by().values_list("deputy_id", "pk")
        )
        found: dict[int, set[int]] = {}
        for person, territory in rows:
            found.setdefault(person, set()).add(territory)
        return found

    def _of_deputies(self) -> dict[int, list[tuple]]:
        rows = Deputy.objects.living().filter(Q(ends_on=None) | Q(ends_on__gte=self.today), starts_on__lte=self.today)
        found: dict[int, list[tuple]] = {}
        for deputy, person, ends_on in rows.values_list("deputy_id", "person_id", "ends_on"):
            found.setdefault(deputy, []).append((person, ends_on))
        return found

    def _prime(self, person: User) -> None:
        """What `access` remembers on a user object, as it would have found it."""
        known = person.__dict__
        known["_teams_of"] = access.under({person.team_id} if person.team_id else set(), self._teams)
        known["_own_territories"] = frozenset(self._places.get(person.pk, ()))
        known["_territories_of"] = access.under(self._places.get(person.pk, set()), self._territories)
        known["_standing_in"] = {self.today: access.longest(self._standing.get(person.pk, []), self.today)}

    def territories(self, person: User) -> list[str]:
        """Names of the territories in which she works, without those below them."""
        named = [self.territory_names[pk] for pk in self._places.get(person.pk, ()) if pk in self.territory_names]
        return sorted(named)

    @cached_property
    def names(self) -> dict[int, str]:
        """Of everybody, those in the bin too: what they own keeps their name."""
        rows = User._base_manager.order_by().values_list("pk", "first_name", "last_name")
        return {pk: f"{first} {last}".strip() for pk, first, last in rows}

    @cached_property
    def team_names(self) -> dict[int, str]:
        return dict(Team._base_manager.order_by().values_list("pk", "name"))

    @cached_property
    def territory_names(self) -> dict[int, str]:
        return dict(Territory._base_manager.order_by().values_list("pk", "name"))

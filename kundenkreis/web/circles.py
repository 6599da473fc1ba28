"""Whose customers a page is about: a person's own, her team's, or everybody's whom she sees."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.cache import cache
from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext as _

from kundenkreis.activities.models import Activity
from kundenkreis.core.prepared import prepared
from kundenkreis.core.records import AskedOfEachRow
from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import is_narrow
from kundenkreis.staff import access
from kundenkreis.staff.models import Team, User
from kundenkreis.staff.roles import Role

MINE, TEAM, ALL = "mine", "team", "all"
FEW = 4000  # accounts that lead to what is theirs; whoever looks after more gets it out of everybody's
STILL_MANY = 300  # seconds for which whoever has many accounts is taken to have them


@dataclass(eq=False)
class Circle:
    """Whose customers a day is about. Two are equal when the same questions are asked for them; `few` is no part of a question."""

    user: User
    whose: str = MINE

    @classmethod
    def asked(cls, user: Any, wanted: str) -> Circle:
        """What the address asks for, as far as there is something to see; else the one that fits the role."""
        known = [key for key, _label in choices(user)]
        if wanted in known:
            return cls(user, wanted)
        leads = user.role in (Role.HEAD_OF_SALES, Role.READ_ONLY, Role.ADMINISTRATOR) and len(known) > 1
        return cls(user, known[1] if leads else known[0])

    @cached_property
    def _shape(self) -> tuple[Any, ...]:
        reaches = [access.reach(self.user, f"{noun}.see") for noun in ("accounts", "activities", "signals")]
        narrow = tuple(bool(reach) and not reach.everything and is_narrow(reach) for reach in reaches)
        return self.whose, self.people, self.teams, self.is_few, *reaches, narrow

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Circle) and self._shape == other._shape

    def __hash__(self) -> int:
        return hash(self._shape)

    @cached_property
    def people(self) -> frozenset[int]:
        """I, and whom I stand in for today."""
        return access.herself(self.user)

    @cached_property
    def teams(self) -> frozenset[int]:
        """My team and those below it."""
        return access.below(Team, {self.user.team_id} - {None})

    @property
    def accounts(self) -> Any:
        """Living accounts of the circle that the person may see."""
        rows = Account.objects.visible_to(self.user).living()
        if self.whose == TEAM:
            return rows.filter(team_id__one_of=self.teams)
        if self.whose == ALL or not access.reach(self.user, "accounts.see"):
            return rows
        # One's own accounts and those with a seat are within the reach of everybody who sees any: asking once is enough.
        return Account.objects.living().within(self._own)

    @cached_property
    def _own(self) -> access.Reach:
        own, whole = access.Reach(owners=self.people, members=self.people), access.reach(self.user, "accounts.see")
        return whole if whole == own else own

    def lies_within(self, reach: access.Reach) -> bool:
        """Whether all its accounts are inside a reach, so that this need not be asked of each."""
        if self.whose == MINE and self.people <= reach.owners & reach.members:
            return True
        return reach.everything or reach == access.reach(self.user, "accounts.see")

    @cached_property
    def few(self) -> list[int] | None:
        """The numbers of its accounts if they are few: then they lead to what is theirs. None: everybody's is walked, best first."""
        known = f"day.many:{self.user.pk}:{self.whose}"  # counting 4,000 takes longer than all other questions of a large circle
        if cache.get(known):
            return None
        found = self._first()
        if len(found) > FEW:
            cache.set(known, True, STILL_MANY)
            return None
        return found

    def _first(self) -> list[int]:
        """The numbers of its accounts, no more than show that they are many."""
        if self.whose == MINE and access.reach(self.user, "accounts.see"):
            return _first_within(reach=self._own, narrow=is_narrow(self._own))
        return list(_first(self.accounts))

    @property
    def is_few(self) -> bool:
        return self.few is not None

    @property
    def activities(self) -> Any:
        """Open activities: her own, those of her team's people, or all that she may see."""
        if self.whose == MINE and self.people <= access.reach(self.user, "activities.see").owners:
            return Activity.objects.open().filter(owner_id__in=self.people)  # as owners are seen whatever their account
        rows = Activity.objects.visible_to(self.user).open()
        if self.whose == MINE:
            return rows.filter(owner_id__in=self.people)
        if self.whose == ALL:
            return rows
        people = User._base_manager.filter(team_id__one_of=self.teams)
        if self.is_few:
            return rows.filter(owner_id__gathered=people.values("pk"))
        return rows.filter(AskedOfEachRow(people.filter(pk=OuterRef("owner_id"))))


def _first(accounts: QuerySet) -> QuerySet:
    return accounts.order_by().values_list("pk", flat=True)[: FEW + 1]


@prepared
def _first_within(*, reach: access.Reach, narrow: bool) -> QuerySet:
    return _first(Account.objects.living().within(reach))


def choices(user: Any) -> list[tuple[str, str]]:
    """Mine; my team's if I have one; everybody's for those who see everything."""
    found = [(MINE, _("Mine"))]
    reach = access.reach(user, "accounts.see")
    if user.team_id and (reach.everything or reach.teams):
        found.append((TEAM, _("My team")))
    if reach.everything:
        found.append((ALL, _("All")))
    return found

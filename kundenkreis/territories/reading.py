"""From a reassignment to its plan, and the accounts that it may concern."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models

from kundenkreis.customers.models import Account
from kundenkreis.staff import rulebook
from kundenkreis.staff.models import User
from kundenkreis.staff.territory_rules import Rulebook, with_changes
from kundenkreis.territories.models import LISTS, AccountChoice, Reassignment, TerritoryChange
from kundenkreis.territories.planning import COLUMNS, Plan, Row


def plan_of(reassignment: Reassignment) -> Plan:
    """What it would do to the house as it is now; once it has begun, what it goes on doing."""
    nodes, changes = rulebook.read(), changes_of(reassignment)
    begun = reassignment.state in (Reassignment.State.RUNNING, Reassignment.State.FAILED)
    known = rulebook.known()
    now = known if known.nodes == nodes else Rulebook(nodes)  # the one at hand remembers what it said
    after = now if begun else with_changes(nodes, {one.territory_id: _values(one) for one in changes})
    former = {int(pk): owner for pk, owner in reassignment.former.items()} if begun else owners_of(now)
    people = User.objects.living().filter(is_active=True)
    return Plan(
        former=former,
        after=after,
        affected=None if reassignment.whole_house else after.below(one.territory_id for one in changes),
        ruled=None if reassignment.whole_house else after.below(one.territory_id for one in changes if one.sets_rules),
        choices=dict(_choices(reassignment)),
        owners=reassignment.owners,
        takes_by_hand=reassignment.takes_by_hand,
        teams=dict(people.order_by().values_list("pk", "team_id")),
    )


def owners_of(book: Rulebook) -> dict[int, int | None]:
    return {node.pk: book.owner(node.pk) for node in book.nodes}


def changes_of(reassignment: Reassignment) -> list[TerritoryChange]:
    rows = TerritoryChange.objects.living().filter(reassignment=reassignment, territory__deleted_at=None)
    return list(rows.select_related("territory", "new_owner").order_by("territory__name", "pk"))


def _choices(reassignment: Reassignment) -> Iterator[tuple[int, int | None]]:
    rows = AccountChoice.objects.living().filter(reassignment=reassignment)
    return iter(rows.order_by().values_list("account_id", "territory_id"))


def _values(change: TerritoryChange) -> dict[str, Any]:
    found: dict[str, Any] = {"owner": change.new_owner_id} if change.sets_owner else {}
    return found | ({name: getattr(change, name) for name in LISTS} if change.sets_rules else {})


def concerned(reassignment: Reassignment, plan: Plan) -> models.QuerySet[Account]:
    """The accounts that have to be looked at. Where rules change, anyone's may come from anywhere."""
    living = Account._base_manager.filter(deleted_at=None)
    if plan.affected is None or plan.ruled:
        return living
    lying = models.Q(territory_id__one_of=plan.affected) if plan.affected else models.Q(pk__in=[])
    return living.filter(lying | models.Q(pk__listed=list(plan.choices)))


def walk(accounts: models.QuerySet[Account], size: int, beyond: int = 0) -> Iterator[list[Row]]:
    """All of them by number, so many at a time: flat memory, however many there are."""
    while True:
        some = [Row(*row) for row in accounts.filter(pk__gt=beyond).order_by("pk").values_list(*COLUMNS)[:size]]
        if not some:
            return
        yield some
        beyond = some[-1].pk

"""Who may do what: one table role × action, and one answer to "how far does this person see".

Two questions only. *May you see it?* A room's `visible_to(user)` asks `reach(user, "accounts.see")` and turns the answer into its own
columns. *May you do it?* A door asks `may(user, "accounts.change", account)`. What is not in the table is forbidden.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Flag, auto
from typing import Any

from django.db.models import QuerySet

from kundenkreis.core import clock
from kundenkreis.core.prepared import prepared
from kundenkreis.staff.models import Deputy, Team, Territory, User
from kundenkreis.staff.roles import Role


class Scope(Flag):
    """How far a permission goes. ACCOUNT_TEAM: accounts on whose account team the person is."""

    NONE = 0
    OWN = auto()
    ACCOUNT_TEAM = auto()
    TEAM = auto()
    TERRITORY = auto()
    ALL = auto()


MINE = Scope.OWN | Scope.ACCOUNT_TEAM
NEAR = MINE | Scope.TEAM | Scope.TERRITORY
ALL = Scope.ALL

# The nouns that follow an account ("customer data"), those everyone shares, and those an administrator keeps.
_CUSTOMER = ("accounts", "contacts", "activities", "documents", "orders")


def _customer(see: Scope, write: Scope, *, add: Scope | None = None, discard: Scope | None = None) -> dict[str, Scope]:
    table: dict[str, Scope] = {}
    for noun in _CUSTOMER:
        table |= {
            f"{noun}.see": see,
            f"{noun}.add": write if add is None else add,
            f"{noun}.change": write,
            f"{noun}.discard": write if discard is None else discard,
            f"{noun}.export": see & ~Scope.NONE,
        }
    # Signals are computed; people see them and answer them.
    table |= {"signals.see": see, "signals.change": write}
    # Orders are a mirror of the ERP: they come in by import and API, and are not typed over by hand.
    for verb in ("add", "change", "discard"):
        table[f"orders.{verb}"] = Scope.NONE
    return table


_EVERYONE = {
    "products.see": ALL,
    "products.export": ALL,
    "people.see": ALL,
    "views.add": ALL,
    "views.share_team": ALL,
    "tokens.add": Scope.OWN,
}
# Trips are of the person who travels; whoever leads sees those of others under a works agreement only (`trips.models.sees_others`).
_TRAVELS = {f"trips.{verb}": Scope.OWN for verb in ("see", "add", "change", "discard", "export")}
_COSTS = {"products.see_cost": ALL}
_PRODUCTS = {"products.add": ALL, "products.change": ALL, "products.discard": ALL}
_IMPORTS = {"imports.see": ALL, "imports.run": ALL, "imports.undo": ALL}
_ORDERS = {"orders.add": ALL, "orders.change": ALL, "orders.discard": ALL, "orders.see_unassigned": ALL}

TABLE: dict[str, dict[str, Scope]] = {
    Role.KEY_ACCOUNT_MANAGER: _EVERYONE
    | _TRAVELS
    | _customer(NEAR, MINE, add=ALL)
    | _COSTS
    | {"imports.see": Scope.OWN, "imports.run": ALL, "imports.undo": Scope.OWN},
    Role.CUSTOMER_RELATIONSHIP_MANAGER: _EVERYONE
    | _TRAVELS
    | _customer(ALL, NEAR, add=ALL, discard=NEAR)
    | _IMPORTS
    | {"orders.see_unassigned": ALL},
    Role.HEAD_OF_SALES: _EVERYONE
    | _TRAVELS
    | _customer(ALL, ALL)
    | _COSTS
    | _PRODUCTS
    | _IMPORTS
    | {
        "orders.see_unassigned": ALL,
        "accounts.assign": ALL,
        "views.share_all": ALL,
        "history.see": ALL,
        "people.lead": ALL,
        "trips.see": ALL,
    },
    Role.INSIDE_SALES: _EVERYONE
    | _TRAVELS
    | _customer(ALL, NEAR, add=ALL, discard=MINE)
    | _ORDERS
    | {"imports.see": Scope.OWN, "imports.run": ALL},
    Role.COMPLAINT_MANAGER: _EVERYONE
    | _TRAVELS
    | _customer(ALL, MINE, discard=Scope.OWN)
    | {"activities.add": ALL, "documents.add": ALL},
    Role.MARKETING: _EVERYONE | _TRAVELS | _customer(ALL, MINE, discard=Scope.OWN) | {"contacts.add": ALL},
    Role.ADMINISTRATOR: _EVERYONE
    | _TRAVELS
    | _customer(ALL, ALL)
    | _COSTS
    | _PRODUCTS
    | _IMPORTS
    | _ORDERS
    | {
        "accounts.assign": ALL,
        "views.share_all": ALL,
        "history.see": ALL,
        "bin.see": ALL,
        "people.add": ALL,
        "people.change": ALL,
        "people.discard": ALL,
        "house.change": ALL,
        "tokens.add": ALL,
        "rates.change": ALL,
        "mileage_rates.change": ALL,
    },
    Role.READ_ONLY: {"products.see": ALL, "people.see": ALL}
    | {f"{noun}.see": NEAR for noun in (*_CUSTOMER, "signals")},
}


@dataclass(frozen=True)
class Reach:
    """How far a person's permission goes: `everything`, or records of these owners, teams, territories, account-team members."""

    everything: bool = False
    owners: frozenset[int] = frozenset()
    members: frozenset[int] = frozenset()  # people whose seats on account teams count
    teams: frozenset[int] = frozenset()
    territories: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.everything or bool(self.owners or self.members or self.teams or self.territories)


# Who looks after an account: these fields are set by whoever may `accounts.assign`; everybody else's new accounts are her own.
ASSIGNED = ("owner", "team", "territory")


def not_hers_to_assign(user: Any, names: Iterable[str]) -> list[str]:
    """Those of an account's fields that this person may not set to what she likes (None: the house may everything)."""
    asked = set(names)
    found = [name for name in ASSIGNED if name in asked]
    return [] if not found or user is None or may(user, "accounts.assign") else found


def scope(user: Any, action: str) -> Scope:
    """How far `user` may do `action`; Scope.NONE for strangers, sleepers and actions that are not in the table."""
    if not getattr(user, "is_authenticated", False) or not user.is_active or user.deleted_at is not None:
        return Scope.NONE
    return TABLE.get(user.role, {}).get(action, Scope.NONE)


def reach(user: Any, action: str) -> Reach:
    """`scope` with the people, teams and territories filled in. Remembered on the user object for the request's length."""
    reached = scope(user, action)
    if reached is Scope.NONE:
        return Reach()
    if Scope.ALL in reached:
        return Reach(everything=True)
    known = user.__dict__.setdefault("_reach", {})
    if reached not in known:
        me = herself(user)
        known[reached] = Reach(
            owners=me if Scope.OWN in reached else frozenset(),
            members=me if Scope.ACCOUNT_TEAM in reached else frozenset(),
            teams=below(Team, {user.team_id} - {None}) if Scope.TEAM in reached else frozenset(),
            territories=below(Territory, set(_territories_of(user.pk))) if Scope.TERRITORY in reached else frozenset(),
        )
    return known[reached]


def may(user: Any, action: str, subject: Any = None) -> bool:
    """May `user` do `action`, on `subject` if given? A subject answers for itself by `within(reach) -> bool`."""
    allowed = reach(user, action)
    if not allowed:
        return False
    if subject is None or allowed.everything:
        return True
    within = getattr(subject, "within", None)
    return bool(within and within(allowed))


def herself(user: User) -> frozenset[int]:
    """She and the people whose deputy she is today. Remembered on the user object for the request's length."""
    known, today = user.__dict__.setdefault("_herself", {}), clock.today()
    if today not in known:
        known[today] = frozenset({user.pk, *stands_in_for(user, today)})
    return known[today]


def stands_in_for(user: User, on: dt.date) -> list[int]:
    """The people whose deputy `user` is on that day."""
    return [person for person, ends_on in _begun(user.pk, on) if ends_on is None or ends_on >= on]


@prepared
def _begun(deputy: Any, on: Any) -> QuerySet:
    return Deputy.objects.living().filter(deputy_id=deputy, starts_on__lte=on).values_list("person_id", "ends_on")


@prepared
def _territories_of(person: Any) -> QuerySet:
    return Territory._base_manager.filter(people=person).order_by().values_list("pk", flat=True)


def below(model: type[Team] | type[Territory], roots: set[int]) -> frozenset[int]:
    """The ids of these teams or territories and of all that lie below them."""
    if not roots:
        return frozenset()
    below: dict[int | None, list[int]] = {}
    for pk, parent in _parents(model=model):
        below.setdefault(parent, []).append(pk)
    found, open_ends = set(roots), list(roots)
    while open_ends:
        for child in below.get(open_ends.pop(), []):
            if child not in found:
                found.add(child)
                open_ends.append(child)
    return frozenset(found)


@prepared
def _parents(*, model: type[Team] | type[Territory]) -> QuerySet:
    return model.objects.living().order_by().values_list("pk", "parent_id")

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

from django.db.models import Q, QuerySet

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
_CUSTOMER = (
    "accounts", "contacts", "activities", "documents", "orders", "opportunities", "target_accounts", "stakeholders", "needs", "wishes",
    "selection",
)  # fmt: skip


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
    # To merge is to make one of two; what is merged counts no more.
    table |= {f"{noun}.merge": table[f"{noun}.discard"] for noun in ("accounts", "contacts")}
    # Signals are computed; people see them and answer them.
    table |= {"signals.see": see, "signals.change": write}
    # Of two records that may be the same, a person is told when she sees both, and decides when both are hers to change.
    table |= {"duplicates.see": see, "duplicates.decide": write}
    # How good the data are, as far as she sees them; what is hers to change she also lets off from a rule.
    table |= {"quality.see": see, "quality.waive": write}
    # Orders are a mirror of the ERP: they come in by import and API, and are not typed over by hand.
    for verb in ("add", "change", "discard"):
        table[f"orders.{verb}"] = Scope.NONE
    # What the house itself wants to know of an order (its custom fields) is filled in by whoever may change the customer.
    table["orders.fill_in"] = write
    return table | _SUPPRESSES


# Whoever looks after people may put their addresses on the suppression list; only an administrator lifts one.
_SUPPRESSES = {"suppressions.add": ALL}
_EVERYONE = {
    "products.see": ALL,
    "products.export": ALL,
    "people.see": ALL,
    "views.add": ALL,
    "views.share_team": ALL,
    "tokens.add": Scope.OWN,
    "wordings.see": ALL,
    "pipelines.see": ALL,
    # A person may ask for her data wherever she meets us, and the month runs from then on.
    "requests.add": ALL,
    "targets.see": Scope.OWN,
    "targets.export": Scope.OWN,
}
_WORDINGS = {"wordings.change": ALL}
# Trips are of the person who travels; whoever leads sees those of others under a works agreement only (`trips.models.sees_others`).
_TRAVELS = {f"trips.{verb}": Scope.OWN for verb in ("see", "add", "change", "discard", "export")}
_COSTS = {"products.see_cost": ALL}
# Where a customer pays from is whole for those who deal with what she owes; others are shown its end.
_BANK = {"accounts.see_bank": ALL}
# How pipelines are arranged: their stages, what these ask for, and the reasons of outcomes.
_PIPELINES = {"pipelines.change": ALL}
_PRODUCTS = {"products.add": ALL, "products.change": ALL, "products.discard": ALL}
_IMPORTS = {"imports.see": ALL, "imports.run": ALL, "imports.undo": ALL}
# Whoever answers for the data searches them for duplicates, and sets the rules by which they are measured.
_SEARCHES = {"duplicates.run": ALL, "quality.change": ALL}


def _lead_work(see: Scope, write: Scope, *, assigns: bool = False, keeps: bool = False) -> dict[str, Scope]:
    """Leads, and the forms and rules by which they come in. To assign is to make somebody else the owner."""
    table = {"leads.see": see, "leads.add": ALL, "leads.change": write, "leads.discard": write, "leads.export": see}
    if assigns:
        table["leads.assign"] = ALL
    return table | ({"lead_settings.see": ALL, "lead_settings.change": ALL} if keeps else {})


def _leads(how_far: Scope) -> dict[str, Scope]:
    """To ask why somebody sees a record, and to review what people may: of everybody, or of those in her teams. Of herself anyone may ask."""
    return {"access.explain": how_far, "access.review": how_far}


# What is known of the market and of competitors: written by whoever leads or studies it, read by whoever sells.
_READS_MARKET = {"market.see": ALL}
_MARKET = {f"market.{verb}": ALL for verb in ("see", "add", "change", "discard", "export")}
# A person reads her own targets, and those of accounts that she sees; whoever leads sets them. What of others' attainment is told stands in
# `market.discretion`.
_SETS_TARGETS = {f"targets.{verb}": ALL for verb in ("see", "add", "change", "discard", "export")}
# By what key accounts are told apart, and the yearly round over all accounts. Judging one's own accounts is `selection.change`.
_SELECTS = {"selection.arrange": ALL}
# Who gets which accounts from a day on: planned by those who may assign them.
_REASSIGNS = {f"reassignments.{verb}": ALL for verb in ("see", "add", "change", "discard")}


def _forecasts(see: Scope, give: Scope) -> dict[str, Scope]:
    """What will be sold, and what people stand by: of oneself, or (ALL) over what others say, for teams and the house."""
    table = {"forecasts.see": see} | {f"forecasts.{verb}": give for verb in ("add", "change", "discard")}
    return table | ({"forecasts.keep": ALL} if give is ALL else {})


_ORDERS = {"orders.add": ALL, "orders.change": ALL, "orders.discard": ALL, "orders.see_unassigned": ALL}

TABLE: dict[str, dict[str, Scope]] = {
    Role.KEY_ACCOUNT_MANAGER: _EVERYONE
    | _lead_work(NEAR, NEAR)
    | _TRAVELS
    | _customer(NEAR, MINE, add=ALL)
    | _READS_MARKET
    | _forecasts(NEAR, Scope.OWN)
    | _COSTS
    | _BANK
    | {"imports.see": Scope.OWN, "imports.run": ALL, "imports.undo": Scope.OWN},
    Role.CUSTOMER_RELATIONSHIP_MANAGER: _EVERYONE
    | _lead_work(ALL, ALL, assigns=True)
    | _TRAVELS
    | _customer(ALL, NEAR, add=ALL, discard=NEAR)
    | _READS_MARKET
    | _forecasts(ALL, Scope.OWN)
    | _IMPORTS
    | _SEARCHES
    | _BANK
    | {"orders.see_unassigned": ALL},
    Role.HEAD_OF_SALES: _EVERYONE
    | _lead_work(ALL, ALL, assigns=True, keeps=True)
    | _TRAVELS
    | _customer(ALL, ALL)
    | _COSTS
    | _BANK
    | _PRODUCTS
    | _PIPELINES
    | _IMPORTS
    | _SEARCHES
    | {
        "orders.see_unassigned": ALL,
        "accounts.assign": ALL,
        "views.share_all": ALL,
        "history.see": ALL,
        "people.lead": ALL,
        "trips.see": ALL,
        "privacy.see": ALL,
    }
    | _REASSIGNS
    | _MARKET
    | _forecasts(ALL, ALL)
    | _SETS_TARGETS
    | _SELECTS
    | _leads(Scope.TEAM),
    Role.INSIDE_SALES: _EVERYONE
    | _lead_work(ALL, ALL, assigns=True)
    | _TRAVELS
    | _customer(ALL, NEAR, add=ALL, discard=MINE)
    | _ORDERS
    | _BANK
    | _forecasts(ALL, Scope.OWN)
    | {"imports.see": Scope.OWN, "imports.run": ALL},
    Role.COMPLAINT_MANAGER: _EVERYONE
    | _TRAVELS
    | _customer(ALL, MINE, discard=Scope.OWN)
    | {"activities.add": ALL, "documents.add": ALL},
    Role.MARKETING: _EVERYONE
    | _lead_work(ALL, ALL, assigns=True, keeps=True)
    | _TRAVELS
    | _customer(ALL, MINE, discard=Scope.OWN)
    | {"contacts.add": ALL}
    | _WORDINGS
    | _MARKET,
    Role.ADMINISTRATOR: _EVERYONE
    | _lead_work(ALL, ALL, assigns=True, keeps=True)
    | _TRAVELS
    | _customer(ALL, ALL)
    | _COSTS
    | _BANK
    | _PRODUCTS
    | _PIPELINES
    | _IMPORTS
    | _SEARCHES
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
        "registers.change": ALL,
        "fields.change": ALL,
        "automation.see": ALL,
        "automation.change": ALL,
        "configuration.change": ALL,
        "suppressions.see": ALL,
        "suppressions.change": ALL,
        "suppressions.discard": ALL,
        "privacy.see": ALL,
        "privacy.change": ALL,
    }
    | _WORDINGS
    | _REASSIGNS
    | _MARKET
    | _forecasts(ALL, ALL)
    | _SETS_TARGETS
    | _SELECTS
    | _leads(ALL),
    Role.READ_ONLY: {"products.see": ALL, "people.see": ALL, "wordings.see": ALL, "pipelines.see": ALL}
    | {f"{noun}.see": NEAR for noun in (*_CUSTOMER, "leads", "signals", "quality", "forecasts")},
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
            teams=teams_of(user) if Scope.TEAM in reached else frozenset(),
            territories=territories_of(user) if Scope.TERRITORY in reached else frozenset(),
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
        known[today] = frozenset({user.pk, *standing_in(user, today)})
    return known[today]


def standing_in(user: User, on: dt.date) -> dict[int, dt.date | None]:
    """The people whose deputy `user` is on that day, each until when (None: until further notice). Remembered on the user object."""
    known = user.__dict__.setdefault("_standing_in", {})
    if on not in known:
        known[on] = longest(_begun(user.pk, on), on)
    return known[on]


def longest(begun: Iterable[tuple[int, dt.date | None]], on: dt.date) -> dict[int, dt.date | None]:
    """Of (person, last day) of what has begun: whom it still holds for on that day, until when."""
    found: dict[int, dt.date | None] = {}
    for person, ends_on in begun:
        if ends_on is None or ends_on >= on:
            before = found.get(person, ends_on)
            found[person] = None if ends_on is None or before is None else max(before, ends_on)
    return found


def stands_in_for(user: User, on: dt.date) -> list[int]:
    """The people whose deputy `user` is on that day."""
    return list(standing_in(user, on))


def teams_of(user: User) -> frozenset[int]:
    """Her team and those below it. Remembered on the user object for the request's length."""
    known = user.__dict__
    if "_teams_of" not in known:
        known["_teams_of"] = below(Team, {user.team_id} if user.team_id else set())
    return known["_teams_of"]


def territories_of(user: User) -> frozenset[int]:
    """Her territories and those below them. Remembered on the user object for the request's length."""
    known = user.__dict__
    if "_territories_of" not in known:
        known["_territories_of"] = below(Territory, set(_territories_of(user.pk, clock.today())))
    return known["_territories_of"]


@prepared
def _begun(deputy: Any, on: Any) -> QuerySet:
    return Deputy.objects.living().filter(deputy_id=deputy, starts_on__lte=on).values_list("person_id", "ends_on")


@prepared
def _territories_of(person: Any, on: Any) -> QuerySet:
    """Where she works, which are hers, and where she stands in that day."""
    standing = Q(deputy=person) & (Q(deputy_from=None) | Q(deputy_from__lte=on))
    standing &= Q(deputy_until=None) | Q(deputy_until__gte=on)
    territories = Territory._base_manager.filter(Q(people=person) | Q(owner=person) | standing)
    return territories.order_by().values_list("pk", flat=True)


def below(model: type[Team] | type[Territory], roots: set[int]) -> frozenset[int]:
    """The ids of these teams or territories and of all that lie below them."""
    return under(roots, children_of(model)) if roots else frozenset()


def children_of(model: type[Team] | type[Territory]) -> dict[int | None, list[int]]:
    """The whole tree, without what is in the bin: whose children are which."""
    children: dict[int | None, list[int]] = {}
    for pk, parent in _parents(model=model):
        children.setdefault(parent, []).append(pk)
    return children


def under(roots: set[int], children: dict[int | None, list[int]]) -> frozenset[int]:
    """These and all that lie below them in a tree."""
    found, open_ends = set(roots), list(roots)
    while open_ends:
        for child in children.get(open_ends.pop(), []):
            if child not in found:
                found.add(child)
                open_ends.append(child)
    return frozenset(found)


@prepared
def _parents(*, model: type[Team] | type[Territory]) -> QuerySet:
    return model.objects.living().order_by().values_list("pk", "parent_id")

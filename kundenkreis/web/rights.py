"""Rights in words: what a role may do, and why a person sees an account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import seats_of
from kundenkreis.staff import access
from kundenkreis.staff.access import Scope
from kundenkreis.staff.models import Deputy, Team, Territory, User
from kundenkreis.staff.roles import Role
from kundenkreis.web import formats

NOUNS = {
    "accounts": lazy("Accounts"),
    "contacts": lazy("Contacts"),
    "activities": lazy("Activities"),
    "trips": lazy("Trips"),
    "documents": lazy("Documents"),
    "orders": lazy("Orders"),
    "signals": lazy("Signals"),
    "products": lazy("Products"),
    "imports": lazy("Imports"),
    "people": lazy("People and teams"),
    "views": lazy("Saved views"),
    "tokens": lazy("API tokens"),
    "history": lazy("History"),
    "bin": lazy("Bin"),
    "house": lazy("Settings of the house"),
    "rates": lazy("Exchange rates"),
    "mileage_rates": lazy("Mileage rates"),
}
VERBS = {
    "see": lazy("see"),
    "add": lazy("add"),
    "change": lazy("change"),
    "discard": lazy("move to the bin"),
    "export": lazy("export"),
    "run": lazy("run"),
    "undo": lazy("undo"),
    "assign": lazy("hand over to somebody else"),
    "see_cost": lazy("see costs"),
    "see_unassigned": lazy("see sales without an account"),
    "share_team": lazy("share with the team"),
    "share_all": lazy("share with everyone"),
}
_PARTS = (
    (Scope.OWN, lazy("own")),
    (Scope.ACCOUNT_TEAM, lazy("account team")),
    (Scope.TEAM, lazy("team")),
    (Scope.TERRITORY, lazy("territory")),
)


@dataclass(frozen=True)
class Right:
    """One line of what a role may do with a noun: the verbs that reach equally far."""

    verbs: str
    how_far: str
    is_everything: bool


def how_far(scope: Scope) -> str:
    """ "all", "own, account team", or "" for nothing."""
    if Scope.ALL in scope:
        return _("all")
    return ", ".join(str(word) for part, word in _PARTS if part in scope)


def rights_of(role: str) -> list[tuple[str, list[Right]]]:
    """What a role may do, noun by noun in a fixed order; nouns of which it may do nothing are left out."""
    found: dict[str, dict[Scope, list[str]]] = {}
    for action, scope in access.TABLE.get(role, {}).items():
        noun, verb = action.split(".")
        if scope is not Scope.NONE:
            found.setdefault(noun, {}).setdefault(scope, []).append(str(VERBS.get(verb, verb)))
    order = list(NOUNS)
    return [
        (
            str(NOUNS.get(noun, noun)),
            [Right(", ".join(verbs), how_far(scope), Scope.ALL in scope) for scope, verbs in found[noun].items()],
        )
        for noun in sorted(found, key=lambda n: order.index(n) if n in order else len(order))
    ]


def reasons(person: User, account: Account, action: str = "accounts.see") -> list[str]:
    """Why a person may do this with an account, each reason a sentence; none when she may not."""
    if Scope.ALL in access.scope(person, action):
        return [_("The role %(role)s reaches all accounts.") % {"role": Role(person.role).label}]
    reach = access.reach(person, action)
    found = []
    if account.owner_id and account.owner_id in reach.owners:
        found.append(_owning(person, account))
    found += [
        _("%(seat)s is on the account team as %(role)s.")
        % {"seat": _or_deputy(person, seat.person), "role": seat.get_role_display()}
        for seat in seats_of(reach, person_id=reach.members).filter(account=account).select_related("person")
    ]
    found += [
        _("%(deputy)s is the deputy of %(seat)s, who is on the account team as %(role)s.")
        % {"deputy": _or_deputy(person, seat.deputy), "seat": seat.person, "role": seat.get_role_display()}
        for seat in seats_of(reach, deputy_id=reach.members).filter(account=account).select_related("person", "deputy")
    ]
    if account.team_id and account.team_id in reach.teams:
        found.append(_through_team(person, account.team))
    if account.territory_id and account.territory_id in reach.territories:
        found.append(_through_territory(person, account.territory))
    return found


def _owning(person: User, account: Account) -> str:
    if account.owner_id == person.pk:
        return _("%(name)s owns the account.") % {"name": person}
    until = _stands_in_until(person, account.owner)
    return _("%(name)s stands in for %(owner)s, who owns the account%(until)s.") % {
        "name": person,
        "owner": account.owner,
        "until": until,
    }


def _stands_in_until(person: User, owner: Any) -> str:
    today = clock.today()
    for deputy in Deputy.objects.living().filter(deputy=person, person=owner, starts_on__lte=today):
        if deputy.ends_on and deputy.ends_on >= today:
            return _(", until %(day)s") % {"day": formats.day(deputy.ends_on)}
    return ""


def _or_deputy(person: User, seated: User) -> str:
    if seated.pk == person.pk:
        return str(person)
    return _("%(seated)s (for whom %(name)s stands in)") % {"seated": seated, "name": person}


def _through_team(person: User, team: Team) -> str:
    if person.team_id == team.pk:
        return _("The account belongs to %(name)s's team %(team)s.") % {"name": person, "team": team}
    return _("The account belongs to the team %(team)s, a part of %(name)s's team %(above)s.") % {
        "name": person,
        "team": team,
        "above": person.team,
    }


def _through_territory(person: User, territory: Territory) -> str:
    if person.territories.filter(pk=territory.pk).exists():
        return _("The account lies in %(name)s's territory %(territory)s.") % {"name": person, "territory": territory}
    return _("The account lies in the territory %(territory)s, a part of one of %(name)s's.") % {
        "name": person,
        "territory": territory,
    }

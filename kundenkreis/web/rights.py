"""Rights in words: what a role may do."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from kundenkreis.staff import access
from kundenkreis.staff.access import Scope

NOUNS = {
    "accounts": lazy("Accounts"),
    "contacts": lazy("Contacts"),
    "activities": lazy("Activities"),
    "trips": lazy("Trips"),
    "leads": lazy("Leads"),
    "lead_settings": lazy("Forms and rules for leads"),
    "documents": lazy("Documents"),
    "orders": lazy("Orders"),
    "opportunities": lazy("Opportunities"),
    "forecasts": lazy("Forecast"),
    "target_accounts": lazy("Target accounts"),
    "stakeholders": lazy("Stakeholders"),
    "needs": lazy("Needs"),
    "wishes": lazy("Wishes"),
    "selection": lazy("Key account selection"),
    "pipelines": lazy("Pipelines and stages"),
    "signals": lazy("Signals"),
    "duplicates": lazy("Duplicates"),
    "products": lazy("Products"),
    "market": lazy("Market"),
    "targets": lazy("Targets"),
    "imports": lazy("Imports"),
    "people": lazy("People and teams"),
    "reassignments": lazy("Reassignments"),
    "access": lazy("Rights"),
    "views": lazy("Saved views"),
    "tokens": lazy("API tokens"),
    "history": lazy("History"),
    "bin": lazy("Bin"),
    "house": lazy("Settings of the house"),
    "fields": lazy("Custom fields"),
    "rates": lazy("Exchange rates"),
    "mileage_rates": lazy("Mileage rates"),
    "wordings": lazy("Wordings of consents"),
    "suppressions": lazy("Suppressed addresses"),
    "registers": lazy("ECG and Robinson list"),
}
VERBS = {
    "see": lazy("see"),
    "add": lazy("add"),
    "change": lazy("change"),
    "discard": lazy("move to the bin"),
    "export": lazy("export"),
    "run": lazy("run"),
    "undo": lazy("undo"),
    "decide": lazy("decide"),
    "merge": lazy("merge"),
    "lead": pgettext_lazy("right", "lead"),
    "explain": lazy("explain"),
    "review": lazy("review"),
    "assign": lazy("hand over to somebody else"),
    "keep": lazy("take snapshots"),
    "arrange": lazy("arrange criteria, start rounds and put them into force"),
    "see_cost": lazy("see costs"),
    "see_bank": lazy("see bank accounts"),
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

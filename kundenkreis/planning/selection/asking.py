"""What can be asked of a round's results, and of accounts about theirs in the round that is in force."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kundenkreis.core.filters import Filter, Relation
from kundenkreis.customers.asking import account_at, people
from kundenkreis.customers.grouping import OF_ACCOUNT
from kundenkreis.customers.models import Account
from kundenkreis.fields import asking as fields
from kundenkreis.lists import asking
from kundenkreis.planning.models import ABSENT, RoundResult, ScoringRound
from kundenkreis.staff.models import Team, Territory

NONE, NEW = "none", "new"
_TIERS = (*Account.Tier.choices, (NONE, pgettext_lazy("tier", "none")))
_LEVELS = (("A",), ("B",), ("D",), ("C",), ("",))  # from the highest down
MOVED = (
    ("up", pgettext_lazy("tier", "up")), ("down", pgettext_lazy("tier", "down")), ("same", pgettext_lazy("tier", "as before")),
    (NEW, pgettext_lazy("in a round", "new")), ("gone", pgettext_lazy("in a round", "gone")),
)  # fmt: skip
STATES = (
    ("changes", _("gets another tier")),
    ("by_hand", _("decided by a person")),
    ("open", _("with judgements missing")),
)


def _tier(column: str) -> Any:
    """The condition for each tier, none of them, and not having been in the round."""
    return lambda value: Q(**{column: {NONE: "", NEW: ABSENT, "gone": ABSENT}.get(value, value)})


def moved(value: str) -> Q:
    """Against last year's round."""
    if value == "gone":
        return Q(tier=ABSENT)
    if value == NEW:
        return Q(before=ABSENT) & ~Q(tier=ABSENT)
    found = Q(pk__in=[])
    for now, (tier,) in enumerate(_LEVELS):
        for then, (before,) in enumerate(_LEVELS):
            step = "up" if now < then else "down" if now > then else "same"
            if step == value:
                found |= Q(tier=tier, before=before)
    return found


def state(value: str) -> Q:
    """The condition for each of the states, as the indexes have it."""
    if value == "by_hand":
        return ~Q(tier=F("computed"))
    if value == "open":
        return Q(open__gt=0)
    return ~Q(tier=F("had")) & ~Q(tier=ABSENT)


def rounds() -> list[tuple[int, str]]:
    return [(one.pk, str(one)) for one in ScoringRound.objects.living().filter(state__in=ScoringRound.SCORED)[:50]]


OF_RESULT = (
    Filter("tier", "choice", _("Tier"), choices=(*_TIERS, ("gone", pgettext_lazy("in a round", "gone"))), asks=_tier("tier")),
    Filter("before", "choice", _("Tier last year"), choices=(*_TIERS, (NEW, pgettext_lazy("in a round", "new"))), asks=_tier("before")),
    Filter("moved", "choice", _("Against last year"), choices=MOVED, asks=moved),
    Filter("state", "choice", _("State"), choices=STATES, asks=state),
    Filter("attractiveness", "number", _("Attractiveness")),
    Filter("position", "number", pgettext_lazy("with a customer", "Our position")),
    Filter("revenue", "number", _("Revenue 12 m")),
)  # fmt: skip
OF_ITS_ACCOUNT = (
    Filter("owner", "person", _("Owner"), "account__owner_id", choices=people),
    Filter("team", "choice", _("Team"), "account__team_id", choices=lambda: list(Team.objects.living().values_list("pk", "name")), own="own_teams"),
    Filter(
        "territory", "choice", _("Territory"), "account__territory_id",
        choices=lambda: list(Territory.objects.living().values_list("pk", "name")),
    ),
)  # fmt: skip
INDUSTRY = fields.picked("industry", _("Industry"), "accounts.industry", "account__industry")
ROUND = Filter("round", "choice", _("Scoring round"), "round_id", choices=rounds)
LIST = (ROUND, OF_ACCOUNT, *OF_RESULT, *OF_ITS_ACCOUNT, INDUSTRY, account_at("account_id"))


def of_present(person: Any) -> Any:
    """The results in force, as far as this person sees them."""
    one = ScoringRound.present()
    rows = RoundResult.objects.visible_to(person).present()
    return rows.filter(round=one) if one is not None else rows.none()


def tell() -> None:
    relation = Relation(of_present, lambda: OF_RESULT, "account_id")
    asking.tell("accounts", Filter("selection", "relation", _("Key account selection"), relation=relation))

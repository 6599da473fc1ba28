"""Key account selection: criteria and rules to read, rounds with their results, judgements, and tiers by decision."""

from __future__ import annotations

from typing import Any

from ninja import Router

from kundenkreis.api.noun import ALL, READ, Noun, kept_by, part_of
from kundenkreis.api.resource import Routes
from kundenkreis.api.shapes import name_of, named
from kundenkreis.core.filters import Filter
from kundenkreis.customers.models import Account
from kundenkreis.planning import tasks
from kundenkreis.planning.models import (
    AccountJudgement,
    RoundResult,
    ScoringRound,
    SelectionCriterion,
    SelectionSet,
    TierOverride,
    TierRule,
)
from kundenkreis.planning.selection.asking import OF_ITS_ACCOUNT, OF_RESULT, ROUND

_COMMON: dict[str, Any] = {"area": "selection", "tag": "Key account selection"}
_ARRANGED = ("position", "name_en", "name_de")
_READ_SET = kept_by("selection.see", "selection.arrange")
_OF_ACCOUNT = Filter("account", "number", "account", "account_id")
_OF_SET = Filter("of_set", "number", "edition", "of_set_id")


def _start(*, by: Any, **values: Any) -> ScoringRound:
    """A round, and the worker is told."""
    one = ScoringRound.start(by=by, **values)
    tasks.score_round.enqueue(one.pk)
    return one


SETS = Noun(
    path="selection-sets", title="SelectionSet", model=SelectionSet, **_COMMON, allowed=_READ_SET, verbs=READ | {"history"},
    about="Editions of the criteria; one is `in_force`. Reviews a year by tier stand on it.",
    read=(*_ARRANGED, "edition", "state", "in_force_on", "reviews_a", "reviews_b", "reviews_c", "reviews_d"),
)  # fmt: skip
CRITERIA = Noun(
    path="selection-criteria", title="SelectionCriterion", model=SelectionCriterion, **_COMMON, allowed=_READ_SET,
    verbs=READ | {"history"}, filters=(_OF_SET,),
    about="Criteria of an edition: the axis, from what it is figured or judged (`measure`), its weight, and how a figure becomes 0 to 100 points.",
    read=("of_set", *_ARRANGED, "axis", "measure", "weight", "scale", "low", "high", "steps", "missing"),
)  # fmt: skip
RULES = Noun(
    path="tier-rules", title="TierRule", model=TierRule, **_COMMON, allowed=_READ_SET, verbs=READ | {"history"}, filters=(_OF_SET,),
    about="What an account must have for a tier: the first rule in their order that holds makes it.",
    read=("of_set", *_ARRANGED, "tier", "attractiveness", "reached", "below", "revenue"),
)  # fmt: skip
ROUNDS = Noun(
    path="scoring-rounds", title="ScoringRound", model=ScoringRound, **_COMMON, allowed=_READ_SET, add=_start,
    about="A fiscal year's look at all accounts, scored in the background by the edition in force once it is made; `seen` of `expected`"
    " accounts say how far it is. It is put into force on its page.",
    read=("starts_on", "as_of", "of_set", "note", "state", "before", "expected", "seen", "problem", "in_force_on", "is_generated"),
    fixed=("starts_on", "as_of"), write=("note",), verbs=ALL - {"bulk"},
    filters=(Filter("state", "choice", "state", choices=ScoringRound.State.choices), Filter("starts_on", "date", "fiscal year from")),
)  # fmt: skip
RESULTS = Noun(
    path="selection-results", title="SelectionResult", model=RoundResult, **_COMMON, allowed=_READ_SET, verbs=READ,
    about="What an account came to in a round: `tier` holds, `computed` is what the rules say, `before` the tier of last year's round"
    " (`-` where it was in none; a `tier` of `-` says that it is in this one no more). `points` go by the criteria in the edition's order.",
    read=(
        "round", "account", "tier", "computed", "before", "had", "attractiveness", "position", "revenue", "open", "points",
        name_of("account_name", "account", Account),
    ),
    hidden={"points": "products.see_cost"},
    seen=lambda user: RoundResult.objects.visible_to(user).filter(round__state__in=ScoringRound.SCORED),
    filters=(ROUND, _OF_ACCOUNT, *OF_RESULT, *OF_ITS_ACCOUNT), drivers=frozenset({"round"}),
)  # fmt: skip
JUDGEMENTS = Noun(
    path="selection-judgements", title="SelectionJudgement", model=AccountJudgement, **_COMMON,
    allowed=part_of("selection", "account"), verbs=ALL - {"bulk"},
    about="What people say of an account: a `score` from 0 to 3 with the reason, or of its `potential` an `amount` with the source.",
    read=("account", "about", "score", "amount", "reason", "judged_on", "is_generated", named("judged_by_name", "judged_by")),
    fixed=("account", "about"), write=("score", "amount", "reason"),
    filters=(_OF_ACCOUNT, Filter("about", "choice", "about", choices=AccountJudgement.About.choices)),
)  # fmt: skip
OVERRIDES = Noun(
    path="tier-overrides", title="TierOverride", model=TierOverride, **_COMMON, allowed=part_of("selection", "account"),
    verbs=ALL - {"bulk"}, about="Another tier than the rules say, for one account in one round, with the reason (`-`: none).",
    read=("round", "account", "tier", "reason", "decided_on", "is_generated"), fixed=("round", "account"),
    write=("tier", "reason", "decided_on"), filters=(_OF_ACCOUNT, Filter("round", "number", "round", "round_id")),
)  # fmt: skip
NOUNS = [SETS, CRITERIA, RULES, ROUNDS, RESULTS, JUDGEMENTS, OVERRIDES]


def routers() -> list[Router]:
    return [Routes(noun).router for noun in NOUNS]

"""Target accounts with what is known of them; criteria and questions to read."""

from __future__ import annotations

from ninja import Router

from kundenkreis.api.noun import READ, Noun, of, part_of
from kundenkreis.api.resource import Routes
from kundenkreis.api.shapes import name_of, named
from kundenkreis.core.filters import Filter
from kundenkreis.customers.models import Account
from kundenkreis.prospecting.asking import DRIVERS, LIST
from kundenkreis.prospecting.models import (
    CriteriaSet,
    FitCriterion,
    Judgement,
    ResearchAnswer,
    ResearchQuestion,
    TargetAccount,
    TriggerEvent,
)

_WRITTEN = ("owner", "status", "priority", "potential", "potential_source", "drop_reason", "note")
_EVENT = ("kind", "what", "happened_on", "expires_on", "source", "url", "note")
_OF = Filter("target", "number", "target account", "target_id")
_ARRANGED = ("position", "name_en", "name_de")
_COMMON = {"area": "target_accounts", "tag": "Target accounts"}

TARGETS = Noun(
    path="target-accounts", title="TargetAccount", model=TargetAccount, **_COMMON,
    listed=TargetAccount.objects.gathered_for,
    about="Accounts that the house wants as customers. `fit` is 0 to 100 by the criteria in force, `fit_open` are points that nobody knows yet."
    " `won` is set with the first order; `dropped` needs a `drop_reason`, and a `potential` its source.",
    allowed=of("target_accounts"),
    read=("account", *_WRITTEN, "fit", "fit_open", "is_generated", name_of("account_name", "account", Account), named("owner_name", "owner")),
    fixed=("account",), write=_WRITTEN, mine="owner",
    filters=(*LIST, Filter("account", "number", "account", "account_id")), drivers=DRIVERS,
    sorts={"fit": "fit", "potential": "potential", "changed_at": "changed_at"},
)  # fmt: skip
ANSWERS = Noun(
    path="research-answers", title="ResearchAnswer", model=ResearchAnswer, **_COMMON,
    about="What was found out about a target account, with its source and day.",
    allowed=part_of("target_accounts", "target"),
    read=("target", "question", "text", "source", "found_on"), fixed=("target", "question"),
    write=("text", "source", "found_on"), filters=(_OF, Filter("question", "number", "question", "question_id")),
)  # fmt: skip
EVENTS = Noun(
    path="trigger-events", title="TriggerEvent", model=TriggerEvent, **_COMMON,
    about="What happened there and is an occasion to speak with them, until `expires_on`.",
    allowed=part_of("target_accounts", "target"), read=("target", *_EVENT), fixed=("target",), write=_EVENT,
    filters=(_OF, Filter("kind", "choice", "kind", choices=TriggerEvent.Kind.choices), Filter("happened_on", "date", "when")),
    sorts={"happened_on": "happened_on"},
)  # fmt: skip
JUDGEMENTS = Noun(
    path="fit-judgements", title="FitJudgement", model=Judgement, **_COMMON,
    about="How far a criterion is fulfilled that people judge: 0 (not at all) to 3 (fully), with the reason.",
    allowed=part_of("target_accounts", "target"),
    read=("target", "criterion", "score", "reason"), fixed=("target", "criterion"), write=("score", "reason"),
    filters=(_OF, Filter("criterion", "number", "criterion", "criterion_id")),
)  # fmt: skip
SETS = Noun(
    path="criteria-sets", title="CriteriaSet", model=CriteriaSet, **_COMMON, about="Sets of criteria; one of each kind is in force.",
    allowed=of("pipelines"), verbs=READ | {"history"}, read=(*_ARRANGED, "kind", "in_force"),
)  # fmt: skip
CRITERIA = Noun(
    path="fit-criteria", title="FitCriterion", model=FitCriterion, **_COMMON,
    about="Criteria with their weights: figured from data (`measure`), or judged by people.",
    allowed=of("pipelines"), verbs=READ | {"history"},
    read=("of_set", *_ARRANGED, "measure", "weight", "values", "low", "high"),
    filters=(Filter("of_set", "number", "set", "of_set_id"),),
)  # fmt: skip
QUESTIONS = Noun(
    path="research-questions", title="ResearchQuestion", model=ResearchQuestion, **_COMMON,
    about="What the house wants to know of a target account.", allowed=of("pipelines"), verbs=READ | {"history"},
    read=_ARRANGED,
)  # fmt: skip
NOUNS = [TARGETS, ANSWERS, EVENTS, JUDGEMENTS, SETS, CRITERIA, QUESTIONS]


def routers() -> list[Router]:
    return [Routes(noun).router for noun in NOUNS]

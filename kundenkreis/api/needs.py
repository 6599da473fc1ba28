"""Needs with what fits, needs talks with their answers, wishes with who asks and who was told; questions and coverage to read."""

from __future__ import annotations

from ninja import Router

from kundenkreis.api.noun import READ, Noun, of, part_of
from kundenkreis.api.resource import Routes
from kundenkreis.api.shapes import name_of, named
from kundenkreis.core.filters import Filter
from kundenkreis.customers.models import Account
from kundenkreis.needs.asking import ASK, COVERAGE, DRIVERS, NEEDS, TALKS, TELLING, WISH
from kundenkreis.needs.models import (
    Coverage,
    Need,
    NeedFit,
    NeedsTalk,
    QuestionEdition,
    QuestionSet,
    TalkAnswer,
    Wish,
    WishAsk,
    WishTelling,
)

_NEED = (
    "contact", "title", "pain", "effect_low", "effect_base", "effect_high", "currency", "urgency", "said_on", "solve_by", "status",
    "drop_reason", "owner", "next_question", "opportunities",
)  # fmt: skip
_TALK = ("contact", "kind", "held_on", "person", "activity", "note")
_ASKED = ("contact", "asked_on", "weight", "note")
_ARRANGED = ("position", "name_en", "name_de")
_ACCOUNT = Filter("account", "number", "account", "account_id")
_IN_NEEDS = {"area": "needs", "tag": "Needs"}
_IN_WISHES = {"area": "wishes", "tag": "Wishes"}
_NAME = name_of("account_name", "account", Account)

NEEDS_NOUN = Noun(
    path="needs", title="Need", model=Need, **_IN_NEEDS, listed=Need.objects.gathered_for, allowed=of("needs"),
    about="What accounts lack. `effect_*` are amounts a year in `currency` that rise from low to high; `*_house` are in house currency at the"
    " rate of `said_on`. `dropped` needs a `drop_reason`. `answer` is the answer in a needs talk from which it was made.",
    read=("account", "answer", *_NEED, "low_house", "base_house", "high_house", "is_generated", _NAME, named("owner_name", "owner")),
    fixed=("account", "answer"), write=_NEED, mine="owner", filters=(*NEEDS, _ACCOUNT), drivers=DRIVERS, derived=frozenset({"currency"}),
    sorts={"effect": "base_house", "said_on": "said_on", "changed_at": "changed_at"},
)  # fmt: skip
FITS = Noun(
    path="need-fits", title="NeedFit", model=NeedFit, **_IN_NEEDS, allowed=part_of("needs", "need"),
    about="What of ours would help with a need: a product or a family, 1 (in part) to 3 (fully).",
    read=("need", "product", "family", "degree", "quantity", "note"), fixed=("need",),
    write=("product", "family", "degree", "quantity", "note"),
    filters=(Filter("need", "number", "need", "need_id"), Filter("product", "number", "product", "product_id")),
)  # fmt: skip
TALKS_NOUN = Noun(
    path="needs-talks", title="NeedsTalk", model=NeedsTalk, **_IN_NEEDS, listed=NeedsTalk.objects.gathered_for, allowed=of("needs"),
    about="Talks about what an account needs, by an edition of questions.",
    read=("account", "edition", *_TALK, "finished_at", "is_generated", _NAME), fixed=("account", "edition"), write=_TALK, mine="person",
    filters=(*TALKS, _ACCOUNT), sorts={"held_on": "held_on"},
)  # fmt: skip
ANSWERS = Noun(
    path="talk-answers", title="TalkAnswer", model=TalkAnswer, **_IN_NEEDS, allowed=part_of("needs", "talk"),
    about="What was answered to the question `key` of the talk's edition: a text, a choice's key, `yes` or `no`, a plain decimal.",
    read=("talk", "key", "value", "skipped"), fixed=("talk", "key"), write=("value", "skipped"),
    filters=(Filter("talk", "number", "talk", "talk_id"),),
)  # fmt: skip
SETS = Noun(
    path="question-sets", title="QuestionSet", model=QuestionSet, **_IN_NEEDS, allowed=of("pipelines"), verbs=READ | {"history"},
    about="Sets of questions, for industries and product families; of none means for all.",
    read=(*_ARRANGED, "is_active", "industries", "families"),
)  # fmt: skip
EDITIONS = Noun(
    path="question-editions", title="QuestionEdition", model=QuestionEdition, **_IN_NEEDS, allowed=of("pipelines"),
    verbs=READ | {"history"}, about="Editions of a set's questions, in SPIN order; what was answered stays with its edition.",
    read=("of_set", "edition", "questions"), filters=(Filter("of_set", "number", "set", "of_set_id"),),
)  # fmt: skip
COVERAGES = Noun(
    path="needs-coverage", title="NeedsCoverage", model=Coverage, **_IN_NEEDS, allowed=of("needs"), verbs=READ,
    about="How much is known of accounts' needs, by the set of questions that fits best. Figured; nothing is written.",
    read=("account", "of_set", "asked", "answered", "percent", "oldest_on", "last_on", "open_needs", "base_house"),
    filters=(*COVERAGE, _ACCOUNT), sorts={"percent": "percent"},
)  # fmt: skip
WISHES = Noun(
    path="wishes", title="Wish", model=Wish, **_IN_WISHES, allowed=of("wishes"),
    about="What customers ask for. After another `status` each customer who asked is to be told; `declined` needs an `answer`, which is what"
    " customers are told.",
    read=("title", "description", "product", "family", "status", "status_since", "answer", "owner", "merged_into", "is_generated"),
    write=("title", "description", "product", "family", "status", "answer", "owner"), mine="owner", filters=WISH,
    sorts={"changed_at": "changed_at"},
)  # fmt: skip
ASKS = Noun(
    path="wish-asks", title="WishAsk", model=WishAsk, **_IN_WISHES, allowed=part_of("wishes", "account"),
    about="That an account asks for a wish, by whom and how much: 1 (would be nice) to 3 (cannot do without).",
    read=("wish", "account", *_ASKED, _NAME), fixed=("wish", "account"), write=_ASKED,
    filters=(Filter("wish", "number", "wish", "wish_id"), _ACCOUNT, *ASK),
)  # fmt: skip
TELLINGS = Noun(
    path="wish-tellings", title="WishTelling", model=WishTelling, **_IN_WISHES, allowed=part_of("wishes", "account"),
    verbs=READ | {"history"}, about="Who is to be told of a wish's status, and who has told her. `told_on` is empty while she waits.",
    read=("wish", "account", "contact", "status", "owner", "task", "told_on", "told_by", "how", "note", _NAME),
    filters=(Filter("wish", "number", "wish", "wish_id"), _ACCOUNT, *TELLING),
)  # fmt: skip
NOUNS = [NEEDS_NOUN, FITS, TALKS_NOUN, ANSWERS, SETS, EDITIONS, COVERAGES, WISHES, ASKS, TELLINGS]


def routers() -> list[Router]:
    return [Routes(noun).router for noun in NOUNS]

"""People on stakeholder maps, what was judged of them, and who influences whom."""

from __future__ import annotations

from ninja import Router

from kundenkreis.api.noun import Noun, of, part_of
from kundenkreis.api.resource import Routes
from kundenkreis.api.shapes import name_of, named
from kundenkreis.core.filters import Filter
from kundenkreis.customers.models import Account
from kundenkreis.stakeholders.asking import DRIVERS, LIST
from kundenkreis.stakeholders.models import Counterpart, InfluenceLine, Judgement, Stakeholder

_OF = Filter("stakeholder", "number", "stakeholder", "stakeholder_id")
_COMMON = {"area": "stakeholders", "tag": "Stakeholders"}
_VALUES = ("superior", "role", "attitude", "influence", "relationship", "text")

STAKEHOLDERS = Noun(
    path="stakeholders", title="Stakeholder", model=Stakeholder, **_COMMON,
    listed=Stakeholder.objects.gathered_for,
    about="Contacts on the map of an account. `role`, `attitude` (−2 to 2), `influence` (1 to 5), `relationship` (0 to 5) and `superior` say"
    " what the latest judgement of each kind says; add a judgement to change them.",
    allowed=of("stakeholders"),
    read=(
        "account", "contact", "since", "until", "role", "attitude", "influence", "relationship", "superior", "is_generated",
        name_of("account_name", "account", Account),
    ),
    fixed=("account", "contact"), write=("since", "until"),
    filters=(*LIST, Filter("account", "number", "account", "account_id"), Filter("contact", "number", "contact", "contact_id")),
    drivers=DRIVERS, sorts={"changed_at": "changed_at", "attitude": "attitude", "influence": "influence"},
)  # fmt: skip
JUDGEMENTS = Noun(
    path="stakeholder-judgements", title="StakeholderJudgement", model=Judgement, **_COMMON,
    about="What was judged of a stakeholder on a day: `kind` says which of `superior` (null: reports to nobody on the map), `role`, `attitude`,"
    " `influence`, `relationship` and `text` (goals) it sets. It is never written over: only its `source` may be put right. What stands"
    " here is part of what the person is shown when she asks.",
    allowed=part_of("stakeholders", "stakeholder"),
    read=("stakeholder", "kind", *_VALUES, "source", "activity", "on", named("judged_by_name", "judged_by")),
    fixed=("stakeholder", "kind", *_VALUES, "activity", "on"), write=("source",),
    filters=(_OF, Filter("kind", "choice", "kind", choices=Judgement.Kind.choices), Filter("on", "date", "day")),
    sorts={"on": "on"},
)  # fmt: skip
LINES = Noun(
    path="influence-lines", title="InfluenceLine", model=InfluenceLine, **_COMMON,
    about="`stakeholder` has the ear of `influenced`: `strength` 1 to 3, from `since` until `until`, with its `source`.",
    allowed=part_of("stakeholders", "stakeholder"),
    read=("stakeholder", "influenced", "strength", "note", "source", "since", "until"), fixed=("stakeholder", "influenced"),
    write=("strength", "note", "source", "since", "until"),
    filters=(_OF, Filter("influenced", "number", "whom", "influenced_id")),
)  # fmt: skip
COUNTERPARTS = Noun(
    path="stakeholder-counterparts", title="StakeholderCounterpart", model=Counterpart, **_COMMON,
    about="Who of us looks after a stakeholder; one is the main one. Who becomes the main one takes the place of who was.",
    allowed=part_of("stakeholders", "stakeholder"),
    read=("stakeholder", "person", "is_main", "since", named("person_name", "person")), fixed=("stakeholder", "person"),
    write=("is_main", "since"), filters=(_OF, Filter("person", "number", "person", "person_id")),
)  # fmt: skip
NOUNS = [STAKEHOLDERS, JUDGEMENTS, LINES, COUNTERPARTS]


def routers() -> list[Router]:
    return [Routes(noun).router for noun in NOUNS]

"""Opportunities with their lines, buying contacts and competitors; pipelines, stages and reasons to read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ninja import Router

from kundenkreis.api import fields, plans
from kundenkreis.api.closing import MadeOrder, make_order
from kundenkreis.api.noun import READ, Noun, of, part_of
from kundenkreis.api.resource import Routes
from kundenkreis.api.shapes import Shown, decimal_type, name_of, named
from kundenkreis.core.filters import Filter
from kundenkreis.customers.models import Account
from kundenkreis.lists import asking
from kundenkreis.pipeline.asking import DRIVERS, LIST
from kundenkreis.pipeline.models import (
    CloseReason,
    Opportunity,
    OpportunityCompetitor,
    OpportunityContact,
    OpportunityLine,
    Pipeline,
    Qualification,
    Stage,
)

_WRITTEN = (
    "name", "account", "pipeline", "stage", "owner", "team", "value", "sums_lines", "currency", "probability",
    "forecast_category", "expected_close_on", "decision_on", "source", "campaign", "description", "activities", "opened_at",
    "closed_at", "close_reason", "lost_to", "price_gap", "criterion", "close_note", "project",
)  # fmt: skip
_LINE = ("product", "quantity", "price", "discount", "delivered_in", "note")
_CONTACT = ("contact", "role", "stance", "note")
_COMPETITOR = ("account", "name", "strength", "weakness", "price", "is_incumbent")
_QUALIFIED = ("element", "score", "evidence", "next_question", "checked_on")
_ARRANGED = ("position", "name_en", "name_de")


def _likely(own: int | None, stage: int) -> int:
    return stage if own is None else own


def _weighted(value: Decimal, own: int | None, stage: int) -> str:
    return format((value * _likely(own, stage) / 100).quantize(Decimal("0.01")), "f")


OPPORTUNITIES = Noun(
    path="opportunities",
    title="Opportunity",
    model=Opportunity,
    area="opportunities",
    tag="Pipeline",
    listed=Opportunity.objects.gathered_for,
    about="Business that may come about. Another `stage_id` asks for what that stage needs, and answers 422 with what is missing; a stage of"
    " the kind `won` or `lost` closes it, `lost` with a `close_reason_id`. `probability` is its own estimate and empty while the stage's holds,"
    " `likelihood` the one that counts. `value_house` and `weighted_house` are in the house's currency.",
    allowed=of("opportunities"),
    read=(
        "number", *_WRITTEN, "stage_since", "outcome", "qualified", "shadowed", "is_generated",
        Shown(name="value_house", columns=("value_house",), type=decimal_type(16, 2, writing=False),
              make=lambda amount: format(amount, "f")),
        Shown(name="likelihood", columns=("probability", "stage__probability"), type=int, make=_likely),
        Shown(name="weighted_house", columns=("value_house", "probability", "stage__probability"),
              type=decimal_type(16, 2, writing=False), make=_weighted),
        name_of("account_name", "account", Account),
        named("owner_name", "owner"),
        fields.shown("opportunities"),
    ),
    write=_WRITTEN,
    derived=frozenset({"pipeline", "stage", "currency", "opened_at"}),
    more=fields.WRITTEN,
    fielded="opportunities",
    mine="owner",
    filters=(
        *LIST,
        Filter("account", "number", "account", "account_id"),
        Filter("outcome", "choice", "outcome", choices=[("", "open"), *Opportunity.Outcome.choices]),
        *asking.of("opportunities"),
    ),
    drivers=DRIVERS,
    sorts={"expected_close_on": "expected_close_on", "value_house": "value_house", "changed_at": "changed_at"},
)  # fmt: skip
_OF = Filter("opportunity", "number", "opportunity", "opportunity_id")
LINES = Noun(
    path="opportunity-lines",
    title="OpportunityLine",
    model=OpportunityLine,
    area="opportunities",
    tag="Pipeline",
    about="So much of a product in one month, in the opportunity's currency. A longer delivery has a line for each month.",
    allowed=part_of("opportunities", "opportunity"),
    read=("opportunity", *_LINE, "amount"),
    fixed=("opportunity",),
    write=_LINE,
    filters=(_OF, Filter("product", "number", "product", "product_id"), Filter("delivered_in", "date", "month")),
)
CONTACTS = Noun(
    path="opportunity-contacts",
    title="OpportunityContact",
    model=OpportunityContact,
    area="opportunities",
    tag="Pipeline",
    about="Who at the customer has a say in it, and as what.",
    allowed=part_of("opportunities", "opportunity"),
    read=("opportunity", *_CONTACT),
    fixed=("opportunity",),
    write=_CONTACT,
    filters=(
        _OF,
        Filter("contact", "number", "contact", "contact_id"),
        Filter("role", "choice", "role", choices=OpportunityContact.Role.choices),
    ),
)
COMPETITORS = Noun(
    path="opportunity-competitors",
    title="OpportunityCompetitor",
    model=OpportunityCompetitor,
    area="opportunities",
    tag="Pipeline",
    about="Who else offers: an account, or a name.",
    allowed=part_of("opportunities", "opportunity"),
    read=("opportunity", *_COMPETITOR),
    fixed=("opportunity",),
    write=_COMPETITOR,
    derived=frozenset({"name"}),
    filters=(_OF, Filter("name", "text", "name"), Filter("account", "number", "account", "account_id")),
)
QUALIFICATIONS = Noun(
    path="opportunity-qualifications",
    title="OpportunityQualification",
    model=Qualification,
    area="opportunities",
    tag="Pipeline",
    about="What is known by MEDDPICC: an element with its evidence and 0 (not known) to 3 (proven) points; 2 and more need evidence.",
    allowed=part_of("opportunities", "opportunity"),
    read=("opportunity", *_QUALIFIED),
    fixed=("opportunity",),
    write=_QUALIFIED,
    filters=(_OF, Filter("element", "choice", "element", choices=Qualification.Element.choices)),
)
PIPELINES = Noun(
    path="pipelines",
    title="Pipeline",
    model=Pipeline,
    area="opportunities",
    tag="Pipeline",
    about="The pipelines of the house, arranged under Settings.",
    allowed=of("pipelines"),
    verbs=READ | {"history"},
    read=(*_ARRANGED, "kind", "is_active"),
    filters=(Filter("kind", "choice", "kind", choices=Pipeline.Kind.choices),),
    sorts={"position": "position"},
)
STAGES = Noun(
    path="stages",
    title="Stage",
    model=Stage,
    area="opportunities",
    tag="Pipeline",
    about="The stages of all pipelines. `needs_to_leave` and `needs_to_enter` name what must be known to go on and to come in.",
    allowed=of("pipelines"),
    verbs=READ | {"history"},
    read=("pipeline", *_ARRANGED, "kind", "probability", "needs_to_enter", "needs_to_leave", "old_after_days"),
    filters=(
        Filter("pipeline", "number", "pipeline", "pipeline_id"),
        Filter("kind", "choice", "kind", choices=Stage.Kind.choices),
    ),
    sorts={"position": "position"},
)
REASONS = Noun(
    path="close-reasons",
    title="CloseReason",
    model=CloseReason,
    area="opportunities",
    tag="Pipeline",
    about="Why business is won or lost: a tree of two levels.",
    allowed=of("pipelines"),
    verbs=READ | {"history"},
    read=("parent", *_ARRANGED, "outcome", "is_neutral"),
    filters=(Filter("outcome", "choice", "outcome", choices=CloseReason.Outcome.choices),),
)

NOUNS = [OPPORTUNITIES, LINES, CONTACTS, COMPETITORS, QUALIFICATIONS, *plans.NOUNS, PIPELINES, STAGES, REASONS]


def _reopen(one: Opportunity, *, by: Any) -> Any:
    return one.reopen(by=by)


def routers() -> list[Router]:
    opportunities = Routes(OPPORTUNITIES)
    opportunities.step("reopen", "Open one again", _reopen)
    opportunities.step("order", "Make an order of a won one", make_order, MadeOrder)
    return [opportunities.router, *(Routes(noun).router for noun in NOUNS[1:])]

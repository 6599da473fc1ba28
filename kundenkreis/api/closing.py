"""Projects with their parties, the orders of won opportunities, and interviews; the questions of interviews to read."""

import datetime as dt
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import AfterValidator, Field

from kundenkreis.api import fields, shapes
from kundenkreis.api.noun import READ, Noun, of, part_of
from kundenkreis.api.problems import forbidden
from kundenkreis.api.resource import Routes
from kundenkreis.api.shapes import Shown, decimal_type, named, storable
from kundenkreis.core.filters import Filter
from kundenkreis.pipeline import awarding, ordering
from kundenkreis.pipeline.models import (
    Interview,
    InterviewGuide,
    Opportunity,
    OpportunityOrder,
    Project,
    ProjectParty,
)
from kundenkreis.staff import access

_PROJECT = (
    "name", "place", "country", "status", "specified_on", "tendered_on", "awarded_on", "value", "currency", "leading",
    "owner", "team", "description",
)  # fmt: skip
_PARTY = ("role", "account", "name", "note")
_INTERVIEW = ("contact", "interviewer", "held_on", "channel", "criterion", "again", "note")
_OF = Filter("opportunity", "number", "opportunity", "opportunity_id")
_Text = Annotated[str, Field(max_length=60), AfterValidator(storable)]

PROJECTS = Noun(
    path="projects",
    title="Project",
    model=Project,
    area="opportunities",
    tag="Pipeline",
    about="What is built or bought once, whoever gets the order. Of its opportunities exactly one counts in sums; several lost bids are one loss "
    "(`shadowed` says which do not): the one that is won, else `leading_id`, else the one with the highest value times probability. "
    "`awarded_to_id` is set by `POST /projects/{id}/award` alone.",
    allowed=of("opportunities"),
    read=(
        "number", *_PROJECT, "awarded_to", "is_generated",
        Shown(name="value_house", columns=("value_house",), type=decimal_type(16, 2, writing=False),
              make=lambda amount: format(amount, "f")),
        named("owner_name", "owner"),
        fields.shown("projects"),
    ),
    write=_PROJECT,
    more=fields.WRITTEN,
    fielded="projects",
    derived=frozenset({"currency", "owner", "team"}),
    filters=(
        Filter("name", "text", "name"),
        Filter("status", "choice", "status", choices=Project.Status.choices),
        Filter("owner", "number", "owner", "owner_id"),
        Filter("awarded_on", "date", "awarded on"),
    ),
    sorts={"name": "name", "value_house": "value_house"},
)  # fmt: skip
PARTIES = Noun(
    path="project-parties",
    title="ProjectParty",
    model=ProjectParty,
    area="opportunities",
    tag="Pipeline",
    about="Who takes part in a project, and as what: an account, or a name.",
    allowed=part_of("opportunities", "project"),
    read=("project", *_PARTY),
    fixed=("project",),
    write=_PARTY,
    derived=frozenset({"name"}),
    filters=(
        Filter("project", "number", "project", "project_id"),
        Filter("account", "number", "account", "account_id"),
        Filter("role", "choice", "role", choices=ProjectParty.Role.choices),
    ),
)
ORDERS = Noun(
    path="opportunity-orders",
    title="OpportunityOrder",
    model=OpportunityOrder,
    area="opportunities",
    tag="Pipeline",
    about="That an order, which is there already, is a won opportunity's. To make an order of its lines: `POST /opportunities/{id}/order`.",
    allowed=part_of("opportunities", "opportunity"),
    read=("opportunity", "order"),
    fixed=("opportunity", "order"),
    add=lambda *, by, opportunity, order: ordering.tie(opportunity, order, by=by),
    filters=(_OF, Filter("order", "number", "order", "order_id")),
)
INTERVIEWS = Noun(
    path="opportunity-interviews",
    title="OpportunityInterview",
    model=Interview,
    area="opportunities",
    tag="Pipeline",
    about="What somebody at the customer said after the end. `answers` are {key of a question of its `guide_id`: text, or 0 to 10};"
    " `again`, 0 to 10, is how gladly she would ask us again.",
    allowed=part_of("opportunities", "opportunity"),
    read=(
        "opportunity", "guide", *_INTERVIEW,
        Shown(name="answers", columns=("answers",), type=dict[str, str | int]),
    ),
    fixed=("opportunity",),
    write=_INTERVIEW,
    derived=frozenset({"interviewer", "held_on"}),
    more={"answers": (dict[str, str | int], Field(default_factory=dict))},
    filters=(_OF, Filter("held_on", "date", "held on"), Filter("again", "number", "would ask us again")),
)  # fmt: skip
GUIDES = Noun(
    path="interview-guides",
    title="InterviewGuide",
    model=InterviewGuide,
    area="opportunities",
    tag="Pipeline",
    about="The editions of the questions of interviews, arranged under Settings; the highest is the one by which the next is held.",
    allowed=of("pipelines"),
    verbs=READ | {"history"},
    read=("edition", Shown(name="questions", columns=("questions",), type=list[dict[str, str]])),
    sorts={"edition": "edition"},
)
NOUNS = [PROJECTS, PARTIES, ORDERS, INTERVIEWS, GUIDES]


class Award(shapes.Written):
    """To the customer of which opportunity, when (today), and whether that is won with it. All other open ones of the project are closed."""

    opportunity_id: shapes.Id
    awarded_on: dt.date | None = None
    won: bool = False


class MadeOrder(shapes.Written):
    """What the order is called; without a number it gets one of the house's. It is made of all lines of which none was made yet."""

    number: Annotated[str, Field(max_length=40), AfterValidator(storable)] = ""
    ordered_on: dt.date | None = None
    customer_reference: _Text = ""


def award(project: Project, *, by: Any, opportunity_id: int, awarded_on: dt.date | None, won: bool) -> Any:
    """As the page does it: each opportunity that it changes has to be the caller's to change."""
    to = Opportunity.objects.visible_to(by).living().filter(pk=opportunity_id, project=project).first()
    if to is None:
        raise ValidationError({"opportunity_id": _("There is no such opportunity of this project.")})
    if not all(access.may(by, "opportunities.change", one) for one in [to, *awarding.others(project, to)]):
        raise forbidden()
    return awarding.award(project, to, by=by, on=awarded_on, won=won)


def make_order(opportunity: Opportunity, *, by: Any, **given: Any) -> Any:
    if not access.may(by, "orders.add"):
        raise forbidden()
    return ordering.hand_over(opportunity, by=by, **given)


def routers() -> list[Router]:
    projects = Routes(PROJECTS)
    projects.step("award", "Award one to a bidder", award, Award)
    return [projects.router, *(Routes(noun).router for noun in NOUNS[1:])]

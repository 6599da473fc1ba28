"""Mutual action plans with their steps and comments. Links are made in the browser only: their secret is shown once, to a person."""

from __future__ import annotations

from kundenkreis.api.noun import Noun, part_of
from kundenkreis.core.filters import Filter
from kundenkreis.pipeline.models import ActionPlan, PlanComment, PlanStep
from kundenkreis.pipeline.models.plan_templates import Side

_STEP = ("position", "title", "side", "owner", "contact", "due_on", "note", "internal_note")
_OF = Filter("plan", "number", "plan", "plan_id")

PLANS = Noun(
    path="action-plans",
    title="ActionPlan",
    model=ActionPlan,
    area="opportunities",
    tag="Pipeline",
    about="What both sides do until the decision, one plan for each opportunity. `planned_for` is the decision date for which it was laid out.",
    allowed=part_of("opportunities", "opportunity"),
    read=("opportunity", "title", "intro", "planned_for"),
    fixed=("opportunity",),
    write=("title", "intro", "planned_for"),
    filters=(Filter("opportunity", "number", "opportunity", "opportunity_id"),),
)
STEPS = Noun(
    path="action-plan-steps",
    title="ActionPlanStep",
    model=PlanStep,
    area="opportunities",
    tag="Pipeline",
    about="What one side does until a day. The customer reads `note`, and never `internal_note`. `done_at` is empty while it is open.",
    allowed=part_of("opportunities", "opportunity"),
    read=("plan", *_STEP, "done_at", "done_by"),
    fixed=("plan",),
    write=(*_STEP, "done_at"),
    derived=frozenset({"position"}),
    filters=(
        _OF,
        Filter("side", "choice", "side", choices=Side.choices),
        Filter("due_on", "date", "due"),
        Filter("done_at", "moment", "done"),
    ),
    sorts={"due_on": "due_on"},
)
COMMENTS = Noun(
    path="action-plan-comments",
    title="ActionPlanComment",
    model=PlanComment,
    area="opportunities",
    tag="Pipeline",
    about="What somebody said about a plan or one of its steps; both sides read it. `link_id` stands at what came from outside.",
    allowed=part_of("opportunities", "opportunity"),
    read=("plan", "step", "answers", "author", "link", "name", "text"),
    fixed=("plan", "step", "answers"),
    write=("text",),
    filters=(_OF, Filter("step", "number", "step", "step_id")),
)
NOUNS = [PLANS, STEPS, COMMENTS]

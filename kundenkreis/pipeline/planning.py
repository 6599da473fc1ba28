"""A mutual action plan is made from a template, backwards from the decision, put into order, and follows when the decision moves.

The method is the sales literature's mutual (or joint) action plan: both sides' steps up to the decision, on one page that both keep.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kundenkreis.core import clock, working_days
from kundenkreis.core.models import House
from kundenkreis.history.models import Event
from kundenkreis.history.recording import join
from kundenkreis.pipeline.models import ActionPlan, Opportunity, PlanStep, PlanTemplate
from kundenkreis.pipeline.models.plan_templates import Side

FARTHEST = 3660  # days from one decision date to another by which steps are moved along


@dataclass(frozen=True)
class Progress:
    """How far a plan has come: steps in all, done, overdue, and the next open one."""

    steps: int
    done: int
    overdue: int
    next: PlanStep | None

    @property
    def share(self) -> int:
        """Percent of the steps that are done."""
        return round(100 * self.done / self.steps) if self.steps else 0


def plan_of(opportunity: Opportunity) -> ActionPlan | None:
    """Its living plan, with that very opportunity."""
    plan = opportunity.plans.living().first()
    if plan is not None:
        plan.opportunity = opportunity
    return plan


def progress(steps: Sequence[PlanStep]) -> Progress:
    """Of steps in their order."""
    still = [step for step in steps if not step.is_done]
    first = min(still, key=lambda step: (step.due_on or dt.date.max, step.position, step.pk), default=None)
    return Progress(len(steps), len(steps) - len(still), sum(step.is_overdue for step in still), first)


@transaction.atomic
def begin(
    opportunity: Opportunity, *, by: Any, template: PlanTemplate | None = None, decision_on: dt.date | None = None,
    language: str = "", title: str = "", now: dt.datetime | None = None,
) -> ActionPlan:  # fmt: skip
    """A plan from a template (None: an empty one), in `language`. Its steps lie backwards from the decision date, on working days.

    `decision_on` is written on the opportunity where it has another one. One event with its parts. Raises ValidationError by field.
    """
    now = now or timezone.now()
    decision = decision_on or opportunity.decision_on
    steps = list(template.steps.living()) if template is not None else []
    if steps and decision is None:
        raise ValidationError({"decision_on": _("Say when it is decided: the steps are laid out backwards from then.")})
    with translation.override(language or House.current().language):
        heading = title or _("Mutual action plan with %(name)s") % {"name": opportunity.account or opportunity.name}
        names = [step.name for step in steps]
    plan = ActionPlan.add(by=by, now=now, opportunity=opportunity, title=heading[:150], planned_for=decision)
    made = Event.objects.about(plan).latest("pk")
    if decision != opportunity.decision_on:
        moved = opportunity.change(by=by, now=now, decision_on=decision)
        if moved is not None:
            join(moved, made)
    for place, (step, name) in enumerate(zip(steps, names, strict=True), start=1):
        assert decision is not None
        owner = opportunity.owner if step.side == Side.OURS else None
        due = (
            working_days.days_away(decision, -step.days_before, House.current().country)
            if step.days_before
            else decision
        )
        new = PlanStep.add(
            by=by, now=now, plan=plan, position=place, title=name, side=step.side, owner=owner, due_on=due
        )  # fmt: skip
        join(Event.objects.about(new).latest("pk"), made)
    return plan


def is_behind(plan: ActionPlan) -> bool:
    """Whether the decision lies on another day than its open steps were laid out for."""
    decision = plan.opportunity.decision_on
    return decision is not None and plan.planned_for is not None and decision != plan.planned_for


@transaction.atomic
def follow(plan: ActionPlan, *, by: Any) -> Event | None:
    """Open steps move along with the decision date, by as many working days. One event with its parts; None when nothing was to do.

    Raises ValidationError when the two days are more than ten years apart.
    """
    before, after = plan.planned_for, plan.opportunity.decision_on
    if before is None or after is None or before == after:
        return None
    if abs((after - before).days) > FARTHEST:
        raise ValidationError(_("The decision was moved by more than ten years. Set the days of the steps by hand."))
    country = House.current().country
    away = working_days.days_between(before, after, country)
    now = timezone.now()
    event = plan.change(by=by, now=now, verb="moved", planned_for=after)
    assert event is not None
    for step in plan.steps.living().filter(done_at=None, due_on__isnull=False).select_related("plan__opportunity"):
        assert step.due_on is not None
        moved = step.change(by=by, now=now, due_on=working_days.days_away(step.due_on, away, country))
        if moved is not None:
            join(moved, event)
    return event


@transaction.atomic
def arrange(plan: ActionPlan, ids: Sequence[int], *, by: Any) -> Event | None:
    """Bring the steps into this order; those not named follow in the order they had. One event with its parts, None when nothing differs."""
    there = {step.pk: step for step in plan.steps.living().select_related("plan__opportunity")}
    order = [pk for pk in dict.fromkeys(ids) if pk in there] + [pk for pk in there if pk not in set(ids)]
    events = [there[pk].change(by=by, verb="arranged", position=place) for place, pk in enumerate(order, start=1)]
    first, *rest = [event for event in events if event is not None] or [None]
    for event in rest:
        if event is not None and first is not None:
            join(event, first)
    return first


def usual_expiry(plan: ActionPlan) -> dt.date:
    """Two weeks after the decision, and at least two weeks from today."""
    decision = plan.opportunity.decision_on
    return max(filter(None, (decision, clock.today()))) + dt.timedelta(days=14)


def templates_offered() -> models.QuerySet[PlanTemplate]:
    return PlanTemplate.objects.living().filter(is_active=True)

"""Mutual action plans at some open opportunities, from a fixed seed; all of what is said in them is made up."""

from __future__ import annotations

import datetime as dt
import random

from kundenkreis.demo.names import SEED
from kundenkreis.pipeline import planning, sharing, usual_plans
from kundenkreis.pipeline.models import ActionPlan, Opportunity, PlanComment, PlanTemplate
from kundenkreis.staff.models import User

HOW_MANY = 12
SAID = (
    (
        "We need two days more for this. Is that all right?",
        "Wir brauchen dafür zwei Tage länger. Passt das?",
    ),
    ("We need a third copy for our branch in Linz.", "Wir brauchen ein drittes Exemplar für unsere Filiale in Linz."),
)
ANSWERED = ("Of course, we have moved the step.", "Natürlich, wir haben den Schritt verschoben.")


def add(today: dt.date, now: dt.datetime) -> None:
    """For open opportunities that are decided in the coming weeks; some are shared and commented on."""
    usual_plans.set_up()
    templates = {one.name_en: one for one in PlanTemplate.objects.living()}
    rows = Opportunity.objects.open().filter(decision_on__gt=today + dt.timedelta(days=14), owner__isnull=False)
    for place, one in enumerate(
        rows.select_related("owner", "account", "pipeline").order_by("decision_on", "pk")[:HOW_MANY]
    ):
        assert one.owner is not None
        kind = "Renewal of a contract" if one.pipeline.kind == "renewal" else "New customer"
        plan = planning.begin(one, by=one.owner, template=templates[kind], language=one.owner.language, now=now)
        _work(plan, one.owner, today, now, random.Random(f"{SEED}/plans/{one.number}"))  # noqa: S311
        if place % 2 == 0:
            _share(plan, one, one.owner, place, now)


def _work(plan: ActionPlan, owner: User, today: dt.date, now: dt.datetime, dice: random.Random) -> None:
    """What should be done is, but for the last step that came due."""
    due = [step for step in plan.steps.living() if step.due_on and step.due_on <= today]
    for step in due[: -1 if dice.random() < 0.6 else None]:
        step.tick(True, by=owner, now=now)


def _share(plan: ActionPlan, one: Opportunity, owner: User, place: int, now: dt.datetime) -> None:
    """With the first buying contact, who has written something."""
    first = one.contacts.living().select_related("contact").first()
    if first is None:
        return
    german, name = int(owner.language == "de"), first.contact.full_name
    link, _address = sharing.share(plan, by=owner, contact=first.contact, now=now)
    step = plan.steps.living().filter(side="theirs").first()
    text = SAID[place // 2 % len(SAID)][german]
    said = PlanComment.add(
        by=sharing.Visitor(name, link), now=now, plan=plan, step=step, link=link, name=name, text=text
    )
    PlanComment.add(by=owner, now=now, plan=plan, step=step, answers=said, text=ANSWERED[german])

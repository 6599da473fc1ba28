"""Rules about opportunities: a stage, an outcome, a day in them; what they make stands at the opportunity."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.automation import working
from kundenkreis.history.undo import undo_batch
from kundenkreis.inbox.models import Notification
from kundenkreis.pipeline.models import CloseReason, Opportunity
from tests.automation.ruling import rule, runs, set_to, task, told
from tests.pipeline.cards import card, ready, stages

pytestmark = pytest.mark.django_db


def test_who_comes_to_a_stage_gets_a_task_that_is_her_next_step_and_an_undo_takes_both(world):
    one = ready(card(world), world)
    offer = stages()[2]
    made = rule(
        world, "changed", task("Ask about {record}", days=3), set_to("campaign", "Offers"), noun="opportunities",
        field="stage", to_value=str(offer.pk),
    )  # fmt: skip
    one.move(stages()[1], by=world.ada)
    working.go()
    assert runs(made) == []
    one.move(offer, by=world.ada)
    working.go()
    (run,) = runs(made, "done")
    step = Opportunity.objects.get(pk=one.pk).next_step(world.ada)
    assert (step.subject, step.owner, step.account) == (f"Ask about {one.name}", world.ada, world.lindner)
    assert Opportunity.objects.get(pk=one.pk).campaign == "Offers"
    assert undo_batch(run.batch, by=world.admin).kept == 0
    assert not Activity._base_manager.filter(pk=step.pk).exists()
    assert (Opportunity.objects.get(pk=one.pk).campaign, one.activities.count()) == ("", 0)


def test_a_lost_one_tells_the_lead_of_the_team(world):
    one = card(world, value=80_000)
    made = rule(
        world, "changed", told("role:head_of_sales", text="{record} is lost"), noun="opportunities", field="outcome",
        to_value="lost", conditions=["value:over:50000"],
    )  # fmt: skip
    small = card(world, name="Small", value=10)
    for each in (one, small):
        each.lose(by=world.ada, close_reason=CloseReason.objects.filter(outcome="lost").first())
    working.go()
    assert [run.record_id for run in runs(made, "done")] == [one.pk]
    assert Notification.objects.filter(person=world.ben, text=f"{one.name} is lost").count() == 1


def test_ten_days_after_it_came_to_its_stage_somebody_asks(world):
    one = card(world)
    Opportunity.objects.filter(pk=one.pk).update(stage_since=timezone.now() - dt.timedelta(days=10))
    made = rule(
        world, "day", task("Ask"), noun="opportunities", field="stage_since", days=10, conditions=["state:in:no_step"]
    )
    working.go()
    assert [run.state for run in runs(made)] == ["done"]
    working.go()
    assert one.activities.count() == 1

"""Mutual action plans: made backwards from the decision, kept by both sides, moved along with it."""

from __future__ import annotations

import datetime as dt

import pytest

from kundenkreis.core import clock, working_days
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_event
from kundenkreis.pipeline import planning, usual_plans
from kundenkreis.pipeline.models import ActionPlan, Opportunity, PlanComment, PlanStep, PlanTemplate
from tests.pipeline.cards import card, wrong

pytestmark = pytest.mark.django_db
FRIDAY = dt.date(2026, 5, 29)


def plan(world, one=None, **values) -> ActionPlan:
    usual_plans.set_up()
    one = one or card(world)
    template = PlanTemplate.objects.living().order_by("position").first()
    given = {"template": template, "decision_on": FRIDAY, "language": "en"}
    return planning.begin(one, by=world.ada, **{**given, **values})


def test_working_days_are_counted_both_ways_and_over_holidays():
    monday = dt.date(2026, 5, 25)  # Whit Monday
    assert working_days.days_away(FRIDAY, -4) == dt.date(2026, 5, 22)
    assert working_days.days_away(dt.date(2026, 5, 22), 1) == dt.date(2026, 5, 26)
    assert working_days.days_between(dt.date(2026, 5, 22), FRIDAY) == 4
    assert working_days.days_between(FRIDAY, dt.date(2026, 5, 22)) == -4
    assert working_days.days_away(monday, 0) == dt.date(2026, 5, 26)
    assert working_days.days_away(monday, -3, "DE") == dt.date(2026, 5, 20)


def test_a_plan_is_laid_out_backwards_from_the_decision_and_undone_as_one(world):
    one = card(world, owner=world.ada)
    made = plan(world, one)
    steps = list(made.steps.living())
    assert Opportunity.objects.get(pk=one.pk).decision_on == FRIDAY
    assert [(s.title, s.side, s.due_on) for s in steps[-2:]] == [
        ("Decide", "theirs", FRIDAY),
        ("First delivery", "ours", dt.date(2026, 6, 15)),  # 4 June is Corpus Christi
    ]
    assert all(working_days.is_working_day(s.due_on) for s in steps)
    assert {s.owner for s in steps if s.side == "ours"} == {world.ada}
    assert made.title == "Mutual action plan with Lindner & Söhne GmbH"
    (event,) = Event.objects.about(made)
    undo_event(event, by=world.ada)
    assert not ActionPlan.objects.living().exists() and not PlanStep.objects.living().exists()
    assert Opportunity.objects.get(pk=one.pk).decision_on is None


def test_a_plan_with_steps_needs_a_day_and_there_is_one_for_each_opportunity(world):
    one = card(world)
    assert set(wrong(lambda: plan(world, one, decision_on=None))) == {"decision_on"}
    plan(world, one, template=None, decision_on=None)
    assert wrong(lambda: plan(world, one))


def test_open_steps_move_along_with_the_decision_and_done_ones_stay(world):
    made = plan(world)
    first, *_rest, last = made.steps.living()
    first.tick(True, by=world.ada)
    before = {s.pk: s.due_on for s in made.steps.living()}
    made.opportunity.change(by=world.ada, decision_on=dt.date(2026, 6, 5))  # four working days later
    made = planning.plan_of(Opportunity.objects.get(pk=made.opportunity_id))
    assert planning.is_behind(made)
    event = planning.follow(made, by=world.ada)
    after = {s.pk: s.due_on for s in made.steps.living()}
    assert after[first.pk] == before[first.pk]
    assert after[last.pk] == working_days.days_away(before[last.pk], 4)
    assert planning.follow(made, by=world.ada) is None
    undo_event(event, by=world.ada)
    assert {s.pk: s.due_on for s in made.steps.living()} == before


def test_steps_are_put_into_order_and_back(world):
    made = plan(world)
    ids = [s.pk for s in made.steps.living()]
    event = planning.arrange(made, [ids[2], ids[0]], by=world.ada)
    assert [s.pk for s in made.steps.living()][:3] == [ids[2], ids[0], ids[1]]
    undo_event(event, by=world.ada)
    assert [s.pk for s in made.steps.living()] == ids


def test_progress_names_what_is_late_and_what_is_next(world):
    made = plan(world, template=None, decision_on=None)
    yesterday = clock.today() - dt.timedelta(days=1)
    late = PlanStep.add(by=world.ada, plan=made, title="Late", side="theirs", due_on=yesterday)
    PlanStep.add(by=world.ada, plan=made, title="Done", due_on=yesterday).tick(True, by=world.ada)
    PlanStep.add(by=world.ada, plan=made, title="Some day")
    told = planning.progress(list(made.steps.living()))
    assert (told.steps, told.done, told.overdue, told.next, told.share) == (3, 1, 1, late, 33)
    assert late.tick(True, by=world.ada) and late.tick(True, by=world.ben) is None
    assert PlanStep.objects.get(pk=late.pk).done_by == "Ada Huber"


def test_what_does_not_go_together_is_said_at_the_field(world):
    made, other = plan(world), plan(world, card(world, name="Other"))
    theirs = {"plan": made, "title": "x", "side": "theirs"}
    assert set(wrong(lambda: PlanStep.add(by=world.ada, owner=world.ada, **theirs))) == {"owner"}
    assert set(wrong(lambda: PlanStep.add(by=world.ada, plan=made, title="x", contact=world.maria))) == {"contact"}
    assert set(wrong(lambda: PlanStep.add(by=world.ada, plan=made, title="x\x00"))) == {"title"}
    about = other.steps.living().first()
    assert set(wrong(lambda: PlanComment.add(by=world.ada, plan=made, step=about, text="x"))) == {"step"}
    assert set(wrong(lambda: PlanComment.add(by=world.ada, plan=made, text="   "))) == {"text"}
    step = PlanStep.add(by=world.ada, contact=world.maria, **theirs)
    step.change(by=world.ada, side="ours", owner=world.ben)
    assert PlanStep.objects.get(pk=step.pk).contact is None


def test_a_plan_is_seen_as_its_opportunity_is(world):
    made = plan(world, card(world, account=world.brauneis, owner=world.cem, by=world.cem))
    assert made.steps.visible_to(world.cem).count() == 10
    assert made.steps.visible_to(world.ada).count() == 0
    assert not PlanComment.objects.visible_to(None).exists()


def test_the_page_leads_through_a_plan(world, signed_in):
    one, client = card(world, owner=world.ada), signed_in(world.ada)
    usual_plans.set_up()
    at = f"/opportunities/{one.pk}/plan/"
    assert "No plan yet" in client.get(at).content.decode()
    template = PlanTemplate.objects.first().pk
    assert client.post(f"{at}begin/", {"template": template, "language": "en"}).status_code == 422
    begun = {"template": template, "language": "en", "decision_on": "2026-05-29"}
    assert client.post(f"{at}begin/", begun).status_code == 303
    made = planning.plan_of(one)
    steps = list(made.steps.living())
    assert client.post(f"{at}steps/{steps[1].pk}/tick/", {"done": "1"}).status_code == 303
    page = client.get(at).content.decode()
    assert "1 of 10 steps done" in page and "done" in page
    assert "1 of 10 steps done" in client.get(f"/opportunities/{one.pk}/").content.decode()
    order = {"order": [s.pk for s in steps], "move": f"down:{steps[0].pk}"}
    moved = client.post(f"{at}order/", order).content.decode()
    assert moved.index(steps[1].title) < moved.index(steps[0].title)
    assert [s.pk for s in made.steps.living()] == [s.pk for s in steps], "nothing is stored before it is saved"
    client.post(f"{at}order/", {"order": [steps[1].pk, steps[0].pk]})
    assert made.steps.living().first() == steps[1]
    answer = client.post(f"{at}links/new/", {"contact": world.maria.pk, "contact_text": "Maria", "language": ""})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert answer.content.decode().count("/plan/") and "data-copy" in answer.content.decode()
    assert client.get(f"{at}paper/").status_code == 200
    for refused in (signed_in(world.rita), signed_in(world.cem)):
        assert refused.post(f"{at}links/new/", {}).status_code in (403, 404)
        assert "Shared with" not in refused.get(at).content.decode()

"""Interviews after the end: by whose questions, what may be answered, and who may be asked."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kundenkreis.core import clock
from kundenkreis.history.undo import undo_event
from kundenkreis.pipeline import interviewing
from kundenkreis.pipeline.models import Interview, InterviewGuide
from tests.pipeline.cards import card, ready, soon, wrong
from tests.pipeline.test_opportunities import reason

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost(world):
    one = card(world, value=Decimal(900))
    one.lose(by=world.ada, close_reason=reason())
    return one


def held(world, one, **values) -> Interview:
    return Interview.add(by=world.ada, **{"opportunity": one, "contact": world.maria, "channel": "visit", **values})


def test_it_is_held_by_the_questions_of_the_house(world, lost):
    one = held(world, lost, answers={"q1": "At the fair", "q3": 4, "q2": ""}, again=7, criterion="price")
    assert (one.interviewer, one.guide.edition, one.held_on) == (world.ada, 1, clock.today())
    assert [answer for _question, answer in one.told()] == ["At the fair", "4 / 10"]
    assert one in Interview.objects.visible_to(world.ada)
    assert one not in Interview.objects.visible_to(world.cem)


@pytest.mark.parametrize(
    "wrongly",
    [{"q1": 3}, {"q3": 11}, {"q3": True}, {"q3": "4"}, {"q99": "?"}, {"q1": "x" * 2001}, {"q1": "a\0b"}, ["q1"], "q1"],
)
def test_what_is_no_answer_is_refused(world, lost, wrongly):
    assert "answers" in wrong(lambda: held(world, lost, answers=wrongly))


def test_its_day_and_figure_are_checked_and_what_is_open_is_not_asked_about(world, lost):
    assert "held_on" in wrong(lambda: held(world, lost, held_on=soon()))
    assert "held_on" in wrong(lambda: held(world, lost, held_on=soon(-1)))
    assert "again" in wrong(lambda: held(world, lost, again=11))
    assert "open" in wrong(lambda: held(world, card(world)))["__all__"]


def test_questions_that_were_asked_keep_their_edition(world, lost):
    new = [{"kind": "text", "name_en": "Why?", "name_de": ""}]
    first = InterviewGuide.revise(new, by=world.admin)
    guide = InterviewGuide.objects.current()
    assert (guide.edition, guide.asked()) == (1, [("q1", "text", "Why?")])
    undo_event(first, by=world.admin)
    one = held(world, lost, answers={"q1": "So"})
    InterviewGuide.revise(new, by=world.admin)
    assert InterviewGuide.objects.current().edition == 2
    assert one.told()[0][0] == "How did you find us?"
    one.change(by=world.ada, answers={"q1": "Otherwise"})
    assert "questions" in wrong(lambda: InterviewGuide.revise([], by=world.admin))
    assert "questions" in wrong(lambda: InterviewGuide.revise([{"kind": "poem", "name_en": "?"}], by=world.admin))
    assert wrong(lambda: one.guide.discard(by=world.admin))


def test_whoever_may_not_be_called_is_not_put_on_the_list(world, lost):
    def plan(channel):
        return interviewing.plan(lost, world.maria, channel=channel, due_on=soon(), by=world.ada)

    assert "contact" in wrong(lambda: plan("phone"))  # no number, and a survey needs consent (§ 174 TKG 2021)
    task = plan("visit")
    assert (task.kind, task.contact, task.owner, list(lost.activities.all())) == (
        "visit",
        world.maria,
        world.ada,
        [task],
    )
    world.maria.change(by=world.ada, bar="no_contact")
    assert "contact" in wrong(lambda: plan("visit"))
    assert "channel" in wrong(lambda: plan("pigeon"))
    still = card(world)
    ready(still, world)
    assert wrong(lambda: interviewing.plan(still, world.maria, channel="visit", due_on=soon(), by=world.ada))

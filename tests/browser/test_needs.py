"""A needs talk on the phone: questions answered one after the other, a need of an answer, an opportunity of the need."""

from __future__ import annotations

import re

import pytest

from kundenkreis.needs.models import Need, NeedsTalk, TalkAnswer
from kundenkreis.pipeline import usual as usual_pipeline
from kundenkreis.pipeline.models import Opportunity
from tests.needs.asked import edition, talk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_on_the_phone_a_question_becomes_a_need_and_that_an_opportunity(world, look, violations):
    usual_pipeline.set_up()
    one = talk(world, edition=edition())
    page = look(world.ada, f"/needs/talks/{one.pk}/ask/q1/", width=390)
    page.get_by_label("By plan").check()
    page.get_by_text("Kept at").wait_for()  # before anything was sent by hand
    page.get_by_role("button", name="Next").click()
    page.wait_for_url(re.compile(r"/ask/q2/$"))
    page.get_by_label("What goes wrong?").fill("Late deliveries")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []
    page.get_by_role("button", name="Next").click()
    page.wait_for_url(re.compile(r"/ask/q3/$"))
    page.get_by_label("What does it cost a year?").fill("12,000")
    page.get_by_role("button", name="Next").click()
    page.wait_for_url(re.compile(r"/ask/q4/$"))
    page.get_by_role("button", name="Skip").click()
    page.wait_for_url(re.compile(rf"/talks/{one.pk}/$"))
    given = dict(TalkAnswer.objects.values_list("key", "value"))
    assert given == {"q1": "c2", "q2": "Late deliveries", "q3": "12000", "q4": ""}
    page.get_by_role("button", name="Make a need of it").first.click()
    page.wait_for_url(re.compile(r"/needs/\d+/$"))
    need = Need.objects.get()
    assert (need.title, need.contact) == ("Late deliveries", world.maria)
    page.get_by_role("link", name="Opportunity", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/opportunities/\d+/$"))
    assert list(Opportunity.objects.get().needs.all()) == [need]
    assert NeedsTalk.objects.get().finished_at is None

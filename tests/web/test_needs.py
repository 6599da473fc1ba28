"""The pages of needs, needs talks and wishes."""

from __future__ import annotations

import re

import pytest

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.filters import condition
from kundenkreis.customers.models import Account
from kundenkreis.needs import covering
from kundenkreis.needs.models import Need, NeedsTalk, QuestionSet, TalkAnswer, Wish, WishAsk, WishTelling
from kundenkreis.pipeline import usual as usual_pipeline
from kundenkreis.pipeline.models import Opportunity
from tests.needs.asked import edition, need, talk, wish

pytestmark = pytest.mark.django_db


def test_a_talk_is_held_one_question_after_the_other_and_leads_to_an_opportunity(world, signed_in):
    usual_pipeline.set_up()
    client, current = signed_in(world.ada), edition()
    sent = {"account": world.lindner.pk, "account_text": world.lindner.name, "edition": current.pk, "kind": "call"}
    sent |= {"held_on": clock.today().isoformat(), "contact": world.maria.pk}
    answer = client.post("/needs/talks/new/", sent)
    one = NeedsTalk.objects.get()
    at = f"/needs/talks/{one.pk}/"
    assert (answer.status_code, answer["Location"]) == (303, f"{at}ask/q1/")
    assert "How do you order?" in client.get(f"{at}ask/q1/").content.decode()
    assert client.post(f"{at}ask/q1/", {"value": "c9"}).status_code == 422
    assert client.post(f"{at}ask/q1/", {"value": ""}).status_code == 422
    assert client.post(f"{at}ask/q1/", {"value": "c2"})["Location"] == f"{at}ask/q2/"
    assert client.post(f"{at}ask/q2/", {"value": "Late <b>deliveries</b>"})["Location"] == f"{at}ask/q3/"
    assert client.post(f"{at}ask/q3/", {"value": "1,200.50"})["Location"] == f"{at}ask/q4/"
    assert client.post(f"{at}ask/q4/", {"skip": "1"})["Location"] == at
    page = client.get(at).content.decode()
    assert "Late &lt;b&gt;deliveries" in page and "1,200.50" in page and "passed over" in page
    assert page.count("Make a need of it") == 2, "of a problem and of what it costs"
    hurts = TalkAnswer.objects.get(key="q2")
    answer = client.post(f"{at}answers/{hurts.pk}/need/")
    made = Need.objects.get()
    assert answer["Location"] == f"/needs/{made.pk}/"
    assert client.post(f"{at}answers/{hurts.pk}/need/").status_code == 303 and Need.objects.count() == 1
    assert client.post(f"{at}finish/").status_code == 303
    assert Activity.objects.get(kind="call").account == world.lindner
    answer = client.post(f"/needs/{made.pk}/sell/", {"name": "Faster", "pipeline": _pipeline()})
    sold = Opportunity.objects.get()
    assert answer["Location"] == f"/opportunities/{sold.pk}/"
    assert f"/needs/{made.pk}/" in client.get(f"/opportunities/{sold.pk}/").content.decode()
    assert f"/opportunities/{sold.pk}/" in client.get(f"/needs/{made.pk}/").content.decode()
    section = client.get(f"/needs/of/{world.lindner.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "3 of 4 questions answered" in section and made.title.split()[0] in section and "<html" not in section


def _pipeline() -> int:
    from kundenkreis.pipeline.models import Pipeline

    return Pipeline.objects.living().first().pk


def test_what_is_written_is_kept_and_nobody_overwrites_unseen(world, signed_in):
    one = talk(world)
    at = f"/needs/talks/{one.pk}/"
    client, other = signed_in(world.ada), signed_in(world.admin)
    kept = client.post(
        f"{at}keep/q2/", {"value": "Late", "version": ""}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "Kept at" in kept and 'name="version"' in kept
    version = re.search(r'value="(\d+)"', kept)[1]
    client.post(f"{at}keep/q2/", {"value": "Late deliveries", "version": version}, headers={"HX-Request": "true"})
    client.post(
        f"{at}keep/q2/", {"value": "Late deliveries in May", "version": version}, headers={"HX-Request": "true"}
    )
    assert TalkAnswer.objects.get().value == "Late deliveries in May", "her own words on their way are no conflict"
    assert client.post(f"{at}keep/q3/", {"value": "12 or so"}, headers={"HX-Request": "true"}).status_code == 200
    assert TalkAnswer.objects.count() == 1, "what is no answer yet is not kept"
    page = other.post(f"{at}ask/q2/", {"value": "Broken goods", "version": ""})
    assert page.status_code == 409
    text = page.content.decode()
    assert "Late deliveries in May" in text and "Broken goods" in text and "Ada Huber" in text
    assert TalkAnswer.objects.get().value == "Late deliveries in May"
    version = re.search(r'id="answer-version" value="(\d+)"', text)[1]
    assert other.post(f"{at}ask/q2/", {"value": "Broken goods", "version": version}).status_code == 303
    assert TalkAnswer.objects.get().value == "Broken goods"


def test_coverage_lists_the_least_known_first_and_only_ones_own(world, signed_in):
    Account.objects.update(last_order_on=clock.today())
    one = talk(world)
    one.answer("q2", "Late", by=world.ada)
    quiet = Account.add(by=None, name="Quiet GmbH", owner=world.ada)
    Account.objects.filter(pk=quiet.pk).update(last_order_on=clock.today())
    covering.figure_all()
    page = signed_in(world.ada).get("/needs/coverage/").content.decode()
    assert page.index("Quiet GmbH") < page.index("Lindner") and "Brauneis" not in page and "1 of 4" in page
    asked = f"/accounts/?f=coverage:with({condition('percent', 'less', 10)})"
    page = signed_in(world.ada).get(asked).content.decode()
    assert "Quiet GmbH" in page
    assert "needs/of/" in signed_in(world.ada).get(f"/accounts/{world.lindner.pk}/").content.decode()


def test_wishes_are_ranked_by_the_revenue_that_the_reader_sees(world, signed_in):
    usual_pipeline.set_up()
    small, large = wish(world, world.lindner), wish(world, world.brauneis, title="Larger packs")
    WishAsk.add(by=world.ada, wish=small, account=world.lindner, contact=world.maria)
    Account.objects.filter(pk=world.lindner.pk).update(revenue_12m=100)
    Account.objects.filter(pk=world.brauneis.pk).update(revenue_12m=900)
    Opportunity.add(by=world.cem, name="Lamps", account=world.brauneis, value=50)
    page = signed_in(world.ben).get("/wishes/").content.decode()
    assert (
        page.index("Larger packs") < page.index("Smaller packs") and "€900" in page and "€100" in page and "€50" in page
    )
    page = signed_in(world.ada).get("/wishes/").content.decode()
    assert page.index("Smaller packs") < page.index("Larger packs"), "what others buy is not told"
    assert "900" not in page and "0 and 1 that you do not see" in page
    page = signed_in(world.ada).get(f"/wishes/{large.pk}/").content.decode()
    assert "Brauneis" not in page and "1 more customer asks whom you do not see" in page


def test_the_status_goes_back_to_each_customer(world, signed_in):
    one = wish(world)
    client = signed_in(world.ada)
    add = f"/wishes/{one.pk}/asks/add/"
    asked = {
        "account": world.lindner.pk,
        "contact": world.maria.pk,
        "asked_on": clock.today().isoformat(),
        "weight": "3",
    }
    assert client.post(add, asked | {"account": world.brauneis.pk}).status_code == 422
    assert client.post(add, asked).status_code == 303
    assert client.post(f"/wishes/{one.pk}/status/", {"status": "declined", "answer": ""}).status_code == 422
    assert (
        client.post(f"/wishes/{one.pk}/status/", {"status": "declined", "answer": "Nobody makes them."}).status_code
        == 303
    )
    waiting = WishTelling.objects.get()
    page = client.get(f"/wishes/{one.pk}/").content.decode()
    assert "Still to tell" in page and "mailto:maria@lindner.test?subject=" in page and "Nobody%20makes%20them" in page
    world.maria.change(by=world.ada, bar="no_contact")
    assert "mailto:" not in client.get(f"/wishes/{one.pk}/").content.decode()
    assert "still to tell" in client.get("/wishes/told/").content.decode()
    tell = f"/wishes/{one.pk}/tellings/{waiting.pk}/tell/"
    assert signed_in(world.rita).post(tell, {"how": "call"}).status_code == 403
    assert client.post(tell, {"how": "", "told_on": clock.today().isoformat()}).status_code == 422
    assert client.post(tell, {"how": "call", "told_on": clock.today().isoformat(), "note": "A pity"}).status_code == 303
    page = client.get(f"/wishes/{one.pk}/").content.decode()
    assert "A pity" in page and "Nobody is waiting" in page
    assert not Activity.objects.open().exists()


def test_two_wishes_become_one_by_a_form(world, signed_in):
    kept, gone = wish(world, world.lindner), wish(world, world.brauneis, title="Small packs")
    client = signed_in(world.ben)
    assert client.post(f"/wishes/{gone.pk}/join/", {"into": gone.pk}).status_code == 422
    assert client.post(f"/wishes/{gone.pk}/join/", {"into": kept.pk})["Location"] == f"/wishes/{kept.pk}/"
    page = client.get(f"/wishes/{kept.pk}/").content.decode()
    assert "Brauneis" in page and "Small packs" in page
    assert "Small packs" not in client.get("/wishes/").content.decode()
    assert Wish.objects.get(pk=gone.pk).merged_into == kept


def test_questions_are_arranged_by_whoever_leads(world, signed_in):
    ben, at = signed_in(world.ben), "/needs/questions/"
    new = {"name_de": "Handel", "position": "9", "is_active": "on", "lines": "Retail\nWholesale"}
    answer = ben.post(f"{at}new/", new)
    made = QuestionSet.objects.get(name_de="Handel")
    assert answer["Location"] == f"{at}{made.pk}/questions/" and made.industries == ["Retail", "Wholesale"]
    asked = {"name_de_0": "Was fehlt?", "step_0": "problem", "kind_0": "text"}
    asked |= {
        "name_de_1": "Wie oft?",
        "name_en_1": "How often?",
        "step_1": "situation",
        "kind_1": "choice",
        "choices_1": "Oft | Often",
    }
    assert ben.post(f"{at}{made.pk}/questions/", asked).status_code == 422, "a choice has two answers"
    asked["choices_1"] += "\nNie | Never"
    assert ben.post(f"{at}{made.pk}/questions/", asked).status_code == 303
    assert [one["name_en"] for one in made.current().questions] == ["How often?", "Was fehlt?"]
    stale = made.current().version
    assert ben.post(f"{at}{made.pk}/questions/", asked | {"name_de_2": "Neu?", "version": stale}).status_code == 303
    assert ben.post(f"{at}{made.pk}/questions/", asked | {"version": stale}).status_code == 409
    assert ben.post(f"{at}{made.pk}/edit/", new | {"lines": ""}).status_code == 303
    assert QuestionSet.objects.get(pk=made.pk).industries == []
    ada = signed_in(world.ada)
    assert ada.get(at).status_code == 200 and ada.post(f"{at}new/", new).status_code == 403


def test_who_may_read_only_sees_and_changes_nothing(world, signed_in):
    one = need(world)
    rita = signed_in(world.rita)
    found = rita.get("/search/?q=goods", headers={"HX-Request": "true"}).content.decode()
    assert f"/needs/{one.pk}/" in found and world.lindner.name.split()[0] in found
    assert (
        "/needs/" not in signed_in(world.cem).get("/search/?q=goods", headers={"HX-Request": "true"}).content.decode()
    )
    assert rita.get(f"/needs/{one.pk}/").status_code == 200 and rita.get("/wishes/").status_code == 200
    for address in (
        "/needs/new/",
        "/needs/talks/new/",
        "/wishes/new/",
        f"/needs/{one.pk}/edit/",
        f"/needs/{one.pk}/sell/",
    ):
        assert rita.get(address).status_code == 403, address
    assert signed_in(world.cem).get(f"/needs/{one.pk}/").status_code == 404
    assert signed_in(world.ada).post(f"/needs/{one.pk}/drop/", {"drop_reason": ""}).status_code == 422
    assert signed_in(world.ada).post(f"/needs/{one.pk}/drop/", {"drop_reason": "Solved"}).status_code == 303


def test_many_needs_go_to_a_new_owner_who_sees_their_accounts(world, signed_in):
    mine, cems = need(world), need(world, by=world.cem, account=world.brauneis)
    sent = {"change": "owner", "ids": [mine.pk, cems.pk]}
    ben = signed_in(world.ben)
    assert "Goods run out" in ben.post("/needs/bulk/", sent).content.decode()
    assert ben.post("/needs/bulk/", sent | {"sure": "1", "value": world.cem.pk}).status_code == 303
    assert {one.owner for one in Need.objects.all()} == {world.ada, world.cem}, "Cem does not see Ada's account"
    assert ben.post("/needs/bulk/", sent | {"sure": "1", "value": world.dora.pk}).status_code == 303
    assert {one.owner for one in Need.objects.all()} == {world.dora}
    assert signed_in(world.rita).post("/needs/bulk/", sent).status_code == 403

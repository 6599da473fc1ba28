"""What is known of an opportunity by MEDDPICC."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from kundenkreis.core import clock
from kundenkreis.history.undo import undo_event
from kundenkreis.pipeline.models import Opportunity, Qualification
from tests.pipeline.cards import card, wrong

pytestmark = pytest.mark.django_db


def known(world, one, element="pain", **values):
    return Qualification.add(by=world.ada, opportunity=one, element=element, **{"score": 1, **values})


def points(one) -> int:
    return Opportunity.objects.get(pk=one.pk).qualified


def test_an_opportunity_keeps_the_sum_of_its_points_whatever_comes_back(world):
    one = card(world)
    version = Opportunity.objects.get(pk=one.pk).version
    pain = known(world, one, score=3, evidence="Shelves stood empty.")
    event = Qualification.objects.get(pk=known(world, one, "metrics").pk).discard(by=world.ada)
    assert points(one) == 3
    undo_event(event, by=world.ada)
    assert points(one) == 4
    pain.change(by=world.ada, score=2)
    assert points(one) == 3
    assert Opportunity.objects.get(pk=one.pk).version == version, "nobody's form grew stale"


def test_what_the_customer_said_or_what_is_proven_needs_evidence(world):
    one = card(world)
    assert set(wrong(lambda: known(world, one, score=2))) == {"evidence"}
    assert set(wrong(lambda: known(world, one, score=3, evidence="  "))) == {"evidence"}
    assert set(wrong(lambda: known(world, one, score=4, evidence="x"))) == {"score"}
    assert set(wrong(lambda: known(world, one, "luck"))) == {"element"}
    tomorrow = clock.today() + dt.timedelta(days=1)
    assert set(wrong(lambda: known(world, one, checked_on=tomorrow))) == {"checked_on"}
    assert points(one) == 0


def test_an_element_stands_there_once(world):
    one = card(world)
    pain = known(world, one)
    assert wrong(lambda: known(world, one))
    with pytest.raises(IntegrityError), transaction.atomic():
        Qualification.objects.bulk_create([Qualification(opportunity=one, element="pain")])
    pain.discard(by=world.ada)
    known(world, one)


def test_what_was_looked_at_long_ago_should_be_looked_at_again(world):
    one = card(world)
    old = known(world, one, checked_on=clock.today() - dt.timedelta(days=61))
    assert old.is_old
    assert not known(world, one, "metrics", checked_on=clock.today() - dt.timedelta(days=60)).is_old


def test_the_page_names_the_holes_and_takes_an_answer_in_its_place(world, signed_in):
    world.ada.change(by=None, language="en")
    one, client = card(world), signed_in(world.ada)
    page = client.get(f"/opportunities/{one.pk}/").content.decode()
    assert page.count("not known yet") == 8
    assert "Who can say yes, and releases the money?" in page
    address = f"/opportunities/{one.pk}/qualification/add/?element=champion"
    assert "Who speaks for us when we are not there?" in client.get(address).content.decode()
    sent = {"element": "champion", "score": "2", "evidence": "", "checked_on": clock.today().isoformat()}
    answer = client.post(address, sent)
    assert answer.status_code == 422
    assert "Write what speaks for it" in answer.content.decode()
    assert client.post(address, sent | {"evidence": "She showed us the figures."}).status_code == 303
    page = client.get(f"/opportunities/{one.pk}/").content.decode()
    assert page.count("not known yet") == 7
    assert "She showed us the figures." in page
    assert "2 of 24 points" in page
    (kept,) = one.qualification.living()
    edit = f"/opportunities/{one.pk}/qualification/{kept.pk}/edit/"
    changed = {"score": "3", "evidence": "She said it in the meeting.", "checked_on": clock.today().isoformat()}
    assert client.post(edit, changed | {"version": kept.version}).status_code == 303
    assert points(one) == 3


def test_who_may_only_look_sees_what_is_known_and_no_button(world, signed_in):
    one = card(world)
    known(world, one, evidence="Shelves stood empty.")
    page = signed_in(world.rita).get(f"/opportunities/{one.pk}/").content.decode()
    assert "Shelves stood empty." in page
    assert "qualification/add" not in page


def test_a_list_is_asked_for_those_that_are_known_well(world, signed_in):
    one, other = card(world, name="Well known"), card(world, name="Hardly known")
    known(world, one, score=3, evidence="x")
    page = signed_in(world.ada).get("/opportunities/?f=qualified:over:2&columns=name,qualified").content.decode()
    assert "Well known" in page and "Hardly known" not in page
    assert other.pk

"""The pages of target accounts."""

from __future__ import annotations

import datetime as dt

import pytest

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.prospecting import suggesting
from kundenkreis.prospecting.models import CriteriaSet, Fit, FitCriterion, ResearchQuestion, TargetAccount
from tests.prospecting.wanted import criteria, prospect, target

pytestmark = pytest.mark.django_db


def test_an_account_is_put_on_the_list_and_led_on_from_its_page(world, signed_in):
    client, account = signed_in(world.ada), prospect(world)
    criteria({"measure": "judged", "weight": 10})
    sent = {"account": account.pk, "account_text": account.name, "priority": "1", "potential": "9000"}
    assert "Say where this figure is from" in client.post("/target-accounts/new/", sent).content.decode()
    assert client.post("/target-accounts/new/", sent | {"potential_source": "Guess"}).status_code == 303
    one = TargetAccount.objects.get()
    at = f"/target-accounts/{one.pk}/"
    page = client.get(at).content.decode()
    assert "None planned" in page and "nobody has judged it yet" in page and "0 of 6 questions answered" in page
    judged, question = FitCriterion.objects.living().get(), ResearchQuestion.objects.first()
    assert (
        client.post(f"{at}judgements/add/?criterion={judged.pk}", {"score": "3", "reason": "Dowels"}).status_code == 303
    )
    found = {"text": "<b>Dowels</b>", "source": "Report", "found_on": clock.today().isoformat()}
    assert client.post(f"{at}answers/add/?question={question.pk}", found).status_code == 303
    event = {"kind": "site", "what": "Plant in Linz", "happened_on": clock.today().isoformat(), "url": "javascript:x"}
    assert client.post(f"{at}events/add/", event).status_code == 422
    assert client.post(f"{at}events/add/", event | {"url": "https://news.test/1"}).status_code == 303
    step = {"subject": "Call about Linz", "kind": "call", "due_on": clock.today().isoformat()}
    assert client.post(f"{at}step/", step).status_code == 303
    page = client.get(at).content.decode()
    assert "Call about Linz" in page and "None planned" not in page and "100 of 100" in page
    assert "&lt;b&gt;Dowels" in page and "<b>Dowels" not in page and 'rel="noopener noreferrer nofollow"' in page
    assert Activity.objects.get(subject="Call about Linz").account == account
    assert f"/target-accounts/{one.pk}/" in client.get(f"/accounts/{account.pk}/").content.decode()
    assert client.post(f"{at}drop/", {"drop_reason": ""}).status_code == 422
    assert client.post(f"{at}drop/", {"drop_reason": "Closed down"}).status_code == 303
    assert "Closed down" in client.get(at).content.decode()
    assert client.post(f"{at}discard/").status_code == 303
    assert signed_in(world.cem).get(at).status_code == 404


def test_the_list_is_asked_for_what_stands_still_and_for_occasions(world, signed_in):
    client = signed_in(world.ada)
    still, moving = target(world), target(world, prospect(world, "Moving GmbH"))
    due = clock.today() + dt.timedelta(days=2)
    Activity.add(
        by=world.ada, kind="call", subject="Call", account=moving.account, is_open=True, due_on=due, owner=world.ada
    )
    page = client.get("/target-accounts/").content.decode()
    assert page.count("none planned") == 1
    page = client.get("/target-accounts/?f=state:in:no_step").content.decode()
    assert still.account.name in page and "Moving GmbH" not in page
    assert client.get("/target-accounts/?layout=board-status").status_code == 200
    page = client.get("/accounts/?f=wanted:with(status:in:research)").content.decode()
    assert "Moving GmbH" in page and "Lindner" not in page


def test_many_are_put_on_the_list_from_both_lists_and_taken_back(world, signed_in):
    client = signed_in(world.ada)
    criteria({"measure": "country", "values": ["AT"], "weight": 10})
    ids = [prospect(world, f"Firma {n}").pk for n in range(3)]
    foreign = prospect(world, "Cem's", owner=world.cem).pk
    sent = {"change": "wanted", "ids": [*ids[:2], foreign]}
    asked = client.post("/accounts/bulk/", sent).content.decode()
    assert "Firma 1" in asked and "Cem&#39;s" not in asked
    assert client.post("/accounts/bulk/", sent | {"sure": "1", "value": world.ada.pk}).status_code == 303
    assert set(TargetAccount.objects.values_list("account_id", flat=True)) == set(ids[:2])
    suggesting.figure_all()
    page = client.get("/target-accounts/fitting/").content.decode()
    assert "Firma 2" in page and "Firma 1" not in page and "Cem&#39;s" not in page
    fit = Fit.objects.get(account=ids[2])
    assert client.get(f"/target-accounts/fitting/{fit.pk}/")["Location"] == f"/accounts/{ids[2]}/"
    sent = {"change": "wanted", "ids": [fit.pk], "sure": "1", "value": world.ada.pk}
    assert client.post("/target-accounts/fitting/put/", sent).status_code == 303
    assert Account.objects.get(pk=ids[2]).wanted.living().count() == 1
    assert signed_in(world.rita).post("/target-accounts/fitting/put/", sent).status_code == 403


def test_criteria_are_arranged_by_whoever_leads_and_read_by_all(world, signed_in):
    of_set, ben = criteria({"measure": "country", "values": ["AT"], "weight": 10}), signed_in(world.ben)
    at = "/target-accounts/settings/"
    new = {"name_en": "Trade", "measure": "industry", "weight": "20", "position": "2", "industries": "Wood\nToys"}
    assert ben.post(f"{at}criterion/new/?of={of_set.pk}", new).status_code == 303
    made = FitCriterion.objects.latest("pk")
    assert (made.values, made.of_set) == (["Wood", "Toys"], of_set)
    assert ben.post(f"{at}criterion/new/?of={of_set.pk}", new | {"industries": ""}).status_code == 422
    page = ben.get(at).content.decode()
    assert "Wood, Toys" in page and "Austria" in page
    assert ben.post(f"{at}question/new/", {"name_en": "Who owns it?", "position": "9"}).status_code == 303
    assert ben.post(f"{at}set/{of_set.pk}/discard/").status_code == 303
    assert CriteriaSet.present("targets") is None
    assert signed_in(world.ada).get(at).status_code == 200
    assert signed_in(world.ada).post(f"{at}set/new/", {"name_en": "x"}).status_code == 403

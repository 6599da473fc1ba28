"""Leads for programs: taken in with twins reported, changed by version, converted and disqualified."""

from __future__ import annotations

import pytest

from kundenkreis.customers.models import Account
from kundenkreis.leads.models import Lead
from tests.leads.making import form_of, lead_of, points, routed, sent

pytestmark = pytest.mark.django_db
BODY = {
    "company": "Lindner und Soehne GmbH",
    "family_name": "Moser",
    "email": "eva@x.test",
    "message": "Price?",
    "is_inquiry": True,
}


def test_a_program_takes_a_lead_in_and_the_rules_say_whose_it_is(world, program):
    routed(world.admin, way="person", person=world.ada)
    points(world.admin, "asked for a price", 10, "message:has:price")
    made = program(world.gerda).post("leads", BODY)
    assert made.status_code == 201
    body = made.json()
    assert (body["owner_id"], body["score"], body["origin"], body["status"]) == (world.ada.pk, 10, "api", "new")
    assert program(world.ada).get("leads?f=score:over:5").json()["items"][0]["id"] == body["id"]
    assert program(world.cem).get(f"leads/{body['id']}").status_code == 404


def test_whom_she_may_be_is_reported_when_asked(world, program):
    ada = program(world.ada)
    refused = ada.post("leads", BODY, **{"Refuse-Duplicates": "true"})
    assert refused.status_code == 409
    assert [(one["noun"], one["id"]) for one in refused.json()["twins"]] == [("account", world.lindner.pk)]
    assert ada.post("leads", BODY, **{"Refuse-Duplicates": "perhaps"}).status_code == 422
    assert not Lead.objects.exists()
    assert ada.post("leads", BODY).status_code == 201


def test_a_change_needs_the_version_and_a_closed_lead_takes_none(world, program):
    lead, ada = lead_of(world.ada), program(world.ada)
    etag = ada.get(f"leads/{lead.pk}").headers["ETag"]
    assert ada.patch(f"leads/{lead.pk}", {"place": "Linz"}, etag=etag).json()["place"] == "Linz"
    assert ada.patch(f"leads/{lead.pk}", {"place": "Wels"}, etag=etag).status_code == 412
    assert ada.post(f"leads/{lead.pk}/disqualify", {"reason": ""}).status_code == 422
    assert ada.post(f"leads/{lead.pk}/disqualify", {"reason": "no_need"}).json()["status"] == "disqualified"
    lead.refresh_from_db()
    assert ada.patch(f"leads/{lead.pk}", {"place": "Wels"}, etag=f'"{lead.version}"').status_code in (409, 412, 422)
    assert ada.post(f"leads/{lead.pk}/reopen").json()["status"] == "working"


def test_converting_makes_what_is_left_out_and_takes_only_what_she_sees(world, program):
    lead, ada = lead_of(world.ada), program(world.ada)
    assert ada.post(f"leads/{lead.pk}/convert", {"account_id": world.brauneis.pk}).status_code == 422
    body = ada.post(f"leads/{lead.pk}/convert", {"opportunity": True}).json()
    assert body["status"] == "converted"
    assert Account.objects.get(pk=body["account_id"]).name == lead.company
    assert body["opportunity_id"]
    assert body["campaign"] == "Autumn"


def test_to_make_somebody_else_the_owner_needs_the_right(world, program):
    assert program(world.ada).post("leads", BODY | {"owner_id": world.cem.pk}).status_code in (403, 422)
    assert program(world.gerda).post("leads", BODY | {"owner_id": world.cem.pk}).status_code == 201


def test_what_is_held_back_is_read_by_whoever_keeps_the_forms(world, program):
    sent(form_of(world.admin), trapped=True)
    assert program(world.admin).get("lead-submissions?f=state:in:held").json()["items"][0]["why"] == "trap"
    assert program(world.ada).get("lead-submissions").status_code == 403

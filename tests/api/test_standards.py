"""Data quality over the API."""

from __future__ import annotations

import pytest

from kundenkreis.quality.rules import QualityFinding, QualityRule
from kundenkreis.quality.standards import measuring

pytestmark = pytest.mark.django_db
V = "/api/v1"


def test_rules_are_made_and_their_findings_read(world, signed_in):
    admin, ada = signed_in(world.admin), signed_in(world.ada)
    body = {"noun_of": "account", "field": "vat_id", "kind": "filled", "weight": 3, "conditions": ["country:in:AT"]}
    made = admin.post(f"{V}/quality-rules", body, content_type="application/json")
    assert made.status_code == 201, made.content
    rule = QualityRule.objects.get()
    assert (rule.weight, rule.conditions) == (3, ["country:in:AT"])
    bad = admin.post(f"{V}/quality-rules", body | {"conditions": ["nonsense"]}, content_type="application/json")
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "/conditions")
    refused = ada.post(f"{V}/quality-rules", body | {"field": "phone"}, content_type="application/json")
    assert refused.status_code == 403
    measuring.measure()
    figures = ada.get(f"{V}/quality").json()
    assert figures["items"][0]["name"] == "Accounts: VAT ID (UID) is filled in"
    assert figures["measured_at"]
    seen = ada.get(f"{V}/quality-findings").json()["items"]
    assert {one["account_id"] for one in seen} <= set(QualityFinding.objects.values_list("account", flat=True))


def test_a_finding_of_a_record_that_is_not_seen_is_not_there(world, signed_in):
    rule = QualityRule.add(by=None, noun_of="account", field="vat_id", kind="filled")
    type(world.brauneis).objects.filter(pk=world.brauneis.pk).update(owner=world.ben, team=None, territory=None)
    measuring.measure()
    hidden = QualityFinding.objects.get(rule=rule, account=world.brauneis)
    ada = signed_in(world.ada)
    assert ada.get(f"{V}/quality-findings/{hidden.pk}").status_code == 404
    assert world.brauneis.pk not in {one["account_id"] for one in ada.get(f"{V}/quality-findings").json()["items"]}
    assert signed_in(world.ben).get(f"{V}/quality-findings/{hidden.pk}").status_code == 200


def test_a_record_is_let_off_and_asked_again(world, signed_in):
    rule = QualityRule.add(by=None, noun_of="account", field="vat_id", kind="filled")
    measuring.measure()
    ada = signed_in(world.ada)
    body = {"rule_id": rule.pk, "account_id": world.lindner.pk, "reason": "Small business"}
    made = ada.post(f"{V}/quality-waivers", body, content_type="application/json")
    assert made.status_code == 201, made.content
    assert not QualityFinding.objects.filter(account=world.lindner).exists()
    gone = ada.delete(f"{V}/quality-waivers/{made.json()['id']}", headers={"If-Match": made.headers["ETag"]})
    assert gone.status_code in (200, 204)
    assert QualityFinding.objects.filter(account=world.lindner).exists()
    type(world.brauneis).objects.filter(pk=world.brauneis.pk).update(owner=world.ben, team=None, territory=None)
    body["account_id"] = world.brauneis.pk
    assert ada.post(f"{V}/quality-waivers", body, content_type="application/json").status_code in (403, 404, 422)


def test_look_ups_are_read_and_written(world, signed_in):
    ada = signed_in(world.ada)
    body = {"account_id": world.lindner.pk, "number": "ATU13585627", "answer": "valid", "asked_on": "2009-12-31"}
    made = ada.post(f"{V}/lookups", body, content_type="application/json")
    assert made.status_code == 201, made.content
    assert made.json()["service"] == "vies"
    bad = ada.post(f"{V}/lookups", body | {"number": "ATU1"}, content_type="application/json")
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "/number")

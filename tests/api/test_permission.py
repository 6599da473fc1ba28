"""Permission to contact over the API."""

import pytest

from kundenkreis.activities.permission import may_contact
from kundenkreis.customers.models import Consent, Suppression
from tests.activities.consenting import consent, wording


def answers(client, contact):
    items = client.get(f"contacts/{contact.pk}/permissions").json()["items"]
    return {(one["purpose"], one["channel"]): one for one in items}


def test_every_purpose_and_channel_is_answered_with_rule_and_sentence(world, program):
    consent(world.maria)
    found = answers(program(world.ada), world.maria)
    assert len(found) == 20
    assert found["newsletter", "email"]["rule"] == "consent"
    assert found["newsletter", "email"]["allowed"] is True
    refused = found["advertising", "sms"]
    assert (refused["allowed"], refused["rule"]) == (False, "no_address")
    assert refused["sentence"] == "No address is known for this channel."


def test_what_one_does_not_see_has_no_permissions(world, program):
    assert program(world.cem).get(f"contacts/{world.maria.pk}/permissions").status_code == 404


def test_withdrawing_objecting_and_suppressing(world, program):
    ada, given = program(world.ada), consent(world.maria)
    assert ada.post(f"consents/{given.pk}/withdraw", {"source": "Mail"}).json()["state"] == "withdrawn"
    assert ada.post(f"consents/{given.pk}/withdraw", {}).status_code in (409, 422)
    assert ada.post(f"contacts/{world.maria.pk}/object", {"source": "Call"}).json()["objected_at"]
    assert ada.post(f"contacts/{world.maria.pk}/object", {}).status_code in (409, 422)
    assert answers(ada, world.maria)["newsletter", "letter"]["rule"] == "objected"
    assert ada.post(f"contacts/{world.maria.pk}/end-objection", {"source": "Call"}).json()["objected_at"] is None
    assert ada.post(f"contacts/{world.maria.pk}/suppress", {"reason": "complaint"}).status_code == 200


def test_an_address_is_suppressed_without_being_kept_and_lifted_by_an_administrator_only(world, program):
    body = {"kind": "email", "address": "Maria@Lindner.test", "reason": "objection", "source": "Letter"}
    made = program(world.ada).post("suppressions", body)
    assert made.status_code == 201
    assert "lindner" not in made.content.decode().lower()
    assert may_contact(world.maria, "newsletter", "letter").rule == "letter"
    assert may_contact(world.maria, "newsletter", "email").rule == "suppressed"
    one = made.json()["id"]
    assert program(world.ada).post(f"suppressions/{one}/lift", {"reason": "x"}).status_code == 403
    admin = program(world.admin)
    assert admin.post(f"suppressions/{one}/lift", {}).status_code == 422
    assert admin.post(f"suppressions/{one}/lift", {"reason": "Wrong Maria"}).json()["lift_reason"] == "Wrong Maria"
    assert not Suppression.objects.in_force().exists()


@pytest.mark.parametrize("address", ["nonsense", "a@", "@b.test", ""])
def test_what_is_no_address_is_not_suppressed(world, program, address):
    body = {"kind": "email", "address": address, "reason": "other"}
    assert program(world.admin).post("suppressions", body).status_code == 422


def test_a_consent_with_wording_and_proof_counts(world, program):
    ada = program(world.ada)
    body = {"contact_id": world.maria.pk, "purpose": "newsletter", "channel": "email", "state": "given"}
    body |= {"since": "2026-01-02T10:00:00+01:00", "source": "Form", "how": "web_form", "proof": "Form 12"}
    made = ada.post("consents", body | {"wording_id": wording().pk})
    assert made.status_code == 201, made.content
    assert answers(ada, world.maria)["newsletter", "email"]["rule"] == "consent"
    tomorrow = ada.patch(f"consents/{made.json()['id']}", {"since": "2999-01-01T10:00:00+01:00"}, etag="*")
    assert tomorrow.status_code == 422
    assert Consent.objects.get().since.year == 2026


def test_a_wording_in_use_is_not_changed(world, program):
    text = wording()
    consent(world.maria)
    answer = program(world.admin).patch(f"wordings/{text.pk}", {"text_de": "Nein"}, etag="*")
    assert answer.status_code == 422
    assert program(world.ada).patch(f"wordings/{text.pk}", {"text_de": "Nein"}, etag="*").status_code == 403


def test_contacts_are_listed_by_what_they_may_be_contacted_for(world, program):
    ada = program(world.ada)
    assert ada.get("contacts?may=newsletter.email").json()["items"] == []
    consent(world.maria)
    assert [one["id"] for one in ada.get("contacts?may=newsletter.email").json()["items"]] == [world.maria.pk]


def test_asking_by_mail_is_a_step(world, program, mailoutbox):
    ada = program(world.ada)
    assert ada.post(f"contacts/{world.maria.pk}/opt-in", {"wording_id": wording().pk}).status_code == 200
    assert len(mailoutbox) == 1
    assert ada.post(f"contacts/{world.maria.pk}/opt-in", {"wording_id": 987654}).status_code == 422

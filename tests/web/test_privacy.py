"""The pages of data protection: taking a request in, its steps, the record, breaches, alerts, reported problems."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from kundenkreis.history.models import Event
from kundenkreis.privacy import breach_clock, usual_purposes, watching
from kundenkreis.privacy.models import Alert, Breach, Controller, Problem, Purpose, SubjectRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(world):
    return SubjectRequest.add(by=world.gerda, kind="objection", contact=world.maria, responsible=world.ada)


def test_from_a_contact_s_page_two_presses_take_a_request_in(world, signed_in):
    gerda = signed_in(world.gerda)
    assert (
        f"/privacy/requests/new/?contact={world.maria.pk}" in gerda.get(f"/contacts/{world.maria.pk}/").content.decode()
    )
    page = gerda.get(f"/privacy/requests/new/?contact={world.maria.pk}").content.decode()
    assert "Mag. Maria Lindner" in page
    answer = gerda.post(
        "/privacy/requests/new/", {"kind": "access", "contact": world.maria.pk, "how": "phone", "received_on": ""}
    )
    assert answer.status_code in (303, 422)
    answer = gerda.post(
        "/privacy/requests/new/",
        {"kind": "access", "contact": world.maria.pk, "how": "phone", "received_on": timezone.localdate().isoformat()},
    )
    assert answer.status_code == 303
    made = SubjectRequest.objects.latest("pk")
    assert (made.contact, made.taken_in_by) == (world.maria, world.gerda)
    assert gerda.get(answer["Location"]).status_code == 200


def test_who_only_reads_takes_nothing_in(world, signed_in, one):
    rita = signed_in(world.rita)
    assert rita.get("/privacy/requests/").status_code == 403
    assert rita.get("/privacy/requests/new/").status_code == 403
    assert rita.get(f"/privacy/requests/{one.pk}/").status_code == 404
    assert "Privacy request" not in rita.get(f"/contacts/{world.maria.pk}/").content.decode()


def test_steps_are_for_whoever_answers_for_it(world, signed_in, one):
    address = f"/privacy/requests/{one.pk}/step/identify/"
    assert signed_in(world.cem).post(address, {"how": "x"}).status_code == 404
    assert signed_in(world.gerda).post(address, {"how": "x"}).status_code == 403  # she took it in, and sees it
    assert signed_in(world.ben).post(address, {"how": "x"}).status_code == 403
    assert signed_in(world.ada).post(address, {"how": ""}).status_code == 422
    assert signed_in(world.ada).post(address, {"how": "Called back"}).status_code == 303
    assert signed_in(world.ada).get(f"/privacy/requests/{one.pk}/step/nonsense/").status_code == 404


def test_an_objection_is_carried_out_from_its_request(world, signed_in, one):
    ada = signed_in(world.ada)
    one.identify(by=world.ada, how="x")
    assert "Record the objection" in ada.get(f"/privacy/requests/{one.pk}/").content.decode()
    assert ada.post(f"/privacy/requests/{one.pk}/object/").status_code == 303
    world.maria.refresh_from_db()
    assert world.maria.objected_at
    assert world.maria.objection_source == one.number


def test_a_rectification_is_an_edit_that_the_request_remembers(world, signed_in):
    request = SubjectRequest.add(by=world.gerda, kind="rectification", contact=world.maria, responsible=world.ada)
    request.identify(by=world.ada, how="x")
    ada = signed_in(world.ada)
    address = f"/contacts/{world.maria.pk}/edit/?request={request.pk}"
    assert address.replace("&", "&amp;") in ada.get(f"/privacy/requests/{request.pk}/").content.decode()
    given = {
        "family_name": "Lindner-Moser",
        "given_name": "Maria",
        "form_of_address": "ms",
        "language": "de",
        "title_before": "Mag.",
    }
    answer = ada.post(address, given)
    assert answer.status_code == 303
    assert answer["Location"] == f"/privacy/requests/{request.pk}/"
    event = Event.objects.about(request).latest("pk")
    assert event.verb == "subjectrequest.rectified"
    assert "Lindner-Moser" not in json.dumps(event.changes)
    assert "last name" in event.changes["rectified"][1]


def test_her_open_requests_stand_in_my_day(world, signed_in, one):
    assert one.number in signed_in(world.ada).get("/").content.decode()
    assert one.number not in signed_in(world.cem).get("/").content.decode()


def test_the_worklist_shows_what_is_open_and_nobody_s_name_outside_one_s_reach(world, signed_in, one):
    other = SubjectRequest.add(by=world.cem, kind="access", contact=world.maria, responsible=world.cem)
    page = signed_in(world.cem).get("/privacy/requests/").content.decode()
    assert other.number in page
    assert one.number not in page
    assert "Maria" not in page
    one.identify(by=world.ada, how="x")
    one.respond(by=world.ada, answer="Done")
    admin = signed_in(world.admin)
    assert one.number not in admin.get("/privacy/requests/").content.decode()
    assert one.number in admin.get("/privacy/requests/done/").content.decode()


def test_the_record_begins_with_the_usual_purposes_without_a_gap(world, signed_in):
    admin = signed_in(world.admin)
    assert "Begin with the usual purposes" in admin.get("/privacy/record/").content.decode()
    admin.post("/privacy/record/usual/")
    assert Purpose.objects.count() == len(usual_purposes.usual())
    page = admin.get("/privacy/record/").content.decode()
    assert "serves a purpose, and every purpose has its data" in page
    Purpose.objects.get(key="security").discard(by=world.admin)
    page = admin.get("/privacy/record/").content.decode()
    assert "Data without a purpose:" in page
    Purpose.objects.get(key="service").change(by=world.admin, covers=[])
    assert "Purposes without data:" in admin.get("/privacy/record/").content.decode()


def test_the_record_in_both_languages_and_as_a_file(world, signed_in):
    usual_purposes.take_over(world.admin)
    Controller.say(by=world.admin, name="Großhandel GmbH", address="Wels")
    admin = signed_in(world.admin)
    data = json.loads(admin.get("/privacy/record/export/?format=json").content)
    assert data["controller"]["name"] == "Großhandel GmbH"
    assert {one["key"] for one in data["purposes"]} == {one["key"] for one in usual_purposes.usual()}
    assert data["gaps"] == {"data_without_purpose": [], "purposes_without_data": []}
    assert b"Sales and performance of contracts" in b"".join(admin.get("/privacy/record/export/").streaming_content)
    assert admin.get("/privacy/record/export/?format=xlsx").status_code == 200
    world.admin.change(by=world.admin, language="de")
    assert "Verkauf und Vertragsabwicklung" in admin.get("/privacy/record/").content.decode()


def test_a_purpose_is_changed_with_versions_and_its_mistakes_are_told(world, signed_in):
    usual_purposes.take_over(world.admin)
    one, admin = Purpose.objects.get(key="sales"), signed_in(world.admin)
    texts = {
        name: getattr(one, name)
        for name in ("name_de", "name_en", "people_de", "people_en", "retention_de", "retention_en")
    }
    given = texts | {"position": 10, "bases": ["f"], "covers": ["care"]}
    assert admin.post(f"/privacy/record/{one.pk}/edit/", given).status_code == 422  # which interest?
    assert admin.post(f"/privacy/record/{one.pk}/edit/", given | {"interest_en": "Selling"}).status_code == 303
    one.refresh_from_db()
    assert (one.version, one.bases) == (2, ["f"])
    assert admin.post(f"/privacy/record/{one.pk}/edit/", given | {"covers": ["nonsense"]}).status_code == 422
    assert signed_in(world.ben).post(f"/privacy/record/{one.pk}/edit/", given).status_code == 403
    assert signed_in(world.ada).get("/privacy/record/").status_code == 403
    assert signed_in(world.ada).get(f"/privacy/record/{one.pk}/").status_code in (403, 404)


def test_a_breach_from_its_first_line_to_its_end(world, signed_in):
    admin = signed_in(world.admin)
    answer = admin.post(
        "/privacy/breaches/new/",
        {"title": "Lost laptop", "noticed_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M")},
    )
    assert answer.status_code == 303
    one = Breach.objects.get()
    page = admin.get(f"/privacy/breaches/{one.pk}/").content.decode()
    assert "hours left" in page
    assert admin.post(f"/privacy/breaches/{one.pk}/step/not-notify/", {"reason": "Encrypted"}).status_code == 422
    assert admin.post(f"/privacy/breaches/{one.pk}/step/notify/", {"reference": "D1"}).status_code == 303
    admin.post(f"/privacy/breaches/{one.pk}/close/")
    one.refresh_from_db()
    assert one.closed_at is None  # risk and measures are missing
    one.change(by=world.admin, risk="risk", measures="Wiped")
    admin.post(f"/privacy/breaches/{one.pk}/close/")
    one.refresh_from_db()
    assert one.closed_at
    assert signed_in(world.ben).get(f"/privacy/breaches/{one.pk}/").status_code == 200
    assert signed_in(world.ben).post(f"/privacy/breaches/{one.pk}/reopen/").status_code == 403
    assert signed_in(world.ada).get(f"/privacy/breaches/{one.pk}/").status_code == 404


def test_an_alert_is_all_right_or_a_breach(world, signed_in):
    alerts = [watching.raise_alert("mass", world.ada, timezone.now(), slot=slot, count=9_000) for slot in "ab"]
    admin = signed_in(world.admin)
    assert "9,000" in admin.get("/privacy/alerts/").content.decode()
    assert signed_in(world.ada).get("/privacy/alerts/").status_code == 403
    assert signed_in(world.ben).post(f"/privacy/alerts/{alerts[0].pk}/clear/", {"note": "x"}).status_code == 403
    assert admin.post(f"/privacy/alerts/{alerts[0].pk}/clear/", {"note": "A mailing"}).status_code == 303
    answer = admin.post(f"/privacy/alerts/{alerts[1].pk}/make-breach/")
    assert answer["Location"] == f"/privacy/breaches/{Breach.objects.get().pk}/edit/"
    assert sorted(Alert.objects.values_list("state", flat=True)) == ["all_right", "breach"]
    assert admin.post("/privacy/alerts/rules/mass/", {"is_on": "on", "records": 100}).status_code == 303
    assert watching.rules()["mass"].records == 100


def test_a_problem_is_reported_from_any_page_without_what_stood_on_it(world, signed_in):
    rita = signed_in(world.rita)
    assert "/problems/new/?page=/accounts/" in rita.get("/accounts/?q=Huber").content.decode()
    given = {"kind": "incident", "what": "I see what I should not", "page": "/accounts/?q=Huber"}
    answer = rita.post("/problems/new/", given, HTTP_USER_AGENT="Firefox")
    assert (answer.status_code, answer["Location"]) == (303, "/accounts/")
    one = Problem.objects.get()
    assert (one.page, one.browser, one.reported_by) == ("/accounts/", "Firefox", world.rita)
    assert one.breach is not None
    assert "I see what I should not" in rita.get(f"/problems/{one.pk}/").content.decode()
    assert signed_in(world.ada).get(f"/problems/{one.pk}/").status_code == 404
    assert rita.post(f"/problems/{one.pk}/settle/", {"note": "x"}).status_code == 403
    assert signed_in(world.admin).post(f"/problems/{one.pk}/settle/", {"note": "Put right"}).status_code == 303


@pytest.mark.parametrize("page", ["https://evil.test/", "//evil.test/", "/\\evil.test"])
def test_nobody_is_sent_to_another_house(world, signed_in, page):
    answer = signed_in(world.ada).post("/problems/new/", {"kind": "broken", "what": "x", "page": page})
    assert answer.status_code == 422 or answer["Location"] == "/problems/"


def test_what_people_type_is_shown_as_text(world, signed_in):
    evil = "<script>alert(1)</script>"
    one = SubjectRequest.add(by=world.admin, kind="access", name=evil, wish=evil, note=evil, address=evil)
    breach_clock.report(by=world.admin, kind="incident", what=evil)
    admin = signed_in(world.admin)
    for address in (f"/privacy/requests/{one.pk}/", "/privacy/requests/", "/privacy/breaches/", "/problems/"):
        assert evil not in admin.get(address).content.decode(), address


def test_an_erasure_s_request_says_that_its_texts_go_and_leads_on_after_the_answer(world, signed_in):
    one = SubjectRequest.add(by=world.ada, kind="erasure", contact=world.maria, responsible=world.admin)
    admin, address = signed_in(world.admin), f"/privacy/requests/{one.pk}/"
    assert "Answer first, then erase" not in admin.get(address).content.decode()
    one.identify(by=world.admin, how="Called back")
    assert "Answer first, then erase" in admin.get(address).content.decode()
    assert "Answer the person" in admin.get(f"/privacy/contacts/{world.maria.pk}/").content.decode()
    one.respond(by=world.admin, answer="You will be erased")
    page = admin.get(address).content.decode()
    assert "To the erasure" in page
    assert f"/privacy/contacts/{world.maria.pk}/?request={one.number}#erasure" in page


def test_a_head_of_sales_is_told_what_she_can_do_and_has_no_dead_button(world, signed_in):
    one = SubjectRequest.add(by=world.ada, kind="access", contact=world.maria)
    ben = signed_in(world.ben)
    page = ben.get(f"/privacy/requests/{one.pk}/").content.decode()
    assert "You see this request." in page
    assert "/step/" not in page
    page = ben.get(f"/privacy/contacts/{world.maria.pk}/").content.decode()
    assert "is for administrators" in page
    for name in ("restrict", "hold", "erase"):
        assert f"/privacy/contacts/{world.maria.pk}/{name}/" not in page
    assert "/privacy/disclosure/" not in page
    assert "kept by administrators" in ben.get("/privacy/record/").content.decode()

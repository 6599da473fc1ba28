"""Permission to contact on the screens: the table and its reasons, withdrawing, objecting, suppressing, wordings and lists."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.activities.permission import may_contact
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.customers import barring
from kundenkreis.customers.models import Consent, ConsentWording, Contact, Register, Suppression
from kundenkreis.history.models import Event
from tests.activities.consenting import consent, exception, wording


@pytest.fixture
def ada(world, signed_in):
    return signed_in(world.ada)


@pytest.fixture
def admin(world, signed_in):
    return signed_in(world.admin)


def page(client, world, rest=""):
    return client.get(f"/contacts/{world.maria.pk}/{rest}").content.decode()


def post(client, world, rest, **values):
    return client.post(f"/contacts/{world.maria.pk}/{rest}", values, follow=True)


def test_the_contact_s_page_has_a_table_that_names_the_rules(ada, world):
    world.maria.change(by=world.ada, phone="+43 7242 123456")
    shown = page(ada, world)
    assert "Calls need consent, § 174 (1) TKG 2021" in shown
    assert "Newsletter, E-mail: not allowed" in shown
    assert "Contract and service, E-mail: allowed" in shown
    assert "no advertising calls" in shown
    consent(world.maria, "advertising", "phone")
    assert "no advertising calls" not in page(ada, world)


def test_each_answer_opens_with_its_reason_and_conditions(ada, world):
    exception(world.maria, own_similar=False)
    shown = page(ada, world, "permission/newsletter/email/")
    assert "The customer exception is not fulfilled" in shown
    assert "It is for own, similar products or services." in shown
    assert page(ada, world, "permission/newsletter/phone/").count("tel:") == 0
    assert ada.get(f"/contacts/{world.maria.pk}/permission/spam/email/").status_code == 404


def test_a_call_for_advertising_that_is_allowed_is_counted_as_such(ada, world):
    world.maria.change(by=world.ada, phone="+43 7242 123456")
    consent(world.maria, "advertising", "phone")
    shown = page(ada, world, "permission/advertising/phone/")
    assert "purpose=advertising" in shown
    address = f"/activities/report/?kind=call&contact={world.maria.pk}&purpose=advertising"
    ada.post(address, {"outcome": "good", "body": "New lamps"})
    assert Activity.objects.get(kind="call").purpose == "advertising"


def test_a_withdrawal_is_one_press_and_can_be_undone(ada, world):
    given = consent(world.maria)
    answer = post(ada, world, f"consents/{given.pk}/withdraw/")
    assert "Withdrawn: Newsletter, E-mail." in answer.content.decode()
    given.refresh_from_db()
    assert given.state == "withdrawn"
    event = Event.objects.about(given).latest("pk")
    ada.post(f"/history/{event.pk}/undo/")
    given.refresh_from_db()
    assert given.state == "given"
    assert may_contact(world.maria, "newsletter", "email").allowed


def test_an_objection_is_one_press_and_can_be_undone(ada, world):
    consent(world.maria)
    answer = post(ada, world, "object/", source="Call")
    assert "No advertising: this person objects since" in answer.content.decode()
    assert Suppression.objects.in_force().exists()
    event = Event.objects.get(verb="contact.objected")
    ada.post(f"/history/{event.pk}/undo/")
    world.maria.refresh_from_db()
    assert world.maria.objected_at is None
    assert not Suppression.objects.in_force().exists()
    assert may_contact(world.maria, "newsletter", "email").allowed


def test_an_objection_ends_only_with_how_the_person_said_so_and_leaves_the_list_alone(ada, world):
    barring.object_to_advertising(world.maria, by=world.ada)
    assert ada.post(f"/contacts/{world.maria.pk}/end-objection/", {"source": ""}).status_code == 422
    post(ada, world, "end-objection/", source="Mail of today")
    world.maria.refresh_from_db()
    assert world.maria.objected_at is None
    assert may_contact(world.maria, "advertising", "email").rule == "suppressed"


def test_only_an_administrator_lifts_and_only_with_a_reason(ada, admin, world):
    post(ada, world, "suppress/", reason="complaint", source="Letter")
    one = Suppression.objects.in_force().get(kind="email")
    assert "Suppressed: E-mail" in page(ada, world)
    assert ada.post(f"/house/permission/{one.pk}/lift/", {"reason": "x"}).status_code == 403
    assert admin.post(f"/house/permission/{one.pk}/lift/", {"reason": " "}).status_code == 422
    admin.post(f"/house/permission/{one.pk}/lift/", {"reason": "It was another Maria"})
    one.refresh_from_db()
    assert one.lift_reason == "It was another Maria"
    assert may_contact(world.maria, "newsletter", "email").rule == "mail_needs_consent"


def test_no_plain_address_stands_in_the_list_or_its_history(ada, world):
    post(ada, world, "object/")
    kept = [str(row) for row in Suppression.objects.values_list()]
    kept += [str(row) for row in Event.objects.filter(subject_type="customers.suppression").values_list()]
    assert kept
    assert not [row for row in kept if "maria" in row.lower() or "lindner" in row.lower()]


def test_whoever_may_not_be_contacted_has_no_link_to_call(ada, world):
    world.maria.change(by=world.ada, phone="+43 7242 123456", bar="deceased")
    for address in (f"/contacts/{world.maria.pk}/", f"/contacts/{world.maria.pk}/?peek=1", "/contacts/"):
        shown = ada.get(address).content.decode()
        assert "tel:" not in shown, address
        assert "mailto:" not in shown, address
        assert "eceased" in shown, address
    shown = ada.get(f"/accounts/{world.lindner.pk}/?tab=people").content.decode()
    assert "tel:" not in shown
    assert "mailto:" not in shown


def test_the_list_marks_who_objects_and_leaves_the_links(ada, world):
    barring.object_to_advertising(world.maria, by=world.ada)
    shown = ada.get("/contacts/").content.decode()
    assert "no advertising" in shown
    assert "mailto:maria@lindner.test" in shown


def test_the_consent_form_takes_wording_proof_and_no_tomorrow(ada, world):
    text = wording()
    base = f"/contacts/{world.maria.pk}/consents/add/"
    given = {"purpose": "newsletter", "channel": "email", "state": "given", "source": "Fair", "wording": text.pk}
    given |= {"how": "written", "proof": "Card 12"}
    tomorrow = (timezone.localtime() + dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    refused = ada.post(base, given | {"since": tomorrow})
    assert refused.status_code == 422
    assert "future" in refused.content.decode()
    assert ada.post(base, given | {"purpose": "survey"}).status_code == 422  # the wording is for another purpose
    ada.post(base, given)
    assert Consent.objects.get().lacks() == []
    assert may_contact(world.maria, "newsletter", "email").allowed


def test_a_document_proves_only_whose_it_is(world):
    from kundenkreis.files import storing

    upload = SimpleUploadedFile("Karte.pdf", b"%PDF-1.7\n%%EOF\n")
    of_lindner = storing.store(upload, world.lindner, by=world.ada)
    with pytest.raises(Exception, match="does not hang on the contact"):
        consent(world.maria, document=of_lindner)
    hers = storing.store(SimpleUploadedFile("Karte.pdf", b"%PDF-1.7\n%%EOF\n"), world.maria, by=world.ada)
    assert consent(world.maria, proof="", document=hers).lacks() == []


def test_a_wording_that_somebody_agreed_to_stays_as_it_is(admin, world):
    values = {"purpose": "newsletter", "edition": "2026-02", "channels": ["email"], "valid_from": "2026-01-01"}
    admin.post("/house/wordings/new/", values | {"text_de": "Ja", "text_en": "Yes"})
    text = ConsentWording.objects.get()
    base = f"/house/wordings/{text.pk}/"
    admin.post(f"{base}edit/", values | {"text_de": "Ja!", "text_en": "Yes", "version": text.version})
    consent(world.maria, wording=text)
    text.refresh_from_db()
    answer = admin.post(f"{base}edit/", values | {"text_de": "Nein", "text_en": "No", "version": text.version})
    assert answer.status_code == 422
    text.refresh_from_db()
    assert text.text_de == "Ja!"
    assert "it stays as it is" in admin.get(base).content.decode()


def test_marketing_writes_wordings_and_a_key_account_manager_reads_them(ada, world):
    text = wording()
    assert "Yes, please." in ada.get(f"/house/wordings/{text.pk}/").content.decode()
    for address in ("/house/wordings/new/", f"/house/wordings/{text.pk}/edit/"):
        assert ada.get(address).status_code == 403
    assert ada.post(f"/house/wordings/{text.pk}/discard/").status_code == 403


def test_lists_come_in_by_file_with_count_day_and_what_was_not_understood(admin, world):
    file = SimpleUploadedFile("ecg.txt", b"maria@lindner.test\nnot an address\n@spam.test\n")
    values = {"kind": "ecg", "as_of": clock.today().isoformat(), "file": file}
    shown = admin.post("/house/permission/lists/", values, follow=True).content.decode()
    assert "1 line was not understood: 2" in shown
    register = Register.objects.get()
    assert (register.state, register.count) == ("current", 2)
    exception(world.maria)
    assert may_contact(world.maria, "newsletter", "email").rule == "exception_fails"


def test_an_old_list_is_said_to_be_old(admin, world, tmp_path):
    from kundenkreis.customers import registers

    path = tmp_path / "ecg"
    path.write_text("a@b.test\n")
    old = clock.today() - dt.timedelta(days=32)
    registers.load(registers.begin("ecg", old, "ecg", by=None), path, by=None)
    assert "a list counts for a month" in admin.get("/house/permission/").content.decode()
    assert "older than a month" in admin.get("/house/").content.decode()


@pytest.mark.parametrize("content", [b"", b"nothing\nof\nit\n", b"\x00" * 33])
def test_a_file_that_makes_no_sense_leaves_the_list_in_force(admin, world, content):
    good = SimpleUploadedFile("ecg.txt", b"maria@lindner.test\n")
    admin.post("/house/permission/lists/", {"kind": "ecg", "as_of": clock.today().isoformat(), "file": good})
    bad = SimpleUploadedFile("bad.txt", content)
    admin.post("/house/permission/lists/", {"kind": "ecg", "as_of": clock.today().isoformat(), "file": bad})
    assert Register.objects.current().get().file_name == "ecg.txt"


def test_a_list_of_tomorrow_is_refused(admin, world):
    day = (clock.today() + dt.timedelta(days=2)).isoformat()
    values = {"kind": "ecg", "as_of": day, "file": SimpleUploadedFile("ecg.txt", b"a@b.test\n")}
    assert admin.post("/house/permission/lists/", values).status_code == 422


def test_an_address_is_looked_up_and_only_administrators_see_the_lists(ada, admin, world):
    admin.post("/house/permission/suppress/", {"kind": "phone", "address": "0664 1234567", "reason": "wrong"})
    found = admin.get("/house/permission/?kind=phone&address=%2B43+664+123+45+67").content.decode()
    assert "It is on the list since" in found
    assert "not on the list" in admin.get("/house/permission/?kind=email&address=a@b.test").content.decode()
    assert admin.get("/house/permission/?kind=email&address=nonsense").status_code == 200
    for address in ("/house/permission/", "/house/permission/suppress/"):
        assert ada.get(address).status_code == 403


def test_the_house_s_limit_is_a_setting(admin, world):
    house = House.current()
    names = ("name", "currency", "country", "language")
    values = {name: getattr(house, name) for name in names} | {"contact_cap": "4", "contact_cap_days": ""}
    admin.post("/house/", values)
    house.refresh_from_db()
    assert (house.contact_cap, house.contact_cap_days) == (4, 30)


def test_whoever_may_only_read_changes_nothing(world, signed_in):
    rita, given = signed_in(world.rita), consent(world.maria)
    for rest in ("object/", "suppress/", "opt-in/", "end-objection/", f"consents/{given.pk}/withdraw/"):
        assert rita.post(f"/contacts/{world.maria.pk}/{rest}").status_code == 403, rest
    assert "Objects to all advertising" not in page(rita, world)


def test_a_contact_s_page_asks_as_often_for_many_consents_as_for_none(ada, world):
    page(ada, world)
    with CaptureQueriesContext(connection) as few:
        page(ada, world)
    for purpose in Consent.Purpose.values:
        for channel in Consent.Channel.values:
            consent(world.maria, purpose, channel)
    with CaptureQueriesContext(connection) as many:
        page(ada, world)
    assert len(many) == len(few)


def test_an_imported_contact_with_a_suppressed_address_stays_barred(world):
    from kundenkreis.quality import importing

    consent(world.maria)
    barring.object_to_advertising(world.maria, by=world.ada)
    Contact.objects.filter(pk=world.maria.pk).update(email="")
    cells = "Last name\tE-mail\nLindner\tMARIA@lindner.test\n"
    run = importing.start_pasted(cells, world.ben, target="contacts")
    importing.run_now(run)
    again = Contact.objects.exclude(pk=world.maria.pk).get(family_name="Lindner")
    consent(again)
    assert may_contact(again, "newsletter", "email").rule == "suppressed"
    assert again.bars.filter(kind="email").exists()

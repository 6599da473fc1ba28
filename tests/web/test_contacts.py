"""Contacts on the screen: make, look at, change, bin; and who may."""

import datetime as dt

import pytest

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Account, Consent, Contact, Position
from kundenkreis.history.models import Event

HTMX = {"HX-Request": "true"}
NEW = {"given_name": "Jonas", "family_name": "Berger", "language": "de", "form_of_address": "mr"}


@pytest.fixture
def ada(world, signed_in):
    return signed_in(world.ada)


def test_a_new_contact_gets_a_position_at_the_chosen_account(ada, world):
    answer = ada.post("/contacts/new/", NEW | {"account": world.lindner.pk, "job_title": "Buyer"})
    contact = Contact.objects.get(family_name="Berger")
    assert answer.url == f"/contacts/{contact.pk}/"
    assert (contact.main_account, contact.job_title, contact.owner) == (world.lindner, "Buyer", world.ada)


def test_the_form_opened_from_an_account_knows_it(ada, world):
    text = ada.get(f"/contacts/new/?account={world.lindner.pk}").content.decode()
    assert f'name="account" value="{world.lindner.pk}"' in text
    assert 'value="Lindner &amp; Söhne GmbH"' in text


def test_the_form_does_not_name_an_account_outside_one_s_reach(ada, world):
    text = ada.get(f"/contacts/new/?account={world.brauneis.pk}").content.decode()
    assert "Brauneis" not in text
    assert ada.post("/contacts/new/", NEW | {"account": world.brauneis.pk}).status_code == 422


def test_a_mail_address_that_is_known_is_asked_about_before_saving(ada, world):
    given = NEW | {"email": "Maria@Lindner.test"}
    answer = ada.post("/contacts/new/", given)
    assert answer.status_code == 422
    assert "Mag. Maria Lindner" in answer.content.decode()
    assert 'value="Berger"' in answer.content.decode()
    assert Contact.objects.count() == 1
    ada.post("/contacts/new/", given | {"anyway": "1"})
    assert Contact.objects.count() == 2


def test_a_person_without_a_last_name_is_refused_at_its_field(ada):
    answer = ada.post("/contacts/new/", NEW | {"family_name": ""})
    assert answer.status_code == 422
    assert 'id="id_family_name-error"' in answer.content.decode()


def test_the_page_says_how_a_letter_begins(ada, world):
    assert "Sehr geehrte Frau Mag. Lindner," in ada.get(f"/contacts/{world.maria.pk}/").content.decode()


def test_a_contact_of_another_team_is_not_found(world, signed_in):
    cem = signed_in(world.cem)
    for path in ("", "edit/", "?peek=1", "timeline/", "consents/add/"):
        assert cem.get(f"/contacts/{world.maria.pk}/{path}").status_code == 404


def test_who_may_only_read_is_refused(world, signed_in):
    rita = signed_in(world.rita)
    page = rita.get(f"/contacts/{world.maria.pk}/").content.decode()
    assert "/edit/" not in page
    assert rita.get(f"/contacts/{world.maria.pk}/edit/").status_code == 403
    assert rita.post(f"/contacts/{world.maria.pk}/discard/").status_code == 403
    assert rita.post("/contacts/new/", NEW).status_code == 403


def test_a_mail_address_is_changed_in_its_place(ada, world):
    answer = ada.post(
        f"/contacts/{world.maria.pk}/edit/?field=email",
        {"email": "M.Lindner@x.test", "version": world.maria.version},
        headers=HTMX,
    )
    assert answer.status_code == 200
    world.maria.refresh_from_db()
    assert world.maria.email == "m.lindner@x.test"


def test_a_wrong_mail_address_stays_in_the_field_with_its_message(ada, world):
    answer = ada.post(
        f"/contacts/{world.maria.pk}/edit/?field=email", {"email": "no at sign", "version": 1}, headers=HTMX
    )
    assert answer.status_code == 422
    assert 'value="no at sign"' in answer.content.decode()


def test_a_consent_is_recorded_and_its_withdrawal_dated(ada, world):
    base = f"/contacts/{world.maria.pk}/consents/"
    ada.post(f"{base}add/", {"purpose": "newsletter", "channel": "email", "state": "given", "source": "Fair 2026"})
    consent = Consent.objects.get()
    Consent.objects.update(since=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    ada.post(f"{base}{consent.pk}/edit/", {"state": "withdrawn", "source": "Call", "version": consent.version})
    consent.refresh_from_db()
    assert consent.state == "withdrawn"
    assert consent.since.year > 2020
    assert Event.objects.about(consent).count() == 2


def test_the_same_consent_twice_is_refused_in_words(ada, world):
    given = {"purpose": "newsletter", "channel": "email", "state": "given", "source": "Fair"}
    ada.post(f"/contacts/{world.maria.pk}/consents/add/", given)
    answer = ada.post(f"/contacts/{world.maria.pk}/consents/add/", given)
    assert answer.status_code == 422
    assert "change that one" in answer.content.decode()


def test_a_second_main_position_is_refused_in_words(ada, world):
    other = Account.add(by=world.ada, name="Mayr Dekor", owner=world.ada)
    answer = ada.post(f"/contacts/{world.maria.pk}/positions/add/", {"account": other.pk, "is_main": "on"})
    assert answer.status_code == 422
    assert "main position already" in answer.content.decode()


def test_past_positions_stay_visible(ada, world):
    other = Account.add(by=world.ada, name="Mayr Dekor", owner=world.ada)
    Position.add(by=world.ada, contact=world.maria, account=other, is_main=False, ends_on=dt.date(2009, 12, 31))
    assert "Mayr Dekor" in ada.get(f"/contacts/{world.maria.pk}/").content.decode()


def test_the_name_of_an_account_outside_one_s_reach_is_not_shown(ada, world):
    Position.add(by=world.ben, contact=world.maria, account=world.brauneis, is_main=False)
    text = ada.get(f"/contacts/{world.maria.pk}/").content.decode()
    assert "Brauneis" not in text
    assert "outside your reach" in text


def test_a_contact_goes_to_the_bin_and_comes_back(ada, world):
    ada.post(f"/contacts/{world.maria.pk}/discard/")
    assert "maria@" not in ada.get("/contacts/").content.decode()
    ada.post(f"/contacts/{world.maria.pk}/restore/")
    assert "maria@" in ada.get("/contacts/").content.decode()


def test_two_people_editing_one_contact_see_each_other_s_value(ada, world):
    version = world.maria.version
    Contact.objects.get(pk=world.maria.pk).change(by=world.ben, phone="+43 1 1")
    answer = ada.post(
        f"/contacts/{world.maria.pk}/edit/?field=phone", {"phone": "+43 1 2", "version": version}, headers=HTMX
    )
    assert answer.status_code == 409
    assert "+43 1 1" in answer.content.decode()


def test_the_combobox_finds_people_by_a_part_of_their_name(ada, world):
    assert "Maria Lindner" in ada.get("/contacts/options/?q=lind").content.decode()


def test_a_contact_s_timeline_leaves_out_what_happened_at_accounts_outside_one_s_reach(world, signed_in):
    Position.add(by=world.cem, contact=world.maria, account=world.brauneis, job_title="Adviser", is_main=False)
    for subject, account, pinned in (
        ("Ours", world.lindner, False),
        ("Secret", world.brauneis, False),
        ("Pinned secret", world.brauneis, True),
    ):
        Activity.add(
            by=world.cem,
            owner=world.cem,
            kind="note",
            subject=subject,
            account=account,
            contact=world.maria,
            is_pinned=pinned,
        )
    browser = signed_in(world.ada)
    for address in ("", "?peek=1", "timeline/"):
        page = browser.get(f"/contacts/{world.maria.pk}/{address}").text
        assert "Ours" in page
        assert "ecret" not in page

"""A lead becomes an account and a contact: every value has a place, what is there stays, and one undo takes all of it back."""

from __future__ import annotations

import pytest
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Account, Consent, Contact, Position
from kundenkreis.files import storing
from kundenkreis.files.models import Document
from kundenkreis.history.undo import undo_event
from kundenkreis.leads import converting, opting_in
from kundenkreis.leads.models import Lead, LeadConsent
from kundenkreis.staff import looking_back
from tests.leads.making import WHO, lead_of, wording_of

pytestmark = pytest.mark.django_db


def test_every_field_of_a_lead_goes_somewhere_and_is_still_on_the_lead(world):
    lead = lead_of(world.ada)
    converting.convert(lead, by=world.ada)
    lead.refresh_from_db()
    account, contact = lead.account, lead.contact
    note = Activity.objects.get(account=account, kind="note")
    position = Position.objects.get(contact=contact, account=account)
    said = [str(getattr(account, column)) for column in converting.OF_ACCOUNT.values()]
    said += [str(getattr(contact, column)) for column in converting.OF_CONTACT.values()]
    with translation.override("de"):
        source = lead.get_source_display()
    whole = "\n".join([*said, position.job_title, note.body])
    for name, value in WHO.items():
        assert str(source if name == "source" else value) in whole, name
        assert getattr(lead, name) == value
    assert (lead.status, account.relation, account.owner, contact.main_account) == (
        "converted",
        "prospect",
        world.ada,
        account,
    )
    assert lead.converted_at is not None


def test_an_account_that_is_there_keeps_its_own_and_the_rest_stands_in_the_note(world):
    lead = lead_of(world.ada, company="Lindner", website="https://lindner.test", phone="+43 1 999")
    event = converting.convert(lead, by=world.ada, account=world.lindner, contact=world.maria)
    world.lindner.refresh_from_db()
    world.maria.refresh_from_db()
    assert (world.lindner.name, world.lindner.website) == ("Lindner & Söhne GmbH", "https://lindner.test")
    assert (world.lindner.street, world.lindner.place) == ("", "Wels")  # never half an address from each
    assert (world.maria.given_name, world.maria.email, world.maria.phone) == (
        "Maria",
        "maria@lindner.test",
        "+43 1 999",
    )
    note = Activity.objects.get(account=world.lindner, kind="note").body
    for kept in ("Seestraße 3", "Gmunden", "Eva", "eva.moser@traunsee.test"):
        assert kept in note
    assert Position.objects.filter(contact=world.maria).count() == 1
    assert Account.objects.count() == 2
    undo_event(event, by=world.ada)
    world.lindner.refresh_from_db()
    assert world.lindner.website == ""


def test_calls_files_and_consents_come_along_and_one_undo_takes_it_back(world):
    lead = lead_of(world.ada, is_inquiry=True)
    call, _event = lead.touch(by=world.ada, kind="call", subject="Spoke", outcome="good")
    document = storing.store(SimpleUploadedFile("brief.txt", b"Wishes"), lead, by=world.ada)
    consent = LeadConsent.add(
        by=None, lead=lead, wording=wording_of(world.admin), state="given", proof="eva, 192.0.2.1", source="Contact"
    )
    event = converting.convert(lead, by=world.ada)
    lead.refresh_from_db()
    call.refresh_from_db()
    assert (call.account, call.contact) == (lead.account, lead.contact)
    carried = Consent.objects.get(contact=lead.contact)
    assert (carried.state, carried.purpose, carried.channel, carried.proof) == (
        "given",
        "advertising",
        "email",
        consent.proof,
    )
    assert carried.wording == consent.wording
    assert list(Document.objects.on(lead.account)) == [document]
    assert looking_back.may_undo(world.ada, event, lead)
    undo_event(event, by=world.ada)
    lead.refresh_from_db()
    call.refresh_from_db()
    assert (lead.status, lead.account, lead.contact, lead.converted_at) == ("working", None, None, None)
    assert (call.account, call.contact) == (None, None)
    assert Account.objects.living().count() == 2
    assert Contact.objects.living().count() == 1
    assert not Consent.objects.living().exists()
    converting.convert(Lead.objects.get(pk=lead.pk), by=world.ada)  # and it can be done again


def test_a_consent_confirmed_later_is_the_contact_s(world):
    lead = lead_of(world.ada)
    consent = LeadConsent.add(by=None, lead=lead, wording=wording_of(world.admin))
    LeadConsent.objects.filter(pk=consent.pk).update(ticket="t" * 20)
    converting.convert(lead, by=world.ada)
    lead.refresh_from_db()
    assert Consent.objects.get(contact=lead.contact).state == "pending"
    link = signing.dumps([consent.pk, "t" * 20], salt=opting_in._SALT)
    assert opting_in.confirm(link, address="::1").state == "done"
    assert Consent.objects.get(contact=lead.contact).state == "given"


def test_a_company_without_a_person_becomes_an_account_alone(world):
    lead = lead_of(world.ada, given_name="", family_name="", title_before="", form_of_address="")
    converting.convert(lead, by=world.ada)
    lead.refresh_from_db()
    assert (lead.contact, lead.account.email, lead.account.phone) == (None, WHO["email"], WHO["phone"])
    assert WHO["mobile"] in Activity.objects.get(account=lead.account).body


def test_a_lead_is_converted_once(world):
    lead = lead_of(world.ada)
    converting.convert(lead, by=world.ada)
    with pytest.raises(ValidationError):
        converting.convert(lead, by=world.ada)
    assert Account.objects.count() == 3


def test_the_account_s_timeline_has_an_owner_s_work_when_she_has_left(world):
    lead = lead_of(world.cem)
    world.cem.change(by=world.admin, is_active=False)
    converting.convert(Lead.objects.get(pk=lead.pk), by=world.ben)
    lead.refresh_from_db()
    assert lead.account.owner == world.ben

"""What comes in by a public form: limits hold, nothing is lost, and consent counts when it is confirmed."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from kundenkreis.core.models import House
from kundenkreis.customers import barring, sealed_addresses
from kundenkreis.customers.models import Contact, SealedAddress
from kundenkreis.inbox.models import Notification
from kundenkreis.leads import opting_in, permission, receiving
from kundenkreis.leads.models import Lead, LeadConsent, Submission
from tests.leads.making import form_of, lead_of, sent, wording_of

pytestmark = pytest.mark.django_db


def test_what_a_person_sends_becomes_a_lead_with_source_campaign_and_form(world):
    form = form_of(world.admin)
    made = sent(form, data={"campaign": "Mailing 7", "referrer": "https://search.test/"})
    lead = made.lead
    assert (made.state, lead.company, lead.family_name) == ("accepted", "Firm 1", "Gruber")
    assert (lead.source, lead.campaign, lead.form, lead.origin, lead.is_inquiry) == (
        "website",
        "Mailing 7",
        form,
        "form",
        True,
    )
    assert sent(form, 2).lead.campaign == "Site"


def test_a_robot_with_a_thousand_posts_gets_ten_leads_in_and_nothing_is_lost(world):
    form = form_of(world.admin)
    for number in range(1000):
        sent(form, number)
    assert Lead.objects.count() == form.per_address == 10
    assert Submission.objects.count() == 1000
    assert Submission.objects.held().count() == 990
    assert Submission.objects.held().filter(why="address").count() == 990
    assert Notification.objects.filter(person=world.admin, kind="lead").count() == 1
    last = Submission.objects.order_by("-pk").first()
    assert receiving.release(last, by=world.admin).email == "g999@firm.test"


def test_many_addresses_meet_the_limit_of_the_form(world):
    form = form_of(world.admin, per_hour=3)
    for number in range(6):
        receiving.submit(
            form, {"family_name": "A", "email": f"a{number}@x.test"}, stamp=receiving.Stamp(f"m{number}", 9),
            address=f"192.0.2.{number}",
        )  # fmt: skip
    assert Lead.objects.count() == 3
    assert set(Submission.objects.held().values_list("why", flat=True)) == {"form"}


def test_beyond_what_is_kept_the_form_says_so(world, monkeypatch):
    monkeypatch.setattr(receiving, "MOST_KEPT", 2)
    form = form_of(world.admin)
    for number in range(2):
        sent(form, number)
    with pytest.raises(receiving.TooMany):
        sent(form, 3)


@pytest.mark.parametrize(("how", "why"), [({"trapped": True}, "trap"), ({"age": 0.5}, "fast")], ids=["trap", "fast"])
def test_what_looks_like_a_robot_waits_for_a_person(world, how, why):
    made = sent(form_of(world.admin), **how)
    assert (made.state, made.why, made.lead) == ("held", why, None)
    assert Lead.objects.count() == 0


def test_pressing_twice_is_one_and_the_same_page_with_other_words_waits(world):
    form = form_of(world.admin)
    assert sent(form).state == "accepted"
    assert sent(form) is None
    again = sent(form, data={"message": "Buy now"})
    assert (again.state, again.why) == ("held", "replayed")
    assert Lead.objects.count() == 1


def test_a_closed_form_keeps_what_somebody_still_sends(world):
    form = form_of(world.admin, is_active=False)
    assert sent(form).why == "closed"


def test_a_stamp_is_of_its_form_and_of_us(world):
    one, other = form_of(world.admin), form_of(world.admin, name="Other")
    text = receiving.stamp(one)
    assert receiving.read_stamp(text, one).age < 5
    assert receiving.read_stamp(text, other) is None
    assert receiving.read_stamp(text[:-2] + "xx", one) is receiving.read_stamp("", one) is None


def test_a_restricted_person_s_address_is_held_back_with_the_reason(world):
    house = House.current()
    digest = sealed_addresses.digest("g1@firm.test", house.suppression_key, house.country)
    SealedAddress.objects.create(digest=digest, restriction=1)
    made = sent(form_of(world.admin))
    assert (made.state, made.why, Lead.objects.count()) == ("held", "sealed", 0)
    assert receiving.release(made, by=world.admin) is None
    made.refresh_from_db()
    assert made.state == "held"


def test_releasing_and_discarding_are_decided_once_and_a_discarded_one_comes_back(world):
    form = form_of(world.admin)
    one, other = sent(form, 1, trapped=True), sent(form, 2, trapped=True)
    assert receiving.release(one, by=world.admin).family_name == "Gruber"
    with pytest.raises(ValidationError):
        receiving.discard(one, by=world.admin)
    receiving.discard(other, by=world.admin)
    receiving.take_back(other, by=world.admin)
    assert Submission.objects.get(pk=other.pk).state == "held"
    receiving.discard(other, by=world.admin)
    Submission.objects.filter(pk=other.pk).update(decided_at=timezone.now() - dt.timedelta(days=31))
    assert receiving.forget_old() == 1


class TestConsent:
    def ticked(self, world, django_capture_on_commit_callbacks) -> LeadConsent:
        form = form_of(world.admin, wording=wording_of(world.admin))
        with django_capture_on_commit_callbacks(execute=True):
            sent(form, agreed=True)
        return LeadConsent.objects.get()

    def token(self) -> str:
        return re.search(r"/f/confirm/([^/\s]+)/", mail.outbox[-1].body)[1]

    def test_it_is_pending_until_the_link_of_the_mail_was_pressed(self, world, django_capture_on_commit_callbacks):
        consent = self.ticked(world, django_capture_on_commit_callbacks)
        assert (consent.state, consent.lead.email, mail.outbox[-1].to) == ("pending", "g1@firm.test", ["g1@firm.test"])
        assert "Ja, bitte." in mail.outbox[-1].body
        answer = permission.may_contact(consent.lead, "email", purpose="advertising")
        assert (answer.allowed, answer.rule) == (False, "pending")
        token = self.token()
        assert opting_in.of_link(token).state == "ask"
        assert opting_in.confirm(token, address="192.0.2.1").state == "done"
        assert opting_in.confirm(token, address="192.0.2.1").state == "done"
        consent.refresh_from_db()
        assert (consent.state, "192.0.2.1" in consent.proof) == ("given", True)
        assert permission.may_contact(consent.lead, "email", purpose="advertising").allowed
        assert opting_in.of_link("nonsense").state == "unknown"

    def test_no_mail_leaves_a_test_copy(self, world, django_capture_on_commit_callbacks):
        House.current()
        House.objects.update(is_test_copy=True)
        House.forget()
        consent = self.ticked(world, django_capture_on_commit_callbacks)
        assert (consent.asked_at, mail.outbox) == (None, [])

    def test_whoever_objected_is_not_even_asked(self, world, django_capture_on_commit_callbacks):
        gone = Contact.add(by=world.ada, family_name="Gruber", email="g1@firm.test")
        barring.object_to_advertising(gone, by=world.ada, source="By phone")
        consent = self.ticked(world, django_capture_on_commit_callbacks)
        assert (consent.asked_at, mail.outbox) == (None, [])


class TestPermission:
    def test_who_asked_us_is_answered_and_who_did_not_is_not_called(self, world):
        asked, found = lead_of(world.ada, is_inquiry=True), lead_of(world.ada, email="other@x.test")
        assert [permission.may_contact(asked, one).rule for one in permission.CHANNELS] == ["service", "service"]
        assert [permission.may_contact(found, one).rule for one in permission.CHANNELS] == [
            "mail_needs_consent", "call_needs_consent",
        ]  # fmt: skip
        with pytest.raises(ValidationError) as refused:
            found.touch(by=world.ada, kind="call", subject="Cold call", is_open=True)
        assert "kind" in refused.value.message_dict
        asked.touch(by=world.ada, kind="call", subject="Call back", is_open=True)

    def test_what_a_contact_with_the_same_address_said_holds(self, world):
        world.maria.change(by=world.ada, bar="no_contact")
        lead = lead_of(world.ada, email="maria@lindner.test", is_inquiry=True)
        assert permission.may_contact(lead, "phone").rule == "no_contact"

    def test_the_suppression_list_holds_against_leads(self, world):
        barring.suppress_address("phone", "+43 7612 1234", by=world.admin, reason="complaint")
        lead = lead_of(world.ada)
        assert permission.may_contact(lead, "phone").rule == "suppressed"
        assert permission.may_contact(lead, "email").rule == "mail_needs_consent"

    def test_without_an_address_there_is_no_channel(self, world):
        lead = lead_of(world.ada, email="", is_inquiry=True)
        assert permission.may_contact(lead, "email").rule == "no_address"

"""An inquiry by the website becomes a won deal, and every word of it is still there."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Consent
from kundenkreis.leads.models import Lead, LeadForm, Submission
from kundenkreis.pipeline.models import CloseReason
from tests.leads.making import wording_of

pytestmark = pytest.mark.django_db
WRITTEN = {
    "company": "Traunsee Catering GmbH", "given_name": "Eva", "family_name": "Moser", "email": "eva@traunsee.test",
    "phone": "+43 7612 1234", "postcode": "4810", "place": "Gmunden", "country": "AT", "interest": "Christmas lights",
    "message": "What do 200 pieces cost?",
}  # fmt: skip


def test_from_a_web_form_to_a_won_opportunity_nothing_is_lost(world, signed_in, django_capture_on_commit_callbacks):
    # Alma puts a form on the website, with a rule that gives what comes by it to Ada.
    alma = signed_in(world.admin)
    wording = wording_of(world.admin)
    body = {
        "name": "Website", "is_active": "on", "language": "en", "title_de": "Anfrage", "title_en": "Inquiry", "source": "website",
        "campaign": "Spring", "per_address": "10", "per_hour": "200", "least_seconds": "0", "fields_asked": list(WRITTEN),
        "fields_required": ["email"], "wording": wording.pk,
    }  # fmt: skip
    assert alma.post("/leads/settings/forms/new/", body).status_code == 303
    rule = {"name": "All to Ada", "way": "person", "person": world.ada.pk, "position": "1", "is_on": "1", "do": "save"}
    assert alma.post("/leads/settings/routing/new/", rule).status_code == 303

    # Eva fills it in, and confirms by the link in the mail that she may be written to.
    address = f"/f/{LeadForm.objects.get().token}/"
    visitor = Client(enforce_csrf_checks=True)
    stamp = re.search(r'name="stamp" value="([^"]+)"', visitor.get(address).content.decode())[1]
    with django_capture_on_commit_callbacks(execute=True):
        assert visitor.post(address, {**WRITTEN, "agree": "on", "stamp": stamp, "medium": "search"}).status_code == 200
    link = re.search(r"/f/confirm/[^/\s]+/", mail.outbox[-1].body)[0]
    assert visitor.post(link).status_code == 200

    # Ada finds it in her inbox, calls, and converts it into an account, a contact and an opportunity.
    ada = signed_in(world.ada)
    lead = Lead.objects.get()
    assert lead.owner == world.ada
    assert "Traunsee Catering" in ada.get("/inbox/").content.decode()
    assert (
        ada.post(f"/leads/{lead.pk}/touch/", {"kind": "call", "text": "Wants an offer", "outcome": "good"}).status_code
        == 303
    )
    lead.refresh_from_db()
    step = {"account": "", "contact": "", "opportunity": "on"}
    look = ada.get(f"/leads/{lead.pk}/convert/", {"step": "look", **step}).content.decode()
    assert "Christmas lights" in look
    assert ada.post(f"/leads/{lead.pk}/convert/", step | {"version": lead.version}).status_code == 303
    lead.refresh_from_db()

    # The deal is won.
    deal = lead.opportunity
    reason = CloseReason.objects.filter(outcome="won").first()
    deal.win(by=world.ada, close_reason=reason, value=5000)
    deal.refresh_from_db()
    assert deal.outcome == "won"

    # Every word is where it belongs, and still on the lead, with its source and campaign.
    account, contact = lead.account, lead.contact
    note = Activity.objects.get(account=account, kind="note").body
    kept = " ".join([
        account.name, account.postcode, account.place, account.country, contact.given_name, contact.family_name, contact.email, contact.phone,
        note,
    ])  # fmt: skip
    for name, value in WRITTEN.items():
        assert value in kept, name
        assert getattr(lead, name) == value
    assert (deal.source, deal.campaign, deal.description) == ("website", "Spring", WRITTEN["message"])
    assert (lead.source, lead.campaign, lead.medium) == ("website", "Spring", "search")
    assert [one.subject for one in deal.activities.all()] == ["Wants an offer"]
    assert Consent.objects.get(contact=contact).state == "given"
    assert Submission.objects.get().lead == lead
    timeline = ada.get(f"/accounts/{account.pk}/timeline/").content.decode()
    assert "Wants an offer" in timeline
    assert lead.number in timeline

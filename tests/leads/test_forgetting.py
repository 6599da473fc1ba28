"""A lead is a person: she is forgotten with her contact, by herself, and is out of sight while she is restricted."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.activities.models import Activity
from kundenkreis.core import search
from kundenkreis.customers import barring
from kundenkreis.history.models import Event
from kundenkreis.leads import converting
from kundenkreis.leads.models import Lead, LeadConsent, Submission
from kundenkreis.privacy import erasing, leads_forgotten, restricting
from tests.leads.making import form_of, lead_of, sent, wording_of

pytestmark = pytest.mark.django_db


def whole(world):
    """A lead from a form that became a contact, with a consent and a call, and one more inquiry with the same address."""
    form = form_of(world.admin)
    lead = sent(form, data={"family_name": "Zqlead", "email": "zq@lead.test", "message": "Zqlead writes"}).lead
    lead.change(by=world.ada, owner=world.ada)
    LeadConsent.add(by=None, lead=lead, wording=wording_of(world.admin), proof="zq@lead.test")
    lead.touch(by=world.ada, kind="call", subject="Spoke with Zqlead", outcome="good")
    converting.convert(lead, by=world.ada)
    again = sent(form, 2, data={"family_name": "Zqlead", "email": "zq@lead.test"}).lead
    held = sent(form, 3, data={"family_name": "Zqlead", "email": "ZQ@lead.test"}, trapped=True)
    lead.refresh_from_db()
    return lead, again, held


def told_of(*leads) -> str:
    events = Event.objects.filter(subject_type__startswith="leads.", subject_id__in=[one.pk for one in leads])
    return " ".join(f"{one.subject_label} {one.changes}" for one in events)


def test_erasing_a_contact_takes_her_leads_and_what_she_sent_along(world):
    lead, again, _held = whole(world)
    other = lead_of(world.ada)
    assert "Zqlead" in told_of(lead)
    erasing.work(erasing.begin(lead.contact, by=world.admin, note="asked"))
    assert list(Lead._base_manager.all()) == [other]
    assert not Submission.objects.exists()
    assert not LeadConsent._base_manager.exists()
    assert "Zqlead" not in told_of(lead, again)
    assert "zq@lead.test" not in told_of(lead, again)
    assert search.find(search.LEAD, "Zqlead") == []


def test_while_she_is_restricted_her_leads_are_out_of_sight_and_come_back(world):
    lead, again, held = whole(world)
    before = {one.pk: one.message for one in Lead.objects.all()}
    restricting.restrict(lead.contact, by=world.admin, reason="She asked")
    assert not Lead._base_manager.exists()
    assert not Submission.objects.exists()
    assert "Zqlead" not in told_of(lead, again)
    restricting.lift(lead.contact, by=world.admin)
    assert {one.pk: one.message for one in Lead.objects.all()} == before
    assert Submission.objects.filter(pk=held.pk).exists()
    assert LeadConsent.objects.get().lead == lead
    assert Lead.objects.get(pk=lead.pk).activities.count() == 1
    assert [hit.subject_id for hit in search.find(search.LEAD, "zq@lead.test")] != []


def test_a_lead_who_never_became_a_contact_is_forgotten_and_her_wish_holds(world):
    form = form_of(world.admin)
    lead = sent(form, data={"family_name": "Zqlead", "email": "zq@lead.test"}).lead
    activity, _event = lead.touch(by=world.ada, kind="note", subject="Zqlead called", body="Zqlead wants it")
    leads_forgotten.forget(lead, by=world.admin)
    assert not Lead._base_manager.exists()
    assert not Submission.objects.exists()
    assert "Zqlead" not in told_of(lead)
    assert Event.objects.filter(verb="lead.erased", subject_id=lead.pk).exists()
    activity.refresh_from_db()
    assert "Zqlead" not in activity.subject + activity.body
    assert barring.find("email", "zq@lead.test") is not None


def test_a_lead_who_is_a_contact_is_forgotten_as_one(world):
    lead = lead_of(world.ada)
    converting.convert(lead, by=world.ada)
    with pytest.raises(ValidationError):
        leads_forgotten.forget(lead, by=world.admin)
    assert Activity.objects.exists()

"""The link of an action plan by mail: to whom, in which language, and what is refused."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.urls import reverse

from kundenkreis.core.models import House
from kundenkreis.customers.models import Contact, Position
from kundenkreis.history.models import Event
from kundenkreis.pipeline import planning, sharing
from kundenkreis.pipeline.models import OpportunityContact, PlanLink
from tests.pipeline.cards import card, soon

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared(world, settings):
    """An opportunity with a plan and three buying contacts: Maria in German, Joan in English, one without an address."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    one = card(world, decision_on=soon(40))
    planning.begin(one, by=world.ada, template=None, decision_on=soon(40), language="de")
    joan = Contact.add(by=world.ada, family_name="Reed", given_name="Joan", email="joan@lindner.example", language="en")
    mute = Contact.add(by=world.ada, family_name="Mute")
    for person in (joan, mute):
        Position.add(by=world.ada, account=world.lindner, contact=person)
    for person in (world.maria, joan, mute):
        OpportunityContact.add(by=world.ada, opportunity=one, contact=person, role="user")
    return one, joan, mute


def post(client, one, *people, **given):
    address = reverse("opportunities:plan_mail", args=[one.pk])
    texts = {"text_de": "Grüß Gott <b>, hier ist er.", "text_en": "Here it is."}
    return client.post(address, texts | given | {"people": [person.pk for person in people]})


def test_each_gets_her_own_link_in_her_language_and_history_says_so(world, shared, signed_in):
    one, joan, mute = shared
    ada = signed_in(world.ada)
    page = ada.get(reverse("opportunities:plan_mail", args=[one.pk])).content.decode()
    assert "Joan Reed" in page and "No e-mail address is known." in page
    assert post(ada, one, world.maria, joan).status_code == 303
    german, english = mail.outbox
    assert (german.to, english.to, german.reply_to) == (
        [world.maria.email],
        ["joan@lindner.example"],
        [world.ada.email],
    )
    assert "gemeinsamer" in german.subject.lower() or "our mutual" in german.subject
    assert german.body.startswith("Sehr geehrte") and english.body.startswith("Dear")
    assert "<b>" in german.body and "<b>" not in german.alternatives[0][0]
    found = {link.contact: link for link in PlanLink.objects.all()}
    assert set(found) == {world.maria, joan}
    for sent, person in ((german, world.maria), (english, joan)):
        token = re.search(r"/([\w-]{43})/", sent.body)[1]
        assert sharing.opened(token, "1.2.3.4") == found[person]
        assert Event.objects.about(found[person]).filter(verb="planlink.mailed", actor_id=world.ada.pk).count() == 1
        assert token not in str(list(Event.objects.values_list("changes", flat=True)))


def test_who_may_not_be_mailed_and_what_is_empty_is_refused_before_anything_goes_out(world, shared, signed_in):
    one, joan, mute = shared
    ada = signed_in(world.ada)
    assert post(ada, one).status_code == 422
    assert post(ada, one, mute).status_code == 422, "she is not among those who can be chosen"
    answer = post(ada, one, world.maria, joan, text_en=" ")
    assert answer.status_code == 422 and "Write what stands above the link" in answer.content.decode()
    joan.change(by=world.ada, bar="no_contact")
    answer = post(ada, one, joan)
    assert answer.status_code == 422, "may_contact refuses"
    outsider = Contact.add(by=world.admin, family_name="Else", email="else@example.org")
    assert post(ada, one, outsider).status_code == 422
    assert (mail.outbox, PlanLink.objects.count()) == ([], 0)
    assert post(signed_in(world.rita), one, joan).status_code in (403, 404)


def test_a_test_copy_mails_nothing_and_a_refused_mail_leaves_no_link(world, shared, signed_in, monkeypatch):
    one, joan, _mute = shared
    ada = signed_in(world.ada)

    def refuse(self):
        raise ConnectionRefusedError

    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", refuse)
    answer = post(ada, one, joan)
    assert answer.status_code == 422 and "Not mailed to Joan Reed" in answer.content.decode()
    monkeypatch.undo()
    house = House.current()
    house.is_test_copy = True
    house.save()
    answer = post(ada, one, joan)
    assert answer.status_code == 422 and "test copy" in answer.content.decode()
    assert (mail.outbox, PlanLink.objects.count()) == ([], 0)

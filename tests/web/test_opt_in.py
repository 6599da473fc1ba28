"""What customers do by a signed link: confirm a consent, and unsubscribe."""

import datetime as dt
import re

import pytest
from django.core import mail, signing
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from kundenkreis.activities import opting_in
from kundenkreis.activities.permission import may_contact
from kundenkreis.core.models import House
from kundenkreis.customers import barring
from kundenkreis.customers.models import Consent
from kundenkreis.history.models import Event
from tests.activities.consenting import consent, exception, wording


@pytest.fixture
def stranger():
    return Client()


def ask(world, **values):
    return opting_in.ask(world.maria, wording(**values), by=world.ada, source="Fair")


def link():
    return re.search(r"http\S+?(/consent/\S+)", mail.outbox[-1].body)[1]


def test_asking_is_not_consent_and_only_the_button_confirms(world, stranger):
    world.maria.change(by=world.ada, language="en")
    pending = ask(world)
    assert may_contact(world.maria, "newsletter", "email").rule == "pending"
    assert mail.outbox[0].to == ["maria@lindner.test"]
    assert "Yes, please." in mail.outbox[0].body
    shown = stranger.get(link())
    assert shown.status_code == 200
    assert "Yes, please." in shown.content.decode()
    assert "Newsletter" in shown.content.decode()
    assert may_contact(world.maria, "newsletter", "email").rule == "pending"
    assert "confirmed" in stranger.post(link()).content.decode()
    pending.refresh_from_db()
    assert (pending.state, pending.how, pending.ticket) == ("given", "double_opt_in", "")
    assert "maria@lindner.test, 127.0.0.1" in pending.proof
    assert may_contact(world.maria, "newsletter", "email").rule == "consent"
    event = Event.objects.about(pending).latest("pk")
    assert (event.verb, event.actor_name) == ("consent.confirmed", "")


def test_a_link_confirms_once(world, stranger):
    pending = ask(world)
    stranger.post(link())
    pending.refresh_from_db()
    pending.withdraw(by=world.ada)
    assert stranger.post(link()).status_code == 404
    assert stranger.get(link()).status_code == 404
    pending.refresh_from_db()
    assert pending.state == "withdrawn"


def test_a_used_link_says_that_it_is_confirmed(world, stranger):
    ask(world)
    stranger.post(link())
    before = Event.objects.count()
    for answer in (stranger.get(link()), stranger.post(link())):
        assert answer.status_code == 200
        assert "<form" not in answer.content.decode().partition("<main")[2].partition("</main>")[0]
    assert Event.objects.count() == before


def test_a_later_link_replaces_an_earlier_one(world, stranger):
    pending = ask(world)
    first = link()
    with pytest.raises(ValidationError):
        ask(world)
    Consent.objects.filter(pk=pending.pk).update(since=timezone.now() - dt.timedelta(days=2))
    ask(world)
    assert stranger.post(first).status_code == 404
    assert stranger.post(link()).status_code == 200


def test_a_link_expires(world, stranger, monkeypatch):
    ask(world)
    monkeypatch.setattr(opting_in, "LASTS", dt.timedelta(seconds=-1))
    assert stranger.get(link()).status_code == 404
    assert stranger.post(link()).status_code == 404


@pytest.mark.parametrize("signed", [None, [1, ""], "x"])
def test_a_link_that_we_did_not_write_opens_nothing(world, stranger, signed):
    token = "x" if signed is None else signing.dumps(signed, salt="kundenkreis.opt-in")
    assert stranger.get(f"/consent/{token}/").status_code == 404
    assert stranger.post(f"/consent/{token}/").status_code == 404
    assert stranger.post(f"/unsubscribe/{token}/").status_code == 404


def test_nobody_is_asked_who_refused_or_has_no_address(world):
    given = consent(world.maria)
    with pytest.raises(ValidationError):
        ask(world)
    given.withdraw(by=world.ada)
    with pytest.raises(ValidationError, match="withdrawn"):
        ask(world)
    barring.object_to_advertising(world.maria, by=world.ada)
    with pytest.raises(ValidationError, match="objects"):
        ask(world)
    assert mail.outbox == []


def test_an_objection_in_between_makes_the_link_worthless(world, stranger):
    ask(world)
    barring.object_to_advertising(world.maria, by=world.ada)
    assert stranger.post(link()).status_code == 404
    assert may_contact(world.maria, "newsletter", "email").rule == "objected"


def test_a_mail_that_cannot_be_sent_leaves_nothing(world, monkeypatch):
    def broken(self, *_args, **_more):
        raise OSError("no route")

    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", broken)
    with pytest.raises(ValidationError, match="could not be sent"):
        ask(world)
    assert not Consent.objects.exists()


@pytest.mark.parametrize("way", ["demo", "console"])
def test_no_mail_leaves_a_demo_house_or_one_without_a_mail_server(world, settings, way):
    if way == "demo":
        House.current()
        House.objects.update(is_demo=True)
    else:
        settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    with pytest.raises(ValidationError):
        ask(world)


def test_asking_stands_on_the_contact_s_page(world, signed_in):
    text = wording()
    ada = signed_in(world.ada)
    answer = ada.post(f"/contacts/{world.maria.pk}/opt-in/", {"wording": text.pk}, follow=True).content.decode()
    assert "Asked by mail to maria@lindner.test" in answer
    assert "not confirmed yet" in answer
    assert ada.post(f"/contacts/{world.maria.pk}/opt-in/", {"wording": text.pk}).status_code == 422


def way_out(world, purpose="newsletter"):
    return "/unsubscribe/" + opting_in.unsubscribe_link(world.maria, purpose).rstrip("/").rpartition("/")[2] + "/"


def test_a_mail_program_unsubscribes_by_one_post_and_a_scanner_that_looks_does_not(world, stranger):
    given = consent(world.maria)
    headers = opting_in.unsubscribe_headers(world.maria, "newsletter")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"].startswith("<http")
    assert stranger.get(way_out(world)).status_code == 200
    assert may_contact(world.maria, "newsletter", "email").allowed
    answer = stranger.post(
        way_out(world), "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200
    given.refresh_from_db()
    assert given.state == "withdrawn"
    assert stranger.post(way_out(world)).status_code == 200
    assert Event.objects.about(given).filter(verb="consent.withdrawn").count() == 1


def test_unsubscribing_ends_the_customer_exception_and_what_rested_on_nothing(world, stranger):
    exception(world.maria)
    stranger.post(way_out(world))
    assert may_contact(world.maria, "newsletter", "email").rule == "withdrawn"
    stranger.post(way_out(world, "survey"))
    assert may_contact(world.maria, "survey", "email").rule == "objected"


def test_no_advertising_at_all_is_one_press_on_the_page(world, stranger):
    consent(world.maria)
    assert stranger.post(way_out(world), {"all": "1"}).status_code == 200
    assert stranger.post(way_out(world), {"all": "1"}).status_code == 200
    world.maria.refresh_from_db()
    assert may_contact(world.maria, "advertising", "letter").rule == "objected"


def test_who_is_in_the_bin_can_still_unsubscribe(world, stranger):
    given = consent(world.maria)
    world.maria.discard(by=world.ada)
    stranger.post(way_out(world))
    given.refresh_from_db()
    assert given.state == "withdrawn"

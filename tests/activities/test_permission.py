"""Whether somebody may be contacted, from what is stored of her."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kundenkreis.activities.contact_rules import Rule
from kundenkreis.activities.models import Activity
from kundenkreis.activities.permission import Channel, Purpose, may_contact, may_contact_many, table_of
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.customers import barring
from kundenkreis.customers.models import Account, Address, Contact, Position
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_event
from tests.activities.consenting import consent, exception


def rule(contact, purpose="newsletter", channel="email"):
    return may_contact(Contact.objects.get(pk=contact.pk), purpose, channel).rule


def test_without_consent_a_customer_may_be_served_and_written_a_letter(world):
    assert rule(world.maria, "service", "email") == Rule.SERVICE
    assert rule(world.maria) == Rule.MAIL_NEEDS_CONSENT
    assert rule(world.maria, "service", "phone") == Rule.NO_ADDRESS
    world.maria.change(by=world.ada, phone="+43 7242 123456")
    assert rule(world.maria, "service", "phone") == Rule.SERVICE
    assert rule(world.maria, "advertising", "phone") == Rule.CALL_NEEDS_CONSENT
    assert rule(world.maria, "advertising", "letter") == Rule.LETTER


def test_a_consent_is_for_its_purpose_and_channel_only(world):
    given = consent(world.maria)
    assert rule(world.maria) == Rule.CONSENT
    assert rule(world.maria, "advertising") == Rule.MAIL_NEEDS_CONSENT
    given.withdraw(by=world.ada)
    assert rule(world.maria) == Rule.WITHDRAWN


@pytest.mark.parametrize("missing", [{"wording": None}, {"proof": ""}])
def test_a_consent_counts_only_with_wording_and_proof(world, missing):
    consent(world.maria, **missing)
    assert rule(world.maria) == Rule.UNPROVEN


def test_a_consent_dated_tomorrow_is_refused(world):
    with pytest.raises(ValidationError) as refused:
        consent(world.maria, since=timezone.now() + dt.timedelta(days=1))
    assert "future" in refused.value.message_dict["since"][0]


def test_the_customer_exception_falls_with_one_of_its_conditions(world):
    recorded = exception(world.maria)
    assert rule(world.maria) == Rule.CUSTOMER
    recorded.change(by=world.ada, own_similar=False)
    assert rule(world.maria) == Rule.EXCEPTION_FAILS
    with pytest.raises(ValidationError):
        exception(world.maria, channel="phone")


def test_an_objection_goes_before_every_consent_and_an_undo_takes_all_of_it_back(world):
    consent(world.maria)
    event = barring.object_to_advertising(world.maria, by=world.ada, source="Call")
    assert event.verb == "contact.objected"
    assert rule(world.maria) == Rule.OBJECTED
    assert rule(world.maria, "advertising", "letter") == Rule.OBJECTED
    assert rule(world.maria, "service") == Rule.SERVICE
    undo_event(event, by=world.ada)
    assert rule(world.maria) == Rule.CONSENT
    assert rule(world.maria, "advertising", "letter") == Rule.LETTER


def test_who_objected_is_known_again_under_another_record(world):
    barring.object_to_advertising(world.maria, by=world.ada)
    again = Contact.add(by=world.ada, given_name="M.", family_name="Lindner", email="Maria@Lindner.test")
    consent(again)
    assert rule(again) == Rule.SUPPRESSED


def test_whoever_left_died_or_must_be_left_alone_is_not_contacted(world):
    consent(world.maria)
    position = Position.objects.get(contact=world.maria)
    yesterday = clock.today() - dt.timedelta(days=1)
    position.change(by=world.ada, ends_on=yesterday)
    assert rule(world.maria) == rule(world.maria, "service") == Rule.LEFT
    Position.add(by=world.ada, contact=world.maria, account=world.brauneis, is_main=False)
    assert rule(world.maria) == Rule.CONSENT
    world.maria.change(by=world.ada, bar="deceased")
    assert rule(world.maria, "service") == Rule.DECEASED
    world.maria.change(by=world.ada, bar="no_contact")
    assert rule(world.maria, "service") == Rule.NO_CONTACT
    world.maria.discard(by=world.ada)
    assert rule(world.maria, "service") == Rule.IN_BIN


def limit(cap, days=30):
    house = House.current()
    house.contact_cap, house.contact_cap_days = cap, days
    house.save()


def test_the_house_s_limit_is_over_all_channels_and_counts_what_was_sent(world):
    consent(world.maria)
    limit(2)
    for kind, days in (("mail", 3), ("call", 10), ("mail", 40)):
        Activity.add(
            by=world.ada,
            kind=kind,
            subject="New lamps",
            contact=world.maria,
            purpose="advertising",
            at=timezone.now() - dt.timedelta(days=days),
        )
    answer = may_contact(world.maria, "newsletter", "email")
    assert (answer.rule, answer.until) == (Rule.TOO_OFTEN, clock.today() + dt.timedelta(days=21))
    limit(3)
    assert rule(world.maria) == Rule.CONSENT


@pytest.mark.parametrize("values", [{"is_incoming": True}, {"purpose": ""}])
def test_what_came_from_her_and_what_was_service_does_not_count(world, values):
    consent(world.maria)
    limit(1)
    what = {"kind": "mail", "subject": "x", "contact": world.maria, "purpose": "newsletter"}
    Activity.add(by=world.ada, **(what | values))
    assert rule(world.maria) == Rule.CONSENT


def test_advertising_is_planned_only_where_it_is_allowed_and_written_down_as_it_was(world):
    world.maria.change(by=world.ada, phone="+43 7242 123456")
    call = {"kind": "call", "subject": "New lamps", "contact": world.maria, "purpose": "advertising"}
    with pytest.raises(ValidationError) as refused:
        Activity.add(by=world.ada, is_open=True, due_on=clock.today(), **call)
    assert "§ 174 (1) TKG 2021" in refused.value.message_dict["purpose"][0]
    assert Activity.add(by=world.ada, **call).purpose == "advertising"
    assert Activity.add(by=world.ada, is_open=True, due_on=clock.today(), **(call | {"purpose": ""})).pk
    consent(world.maria, "advertising", "phone")
    assert Activity.add(by=world.ada, is_open=True, due_on=clock.today(), **call).pk


def test_many_are_asked_in_as_many_queries_as_one(world):
    limit(2)

    def asked(people):
        House.known()
        with CaptureQueriesContext(connection) as seen:
            answers = may_contact_many(people, "newsletter", "email")
        return len(seen), answers

    few, _answers = asked([world.maria])
    people = [world.maria]
    for number in range(12):
        one = Contact.add(by=None, family_name=f"Huber {number}", email=f"h{number}@firma.test", phone="0662 123456")
        account = Account.add(by=None, name=f"Firma {number}")
        Position.add(by=None, contact=one, account=account)
        Address.add(by=None, contact=one, street="Hauptplatz 1", postcode="4600", place="Wels")
        consent(one) if number % 2 else exception(one)
        people.append(one)
    many, answers = asked(list(Contact.objects.filter(pk__in=[one.pk for one in people])))
    assert many == few
    assert {answer.rule for answer in answers.values()} == {Rule.MAIL_NEEDS_CONSENT, Rule.CONSENT, Rule.CUSTOMER}


def test_the_table_has_every_purpose_over_every_channel(world):
    table = table_of(world.maria)
    assert set(table) == {(purpose, channel) for purpose in Purpose.values for channel in Channel.values}


def test_a_refusal_is_not_taken_out_and_a_withdrawal_is_history(world):
    given = consent(world.maria)
    given.withdraw(by=world.ada, source="Mail of today")
    assert Event.objects.about(given).latest("pk").verb == "consent.withdrawn"
    with pytest.raises(ValidationError):
        given.discard(by=world.ada)
    with pytest.raises(ValidationError):
        given.withdraw(by=world.ada)

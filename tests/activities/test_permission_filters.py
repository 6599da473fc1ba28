"""What a list is asked is what one contact is asked: every rule, and anything by chance."""

import datetime as dt
import random

import pytest
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.activities.permission import Channel, Purpose, may_contact_many
from kundenkreis.activities.permission_asking import allowed
from kundenkreis.core import clock
from kundenkreis.core.filters import parse
from kundenkreis.core.models import House
from kundenkreis.customers import barring, registers
from kundenkreis.customers.models import Account, Address, Consent, Contact, Position
from kundenkreis.web.views.contact_list import CONTACTS
from tests.activities.consenting import consent, exception


def some_contact(dice, number, accounts):
    one = Contact.add(
        by=None,
        family_name=f"Huber {number}",
        email=dice.choice([f"h{number}@firma.test", f"h{number}@listed.test", ""]),
        phone=dice.choice([f"+43 662 1234{number:02}", ""]),
        mobile=dice.choice([f"+43 664 1234{number:03}", ""]),
        bar=dice.choice(["", "", "", "", "deceased", "no_contact"]),
    )
    if dice.random() < 0.8:
        ends_on = clock.today() - dt.timedelta(days=1) if dice.random() < 0.2 else None
        Position.add(by=None, contact=one, account=dice.choice(accounts), ends_on=ends_on)
    if dice.random() < 0.5:
        Address.add(by=None, contact=one, street="Hauptplatz 1", postcode="4600", place="Wels")
    for purpose in Consent.Purpose.values[:2]:
        for channel in Channel.values:
            some_consent(dice, one, purpose, channel)
    for _n in range(dice.choice([0, 0, 1, 2, 3])):
        days = dice.choice([0, 2, 29, 31])
        purpose = dice.choice(["newsletter", "survey", ""])
        at = timezone.now() - dt.timedelta(days=days)
        Activity.add(by=None, kind="mail", subject="x", contact=one, purpose=purpose, at=at)
    if dice.random() < 0.15:
        barring.object_to_advertising(one, by=None)
    elif dice.random() < 0.15 and one.email:
        barring.suppress_address("email", one.email, by=None, reason="complaint")
    elif dice.random() < 0.15 and one.phone:
        barring.suppress_address("phone", one.phone, by=None, reason="wrong")
    if dice.random() < 0.1:
        one.discard(by=None)


def some_consent(dice, one, purpose, channel):
    state = dice.choice(["", "", "given", "given", "customer", "pending", "withdrawn", "objected"])
    if state == "customer" and channel in ("email", "sms"):
        exception(one, purpose, channel, own_similar=dice.random() < 0.7)
    elif state and state != "customer":
        consent(one, purpose, channel, state, proof=dice.choice(["Card", "Card", ""]))


@pytest.mark.parametrize("seed", range(3))
def test_the_filter_says_what_may_contact_says(world, tmp_path, seed):
    dice = random.Random(seed)
    accounts = [
        Account.add(by=None, name="Firma 1", street="Ring 1", postcode="1010", place="Wien"),
        Account.add(by=None, name="Firma 2", relation="prospect", street="Ring 2", postcode="1010", place="Wien"),
        Account.add(by=None, name="Firma 3", relation="prospect"),
    ]
    house = House.current()
    house.contact_cap = dice.choice([None, 1, 2])
    house.save()
    for number in range(40):
        some_contact(dice, number, accounts)
    load(tmp_path, "ecg", "@listed.test\nh3@firma.test\n")
    load(tmp_path, "robinson", "".join(f"Huber {n};;Hauptplatz 1;4600;Wels\n" for n in range(0, 40, 2)))
    people, now = list(Contact.objects.all()), timezone.now()
    for purpose in Purpose.values:
        for channel in Channel.values:
            answers = may_contact_many(people, purpose, channel, now=now)
            expected = {pk for pk, answer in answers.items() if answer.allowed}
            found = set(Contact.objects.filter(allowed(purpose, channel, now)).values_list("pk", flat=True))
            assert found == expected, (purpose, channel, [answers[pk].rule for pk in found ^ expected])


def load(tmp_path, kind, text):
    path = tmp_path / kind
    path.write_text(text)
    registers.load(registers.begin(kind, clock.today(), kind, by=None), path, by=None)


def test_a_list_is_asked_by_the_filter_language(world):
    consent(world.maria)

    def found(*asked):
        return set(Contact.objects.filter(parse(list(asked), CONTACTS.filters, by=world.ada, today=clock.today()).q()))

    assert found("may:in:newsletter.email") == {world.maria}
    assert found("may:in:advertising.phone") == set()
    assert found("may:in:advertising.phone,newsletter.email") == {world.maria}
    assert found("may:not:newsletter.email") == set()
    assert found("may:filled") == {world.maria}
    assert found("may:empty") == set()
    world.maria.change(by=world.ada, bar="deceased")
    assert found("may:empty") == {world.maria}


def test_the_screen_and_the_file_know_the_filter(world, signed_in):
    consent(world.maria)
    ada = signed_in(world.ada)
    assert b"Maria" in ada.get("/contacts/?f=may:in:newsletter.email").content
    assert b"Maria" not in ada.get("/contacts/?f=may:in:newsletter.phone").content
    assert b"Newsletter by e-mail" in ada.get("/contacts/?filter=may").content

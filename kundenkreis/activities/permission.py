"""May we contact this person: the one question that every door asks before it offers, sends or calls.

The rules stand in `contact_rules`; here are the facts they decide over, for one contact or many in the same few queries. The lists'
filters ask the same of a million rows in `permission_asking`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.activities.contact_rules import SERVICE, Answer, Facts, Given, decide
from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.customers import barring
from kundenkreis.customers.barring import Bars
from kundenkreis.customers.models import Account, Address, Consent, Contact, Position

Channel = Consent.Channel


class Purpose(models.TextChoices):
    """What a contact is for: running business, or one of the purposes of advertising."""

    SERVICE = SERVICE, _("Contract and service")
    ADVERTISING = "advertising", _("Advertising")
    NEWSLETTER = "newsletter", _("Newsletter")
    SURVEY = "survey", _("Surveys")
    EVENTS = "events", _("Invitations")


# By which suppressed addresses a channel is barred.
_SUPPRESSED_AS = {"email": "email", "phone": "phone", "sms": "phone", "letter": "address"}
Asked = tuple[str, str]


def may_contact(person: Contact, purpose: str, channel: str, *, now: dt.datetime | None = None) -> Answer:
    """Whether this contact may be contacted for a purpose over a channel, by which rule, and why in words.

    `purpose` is one of `Purpose`, `channel` one of `Channel`. Raises ValueError for another.
    """
    return may_contact_many([person], purpose, channel, now=now)[person.pk]


def may_contact_many(
    people: Iterable[Contact], purpose: str, channel: str, *, now: dt.datetime | None = None
) -> dict[int, Answer]:
    """The same for many contacts: contact's number → answer, in a number of queries that does not grow with them."""
    return {pk: answers[purpose, channel] for pk, answers in asked(people, [(purpose, channel)], now=now).items()}


def at_all(people: Iterable[Contact]) -> dict[int, Answer]:
    """Whether these contacts may be contacted about running business, whatever the channel: what a link to call or write asks."""
    contacts, now = list(people), timezone.now()
    known = _Known(contacts, set(), advertises=False)
    facts = {one.pk: replace(known.facts(one, SERVICE, Channel.PHONE), has_address=True) for one in contacts}
    return {pk: decide(one, SERVICE, Channel.PHONE, now) for pk, one in facts.items()}


def table_of(person: Contact, *, now: dt.datetime | None = None) -> dict[Asked, Answer]:
    """Every purpose over every channel for one contact."""
    pairs = [(purpose, channel) for purpose in Purpose.values for channel in Channel.values]
    return asked([person], pairs, now=now)[person.pk]


def asked(
    people: Iterable[Contact], pairs: Sequence[Asked], *, now: dt.datetime | None = None
) -> dict[int, dict[Asked, Answer]]:
    """Several questions about many contacts at once."""
    contacts, now = list(people), now or timezone.now()
    found: dict[int, dict[Asked, Answer]] = {contact.pk: {} for contact in contacts}
    advertises = any(purpose != SERVICE for purpose, _channel in pairs)
    known = _Known(contacts, {channel for _purpose, channel in pairs}, advertises)
    for contact in contacts:
        for purpose, channel in pairs:
            facts = known.facts(contact, purpose, channel)
            found[contact.pk][purpose, channel] = decide(facts, purpose, channel, now)
    return found


class _Known:
    """What the database says about these contacts, read once."""

    def __init__(self, contacts: Sequence[Contact], channels: set[str], advertises: bool):
        self.ids = sorted(contact.pk for contact in contacts)
        self.left = _left(self.ids)
        self.house = House.known()
        self.places: set[int] = set()
        if "letter" in channels:
            self.places = set(
                Address.objects.living().filter(contact_id__listed=self.ids).values_list("contact_id", flat=True)
            )
        self.accounts = _accounts_of(contacts) if advertises or "letter" in channels else {}
        self.given: dict[tuple[int, str, str], Given] = {}
        self.sent: dict[int, list[dt.datetime]] = defaultdict(list)
        self.bars: dict[int, Bars] = {}
        self.persons: set[int] = set()
        if advertises:
            self._read_advertising(contacts)

    def _read_advertising(self, contacts: Sequence[Contact]) -> None:
        for one in Consent.objects.living().filter(contact_id__listed=self.ids):
            self.given[one.contact_id, one.purpose, one.channel] = _given(one)
        self.bars = barring.of_contacts(contacts)
        own = Account.objects.living().filter(person_id__listed=self.ids, relation=Account.RelationKind.CUSTOMER)
        self.persons = set(own.values_list("person_id", flat=True))  # type: ignore[arg-type]
        if self.house.contact_cap is not None:
            for pk, at in counted(self.house).filter(contact_id__listed=self.ids).values_list("contact_id", "at"):
                self.sent[pk].append(at)  # type: ignore[index]

    def facts(self, contact: Contact, purpose: str, channel: str) -> Facts:
        bars = self.bars.get(contact.pk, Bars())
        suppressed = bars.suppressed.get(_SUPPRESSED_AS[channel])
        relation = self.accounts.get(contact.main_account_id or 0, ("", False))[0]
        return Facts(
            has_address=self._has_address(contact, channel),
            in_bin=contact.deleted_at is not None,
            bar=contact.bar,
            has_left=contact.pk in self.left,
            objected_at=contact.objected_at,
            suppressed_at=suppressed.since if suppressed else None,
            suppressed_why=suppressed.get_reason_display() if suppressed else "",
            given=self.given.get((contact.pk, purpose, channel)),
            on_ecg=bars.listed.get("ecg"),
            on_robinson=bars.listed.get("robinson"),
            is_customer=relation == Account.RelationKind.CUSTOMER or contact.pk in self.persons,
            sent=tuple(self.sent.get(contact.pk, ())),
            cap=self.house.contact_cap,
            cap_days=self.house.contact_cap_days,
        )

    def _has_address(self, contact: Contact, channel: str) -> bool:
        if channel == "letter":
            return contact.pk in self.places or self.accounts.get(contact.main_account_id or 0, ("", False))[1]
        has = {
            "email": contact.email,
            "phone": contact.phone or contact.mobile,
            "sms": contact.mobile,
        }
        return bool(has[channel])


def _accounts_of(contacts: Sequence[Contact]) -> dict[int, tuple[str, bool]]:
    """Main account → how it stands to us, and whether a letter finds it."""
    numbers = {contact.main_account_id for contact in contacts} - {None}
    rows = Account._base_manager.filter(pk__listed=sorted(numbers))  # type: ignore[type-var]
    columns = ("pk", "relation", "street", "postcode", "place")
    return {
        pk: (relation, bool(place and (street or postcode)))
        for pk, relation, street, postcode, place in rows.values_list(*columns)
    }


def _given(one: Consent) -> Given:
    return Given(
        one.state,
        one.since,
        one.source,
        tuple(one.lacks()),
        one.with_sale,
        one.own_similar,
        one.could_refuse,
    )


def _left(ids: Sequence[int]) -> set[int]:
    """Those of these contacts who held a position and hold none today."""
    today = clock.today()
    held: set[int] = set()
    holds: set[int] = set()
    rows = Position.objects.living().filter(contact_id__listed=ids)
    for pk, ends_on in rows.values_list("contact_id", "ends_on"):
        (holds if ends_on is None or ends_on >= today else held).add(pk)
    return held - holds


def counted(house: House) -> models.QuerySet[Activity]:
    """The advertising contacts that count against the house's limit: ours, done, in the last days, whatever the channel.

    A demo house's today lies in the past: what is written down on the clock's own day counts there as well.
    """
    first = clock.midnight(clock.today() - dt.timedelta(days=house.contact_cap_days))
    rows = Activity.objects.living().filter(is_open=False, is_incoming=False, at__gte=first)
    return rows.exclude(purpose="")

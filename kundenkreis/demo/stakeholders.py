# ruff: noqa: E501 lists of words
"""Stakeholder maps of five key accounts, one of them of sixty people, judged over a year, from a fixed seed. All of it is invented and marked so."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.core.text import fold
from kundenkreis.customers.models import Account, Contact, Position
from kundenkreis.demo.accounts import insert
from kundenkreis.demo.names import SEED, Names
from kundenkreis.demo.people import House
from kundenkreis.stakeholders.models import Counterpart, InfluenceLine, Judgement, RelationshipGrade, Stakeholder

SIZES = (60, 18, 14, 11, 8)
JOBS = (
    (("Managing director", "Geschäftsführung"),),
    (
        ("Head of buying", "Einkaufsleitung"), ("Head of finance", "Leitung Finanzen"), ("Head of stores", "Leitung Filialen"),
        ("Head of logistics", "Leitung Logistik"), ("Head of marketing", "Leitung Marketing"),
    ),
    (
        ("Buyer", "Einkauf"), ("Category manager", "Category Management"), ("Controller", "Controlling"), ("Store manager", "Filialleitung"),
        ("Warehouse", "Lager"), ("Assistant", "Assistenz"), ("Quality", "Qualitätssicherung"),
    ),
)  # fmt: skip
SOURCES = (
    ("Visit", "Besuch"), ("Annual talk", "Jahresgespräch"), ("Said so on the phone", "Am Telefon gesagt"), ("Organisation chart on their website", "Organigramm auf der Website"),
)  # fmt: skip
GOALS = (
    ("Fewer suppliers", "Weniger Lieferanten"), ("Delivery within 48 hours", "Lieferung binnen 48 Stunden"), ("Less stock", "Weniger Lagerbestand"),
)  # fmt: skip
NOTES = (("used to work together", "haben früher zusammengearbeitet"), ("is asked before every order", "wird vor jeder Bestellung gefragt"))  # fmt: skip
TOUCHES = 14  # for each map


def add(house: House, ranked: list[Account], today: dt.date, now: dt.datetime) -> None:
    """The largest customers that somebody looks after."""
    looked_after = [one for one in ranked[:40] if one.owner is not None and one.person_id is None]
    for size, account in zip(SIZES, looked_after, strict=False):
        _Map(house, account, size, today, now).draw()


@dataclass
class _Map:
    house: House
    account: Account
    size: int
    today: dt.date
    now: dt.datetime
    people: list[Stakeholder] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(f"{SEED}/map/{self.account.number}")  # noqa: S311
        self.by: Any = self.account.owner  # somebody: `add` takes such accounts only
        self.german = int(getattr(self.by, "language", "") == "de")

    def draw(self) -> None:
        contacts = self._contacts()
        first = self._day(360)
        for number, contact in enumerate(contacts):
            since = self._day(150) if number and number % 9 == 8 else first
            self.people.append(
                Stakeholder.add(by=self.by, now=self._at(since), account=self.account, contact=contact, since=since, is_generated=True)
            )  # fmt: skip
        for number, one in enumerate(self.people):
            self._judge(number, one)
        self._reorganise()
        self._beside()
        self._touch()

    def _day(self, back: int) -> dt.date:
        return self.today - dt.timedelta(days=back)

    def _at(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(11), timezone.get_default_timezone())

    def _contacts(self) -> list[Contact]:
        """Those who are there, and as many more as the map is to have."""
        here = Contact.objects.living().filter(main_account=self.account).order_by("pk")
        known = list(here)[: self.size]
        mail = next((one.email for one in known if one.email), "office@example.example")
        company: Any = SimpleNamespace(
            language=self.account.language or "en", domain=mail.partition("@")[2], phone=self.account.phone
        )
        more = Names().people(f"map/{self.account.number}", self.account.country, company, self.size - len(known))
        contacts, positions = [], []
        for number, person in enumerate(more, len(known)):
            job = self._job(number)
            contacts.append(
                Contact(
                    form_of_address=person.form, title_before=person.title, given_name=person.given, family_name=person.family,
                    key=fold(f"{person.family} {person.given}")[:210], main_account=self.account, job_title=job, email=person.email,
                    phone=person.phone, language=self.account.language or "en", is_generated=True,
                )
            )  # fmt: skip
            positions.append(Position(account=self.account, job_title=job, is_main=True))
        insert(Contact, contacts, self.now)
        for contact, position in zip(contacts, positions, strict=True):
            position.contact = contact
        insert(Position, positions, self.now)
        return [*known, *contacts]

    def _level(self, number: int) -> int:
        return 0 if number == 0 else 1 if number <= self._heads else 2

    @property
    def _heads(self) -> int:
        return 5 if self.size >= 14 else 2

    def _job(self, number: int) -> str:
        some = JOBS[self._level(number)]
        return some[(number - 1) % len(some)][self.german]

    def _say(self, one: Stakeholder, kind: str, back: int, **value: Any) -> None:
        """A judgement so many days ago, not before the person came."""
        day = max(self._day(back), one.since)
        source = self.dice.choice(SOURCES)[self.german]
        Judgement.add(by=self.by, now=self._at(day), stakeholder=one, kind=kind, on=day, source=source, **value)

    def _judge(self, number: int, one: Stakeholder) -> None:
        dice, level = self.dice, self._level(number)
        if level:
            above = self.people[0] if level == 1 else self.people[1 + (number % self._heads)]
            self._say(one, "reports_to", 355, superior=above)
        role = {0: "economic_buyer", 1: "purchaser", 2: "decider", 3: "user", 6: "technical", 7: "influencer"}.get(
            number
        )
        # Of the smaller maps a role is missing, so that the page has something to ask for.
        if role and not (self.size < 14 and number == 3):
            self._say(one, "role", dice.randint(300, 350), role=role)
        elif number % 6 == 5:
            self._say(
                one, "role", dice.randint(100, 300), role=dice.choice(("user", "influencer", "gatekeeper", "initiator"))
            )
        if dice.random() < 0.75:
            before = dice.choice((-2, -1, 0, 0, 1))
            self._say(one, "attitude", dice.randint(200, 330), attitude=before)
            if dice.random() < 0.6:
                self._say(
                    one,
                    "attitude",
                    dice.randint(10, 150),
                    attitude=min(2, before + dice.choice((1, 1, 2, -1)) if before > -2 else -1),
                )
        if dice.random() < 0.8:
            self._say(
                one,
                "influence",
                dice.randint(150, 340),
                influence=5 - 2 * level + dice.choice((0, 0, 1)) if level else 5,
            )
        if dice.random() < 0.6:
            self._say(one, "relationship", dice.randint(20, 250), relationship=dice.randint(0, 4))
        if number in (0, 1, 3):
            self._say(one, "goal", dice.randint(30, 200), text=GOALS[number % len(GOALS)][self.german])

    def _reorganise(self) -> None:
        """Two months ago some came under another head, and one left."""
        for one in self.people[self._heads + 2 :: 7][:4]:
            self._say(one, "reports_to", 60, superior=self.people[1])
        self.people[-1].change(by=self.by, now=self._at(self._day(45)), until=self._day(45))

    def _beside(self) -> None:
        """Lines of influence, and who of us looks after whom."""
        dice, colleagues = self.dice, [self.by, self.house.people["Gerda"], self.house.people["Ben"]]
        for number in range(2, self.size - 1, 5):
            note = dice.choice(NOTES)[self.german]
            source = dice.choice(SOURCES)[self.german]
            since = self._day(dice.randint(20, 140))
            InfluenceLine.add(
                by=self.by, now=self._at(since), stakeholder=self.people[number], influenced=self.people[(number + 1) % 3], note=note,
                source=source, strength=dice.randint(1, 3), since=since,
            )  # fmt: skip
        for number, one in enumerate(self.people[:-1]):
            if number < 4 or dice.random() < 0.35:
                person = colleagues[number % 3]
                Counterpart.add(by=self.by, now=self._at(one.since), stakeholder=one, person=person, since=one.since)
                if number < 4:
                    grade = dice.randint(0, 4)
                    RelationshipGrade.add(by=self.by, now=self.now, stakeholder=one, person=person, grade=grade)

    def _touch(self) -> None:
        """Conversations of the last year, most of them with the first few."""
        dice = self.dice
        for _number in range(TOUCHES):
            one = self.people[min(int(dice.expovariate(0.4)), len(self.people) - 2)]
            kind, at = dice.choice(("call", "call", "mail", "visit")), self._at(self._day(dice.randint(1, 300)))
            subject = {"call": ("Call", "Telefonat"), "mail": ("Mail", "E-Mail"), "visit": ("Visit", "Besuch")}[kind][
                self.german
            ]
            owner = dice.choice((self.by, self.by, self.house.people["Gerda"]))
            Activity.add(
                by=owner, now=at, kind=kind, subject=subject, account=self.account, contact=one.contact, owner=owner, at=at,
                is_incoming=kind != "visit" and dice.random() < 0.4,
            )  # fmt: skip

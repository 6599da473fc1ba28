# ruff: noqa: E501 lists of words
"""Companies that buy nothing yet, a wanted list of some of them, and what was found out, from a fixed seed. All of it is invented and marked so."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Account, Contact, Position
from kundenkreis.demo.names import SEED, Company, Names
from kundenkreis.demo.people import House
from kundenkreis.prospecting import suggesting, usual
from kundenkreis.prospecting.models import (
    FitCriterion,
    Judgement,
    ResearchAnswer,
    ResearchQuestion,
    TargetAccount,
    TriggerEvent,
)
from kundenkreis.staff.models import User

PROSPECTS, WANTED = 42, 15
COUNTRIES = ("GB", "GB", "GB", "DE", "DE", "AT", "AT", "CH", "FR", "NL")
STATUSES = ("research", "research", "approach", "approach", "talks")
FOUND = (
    ("Candles and gift wrap, about 60,000 a year", "Kerzen und Geschenkpapier, rund 60.000 im Jahr"),
    ("From Giftline & Sons, and some direct imports", "Bei Giftline & Sons, einiges im Direktimport"),
    ("Framework contract until the end of 2011", "Rahmenvertrag bis Ende 2011"),
    (
        "The owner decides; the head of buying prepares it",
        "Die Eigentümerin entscheidet, der Einkaufsleiter bereitet vor",
    ),
    ("Two new shops in spring", "Zwei neue Geschäfte im Frühjahr"),
    ("On 31 March", "Am 31. März"),
)
SOURCES = (
    ("Conversation at the fair", "Gespräch auf der Messe"),
    ("Company register", "Firmenbuch"),
    ("Their website", "Ihre Website"),
)
EVENTS = (
    ("site", "Opens a second shop in spring", "Eröffnet im Frühjahr ein zweites Geschäft"),
    ("management", "A new head of buying since October", "Neue Einkaufsleitung seit Oktober"),
    ("supplier", "Their supplier of candles is insolvent", "Ihr Kerzenlieferant ist insolvent"),
    ("tender", "Asks for offers for staff gifts", "Schreibt Mitarbeitergeschenke aus"),
    (
        "competitor",
        "Complains about late deliveries of a competitor of ours",
        "Klagt über verspätete Lieferungen eines Mitbewerbers",
    ),
)
REASONS = ("Sells what our strongest families are.", "Verkauft, worin unsere Familien am stärksten sind.")
STEPS = (("Call the head of buying", "Einkaufsleitung anrufen"), ("Send samples", "Muster schicken"))


def add(house: House, ranked: list[Account], today: dt.date, now: dt.datetime) -> None:
    """The companies, then the list; people at some of them come from customers of ours, so that there are warm paths."""
    usual.set_up()
    criterion = FitCriterion.objects.living().filter(measure="country").first()
    if criterion is not None:
        criterion.change(by=house.people["Ben"], now=now, values=["GB", "IE", "DE", "AT", "CH"])
    owners = [house.people["Ada"], house.people["Cem"]]
    names, dice = Names(), random.Random(f"{SEED}/prospects")  # noqa: S311
    for number in range(PROSPECTS):
        owner = owners[number % 2]
        account, company = _company(number, names, dice, owner, now)
        if number < WANTED:
            _one(account, number, dice, owner, today, now)
            if number % 3 == 0:
                _moved_there(account, company, number, names, ranked, today, now)
    suggesting.figure_all()


def _company(number: int, names: Names, dice: random.Random, owner: User, now: dt.datetime) -> tuple[Account, Company]:
    country = dice.choice(COUNTRIES)
    large, tried = dice.random() < 0.5, 0
    made = names.company(f"prospect/{number}", country, large)
    while Account._base_manager.filter(name=made.name).exists():  # a customer of ours is called so
        tried += 1
        made = names.company(f"prospect/{number}/{tried}", country, large)
    account = Account.add(
        by=owner, now=now, name=made.name, relation="prospect", industry=made.industry, employees=made.employees if number % 5 else None,
        street=made.street, postcode=made.postcode, place=made.place, country=country, phone=made.phone, language=made.language,
        owner=owner, is_generated=True,
    )  # fmt: skip
    return account, made


def _one(account: Account, number: int, dice: random.Random, owner: User, today: dt.date, now: dt.datetime) -> None:
    german = int(owner.language == "de")
    target = TargetAccount.add(
        by=owner, now=now, account=account, status=STATUSES[number % len(STATUSES)], priority=dice.choice((1, 2, 2, 3)),
        potential=Decimal(dice.randrange(4, 60) * 1000), potential_source=SOURCES[number % 3][german], is_generated=True,
    )  # fmt: skip
    for place, question in enumerate(ResearchQuestion.objects.living()):
        if dice.random() < 0.55:
            day = today - dt.timedelta(days=dice.randint(3, 200))
            ResearchAnswer.add(
                by=owner, now=now, target=target, question=question, text=FOUND[place % len(FOUND)][german],
                source=dice.choice(SOURCES)[german], found_on=day,
            )  # fmt: skip
    for kind, *texts in dice.sample(EVENTS, dice.choice((0, 1, 1, 2))):
        day = today - dt.timedelta(days=dice.randint(2, 90))
        ends = day + dt.timedelta(days=dice.choice((30, 120)))
        TriggerEvent.add(
            by=owner, now=now, target=target, kind=kind, what=texts[german], happened_on=day, expires_on=ends
        )
    judged = FitCriterion.objects.living().filter(measure="judged", of_set__in_force=True).first()
    if judged is not None and dice.random() < 0.7:
        score = dice.choice((1, 2, 3))
        Judgement.add(by=owner, now=now, target=target, criterion=judged, score=score, reason=REASONS[german])
    if dice.random() < 0.6:
        _plan_step(account, dice, owner, today, now)
    if number == WANTED - 1:
        target.change(
            by=owner,
            now=now,
            verb="dropped",
            status="dropped",
            drop_reason=("Belongs to a competitor of ours.", "Gehört einem Mitbewerber.")[german],
        )


def _plan_step(account: Account, dice: random.Random, owner: User, today: dt.date, now: dt.datetime) -> None:
    due, words = today + dt.timedelta(days=dice.randint(1, 20)), dice.choice(STEPS)[int(owner.language == "de")]
    about = {"subject": words, "account": account, "owner": owner, "at": now, "due_on": due, "is_open": True}
    Activity.add(by=owner, now=now, kind="call", **about)


def _moved_there(
    account: Account, company: Company, number: int, names: Names, ranked: list[Account], today: dt.date, now: dt.datetime
) -> None:  # fmt: skip
    """Somebody with whom we spoke at a customer of ours, and who works there now."""
    before = ranked[number]
    by = before.owner
    person = names.people(f"prospect/{number}", account.country, company, 1)[0]
    contact = Contact.add(
        by=by, now=now, form_of_address=person.form, title_before=person.title, given_name=person.given, family_name=person.family,
        email=person.email, phone=person.phone, owner=by, is_generated=True,
    )  # fmt: skip
    left = today - dt.timedelta(days=60)
    Position.add(by=by, now=now, contact=contact, account=before, job_title=person.job, is_main=False, ends_on=left)
    Position.add(by=by, now=now, contact=contact, account=account, job_title=person.job)
    for back in (300, 190, 95):
        day = today - dt.timedelta(days=back)
        at = dt.datetime.combine(day, dt.time(10), timezone.get_default_timezone())
        subject = "Visit" if by is None or by.language == "en" else "Besuch"
        Activity.add(by=by, now=at, kind="visit", subject=subject, account=before, contact=contact, owner=by, at=at)

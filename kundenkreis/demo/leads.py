# ruff: noqa: E501 lists of words
"""About forty leads of the demo house in every state, its form, and the rules about them, from a fixed seed. All of it is invented and marked so."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from django.utils import timezone

from kundenkreis.customers.models import ConsentWording
from kundenkreis.demo.names import SEED, Names
from kundenkreis.demo.people import House
from kundenkreis.leads import converting
from kundenkreis.leads.models import Lead, LeadConsent, LeadForm, RoutingRule, ScoreRule, Submission

HOW_MANY = 40
COUNTRIES = ("GB", "GB", "GB", "IE", "DE", "DE", "AT", "AT", "CH", "FR")
WISHES = {
    "en": (
        (
            "Christmas decorations",
            "We are opening a second shop in spring. Could you send us your prices for 500 pieces?",
        ),
        ("Garden range", "A customer recommended you. Which minimum order do you ask for?"),
        ("Gift bags", "Please call me about gift bags with our logo."),
        ("Lanterns", "We saw your lanterns at the fair and would like a catalogue."),
        ("Kitchen ware", "Do you deliver to us, and how long does it take?"),
    ),
    "de": (
        ("Weihnachtsdekoration", "Wir eröffnen im Frühjahr ein zweites Geschäft. Was kosten 500 Stück?"),
        ("Gartensortiment", "Sie wurden uns empfohlen. Ab welcher Menge liefern Sie?"),
        ("Geschenktaschen", "Bitte rufen Sie mich wegen Taschen mit unserem Logo an."),
        ("Laternen", "Ihre Laternen sind uns auf der Messe aufgefallen, bitte schicken Sie uns einen Katalog."),
        ("Küchenwaren", "Liefern Sie auch zu uns, und wie lange dauert es?"),
    ),
}
CAMPAIGNS = ("", "", "Autumn fair 2010", "Christmas mailing 2010", "Search ads")
REASONS = ("no_need", "no_budget", "not_ours", "not_reached", "competitor")


def add(house: House, today: dt.date) -> None:
    """The rules first, so that each lead comes in by them."""
    alma, dice = house.people["Alma"], random.Random(f"{SEED}/leads")  # noqa: S311
    now = _at(today - dt.timedelta(days=60), 9)
    form = _form(alma, now)
    _rules(house, now)
    names = Names()
    for number in range(HOW_MANY):
        received = _at(
            today - dt.timedelta(days=int((HOW_MANY - 1 - number) * 1.2)), dice.randint(7, 17), dice.randint(0, 59)
        )
        _one(number, dice, names, received, form, house)
    _held(form, today)


def _at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), timezone.get_default_timezone())


def _form(by: Any, now: dt.datetime) -> LeadForm:
    wording = ConsentWording.objects.living().filter(purpose="newsletter", channels__icontains="email").first()
    return LeadForm.add(
        by=by, now=now, name="Website", token="demo-inquiry", title_de="Ihre Anfrage", title_en="Your inquiry",  # noqa: S106 a public address
        intro_de="Schreiben Sie uns, was Sie suchen. Wir antworten innerhalb eines Arbeitstages.",
        intro_en="Tell us what you are looking for. We answer within a working day.",
        fields=["company", "form_of_address", "given_name", "family_name", "email", "phone", "place", "country", "interest", "message"],
        required=["family_name", "email"], wording=wording, campaign="Website",
    )  # fmt: skip


def _rules(house: House, now: dt.datetime) -> None:
    alma = house.people["Alma"]
    for place, (de, en, points, condition) in enumerate(
        (
            ("hat uns selbst angefragt", "has asked us herself", 20, "inquiry:is:yes"),
            ("Betrieb mit mehr als 20 Beschäftigten", "more than 20 employees", 20, "employees:over:20"),
            ("fragt nach dem Preis", "asks for a price", 10, "message:has:price,kosten"),
            ("wurde uns empfohlen", "was recommended to us", 15, "source:in:referral"),
            (
                "kein Weg, sie zu erreichen, außer der Post",
                "no way to reach her but by letter",
                -20,
                "all(email:empty;phone:empty)",
            ),
        ),
        start=1,
    ):
        ScoreRule.add(by=alma, now=now, position=place, words_de=de, words_en=en, points=points, conditions=[condition])
    RoutingRule.add(
        by=alma,
        now=now,
        position=1,
        name="Britain and Ireland",
        conditions=["country:in:GB,IE"],
        way="person",
        person=house.people["Ada"],
    )
    RoutingRule.add(by=alma, now=now, position=2, name="Continent", way="load", team=house.people["Cem"].team)


def _one(number: int, dice: random.Random, names: Names, received: dt.datetime, form: LeadForm, house: House) -> None:
    country = dice.choice(COUNTRIES)
    company = names.company(f"lead/{number}", country, dice.random() < 0.3)
    person = names.people(f"lead/{number}", country, company, 1)[0]
    interest, message = dice.choice(WISHES[company.language])
    by_form = dice.random() < 0.5
    values: dict[str, Any] = {
        "company": company.name, "form_of_address": person.form, "title_before": person.title, "given_name": person.given,
        "family_name": person.family, "job_title": person.job, "email": person.email, "phone": person.phone, "mobile": person.mobile,
        "street": company.street, "postcode": company.postcode, "place": company.place, "country": country, "industry": company.industry,
        "employees": company.employees, "language": company.language, "interest": interest, "message": message if by_form or number % 3 else "",
        "is_inquiry": by_form or number % 4 == 0, "campaign": dice.choice(CAMPAIGNS),
    }  # fmt: skip
    values |= (
        {"form": form, "origin": "form", "source": "website", "medium": "search"}
        if by_form
        else {"source": dice.choice(("fair", "referral", "research", "list"))}
    )
    lead = Lead.add(by=None, now=received, received_at=received, is_generated=True, **values)
    _worked_on(lead, number, dice, received, house)


def _worked_on(lead: Lead, number: int, dice: random.Random, received: dt.datetime, house: House) -> None:
    """The older a lead, the further it has come; the last ones nobody has spoken with yet."""
    by = lead.owner or house.people["Ben"]
    if number >= HOW_MANY - 5:
        return
    spoken = received + dt.timedelta(hours=dice.choice((2, 5, 20, 30)))
    words = (
        ("Called her back", "Wants samples and prices.")
        if by.language == "en"
        else ("Zurückgerufen", "Möchte Muster und Preise.")
    )
    lead.touch(
        by=by,
        now=spoken,
        kind="call",
        subject=words[0],
        body=words[1],
        at=spoken,
        outcome=dice.choice(("good", "open")),
    )
    later = spoken + dt.timedelta(days=2)
    if number % 5 == 1:
        lead.disqualify(by=by, reason=dice.choice(REASONS))
        Lead.objects.filter(pk=lead.pk).update(disqualified_at=later)
    elif number % 5 == 3 and number < HOW_MANY - 15:
        converting.convert(lead, by=by, opportunity=True)
        Lead.objects.filter(pk=lead.pk).update(converted_at=later)
    elif number % 5 == 0 and lead.form is not None and lead.form.wording is not None:
        LeadConsent.add(
            by=None, now=later, lead=lead, wording=lead.form.wording, state="given", since=later, source="Website",
            proof=f"{lead.email}, 203.0.113.7, invented",
        )  # fmt: skip


def _held(form: LeadForm, today: dt.date) -> None:
    """Two that wait for a look: a robot, and somebody who was very quick."""
    Submission.objects.create(
        form=form, received_at=_at(today, 3, 12), why="trap", language="en", address="203.0.113.66",
        data={"company": "Best Loans Ever", "family_name": "Bot", "email": "win@spam.example", "message": "You have won! Click here."},
    )  # fmt: skip
    Submission.objects.create(
        form=form, received_at=_at(today, 10, 5), why="fast", language="de", address="203.0.113.21",
        data={"company": "Blumen Aigner", "family_name": "Aigner", "email": "office@aigner.example", "interest": "Gartensortiment"},
    )  # fmt: skip

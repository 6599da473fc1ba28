# ruff: noqa: E501 lists of words
"""Opportunities at the largest customers, open ones and those of past months, from a fixed seed and marked as generated."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.catalogue.models import Price
from kundenkreis.customers.models import Account, Contact
from kundenkreis.demo.names import SEED
from kundenkreis.pipeline import usual
from kundenkreis.pipeline.models import (
    CloseReason,
    Opportunity,
    OpportunityCompetitor,
    OpportunityContact,
    OpportunityLine,
    Pipeline,
    Qualification,
    Stage,
)

ACCOUNTS = 105
KINDS = ("existing", "existing", "existing", "new", "new", "renewal", "tender", "project")
NAMES = {
    "new": (("Garden range for the new shop", "Gartenserie für das neue Geschäft"), ("First assortment, kitchen", "Erstsortiment Küche"), ("Store opening in spring", "Geschäftseröffnung im Frühjahr")),
    "existing": (("Spring collection", "Frühjahrskollektion"), ("Cake stands, 200 pieces", "Etageren, 200 Stück"), ("Paper chains for the season", "Papierketten für die Saison"), ("Own-label gift bags", "Geschenktaschen mit eigener Marke"), ("More shelf space for candles", "Mehr Regalfläche für Kerzen")),
    "renewal": (("Annual agreement 2011", "Jahresvereinbarung 2011"), ("Delivery contract, renewed", "Liefervertrag, Verlängerung")),
    "tender": (("Gifts for staff, tender", "Mitarbeitergeschenke, Ausschreibung"), ("Seasonal decoration, framework contract", "Saisondekoration, Rahmenvertrag")),
    "project": (("Fitting out a chain of cafés", "Ausstattung einer Café-Kette"), ("Decoration of a hotel", "Dekoration eines Hotels")),
}  # fmt: skip
STEPS = (
    ("call", "Ask what the buyer decided", "Nachfragen, was der Einkauf entschieden hat"),
    ("task", "Calculate the offer anew", "Angebot neu rechnen"),
    ("visit", "Show the samples", "Muster zeigen"),
    ("meeting", "Negotiate the terms", "Konditionen verhandeln"),
)
EVIDENCE = {
    "metrics": ("Sold 40 pieces a week last year, wants 60.", "Verkaufte voriges Jahr 40 Stück die Woche, will 60."),
    "economic_buyer": ("The owner signs above 5,000 herself.", "Ab 5.000 unterschreibt die Eigentümerin selbst."),
    "criteria": ("Delivery in a week, own label, price in this order.", "Lieferung in einer Woche, eigene Marke, Preis, in dieser Reihenfolge."),
    "process": ("Buying decides on the 15th of the month.", "Der Einkauf entscheidet am 15. des Monats."),
    "paper": ("An order form, no contract.", "Ein Bestellformular, kein Vertrag."),
    "pain": ("Shelves stood empty in November.", "Im November standen Regale leer."),
    "champion": ("The head of buying showed us last year's figures.", "Die Leitung des Einkaufs zeigte uns die Zahlen des Vorjahrs."),
    "competition": ("Two others were asked for an offer.", "Zwei andere wurden um ein Angebot gebeten."),
}  # fmt: skip
COMPETITORS = ("Giftline & Sons", "Party Cottage", "Deko Berger", "Northern Housewares", "Lumen Trading")
SOURCES = ("existing", "existing", "fair", "referral", "website", "call", "campaign")
ROLES = ("economic_buyer", "champion", "user", "purchaser")


def add(accounts: list[Account], today: dt.date) -> None:
    """One or two for each of the largest accounts, each moved through its stages on days of the past year."""
    usual.set_up()
    prices = list(Price.objects.living().select_related("product").order_by("product__number", "pk")[:60])
    reasons = {
        kind: list(CloseReason.objects.living().filter(outcome=kind, children=None, is_neutral=False))
        for kind in ("won", "lost")
    }
    for account in accounts[:ACCOUNTS]:
        dice = random.Random(f"{SEED}/opportunities/{account.number}")  # noqa: S311
        for number in range(dice.choice((1, 1, 2))):
            _Made(account, dice, today, prices, reasons).begin(number)


class _Made:
    """One opportunity as it came about."""

    def __init__(self, account: Account, dice: random.Random, today: dt.date, prices: list[Price], reasons: dict):
        self.account, self.dice, self.today, self.prices, self.reasons = account, dice, today, prices, reasons
        self.owner = account.owner
        self.people = list(Contact._base_manager.filter(main_account=account, deleted_at=None).order_by("pk")[:3])

    def begin(self, number: int) -> None:
        dice, german = self.dice, int(self.owner is not None and self.owner.language == "de")
        kind = dice.choice(KINDS)
        pipeline = Pipeline.objects.get(kind=kind)
        opened = self._moment(
            self.today - dt.timedelta(days=dice.randint(3, 330) if dice.random() < 0.6 else dice.randint(2, 55))
        )
        self.one = Opportunity.add(
            by=self.owner, now=opened, opened_at=opened, name=dice.choice(NAMES[kind])[german], account=self.account,
            pipeline=pipeline, owner=self.owner, value=Decimal(dice.randrange(6, 240) * 100), currency=self.account.currency,
            source=dice.choice(SOURCES), is_generated=True,
        )  # fmt: skip
        self._fill(opened)
        self._qualify(opened, german)
        self._walk(list(pipeline.stages.living()), opened)
        if self.one.is_open:
            self._plan(german)

    def _moment(self, day: dt.date) -> dt.datetime:
        hour = dt.time(self.dice.randint(8, 16), self.dice.randrange(0, 60, 5))
        return dt.datetime.combine(day, hour, timezone.get_default_timezone())

    def _fill(self, opened: dt.datetime) -> None:
        dice, one = self.dice, self.one
        for contact, role in zip(self.people, ROLES, strict=False):
            OpportunityContact.add(by=self.owner, now=opened, opportunity=one, contact=contact, role=role)
        for name in dice.sample(COMPETITORS, dice.choice((0, 1, 1, 2))):
            price = (
                (one.value * Decimal(dice.randint(88, 112)) / 100).quantize(Decimal(1)) if dice.random() < 0.5 else None
            )
            is_there = dice.random() < 0.4
            OpportunityCompetitor.add(
                by=self.owner, now=opened, opportunity=one, name=name, price=price, is_incumbent=is_there
            )
        if self.prices and dice.random() < 0.45:
            month = dt.date(self.today.year + 1, dice.randint(1, 6), 1)
            for price in dice.sample(self.prices, min(3, len(self.prices))):
                OpportunityLine.add(
                    by=self.owner, now=opened, opportunity=one, product=price.product, price=price.amount,
                    quantity=Decimal(dice.choice((48, 96, 144, 240, 480))), discount=Decimal(dice.choice((0, 0, 3, 5))),
                    delivered_in=month,
                )  # fmt: skip
            one.refresh_from_db()
            one.change(by=self.owner, now=opened, sums_lines=True)

    def _qualify(self, opened: dt.datetime, german: int) -> None:
        dice = random.Random(f"{SEED}/qualification/{self.one.number}")  # noqa: S311
        for element in dice.sample(list(EVIDENCE), dice.choice((0, 2, 4, 6))):
            score = dice.choice((1, 1, 2, 2, 3))
            asked = ("Who can tell us?", "Wer kann uns das sagen?")[german] if score < 3 else ""
            Qualification.add(
                by=self.owner, now=opened, opportunity=self.one, element=element, score=score, next_question=asked,
                evidence=EVIDENCE[element][german] if score > 1 else "", checked_on=opened.date(),
            )  # fmt: skip

    def _walk(self, stages: list[Stage], opened: dt.datetime) -> None:
        """From stage to stage until it ends or today is reached."""
        dice, one, at = self.dice, self.one, opened
        coming = self.today + dt.timedelta(days=dice.randint(5, 75))
        one.change(by=self.owner, now=opened, expected_close_on=coming, decision_on=coming)
        still, won, lost = stages[1:-2], stages[-2], stages[-1]
        for stage in [*still, None]:
            at += dt.timedelta(days=dice.randint(4, 34), hours=dice.randint(-3, 3))
            if at.date() >= self.today:
                break
            if stage is None:
                self._end(won, "won", at)
            elif dice.random() < 0.16:
                self._end(lost, "lost", at)
            else:
                self._to(stage, at)
            if not one.is_open:
                return
        if dice.random() < 0.15:  # time went over it
            late = self.today - dt.timedelta(days=dice.randint(1, 20))
            Opportunity.objects.filter(pk=one.pk).update(expected_close_on=late, decision_on=late)

    def _to(self, stage: Stage, at: dt.datetime) -> None:
        if self.people:
            self.one.change(by=self.owner, now=at, stage=stage)

    def _end(self, stage: Stage, kind: str, at: dt.datetime) -> None:
        dice, one = self.dice, self.one
        about = {
            "close_reason": dice.choice(self.reasons[kind]),
            "criterion": dice.choice(("price", "quality", "delivery", "range", "relation")),
        }
        if kind == "lost":
            rival = one.competitors.living().first()
            about |= {"lost_to": rival, "price_gap": Decimal(dice.randint(-20, 140)) / 10 if rival else None}
        elif not self.people:
            return
        elif one.pipeline.kind == "project" and not one.competitors.living().exists():
            OpportunityCompetitor.add(by=self.owner, now=at, opportunity=one, name=dice.choice(COMPETITORS))
        one.change(by=self.owner, now=at, stage=stage, **about)
        day = at.date() + dt.timedelta(days=dice.randint(-6, 10))
        Opportunity.objects.filter(pk=one.pk).update(expected_close_on=day, decision_on=day)

    def _plan(self, german: int) -> None:
        dice = self.dice
        if dice.random() < 0.35:
            return
        kind, *texts = dice.choice(STEPS)
        due, made = self.today + dt.timedelta(days=dice.randint(0, 18)), self._moment(self.today - dt.timedelta(days=2))
        step = Activity.add(
            by=self.owner, now=made, kind=kind, subject=texts[german], account=self.account, owner=self.owner,
            at=made, due_on=due, is_open=True,
        )  # fmt: skip
        self.one.change(by=self.owner, now=made, activities=[step])

# ruff: noqa: E501 lists of words
"""What became of the demo's opportunities: orders that they are tied to, interviews, and two projects with several bidders, from a fixed seed."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

from django.utils import timezone

from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.demo.names import SEED
from kundenkreis.pipeline import ordering
from kundenkreis.pipeline.models import Interview, Opportunity, Pipeline, Project, ProjectParty

INTERVIEWED, TIED = 24, 12
# name in English and German, place, status, value; then each bidder: role, part of the value in %, how likely
PROJECTS = (
    (("Hotel at the harbour, 120 rooms", "Hotel am Hafen, 120 Zimmer"), "Southampton", "tendered", 48_000,
     (("installer", 90, 1), ("wholesaler", 75, 2), ("contractor", 100, 0))),
    (("Town hall, winter lights", "Rathaus, Winterbeleuchtung"), "York", "specified", 21_000, (("installer", 100, 0), ("wholesaler", 60, 1))),
)  # fmt: skip
PLANNERS = ("Studio Hartley", "Atelier Gruber")
BIDS = ("Bid of %s", "Angebot über %s")
FOUND = (
    ("You were recommended to us.", "Sie wurden uns empfohlen."),
    ("At the spring fair.", "Auf der Frühjahrsmesse."),
    ("We have bought from you for years.", "Wir kaufen seit Jahren bei Ihnen."),
)
WELL = (
    ("Samples came at once; the offer took two weeks.", "Muster kamen sofort; das Angebot dauerte zwei Wochen."),
    ("Always somebody on the phone who knew.", "Am Telefon war immer jemand, der Bescheid wusste."),
    ("Too many people, nobody who decided.", "Zu viele Personen, niemand, der entschied."),
)
OTHERS = (
    ("They deliver within two days.", "Sie liefern in zwei Tagen."),
    ("Price, nothing else.", "Der Preis, sonst nichts."),
    ("They take back what we do not sell.", "Sie nehmen zurück, was wir nicht verkaufen."),
)


def add(accounts: list[Account], today: dt.date) -> None:
    """Two projects at the largest accounts; interviews about, and orders of, the latest that were closed."""
    _interview(random.Random(f"{SEED}/interviews"))  # noqa: S311
    _tie()
    for number, about in enumerate(PROJECTS):
        _project(number, about, accounts[3 + 4 * number :], today)


def _interview(dice: random.Random) -> None:
    ended = Opportunity.objects.living().exclude(outcome="").filter(contacts__isnull=False).distinct()
    for one in ended.select_related("owner").order_by("-closed_at", "pk")[:INTERVIEWED]:
        buyer, owner = one.contacts.living().order_by("pk").first(), one.owner
        if buyer is None or owner is None or one.closed_at is None:
            continue
        german = int(owner.language == "de")
        held = min(timezone.localdate(one.closed_at) + dt.timedelta(days=dice.randint(2, 20)), clock.today())
        answers: dict[str, Any] = {
            "q1": dice.choice(FOUND)[german],
            "q2": dice.choice(WELL)[german],
            "q3": dice.randint(3, 10),
        }
        if one.outcome == "lost":
            answers["q4"] = dice.choice(OTHERS)[german]
        said = one.criterion if dice.random() < 0.6 else dice.choice(("price", "service", "delivery"))
        Interview.add(
            by=owner, opportunity=one, contact=buyer.contact, held_on=held, channel=dice.choice(("phone", "visit")),
            criterion=said, again=dice.randint(5, 10) if one.outcome == "won" else dice.randint(2, 9), answers=answers,
        )  # fmt: skip


def _tie() -> None:
    """The customer's next order belongs to what was won."""
    done = 0
    for one in (
        Opportunity.objects.living()
        .filter(outcome="won")
        .select_related("account", "owner")
        .order_by("-closed_at", "pk")
    ):
        orders = [each for each in ordering.offered(one, one.owner) if each.kind == "order"] if one.owner else []
        if orders:
            ordering.tie(one, orders[-1], by=one.owner)
            done += 1
        if done == TIED:
            return


def _project(number: int, about: Any, accounts: list[Account], today: dt.date) -> None:
    names, place, status, value, bids = about
    pipeline = Pipeline.objects.get(kind="project")
    stages = list(pipeline.stages.living())
    owner = accounts[0].owner
    german = int(owner is not None and owner.language == "de")
    month = dt.timedelta(days=30)
    project = Project.add(
        by=owner, name=names[german], place=place, country="GB", value=Decimal(value), currency=accounts[0].currency,
        status=status, specified_on=today - 3 * month, tendered_on=today - month if status == "tendered" else None, is_generated=True,
    )  # fmt: skip
    ProjectParty.add(by=owner, project=project, role="owner", name=names[german].split(",")[0])
    ProjectParty.add(by=owner, project=project, role="planner", name=PLANNERS[number])
    for account, (role, part, stage) in zip(accounts, bids, strict=False):
        Opportunity.add(
            by=account.owner, name=BIDS[german] % account.name, account=account, owner=account.owner, pipeline=pipeline,
            stage=stages[0], value=Decimal(value * part // 100), currency=account.currency, source="portal",
            expected_close_on=today + 2 * month, project=project, probability=10 + 20 * stage, is_generated=True,
        )  # fmt: skip
        ProjectParty.add(by=account.owner, project=project, role=role, account=account)

"""Two scoring rounds of the accounts: last year's in force, this year's to be looked at. What people judged is invented, and marked so."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

from kundenkreis.customers.models import Account
from kundenkreis.demo.names import SEED
from kundenkreis.demo.people import House
from kundenkreis.planning import usual
from kundenkreis.planning.models import AccountJudgement, ScoringRound, TierOverride
from kundenkreis.planning.selection import running, tiering
from kundenkreis.staff.models import User

JUDGED = 40  # accounts, the largest
HALF_YEAR = dt.date(2010, 6, 30)
REASONS = {
    "strategic": (
        "Sells what our strongest families are.",
        "A range that we hardly have.",
        "Builds its own gift line with us.",
    ),
    "reference": (
        "Known all over the trade.",
        "Nobody outside the region knows them.",
        "Shows our goods in its windows.",
    ),
    "closeness": ("The owner calls us first.", "We know the buyer, not who decides.", "The head of buying is new."),
    "effort": ("Orders whole pallets, once a month.", "Many small orders, often changed.", "Asks for its own labels."),
}
NOTE = "Generated: judgements of the largest accounts from a fixed seed."


def add(house: House, today: dt.date) -> None:
    """Judgements first, then both rounds, and one tier that was decided on."""
    usual.set_up(HALF_YEAR)
    ben, dice = house.people["Ben"], random.Random(f"{SEED}/selection")  # noqa: S311
    largest = list(Account.objects.living().order_by("-revenue_12m", "pk")[:JUDGED])
    for place, account in enumerate(largest):
        _judge(account, place, dice, account.owner or ben)
    before = _round(house, dt.date(2010, 1, 1), HALF_YEAR)
    tiering.put_in_force(before, by=ben)
    one = _round(house, dt.date(2011, 1, 1), today)
    named = one.results.filter(tier="B").order_by("-revenue").select_related("account").first()
    if named is not None:
        reason = "Named a key account: opens twelve shops next year, and asks for one contact for all of them."
        TierOverride.add(by=ben, round=one, account=named.account, tier="A", reason=reason, is_generated=True)


def _judge(account: Account, place: int, dice: random.Random, by: User) -> None:
    said: dict[str, Any] = {"by": by, "account": account, "is_generated": True}
    for about, reasons in REASONS.items():
        # Of every fifth account something is still to be judged.
        if dice.random() < 0.95 and not (place % 5 == 4 and about == "closeness"):
            score = min(3, max(0, round(dice.gauss(2.2 - place / 30, 0.8))))
            AccountJudgement.add(about=about, score=score, reason=dice.choice(reasons), **said)
    potential = (account.revenue_12m * Decimal(dice.randint(120, 400)) / 100).quantize(Decimal(1000))
    if potential > 0:
        AccountJudgement.add(about="potential", amount=potential, reason="Asked on a visit; rounded.", **said)


def _round(house: House, starts_on: dt.date, as_of: dt.date) -> ScoringRound:
    one = ScoringRound.start(by=house.people["Ben"], starts_on=starts_on, as_of=as_of, note=NOTE, is_generated=True)
    return running.score(one)

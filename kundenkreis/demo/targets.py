"""Targets of the demo house, and a strategy. All of it is made up from a fixed seed, and says so."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from kundenkreis.catalogue.models import Family
from kundenkreis.core import fiscal
from kundenkreis.customers.models import Account
from kundenkreis.demo.market import SOURCE
from kundenkreis.demo.people import House
from kundenkreis.market import attainment, summing
from kundenkreis.market.models import MONTHS, MarketSegment, Strategy, Target
from kundenkreis.market.models.strategies import Initiative
from kundenkreis.market.splitting import split
from kundenkreis.staff.models import Team

SEED = 20101209
ACCOUNTS = 12  # with a target of their own
LIKE = Decimal("0.8")  # December is planned as so much of November, for the demo's data end before it does


def add(house: House, today: dt.date, now: dt.datetime) -> None:
    """Sums of all sales; targets of this year for the house, teams, people, a family and the largest accounts; a strategy."""
    summing.sum_up(now=now)
    dice = random.Random(SEED)  # noqa: S311 not for secrets
    year = dt.date(today.year, 1, 1)
    rows = [Target(starts_on=year, level="house"), Target(starts_on=year, level="house", business="new")]
    families = Family.objects.living().exclude(name__startswith="Services").order_by("pk")[:2]
    rows += [Target(starts_on=year, level="house", family=one) for one in families]
    teams = Team.objects.living().filter(name__in=("Sales", "Key accounts", "Continent")).order_by("pk")
    rows += [Target(starts_on=year, level="team", team=one) for one in teams]
    rows += [Target(starts_on=year, level="person", person=house.people[name]) for name in ("Ada", "Cem", "Noah")]
    largest = Account.objects.living().order_by("-revenue_12m", "pk")[:ACCOUNTS]
    rows += [Target(starts_on=year, level="account", account=one) for one in largest]
    by, planned = house.people["Ben"], now.replace(month=1, day=11)
    made = [_add(row, months, dice, by=by, now=planned) for row, months in zip(rows, _sold(rows, year), strict=True)]
    coming: dict[str, Any] = {"starts_on": fiscal.plus_months(year, 12), "level": "house", "note": SOURCE}
    months = split((made[0].total * Decimal("1.06")).quantize(Decimal(1)), made[0].months)
    coming |= dict(zip(MONTHS, months, strict=True))
    Target.add(by=by, now=planned, **coming, is_generated=True)
    _strategy(house, made, today, now)


def _sold(rows: Sequence[Target], year: dt.date) -> list[list[Decimal]]:
    """What came in month by month; it is what a plan of a year ago would have been near to."""
    parts = {}
    for number, row in enumerate(rows, start=1):
        row.pk = number
        parts[number] = fiscal.Part(year, 0, 12, "year")
    found = attainment.by_month(rows, parts)
    return [
        [found.get(row.pk, {}).get(fiscal.plus_months(year, month), Decimal(0)) for month in range(12)] for row in rows
    ]


def _add(row: Target, sold: list[Decimal], dice: random.Random, *, by: Any, now: dt.datetime) -> Target:
    """A year's target near to what was sold, in whole hundreds, split by the season."""
    season = [max(amount, Decimal(0)) * dice.randint(85, 115) / 100 for amount in sold]
    season[11] = max(season[11], season[10] * LIKE)
    wanted = sum(season, Decimal(0)) * Decimal(dice.randint(96, 110)) / 100
    wanted = (wanted / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP) * 100
    of = {name: getattr(row, name) for name in Target.OF}
    amounts: dict[str, Any] = dict(zip(MONTHS, split(wanted, season), strict=True))
    return Target.add(by=by, now=now, **of, **amounts, note=SOURCE, is_generated=True)


def _strategy(house: House, targets: Sequence[Target], today: dt.date, now: dt.datetime) -> None:
    by = house.people["Ben"]
    of: dict[str, Any] = {"by": by, "now": now}
    year: dict[str, Any] = {"starts_on": dt.date(today.year, 1, 1), "ends_on": dt.date(today.year, 12, 31)}
    text = f"Grow where the market grows, and hold Britain. ({SOURCE}.)"
    strategy = Strategy.add(**of, **year, name="Second home market", owner=by, text=text)
    segments = {one.name: one for one in MarketSegment.objects.living()}
    cem = next(one for one in targets if one.person_id == house.people["Cem"].pk)
    first = Initiative.add(
        **of, strategy=strategy, name="Specialist shops in Germany and Austria", owner=house.people["Cem"], status="running",
        ansoff="development", segment=segments["Gifts in German-speaking countries"], target=cem, budget=Decimal(18_000),
        measure="Cem's target of the year", **year,
    )  # fmt: skip
    Initiative.add(
        **of, strategy=strategy, name="Hold the chains in Britain", owner=house.people["Ada"], status="running", ansoff="penetration",
        segment=segments["Gifts in Britain and Ireland"], goal=Decimal(8_400_000), budget=Decimal(12_000), **year,
    )  # fmt: skip
    Initiative.add(
        **of, strategy=strategy, name="A showroom in Brussels", owner=house.people["Noah"], ansoff="diversify",
        segment=segments["Gifts in France and Benelux"], starts_on=today, ends_on=year["ends_on"], measure="Opened before Easter",
    )  # fmt: skip
    due = today + dt.timedelta(days=6)
    first.plan_step(
        by=by,
        now=now,
        kind="task",
        subject="List of shops for the fair in Salzburg",
        owner=house.people["Cem"],
        due_on=due,
    )

"""Opportunities for the measurement of the forecast: open and closed ones with their ways, by bulk and from a fixed seed."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from django.db import transaction

from kundenkreis.core import bulk, clock, planning
from kundenkreis.customers.models import Account
from kundenkreis.forecast import summing, taking
from kundenkreis.forecast.models import Snapshot
from kundenkreis.pipeline import usual
from kundenkreis.pipeline.models import Opportunity, Pipeline, StageChange
from kundenkreis.staff.models import User

CATEGORIES = ("pipeline", "pipeline", "pipeline", "best_case", "commit", "omitted")
COLUMNS = (
    "id", "number", "name", "account", "pipeline", "stage", "stage_since", "owner", "team", "value", "sums_lines", "currency",
    "value_house", "forecast_category", "expected_close_on", "source", "campaign", "description", "opened_at", "outcome",
    "closed_at", "criterion", "close_note", "qualified", "shadowed", "is_generated", "version", "created_at", "changed_at", "custom",
)  # fmt: skip


def make(still: int, closed: int) -> None:
    """So many open and closed opportunities, once. What is open is expected within a year, what is closed was so within three."""
    if Opportunity.objects.count() >= still + closed:
        return
    usual.set_up()
    dice = random.Random(5)  # noqa: S311
    pipeline = Pipeline.objects.living().get(kind="new")
    stages = list(pipeline.stages.living())
    accounts = list(Account.objects.living().order_by("pk").values_list("pk", flat=True)[:5000])
    people = list(User.objects.exclude(team=None).values_list("pk", "team_id"))
    now = _now()
    with transaction.atomic():
        first = bulk.reserve_ids(Opportunity, still + closed)
        rows: list[Any] = []
        ways: list[Any] = []
        for number in range(first, first + still + closed):
            row, way = _one(number, number < first + still, now, dice, pipeline.pk, stages, accounts, people)
            rows.append(row)
            ways += way
        bulk.insert_rows(Opportunity, COLUMNS, rows)
        bulk.insert_rows(StageChange, ("opportunity", "from_stage", "to_stage", "at", "days"), ways)
    planning.learn([Opportunity, StageChange])


def _now() -> dt.datetime:
    """Noon of the house's day, which may be pretended."""
    return clock.midnight(clock.today()) + dt.timedelta(hours=12)


def _one(
    number: int, is_open: bool, now: dt.datetime, dice: random.Random, pipeline: int, stages: list[Any],
    accounts: list[int], people: list[tuple[int, int]],
) -> tuple[Any, list[Any]]:  # fmt: skip
    open_stages, won, lost = stages[:-2], stages[-2], stages[-1]
    owner, team = dice.choice(people)
    age = dice.uniform(1, 250) if is_open else dice.uniform(60, 1000)
    opened, at = now - dt.timedelta(days=age), now - dt.timedelta(days=age)
    ways: list[Any] = [(number, None, open_stages[0].pk, opened, None)]
    stage = open_stages[0]
    for following in open_stages[1 : dice.randint(1, len(open_stages))]:
        days = dice.expovariate(1 / 20)
        if at + dt.timedelta(days=days) > now:
            break
        at += dt.timedelta(days=days)
        ways.append((number, stage.pk, following.pk, at, days))
        stage = following
    outcome, end = "", None
    if not is_open:
        days = min(dice.expovariate(1 / 25), (now - at).total_seconds() / 86_400)
        end_stage = won if dice.random() < 0.35 else lost
        at += dt.timedelta(days=days)
        ways.append((number, stage.pk, end_stage.pk, at, days))
        stage, outcome, end = end_stage, end_stage.kind, at
    category = {"won": "closed", "lost": "omitted"}.get(outcome) or dice.choice(CATEGORIES)
    value = round(dice.lognormvariate(9, 1), 2)
    expected = (end or now + dt.timedelta(days=dice.uniform(-20, 345))).date()
    changed = max(at, now - dt.timedelta(days=dice.uniform(8, 60)))
    return (
        number, f"V-{number}", f"Business {number}", dice.choice(accounts), pipeline, stage.pk, at, owner, team, value, False, "EUR",
        value, category, expected, "", "", "", opened, outcome, end, "", "", 0, False, True, 1, opened, changed, {},
    ), ways  # fmt: skip


def a_week_passes(changed: int) -> None:
    """A snapshot of a week ago, and so many opportunities that changed since: another day, value or category, won or lost."""
    now = _now()
    Snapshot.objects.all().delete()
    snapshot = taking.take(now=now)
    before = now - dt.timedelta(days=7)
    Snapshot.objects.filter(pk=snapshot.pk).update(taken_on=before.date(), taken_at=before)
    dice = random.Random(6)  # noqa: S311
    rows = Opportunity.objects.open().filter(forecast_category__in=summing.OPEN)
    some = list(rows.order_by("pk").values_list("pk", flat=True)[: changed * 10 : 10])
    for at, pk in enumerate(some):
        values: dict[str, Any] = {"changed_at": now - dt.timedelta(minutes=dice.randint(1, 9000))}
        if at % 4 == 0:
            values["expected_close_on"] = (now + dt.timedelta(days=dice.randint(1, 300))).date()
        elif at % 4 == 1:
            values["value_house"] = round(dice.lognormvariate(9, 1), 2)
        elif at % 4 == 2:
            values["forecast_category"] = dice.choice(CATEGORIES)
        else:
            values |= {"outcome": dice.choice(("won", "lost")), "closed_at": now}
        Opportunity.objects.filter(pk=pk).update(**values)

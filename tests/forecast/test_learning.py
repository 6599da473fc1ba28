"""The house's baseline from its own history, kept as it was said."""

from __future__ import annotations

import datetime as dt

import pytest

from kundenkreis.forecast import learning, periods
from kundenkreis.forecast.models import Baseline
from kundenkreis.pipeline.models import Opportunity, StageChange
from tests.forecast.test_changes import Q1, TODAY, at, deal, on_a_day  # noqa: F401 the day holds here too
from tests.pipeline.cards import stages

pytestmark = pytest.mark.django_db


def past(world, *, weeks: int = 60, ways: bool = True) -> None:
    """Each week two opportunities were opened, stood 10 days in the first and 20 in the second stage, and one of them was won."""
    first, second, *_rest, won, lost = stages()
    for week in range(5, weeks):
        for is_won in (True, False):
            opened = at(TODAY - dt.timedelta(days=7 * week))
            closed = opened + dt.timedelta(days=30)
            end = won if is_won else lost
            one = deal(
                world, stage=end, outcome=end.kind, opened_at=opened, closed_at=closed, stage_since=closed,
                owner=world.ada if week % 2 else world.cem, forecast_category="closed" if is_won else "omitted",
            )  # fmt: skip
            if ways:
                moved = opened + dt.timedelta(days=10)
                StageChange.objects.create(opportunity=one, from_stage=first, to_stage=second, at=moved, days=10)
                StageChange.objects.create(opportunity=one, from_stage=second, to_stage=end, at=closed, days=20)


def test_says_nothing_while_little_is_known(world):
    past(world, weeks=15)
    told = learning.told(next(row for row in learning.compute() if row.period == str(Q1)))
    assert not told.is_enough
    assert told.closed == 20


def test_learns_from_stages_and_keeps_what_it_said(world, django_assert_max_num_queries):
    past(world)
    second = stages()[1]
    deal(world, stage=second, stage_since=at(TODAY - dt.timedelta(days=5)), opened_at=at(TODAY - dt.timedelta(days=15)))
    deal(world, stage=second, stage_since=at(TODAY), owner=None, forecast_category="omitted")
    with django_assert_max_num_queries(60):
        rows = {row.period: learning.told(row) for row in learning.compute()}
    assert set(rows) == {str(one) for one in periods.current(TODAY)}
    told = rows[str(Q1)]
    assert told.by_stage
    assert (told.standing, told.closed) == (1, 110)
    # One of two in its stage is won, with 29 days to go; each week one of 100 comes anew, but none within 29 of its 30 days.
    assert 40 < told.from_open <= 60
    assert told.anew == 0
    low, expected, high = told.house
    won = sum(one.value_house for one in Opportunity.objects.filter(outcome="won", closed_at__gte=at(Q1.first)))
    assert float(won) <= low <= expected <= high
    assert set(told.owners) >= {str(world.ada.pk), str(world.cem.pk)}
    assert set(told.teams) == {str(team.pk) for team in (world.north, world.south, world.north.parent)}
    before = Baseline.objects.get(period=str(Q1))
    Opportunity.objects.filter(outcome="").update(value_house=9_000)
    learning.compute()
    after = Baseline.objects.get(period=str(Q1))
    assert after.pk == before.pk
    assert after.told["from_open"] > 10 * before.told["from_open"]


def test_a_past_day_knows_nothing_of_what_came_later(world):
    past(world)
    day = TODAY - dt.timedelta(days=60)
    deal(world, opened_at=at(day - dt.timedelta(days=3)), stage_since=at(day - dt.timedelta(days=3)))
    one = learning.said(learning.read(day), periods.of(day), day)
    Opportunity.objects.filter(opened_at__gt=at(day)).update(value_house=1_000_000)
    Opportunity.objects.filter(closed_at__gt=at(day), outcome="won").update(outcome="lost")
    assert learning.said(learning.read(day), periods.of(day), day) == one
    assert one.is_enough


def test_without_ways_it_learns_by_age_alone(world):
    past(world, ways=False)
    told = learning.said(learning.read(TODAY), Q1, TODAY)
    assert told.is_enough
    assert not told.by_stage

"""The target beside the forecast: in whose row, of which months, and what would close the gap."""

from __future__ import annotations

import datetime as dt
import html
from decimal import Decimal

import pytest
from django.urls import reverse

from kundenkreis.forecast import reaching
from kundenkreis.forecast.models import ForecastCall
from kundenkreis.forecast.rolling_up import Row
from kundenkreis.forecast.summing import Part, Sums
from kundenkreis.market.models import Target
from kundenkreis.market.wanting import wanted
from tests.forecast.test_changes import Q1, TODAY, at, deal, on_a_day  # noqa: F401 the day holds here too
from tests.pipeline.cards import stages

pytestmark = pytest.mark.django_db
YEAR = dt.date(2026, 1, 1)


def want(world, *months, starts_on=YEAR, **of):
    amounts = {f"month_{number}": amount for number, amount in enumerate(months, 1)}
    return Target.add(by=world.ben, starts_on=starts_on, **({"level": "house"} | of), **amounts)


@pytest.mark.once
@pytest.mark.parametrize(
    ("wish", "call", "told"),
    [
        (100, None, (-50, 0, 0, 0)),  # 50 closed and 100 committed
        (180, None, (30, 30, 0, 0)),  # of a best case of 40
        (200, None, (50, 40, 10, 0)),  # and of a pipeline of 30
        (300, None, (150, 40, 30, 80)),
        (300, 185, (115, 5, 30, 80)),  # who calls more counts on a part of the best case already
        (300, 500, (-200, 0, 0, 0)),
    ],
)
def test_what_would_close_the_gap(wish, call, told):
    sums = Sums(*(Part(1, cents * 100) for cents in (50, 100, 40, 30)))
    own = None if call is None else ForecastCall(commit=Decimal(call))
    found = reaching.reached(Row("person-1", "Ada", sums, frozenset({1}), own=own), Decimal(wish))
    assert (found.gap, found.from_best, found.from_pipeline, found.missing) == told
    assert found.gap <= 0 or found.gap == found.from_best + found.from_pipeline + found.missing


def test_is_of_the_months_of_the_period_whatever_year_it_was_set_for(world):
    house = want(world, *range(1, 13))
    ada = want(world, *[10] * 12, level="person", person=world.ada, starts_on=dt.date(2025, 2, 1))
    want(world, 500, level="person", person=world.ada, starts_on=dt.date(2026, 2, 1), business="new")
    told = wanted(world.ben, Q1.first, 3)
    assert {key: (one.amount, one.target, one.part) for key, one in told.items()} == {"house": (6, house.pk, "q1")}
    assert wanted(world.ben, dt.date(2026, 5, 1), 3)["house"].part == ""
    assert wanted(world.ben, dt.date(2026, 5, 1), 1)["house"].part == "m5"
    want(world, 1000, 2000, level="person", person=world.ada, starts_on=dt.date(2026, 2, 1))
    assert wanted(world.ada, Q1.first, 3)[f"person-{world.ada.pk}"].amount == 10 + 1000 + 2000
    assert wanted(world.ada, Q1.first, 3).keys() == {f"person-{world.ada.pk}"}, "the house's is for who leads"
    assert wanted(world.cem, Q1.first, 3) == {}
    ada.discard(by=world.ben)
    assert f"person-{world.ada.pk}" not in wanted(world.ben, Q1.first, 3)


def test_stands_on_the_page_where_there_is_one(world, client):
    deal(world, value_house=300, stage=stages()[-2], outcome="won", closed_at=at(TODAY), forecast_category="closed")
    deal(world, value_house=100, forecast_category="best_case")
    client.force_login(world.ben)

    def page(**asked):
        return html.unescape(client.get(reverse("forecast:index"), {"period": str(Q1)} | asked).content.decode())

    assert "Beside the target" not in page()
    want(world, 200, 100, 100)
    team = want(world, 0, 0, 250, level="team", team=world.north)
    shown = page()
    for text in ("€400", "€100", "75%", "100% of the best case", "+€50"):
        assert text in shown, text
    assert reverse("targets:detail", args=[team.pk]) + "?part=q1" in shown
    assert "Beside the target" not in page(who=f"person-{world.ada.pk}")
    client.force_login(world.ada)
    assert "Beside the target" not in page()

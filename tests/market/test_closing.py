"""What would close a gap, the two pictures of the market, and the strategy's sheet; figures worked out by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.activities.models import Activity
from kundenkreis.core import fiscal
from kundenkreis.market import carrying_through, closing, portfolio
from kundenkreis.market.models import (
    Competitor,
    CompetitorShare,
    Initiative,
    MarketSegment,
    SegmentSize,
    Strategy,
    Summing,
)
from kundenkreis.pipeline.models import Opportunity
from tests.market.test_targets import day, target
from tests.pipeline.cards import card

pytestmark = pytest.mark.django_db


def test_what_is_open_and_who_has_not_bought_again_would_close_a_gap(world, sell):
    for account, on, candles in (
        (world.lindner, day(2025, 2, 1), 30), (world.lindner, day(2026, 2, 1), 1), (world.brauneis, day(2025, 1, 2), 10),
        (world.brauneis, day(2025, 3, 1), -4), (world.brauneis, day(2025, 4, 1), 99), (world.brauneis, day(2026, 4, 2), 5),
    ):  # fmt: skip
        sell(account, on, candle=candles)
    for name, value, percent, on, owner in (
        ("Messe", 1000, 50, day(2026, 3, 31), world.ada), ("Filiale", 300, 10, day(2026, 1, 7), world.cem),
        ("Später", 9999, 90, day(2026, 4, 1), world.ada), ("Ohne Tag", 9999, 90, None, world.ada),
    ):  # fmt: skip
        made = card(world, name=name, value=Decimal(value), probability=percent, owner=owner)
        Opportunity.objects.filter(pk=made.pk).update(expected_close_on=on)  # a day that is over cannot be written down
    quarter = fiscal.part(day(2026, 1, 1), "q1")
    found = closing.closing(target(world), quarter, world.ben)
    assert (found.chances.count, found.chances.value, found.chances.weighted) == (2, 1300, Decimal("530.00"))
    assert [one.name for one in found.chances.named] == ["Messe", "Filiale"]
    assert [(one.name, one.revenue) for one in found.silent.named] == [("Brauneis Wohnkultur", Decimal("60.00"))]
    of_ada = target(world, "person", person=world.ada)
    found = closing.closing(of_ada, quarter, world.ben)
    assert (found.chances.count, found.silent.count) == (1, 0)
    lamps = target(world, "team", team=world.north.parent, family=world.extra["lantern"].family)
    found = closing.closing(lamps, quarter, world.ben)
    assert (found.chances.count, found.silent.count) == (0, 0)
    candles = target(world, "team", team=world.north.parent, family=world.extra["candle"].family)
    assert closing.closing(candles, quarter, world.ben).silent.revenue == 60
    own = target(world, "account", account=world.lindner)
    found = closing.closing(own, quarter, world.ada)
    assert (found.chances.count, found.silent) == (2, None)


def test_the_ansoff_matrix_and_the_portfolio_of_a_handful_of_orders(world, sell, summed):
    """As of 2 March 2026; what began before April 2024 was there before anybody can tell."""
    segments = {name: MarketSegment.add(by=world.ben, name=name, countries=[name]) for name in ("AT", "DE")}
    world.brauneis.change(by=world.admin, country="DE")
    for account, on, sold in (
        (world.lindner, day(2024, 1, 5), {"candle": 1}),
        (world.lindner, day(2025, 4, 1), {"candle": 5}),  # penetration: 50
        (world.lindner, day(2025, 9, 1), {"lantern": 2}),  # a new product in an old market: 100
        (world.brauneis, day(2025, 10, 1), {"candle": 7}),  # an old product in a new market: 70
        (world.brauneis, day(2026, 2, 1), {"lantern": 3}),  # both new: 150
        (world.brauneis, day(2026, 2, 2), {"candle": -1}),  # taken off: -10
    ):
        sell(account, on, **sold)
    pictures = summed().pictures
    for by in ("country", "segment"):
        found = {name: one["cents"] for name, one in pictures[by]["12"].items()}
        assert found == {"penetration": 5000, "products": 10000, "development": 6000, "diversify": 15000}, by
    assert pictures["country"]["12"]["development"]["markets"] == [["DE", 6000]]
    assert pictures["segment"]["12"]["diversify"]["markets"] == [[str(segments["DE"].pk), 15000]]
    assert pictures["country"]["12"]["products"]["products"] == [[world.extra["lantern"].pk, 10000]]
    nowhere = {name: one["cents"] for name, one in pictures["industry"]["12"].items()}
    assert nowhere == {"penetration": 11000, "products": 25000, "development": 0, "diversify": 0}, (
        "nothing is known of it"
    )
    assert Summing.latest().since == day(2024, 1, 5)

    told = {"source": "WKO", "stated_on": day(2026, 1, 1)}
    rival = Competitor.add(by=world.ben, name="Holzmann")
    for year, volume in ((2024, 1000), (2025, 1200)):
        SegmentSize.add(by=world.ben, segment=segments["AT"], year=year, volume=volume, **told)
    SegmentSize.add(by=world.ben, segment=segments["DE"], year=2025, volume=700, **told)
    CompetitorShare.add(by=world.ben, segment=segments["AT"], competitor=rival, year=2025, percent=Decimal(25), **told)
    at, de = sorted(portfolio.places(day(2026, 3, 2)), key=lambda one: one.segment.name)
    # Austria 2025: 150 of 1,200 are 12.5 %, half of what the competitor has; it grew by a fifth.
    assert (at.revenue, at.share, at.relative, at.growth, at.field) == (
        150, Decimal("0.125"), Decimal("0.5"), Decimal("0.2"), "question_mark",
    )  # fmt: skip
    assert (de.revenue, de.share, de.relative, de.growth, de.field) == (70, Decimal("0.1"), None, None, "")


def test_a_strategy_s_sheet_says_what_is_wanted_done_and_came_of_it(world, sell):
    segment = MarketSegment.add(by=world.ben, name="Österreich", countries=["AT"])
    strategy = Strategy.add(by=world.ben, name="Wachsen", starts_on=day(2026, 1, 1), ends_on=day(2026, 12, 31))
    of = {"by": world.ben, "strategy": strategy, "starts_on": day(2026, 1, 1), "ends_on": day(2026, 6, 30)}
    one = Initiative.add(
        **of,
        name="Fachhandel",
        segment=segment,
        goal=Decimal(400),
        campaign="Messe",
        ansoff="penetration",
        owner=world.ada,
    )
    two = Initiative.add(**of, name="Lampen", target=target(world, "person", person=world.cem, months={1: 100}))
    sell(world.lindner, day(2025, 12, 31), candle=9)
    sell(world.lindner, day(2026, 1, 1), candle=10)
    step = Activity.add(
        by=world.ada, kind="task", subject="Anrufen", owner=world.ada, due_on=day(2026, 3, 9), is_open=True
    )
    one.change(by=world.ben, activities=[step])
    for name, campaign in (("A", "Messe"), ("B", "Messe 2"), ("C", "Messe")):
        deal = card(world, name=name, campaign=campaign, value=Decimal(70))
        if name != "C":
            won = {"outcome": "won", "closed_at": dt.datetime(2026, 2, 1, tzinfo=dt.UTC)}
            Opportunity.objects.filter(pk=deal.pk).update(opened_at=won["closed_at"], **won)
    first, second = carrying_through.sheet(strategy, world.ben)
    assert (first.actual, first.share, first.open_steps, first.done_steps) == (100, Decimal("0.25"), 1, 0)
    assert first.next_step == step
    assert (first.won.count, first.won.value) == (1, 70)
    assert (second.initiative, second.attained.wanted, second.actual) == (two, 100, None)
    seen = carrying_through.sheet(strategy, world.cem)[0]
    assert (seen.actual, seen.next_step) == (0, None), "Cem sees neither Lindner's orders nor Ada's task"
    for values, name in (
        ({"goal": Decimal(1), "target": two.target}, "goal"), ({"goal": Decimal(1)}, "segment"), ({"budget": Decimal(-1)}, "budget"),
        ({"ends_on": day(2025, 1, 1)}, "ends_on"), ({"name": "a\x00"}, "name"),
    ):  # fmt: skip
        with pytest.raises(ValidationError) as refused:
            Initiative.add(**of | {"name": "X"} | values)
        assert name in refused.value.message_dict

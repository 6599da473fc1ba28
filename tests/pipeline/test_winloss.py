"""Win and loss by any cut, against figures that can be added up by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kundenkreis.catalogue.models import Family, Product
from kundenkreis.core import clock
from kundenkreis.core.filters import parse
from kundenkreis.fields.models import CustomField
from kundenkreis.pipeline import winloss
from kundenkreis.pipeline.models import (
    CloseReason,
    Interview,
    Opportunity,
    OpportunityCompetitor,
    OpportunityLine,
    Project,
)
from kundenkreis.pipeline.winloss_cuts import cuts
from kundenkreis.web.views.opportunity_list import OPPORTUNITIES
from tests.pipeline.cards import pipeline

pytestmark = pytest.mark.django_db


def closed(world, outcome: str, number: int = 1, days: int = 10, **values) -> list[Opportunity]:
    """So many that were closed so, after so many days; past the verbs, as an import does it."""
    stage = pipeline().stage_of_kind(outcome)
    end = clock.midnight(clock.today()) - dt.timedelta(days=1)
    given = {
        "name": "Closed", "account": world.lindner, "owner": world.ada, "team": world.north, "pipeline": pipeline(),
        "stage": stage, "outcome": outcome, "currency": "EUR", "closed_at": end, "opened_at": end - dt.timedelta(days=days),
    }  # fmt: skip
    given |= values
    given.setdefault("value", Decimal(100))
    given["value_house"] = given["value"]
    start = Opportunity.objects.count()
    return Opportunity.objects.bulk_create([Opportunity(number=f"X-{start + each}", **given) for each in range(number)])


def looked(cut: str = "source") -> winloss.Analysis:
    return winloss.analyse(Opportunity.objects.all(), cuts()[cut])


def group(analysis: winloss.Analysis, name: str) -> winloss.Group:
    return next(one for one in analysis.groups if one.name == name)


def test_rates_have_an_interval_and_too_few_have_neither(world):
    closed(world, "won", 15, source="fair", value=Decimal(200))
    closed(world, "lost", 133, source="fair")
    closed(world, "won", 9, source="call")
    found = looked()
    fair, call = group(found, "trade fair or event"), group(found, "cold call")
    # Newcombe 1998, table I, method 3: 15 of 148
    assert [round(one, 4) for one in fair.figures.interval] == [0.0624, 0.1605]
    assert fair.figures.value_rate == pytest.approx(3000 / 16_300)
    assert (call.figures.won, call.figures.rate, call.figures.interval, call.figures.value_rate) == (
        9,
        None,
        None,
        None,
    )
    assert (found.whole.won, found.whole.lost, found.tested) == (24, 133, 1)
    assert (fair.beside, call.beside) == ("", "")  # nine others are too few to be compared with


def test_a_group_is_said_to_differ_only_when_it_surely_does(world):
    closed(world, "won", 30, source="fair")
    closed(world, "lost", 10, source="fair")
    closed(world, "won", 10, source="call")
    closed(world, "lost", 30, source="call")
    closed(world, "won", 6, source="website")
    closed(world, "lost", 4, source="website")
    beside = {one.name: one.beside for one in looked().groups}
    assert beside == {"trade fair or event": "higher", "cold call": "lower", "website": ""}


def test_what_was_no_loss_of_ours_and_a_project_counted_elsewhere_are_told_apart(world):
    pipeline()
    neutral = CloseReason.objects.get(is_neutral=True)
    price = CloseReason.objects.get(name_en="Our price was too high")
    project = Project.add(by=world.ada, name="Hospital")
    closed(world, "won", 10, project=project)
    Opportunity.objects.filter(pk__in=Opportunity.objects.order_by("pk").values_list("pk", flat=True)[1:]).update(
        shadowed=True
    )
    closed(world, "lost", 9, close_reason=price, price_gap=Decimal("4.0"))
    closed(world, "lost", 1, price_gap=Decimal("9.0"))
    closed(world, "lost", 4, close_reason=neutral, days=900, price_gap=Decimal(90))
    whole = looked().whole
    assert (whole.won, whole.lost, whole.neutral, whole.number) == (1, 10, 4, 11)
    assert (whole.gap, whole.gaps, whole.days) == (Decimal("4.5"), 10, 10.0)


def test_the_median_is_the_middle_or_between_the_two_in_it(world):
    for days in (1, 3, 10, 40):
        closed(world, "won", 1, days=days, source="fair")
    for days in (7, 2, 500):
        closed(world, "lost", 1, days=days, source="call")
    found = looked()
    assert group(found, "trade fair or event").figures.days == 6.5
    assert group(found, "cold call").figures.days == 7
    assert found.whole.days == 7


def test_reasons_are_rolled_up_and_add_up(world):
    pipeline()
    high, terms, late = (
        CloseReason.objects.get(name_en=name)
        for name in ("Our price was too high", "Better terms elsewhere", "Too late")
    )
    closed(world, "lost", 5, close_reason=high)
    closed(world, "lost", 2, close_reason=terms)
    closed(world, "lost", 2, close_reason=late)
    closed(world, "lost", 1)
    closed(world, "won", 3, close_reason=None)
    price, delivery, none = looked().reasons
    assert (price.name, price.number, price.share, price.so_far) == ("Price", 7, 0.7, 0.7)
    assert [(name, number) for _pk, name, number in price.below] == [
        ("Our price was too high", 5),
        ("Better terms elsewhere", 2),
    ]
    assert (delivery.name, delivery.so_far, none.name, none.number) == ("Delivery", 0.9, "", 1)


def test_an_opportunity_with_several_products_and_competitors_is_once_in_each_group(world):
    garden, indoor = (Family.add(by=None, name=name, code=name) for name in ("Garden", "Indoor"))
    rake, hose, lamp = (
        Product.add(by=None, number=number, name=number, family=family)
        for number, family in (("R", garden), ("H", garden), ("L", indoor))
    )
    won, lost = closed(world, "won", 1, value=Decimal(500))[0], closed(world, "lost", 1)[0]
    lines = [(won, rake), (won, hose), (won, lamp), (lost, hose)]
    OpportunityLine.objects.bulk_create(OpportunityLine(opportunity=one, product=of, price=1) for one, of in lines)
    OpportunityCompetitor.objects.bulk_create(
        OpportunityCompetitor(opportunity=one, name=name) for one, name in ((won, "Fox"), (won, "Fox"), (lost, "Hen"))
    )
    families = looked("family")
    assert (group(families, "Garden").figures.won, group(families, "Garden").figures.won_value) == (1, 500)
    assert (group(families, "Garden").figures.lost, group(families, "Indoor").figures.lost) == (1, 0)
    met = looked("competitor")
    assert [(one.name, one.figures.won, one.figures.lost) for one in met.groups] == [("Fox", 1, 0), ("Hen", 0, 1)]


def test_what_customers_said_stands_beside_it(world):
    made = closed(world, "lost", 12, criterion="price")
    for number, one in enumerate(made):
        Interview.add(
            by=world.ada, opportunity=one, contact=world.maria, channel="visit", again=number % 2 * 10,
            criterion="price" if number < 3 else "service",
        )  # fmt: skip
    Interview.add(by=world.ada, opportunity=closed(world, "won", 1)[0], contact=world.maria, channel="visit", again=9)
    asked = looked().asked
    assert (asked.number, asked.agree, asked.compared) == (13, 3, 12)
    assert asked.again == {"lost": (12, 5.0), "won": (1, None)}


def test_each_group_opens_into_as_many_rows_as_it_counts(world):
    world.lindner.change(by=world.ada, industry="retail", employees=49)
    pipeline()
    late = CloseReason.objects.get(name_en="Too late")
    family = Family.add(by=None, name="Garden", code="G")
    product = Product.add(by=None, number="R", name="Rake", family=family)
    some = closed(world, "won", 2, source="fair", criterion="price", value=Decimal(1000))
    some += closed(world, "lost", 3, account=None, owner=None, team=None, close_reason=late)
    some += closed(world, "lost", 1, value=Decimal(25_000), closed_at=clock.midnight(dt.date(2026, 3, 31)),
                   opened_at=clock.midnight(dt.date(2026, 1, 31)))  # fmt: skip
    rival = OpportunityCompetitor.objects.create(opportunity=some[-1], name="Fox, Hen; (Sons)")
    Opportunity.objects.filter(pk=some[-1].pk).update(lost_to=rival)
    OpportunityLine.objects.create(opportunity=some[0], product=product, price=1)
    CustomField.add(
        by=world.admin, belongs_to="accounts", kind="choice", label_en="Channel", key="channel",
        choices=[{"key": "shop", "en": "Shop", "de": "Laden"}],
    )  # fmt: skip
    world.lindner.change(by=world.ada, custom_channel="shop")
    seen = set()
    for key in cuts():
        for one in looked(key).groups:
            asked = parse(list(one.rows), OPPORTUNITIES.readable_filters, by=world.admin, today=clock.today())
            rows = Opportunity.objects.exclude(outcome="").filter(asked.q())
            if one.rows:
                seen.add(key)
                assert rows.count() == one.figures.number + one.figures.neutral, (key, one.name, one.rows)
    assert seen == set(cuts())


def test_it_asks_no_more_however_many_there_are(world):
    def asked(key: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            looked(key)
        return len(queries)

    closed(world, "won", 2, source="fair")
    asked("source")  # what the house's own lists hold is known from then on
    few = {key: asked(key) for key in cuts()}
    for source in ("call", "website", "partner"):
        closed(world, "lost", 20, source=source, owner=world.cem, team=world.south)
    assert {key: asked(key) for key in cuts()} == few
    assert max(few.values()) <= 9

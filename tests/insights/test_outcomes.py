"""Whether signals were right: judged once, 90 days after, by what the customer did between the first and the last of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kundenkreis.customers.models import Account
from kundenkreis.insights import outcomes, running
from kundenkreis.insights.models import Kind, Signal
from tests.insights.conftest import days_ago

RAISED = 100  # days ago; the 90 days after end 10 days ago


@pytest.fixture
def raise_(shop):
    """`raise_("missed_order", account, items=…)` is a signal that was raised a hundred days ago."""

    def made(kind, account, days=RAISED, items=(), **values):
        figures = {"items": [[str(product.pk), "80.00"] for product in items]}
        given = {
            "value": Decimal(100),
            "figures": figures,
            "raised_on": days_ago(days),
            "closed_on": days_ago(days - 1),
        }
        return Signal.objects.create(account=account, kind=kind, **given | values)

    return made


def judged(signal):
    """The verdict, and what is told of it."""
    running.run()
    signal.refresh_from_db()
    return signal.verdict, signal.outcome


def test_a_missed_order_was_right_when_none_came_in_the_ninety_days(shop, sell, raise_):
    signal = raise_(Kind.MISSED_ORDER, shop.lindner)
    sell(shop.lindner, days_ago(RAISED), lantern=1)  # the day itself is not after
    sell(shop.lindner, days_ago(RAISED - 91), lantern=1)  # nor is the ninety-first day of the ninety
    sell(shop.lindner, days_ago(50), lantern=-1)  # and a credit note is no order
    assert judged(signal) == ("right", {"orders": 0, "credits": 1, "named": 0, "revenue": "-50.00"})


def test_a_missed_order_was_wrong_when_one_came_on_the_last_of_them(shop, sell, raise_):
    signal = raise_(Kind.MISSED_ORDER, shop.lindner)
    last = days_ago(RAISED - 90)
    sell(shop.lindner, last, lantern=2)
    told = {"orders": 1, "credits": 0, "named": 0, "revenue": "100.00", "next_on": last.isoformat()}
    assert judged(signal) == ("wrong", told)


@pytest.mark.parametrize("kind", [Kind.FIRST_ORDER, Kind.REACTIVATED])
def test_good_news_was_right_when_it_went_on(shop, sell, raise_, kind):
    signal, alone = raise_(kind, shop.lindner), raise_(kind, shop.brauneis)
    for days, lanterns in ((60, 1), (60, 2), (30, 1)):
        sell(shop.lindner, days_ago(days), lantern=lanterns)
    verdict, outcome = judged(signal)
    assert (verdict, outcome["orders"], outcome["revenue"]) == ("right", 2, "200.00")  # two on one day are one day
    assert outcome["next_on"] == days_ago(60).isoformat()
    assert judged(alone) == ("wrong", {"orders": 0, "credits": 0, "named": 0, "revenue": "0.00"})


def test_many_returns_were_right_when_more_came(shop, sell, raise_):
    signal, alone = raise_(Kind.RETURNS, shop.lindner), raise_(Kind.RETURNS, shop.brauneis)
    sell(shop.lindner, days_ago(40), lantern=-1)
    sell(shop.brauneis, days_ago(40), lantern=1)
    assert (judged(signal)[0], judged(alone)[0]) == ("right", "wrong")


@pytest.mark.parametrize(
    ("kind", "verdicts"), [(Kind.LOST_PRODUCTS, ("wrong", "right")), (Kind.NEW_PRODUCTS, ("right", "wrong"))]
)
def test_products_are_judged_by_those_that_were_named(shop, sell, raise_, kind, verdicts):
    candle = [shop.extra["candle"]]
    again, other = raise_(kind, shop.lindner, items=candle), raise_(kind, shop.brauneis, items=candle)
    sell(shop.lindner, days_ago(40), candle=1, lantern=1)
    sell(shop.brauneis, days_ago(40), lantern=1)
    sell(shop.brauneis, days_ago(30), candle=-1)  # sending it back is not buying it
    assert (judged(again)[0], judged(other)[0]) == verdicts
    assert (again.outcome["named"], other.outcome["named"]) == (1, 0)


def test_a_signal_is_judged_after_ninety_days_and_then_never_again(shop, sell, raise_):
    young, old = raise_(Kind.MISSED_ORDER, shop.lindner, days=89), raise_(Kind.MISSED_ORDER, shop.brauneis, days=90)
    assert (judged(young)[0], judged(old)[0]) == ("", "right")
    sell(shop.brauneis, days_ago(20), lantern=1)  # entered late: what was judged stays judged
    assert judged(old)[0] == "right"


def test_what_claims_nothing_for_the_future_has_no_verdict(shop, raise_):
    others = [raise_(kind, shop.lindner) for kind in Kind if kind not in outcomes.CLAIMS]
    assert [judged(signal) for signal in others] == [("", {})] * len(others)


def test_the_record_counts_apart_where_somebody_acted(shop, raise_):
    some = [Account.add(by=None, name=f"Kunde {n}") for n in range(5)]
    for n, account in enumerate(some):
        answer = Signal.Answer.DONE if n < 2 else Signal.Answer.NOT_USEFUL if n == 2 else ""
        raise_(Kind.MISSED_ORDER, account, answer=answer, verdict="right" if n in (0, 2, 3) else "wrong")
    raise_(Kind.RETURNS, some[0], verdict="wrong")
    raise_(Kind.FALLING, some[0])
    missed, returns = outcomes.records()
    assert (missed.kind, returns.kind) == (Kind.MISSED_ORDER, Kind.RETURNS)
    assert [(one.hits, one.cases) for one in (missed.alone, missed.acted)] == [(2, 3), (1, 2)]
    assert [(one.hits, one.cases) for one in (returns.alone, returns.acted)] == [(0, 1), (0, 0)]

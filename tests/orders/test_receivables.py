"""What is open, in house currency by the rate of the day each document was booked on."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kundenkreis.orders.models import OpenItem
from kundenkreis.orders.receivables import in_house_currency, receivables
from kundenkreis.rates.dated import rate_on, rates_for
from kundenkreis.rates.models import ExchangeRate

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 2)
BOOKED = dt.date(2026, 2, 1)


def item(world, number, amount, currency="EUR", due=TODAY, booked=BOOKED):
    return OpenItem.add(
        by=None,
        account=world.lindner,
        number=number,
        booked_on=booked,
        due_on=due,
        currency=currency,
        amount=amount,
        open_amount=amount,
    )


def rate(currency, on, value):
    ExchangeRate.add(by=None, currency=currency, on=on, rate=Decimal(value))


def test_currencies_are_added_up_in_the_house_s_by_the_rate_of_their_day(world):
    rate("GBP", BOOKED, "0.8"), rate("GBP", BOOKED + dt.timedelta(days=10), "0.5")
    late = TODAY - dt.timedelta(days=1)
    (
        item(world, "1", 400),
        item(world, "2", 80, "GBP", due=late),
        item(world, "3", 50, "GBP", booked=BOOKED + dt.timedelta(days=12)),
    )
    found = receivables(OpenItem.objects.all(), TODAY)
    assert (found.currency, found.number, found.open, found.late) == ("EUR", 3, Decimal(600), Decimal(100))
    assert [(p.currency, p.open, p.late) for p in found.parts] == [("EUR", 400, 0), ("GBP", 130, 80)]
    assert found.is_foreign


def test_what_has_no_rate_is_in_no_figure_and_is_said(world):
    item(world, "1", 400), item(world, "2", 300, "USD")
    found = receivables(OpenItem.objects.all(), TODAY)
    assert (found.open, found.number) == (400, 2)
    assert [(p.currency, p.open) for p in found.unknown] == [("USD", 300)]


def test_the_items_come_to_the_sum_to_the_cent(world):
    rate("GBP", BOOKED, "0.87654321")
    items = [item(world, str(n), Decimal("33.33") + n, "GBP") for n in range(7)]
    found = receivables(OpenItem.objects.all(), TODAY)
    assert sum(in_house_currency(items).values()) == found.open


def test_many_rates_at_once_are_those_that_each_would_be(django_assert_max_num_queries):
    for days, value in ((0, "0.8"), (3, "0.9"), (200, "0.7")):
        rate("GBP", BOOKED + dt.timedelta(days=days), value), rate("CHF", BOOKED + dt.timedelta(days=days), "1.1")
    days = [BOOKED + dt.timedelta(days=n) for n in (-400, 0, 2, 3, 50, 199, 200, 900)]
    wanted = {(currency, on) for currency in ("GBP", "CHF", "EUR") for on in days}
    for house in ("EUR", "CHF"):
        assert rates_for(wanted, house) == {(c, on): rate_on(c, on, house) for c, on in wanted}
    assert rates_for({("USD", BOOKED)}, "EUR") == {("USD", BOOKED): None}
    with django_assert_max_num_queries(1):
        rates_for({("GBP", BOOKED + dt.timedelta(days=n)) for n in range(20)}, "EUR")

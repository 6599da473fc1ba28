"""Facts of their own for each test, and a house with a few customers who order in different ways."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kundenkreis.catalogue.models import Family, Product
from kundenkreis.core.models import House
from kundenkreis.orders import booking

TODAY = dt.date(2026, 3, 2)


@pytest.fixture(autouse=True)
def facts_folder(settings, tmp_path):
    settings.FACTS_DIR = tmp_path / "facts"
    return settings.FACTS_DIR


@pytest.fixture
def shop(world):
    """The cast on 2 March 2026, with two products in two families."""
    house = House.current()
    house.today = TODAY
    house.save()
    House.forget()
    candles, lamps = (Family.add(by=None, code=code, name=name) for code, name in (("F1", "Candles"), ("F2", "Lamps")))
    world.extra["candle"] = Product.add(by=None, number="C1", name="Candle", family=candles)
    world.extra["lantern"] = Product.add(by=None, number="L1", name="Lantern", family=lamps)
    return world


@pytest.fixture
def sell(shop):
    """`sell(account, day, candle=3, lantern=1)` books an order at 10 a candle and 50 a lantern; below zero it is a credit note."""
    count = iter(range(1, 10_000))
    prices = {"candle": Decimal(10), "lantern": Decimal(50)}

    def book(account, day, price=None, **quantities):
        lines = [
            booking.Line(shop.extra[name], Decimal(quantity), Decimal(price or prices[name]))
            for name, quantity in quantities.items()
        ]
        kind = "credit_note" if sum(quantities.values()) < 0 else "order"
        return booking.book(
            by=None, number=f"O{next(count):05}", kind=kind, account=account, ordered_on=day, lines=lines
        )

    return book


def days_ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)

"""A price comes back from the bin while somebody enters the same one anew: one of them is told, and nothing is half written."""

from __future__ import annotations

import datetime as dt
import threading
from contextlib import suppress
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from kundenkreis.catalogue.models import Price, PriceList, Product
from kundenkreis.history.models import Event
from tests import world as cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def both_look(monkeypatch):
    """Both have found the place free before either writes, if the database lets them look at the same time at all."""
    barrier, look = threading.Barrier(2), Price.validate_constraints

    def looked(price, *args, **values):
        look(price, *args, **values)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(3)

    def begin():
        monkeypatch.setattr(Price, "validate_constraints", looked)

    return begin


def told_at_once(*steps):
    told = []

    def run(step) -> None:
        try:
            step()
        except ValidationError as no:
            told.append(" ".join(no.messages))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def prices(world, amount="9.90"):
    values = {
        "product": Product.add(by=world.admin, number="P1", name="Lamp"),
        "price_list": PriceList.add(by=world.admin, code="L1", name="Standard", currency="EUR"),
        "starts_on": dt.date(2026, 1, 1),
    }
    old = Price.add(by=world.admin, amount=Decimal(amount), **values)
    old.discard(by=world.admin)
    return old, values


def test_one_of_the_two_is_told_and_the_other_stands_alone(both_look):
    world = cast.build()
    old, values = prices(world)
    both_look()
    told = told_at_once(
        lambda: old.restore(by=world.ben), lambda: Price.add(by=world.ada, amount=Decimal("8.50"), **values)
    )
    assert len(told) == 1
    assert "taken its place" in told[0] or "Somebody else" in told[0] or "already" in told[0]
    living = Price.objects.living().get()
    restored = living.pk == old.pk
    assert Event.objects.filter(verb="price.restored").count() == restored
    assert Event.objects.filter(verb="price.added").count() == (1 if restored else 2)
    assert Price._base_manager.count() == (1 if restored else 2)


def test_of_two_who_enter_the_same_price_one_is_told(both_look):
    world = cast.build()
    _old, values = prices(world)
    both_look()
    told = told_at_once(*(lambda by=by: Price.add(by=by, amount=Decimal(5), **values) for by in (world.ada, world.ben)))
    assert len(told) == 1
    assert Price.objects.living().count() == 1

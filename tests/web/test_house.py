"""The house's settings: an administrator keeps them, and they take only what the product knows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from django.core.exceptions import ValidationError

from kundenkreis.catalogue.models import Product
from kundenkreis.core.models import House
from kundenkreis.history.models import Event
from kundenkreis.orders import house_currency
from kundenkreis.orders.models import Order
from kundenkreis.quality import targets
from kundenkreis.quality.targets.base import Job
from kundenkreis.quality.targets.sales import HouseCurrencyChanged, Rows
from kundenkreis.staff.roles import Role
from tests.quality.imports import draft

pytestmark = pytest.mark.django_db
SALES = "Invoice,StockCode,Quantity,InvoiceDate,Price\n1,A,1,2026-01-05,10\n"
NOW = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
GIVEN = {"name": "Papeterie Wolf GmbH", "currency": "EUR", "country": "AT", "language": "de"}


@pytest.fixture
def administrator(world, signed_in):
    world.ben.change(by=None, role=Role.ADMINISTRATOR)
    return signed_in(world.ben)


def test_an_administrator_names_the_house_and_the_history_knows(administrator):
    assert administrator.post("/house/", GIVEN).status_code == 302
    assert House.current().name == "Papeterie Wolf GmbH"
    assert Event.objects.filter(verb="house.changed").exists()


@pytest.mark.parametrize(("field", "value"), [("language", "xx"), ("country", "ZZ"), ("name", "")])
def test_a_setting_that_is_not_known_is_refused_and_nothing_is_changed(administrator, field, value):
    before = House.current().name
    answer = administrator.post("/house/", GIVEN | {field: value})
    assert "field-error" in answer.content.decode()
    assert House.current().name == before


def test_nobody_else_may_see_the_settings(world, signed_in):
    assert signed_in(world.ada).get("/house/").status_code == 403


def _order(world, currency="EUR"):
    return Order.add(by=None, number="A-1", account=world.lindner, ordered_on=dt.date(2026, 1, 5), currency=currency)


def test_an_empty_house_takes_another_currency(administrator):
    assert administrator.post("/house/", GIVEN | {"currency": "chf"}).status_code == 302
    assert House.current().currency == "CHF"


def test_the_currency_of_a_house_with_orders_is_refused_in_a_sentence(world, administrator):
    _order(world).discard(by=None)
    page = administrator.post("/house/", GIVEN | {"currency": "CHF", "name": "Other"}).content.decode()
    assert "The house currency cannot be changed: 1 order" in page
    assert (House.current().currency, House.current().name) == ("EUR", "Kundenkreis")


def test_a_product_s_cost_holds_the_currency_too(world):
    Product.add(by=None, number="P1", name="Lamp", cost=Decimal("4.2"))
    with pytest.raises(ValidationError, match="the cost of 1 product"):
        house_currency.settle(House.current(), by=world.admin, currency="CHF")
    assert House.current().currency == "EUR"


def test_everything_else_of_such_a_house_can_be_changed(world, administrator):
    _order(world)
    assert administrator.post("/house/", GIVEN).status_code == 302
    assert House.current().name == "Papeterie Wolf GmbH"


def test_a_currency_that_is_none_is_refused(administrator):
    assert "three letters" in administrator.post("/house/", GIVEN | {"currency": "XYZ"}).content.decode()


def test_an_import_never_stores_what_it_converted_into_another_currency(world):
    loader = targets.get("sales").loader(Job(draft(SALES, target="sales", by=world.admin), True, world.admin, NOW))
    house_currency.settle(House.current(), by=world.admin, currency="CHF")
    with pytest.raises(HouseCurrencyChanged):
        loader.store(Rows(pl.DataFrame(), []))

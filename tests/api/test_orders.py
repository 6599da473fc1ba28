"""Orders come in with their lines; amounts and the account's facts follow."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kundenkreis.catalogue.models import Product
from kundenkreis.orders.models import Order
from kundenkreis.rates.models import ExchangeRate


@pytest.fixture
def lamp(world):
    return Product.add(by=world.admin, number="P1", name="Lamp")


@pytest.fixture
def order(world, lamp, program):
    body = {
        "number": "A-1",
        "account_id": world.lindner.pk,
        "ordered_on": dt.date.today().isoformat(),
        "lines": [
            {"product_id": lamp.pk, "quantity": "3", "unit_price": "9.99"},
            {"product_id": lamp.pk, "quantity": 0.5, "unit_price": 1, "description": "Half a lamp"},
        ],
    }
    answer = program(world.gerda).post("orders", body)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_total_is_the_sum_of_its_lines(world, order, program):
    assert (order["total"], order["total_house"], order["line_count"]) == ("30.47", "30.47", 2)
    lines = program(world.ada).get(f"orders/{order['id']}/lines").json()["items"]
    assert [(line["position"], line["amount"], line["description"]) for line in lines] == [
        (1, "29.97", "Lamp"),
        (2, "0.50", "Half a lamp"),
    ]
    world.lindner.refresh_from_db()
    assert world.lindner.revenue_12m == Decimal("30.47")


def test_new_lines_replace_the_old_ones(world, lamp, order, program):
    path = f"orders/{order['id']}"
    body = {"lines": [{"product_id": lamp.pk, "quantity": "1", "unit_price": "10"}]}
    changed = program(world.gerda).patch(path, body, etag='"1"')
    assert (changed.json()["total"], changed.json()["line_count"], changed["ETag"]) == ("10.00", 1, '"2"')
    assert program(world.gerda).patch(path, body, etag='"1"').status_code == 412
    world.lindner.refresh_from_db()
    assert world.lindner.revenue_12m == Decimal("10.00")


def test_an_order_that_changes_hands_takes_its_revenue_along(world, order, program):
    program(world.gerda).patch(f"orders/{order['id']}", {"account_id": world.brauneis.pk})
    world.lindner.refresh_from_db()
    world.brauneis.refresh_from_db()
    assert (world.lindner.revenue_12m, world.brauneis.revenue_12m) == (Decimal(0), Decimal("30.47"))
    assert set(Order.objects.get(pk=order["id"]).lines.values_list("account_id", flat=True)) == {world.brauneis.pk}


def test_a_foreign_currency_is_converted_on_the_day_of_the_order(world, lamp, program):
    ExchangeRate.objects.create(currency="GBP", on=dt.date(2010, 1, 1), rate=Decimal("0.8"))
    line = {"product_id": lamp.pk, "quantity": "1", "unit_price": "8"}
    body = {"number": "A-2", "ordered_on": "2010-01-02", "currency": "GBP", "lines": [line]}
    answer = program(world.gerda).post("orders", body).json()
    assert (answer["total"], answer["total_house"]) == ("8.00", "10.00")
    unknown = program(world.gerda).post("orders", body | {"number": "A-3", "currency": "XXX"})
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["pointer"] == "/currency"
    assert not Order.objects.filter(number="A-3").exists()


def test_an_unknown_product_is_named_by_its_line(world, lamp, program):
    lines = [{"product_id": pk, "quantity": "1", "unit_price": "1"} for pk in (lamp.pk, 99)]
    answer = program(world.gerda).post("orders", {"number": "A-4", "ordered_on": "2026-01-01", "lines": lines})
    assert answer.json()["errors"] == [{"pointer": "/lines/1/product_id", "detail": "There is no such record."}]


def test_an_amount_that_no_column_holds_is_refused(world, lamp, program):
    line = {"product_id": lamp.pk, "quantity": "99999999999", "unit_price": "9999999999"}
    answer = program(world.gerda).post("orders", {"number": "A-5", "ordered_on": "2026-01-01", "lines": [line]})
    assert answer.status_code == 422
    assert not Order.objects.exists()


def test_key_account_managers_do_not_type_over_the_mirror_of_the_erp(world, order, program):
    assert program(world.ada).patch(f"orders/{order['id']}", {"country": "DE"}).status_code == 403
    assert program(world.cem).get(f"orders/{order['id']}/lines").status_code == 404


def test_sales_without_an_account_are_for_those_who_see_the_whole_house(world, program):
    made = program(world.admin).post("orders", {"number": "A-6", "ordered_on": "2026-01-01", "lines": []}).json()
    assert program(world.ben).get(f"orders/{made['id']}").status_code == 200
    assert program(world.ada).get(f"orders/{made['id']}").status_code == 404

"""Many orders with their lines in one request: one batch, the rules of one order, and taken back as one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from unittest import mock

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from kundenkreis.catalogue.models import Product
from kundenkreis.core.models import House
from kundenkreis.history import adding
from kundenkreis.history.models import Batch, Event
from kundenkreis.orders.models import Order, OrderLine
from kundenkreis.rates.models import ExchangeRate

TODAY = dt.date.today().isoformat()


@pytest.fixture
def lamp(world):
    return Product.add(by=world.admin, number="P1", name="Lamp")


def order(number, *lines, **more):
    return {"number": number, "ordered_on": TODAY, "lines": list(lines), **more}


def line(product, quantity="1", price="10", **more):
    return {"product_id": product.pk, "quantity": quantity, "unit_price": price, **more}


def revenue(account):
    account.refresh_from_db()
    return account.revenue_12m


def test_orders_come_with_their_lines_as_one_batch_and_the_account_knows(world, lamp, program):
    half = line(lamp, "0.5", "1", description="Half a lamp")
    rows = [
        order("A-1", line(lamp, "3", "9.99"), half, account_id=world.lindner.pk),
        order("A-2", line(lamp), account_id=world.brauneis.pk),
        order("A-3"),
    ]
    answer = program(world.gerda).post("orders/bulk", {"items": rows})
    assert answer.status_code == 201, answer.content
    made = [Order.objects.get(pk=pk) for pk in answer.json()["ids"]]
    assert [(one.number, one.total, one.total_house, one.line_count) for one in made] == [
        ("A-1", Decimal("30.47"), Decimal("30.47"), 2),
        ("A-2", Decimal(10), Decimal(10), 1),
        ("A-3", Decimal(0), Decimal(0), 0),
    ]
    lines = made[0].lines.order_by("position").values_list("position", "occurrence", "description", "amount", "account")
    assert list(lines) == [
        (1, 1, "Lamp", Decimal("29.97"), world.lindner.pk),
        (2, 2, "Half a lamp", Decimal("0.50"), world.lindner.pk),
    ]
    assert (revenue(world.lindner), revenue(world.brauneis)) == (Decimal("30.47"), Decimal(10))
    assert world.lindner.last_order_on == dt.date.today()
    batch = Batch.objects.get(pk=answer.json()["batch_id"])
    assert batch.counts == {"orders.order": {"added": 3}}
    assert Event.objects.filter(batch=batch).count() == 1


def test_an_undo_takes_orders_and_lines_back_and_the_account_forgets(world, lamp, program):
    gerda = program(world.gerda)
    rows = [order(f"A-{n}", line(lamp, price=str(n)), account_id=world.lindner.pk) for n in (1, 2, 4)]
    made = gerda.post("orders/bulk", {"items": rows}).json()
    gerda.patch(f"orders/{made['ids'][1]}", {"country": "DE"})
    assert revenue(world.lindner) == Decimal(7)
    undone = gerda.post(f"batches/{made['batch_id']}/undo")
    assert undone.status_code == 200, undone.content
    assert undone.json()["kept_records"] == [["orders.order", made["ids"][1]]]
    assert list(Order.objects.values_list("pk", flat=True)) == [made["ids"][1]]
    assert OrderLine.objects.count() == 1
    assert revenue(world.lindner) == Decimal(2)


def test_a_total_below_zero_is_a_credit_note_unless_the_row_says_otherwise(world, lamp, program):
    back = line(lamp, "-2", "10")
    rows = [order("C-1", back), order("C-2", back, kind="adjustment"), order("C-3", line(lamp))]
    ids = program(world.gerda).post("orders/bulk", {"items": rows}).json()["ids"]
    assert [Order.objects.get(pk=pk).kind for pk in ids] == ["credit_note", "adjustment", "order"]
    one = program(world.gerda).post("orders", order("C-4", back))
    assert one.json()["kind"] == "credit_note"


def test_without_a_currency_it_is_the_houses_and_another_is_converted_on_its_day(world, lamp, program):
    House.objects.filter(pk=House.current().pk).update(currency="CHF")
    for currency, rate in (("CHF", "1.6"), ("GBP", "0.8")):
        ExchangeRate.objects.create(currency=currency, on=dt.date(2010, 1, 1), rate=Decimal(rate))
    eight = line(lamp, "1", "8")
    rows = [order("F-1", eight), order("F-2", eight, currency="GBP") | {"ordered_on": "2010-01-02"}]
    ids = program(world.gerda).post("orders/bulk", {"items": rows}).json()["ids"]
    found = [Order.objects.get(pk=pk) for pk in ids]
    assert [(one.currency, one.total, one.total_house) for one in found] == [
        ("CHF", Decimal(8), Decimal(8)),
        ("GBP", Decimal(8), Decimal(16)),
    ]
    assert program(world.gerda).post("orders", order("F-3", eight)).json()["currency"] == "CHF"


def test_every_wrong_row_is_named_and_nothing_is_stored(world, lamp, program):
    Order.add(by=world.gerda, number="OLD", ordered_on=dt.date(2026, 1, 1))
    stranger = {"product_id": 99, "quantity": "1", "unit_price": "1"}
    rows = [
        order("G-1", line(lamp)),
        order("G-2", line(lamp), stranger),
        order("G-3", line(lamp), currency="XXX"),
        order("G-4", line(lamp, "99999999999", "9999999999")),
        order("OLD", line(lamp)),
        order("G-1", line(lamp)),
    ]
    answer = program(world.gerda).post("orders/bulk", {"items": rows})
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "/items/1/lines/1/product_id",
        "/items/2/currency",
        "/items/3",
        "/items/4/number",
        "/items/5/number",
    ]
    assert not OrderLine.objects.exists()
    assert not Batch.objects.exists()
    unread = program(world.gerda).post("orders/bulk", {"items": [rows[0], order("G-7", line(lamp, "many"))]})
    assert [error["pointer"] for error in unread.json()["errors"]] == ["/items/1/lines/0/quantity"]


def test_partial_stores_the_good_orders(world, lamp, program):
    stranger = {"product_id": 99, "quantity": "1", "unit_price": "1"}
    rows = [order("G-1", stranger), order("G-2", line(lamp), account_id=world.lindner.pk), order("G-2")]
    answer = program(world.gerda).post("orders/bulk?partial=true", {"items": rows}).json()
    assert (answer["added"], answer["refused"]) == (1, 2)
    assert [pk is not None for pk in answer["ids"]] == [False, True, False]
    assert revenue(world.lindner) == Decimal(10)
    assert OrderLine.objects.get().order_id == answer["ids"][1]


def test_a_number_that_somebody_takes_meanwhile_is_named_by_its_row(world, lamp, program):
    """The set breaks on the database's constraint; then each order is booked by itself, lines and all."""
    rows = [order(f"M-{n}", line(lamp), account_id=world.lindner.pk) for n in (1, 2)]
    with mock.patch.object(adding, "_store", side_effect=IntegrityError):
        answer = program(world.gerda).post("orders/bulk", {"items": rows}).json()
    assert [Order.objects.get(pk=pk).lines.count() for pk in answer["ids"]] == [1, 1]
    assert revenue(world.lindner) == Decimal(20)
    program(world.gerda).post(f"batches/{answer['batch_id']}/undo")
    assert not Order.objects.exists()
    assert revenue(world.lindner) == Decimal(0)


def test_the_same_key_books_once(world, lamp, program):
    body = {"items": [order("K-1", line(lamp))]}
    first, second = (program(world.gerda).post("orders/bulk", body, Idempotency_Key="k-1") for _ in range(2))
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    assert Order.objects.count() == 1


def test_who_may_not_book_one_may_not_book_many(world, lamp, program):
    assert program(world.ada).post("orders/bulk", {"items": [order("N-1", line(lamp))]}).status_code == 403
    assert program(world.gerda, ["read"]).post("orders/bulk", {"items": [order("N-1")]}).status_code == 403
    assert not Order.objects.exists()


def test_more_orders_cost_no_more_queries(world, program):
    products = [Product.add(by=world.admin, number=f"Q{n}", name="Lamp") for n in range(20)]
    gerda = program(world.gerda)

    def queries(prefix, count):
        rows = [order(f"{prefix}-{n}", *map(line, products), account_id=world.lindner.pk) for n in range(count)]
        with CaptureQueriesContext(connection) as asked:
            assert gerda.post("orders/bulk", {"items": rows}).status_code == 201
        return len(asked)

    queries("W", 1)
    assert queries("X", 2) == queries("Y", 40)

"""Sums over orders, by hand-computable tables."""

import datetime as dt
from decimal import Decimal as D

import pytest

from kundenkreis.catalogue.models import Product
from kundenkreis.core import clock
from kundenkreis.customers.models import NEVER, Account
from kundenkreis.orders import figures, product_figures
from kundenkreis.orders.models import Order, OrderLine

TODAY = dt.date(2026, 3, 2)


@pytest.fixture
def sales(world):
    """Lindner: 100 + 50 in January, 30 returned in February, 200 a year before, 40 written off as an adjustment."""
    lantern = Product.add(by=None, number="L1", name="Lantern")
    candle = Product.add(by=None, number="C1", name="Candle")
    rows = [
        ("1", "order", dt.date(2026, 1, 5), [(lantern, 10, 100)]),
        ("2", "order", dt.date(2026, 1, 20), [(candle, 5, 20), (lantern, 3, 30)]),
        ("C3", "credit_note", dt.date(2026, 2, 1), [(lantern, -3, -30)]),
        ("4", "order", dt.date(2025, 1, 20), [(candle, 50, 200)]),
        ("0", "order", dt.date(2024, 3, 1), [(candle, 1, 4)]),
        ("A5", "adjustment", dt.date(2026, 2, 2), [(candle, 1, -40)]),
    ]
    for number, kind, day, lines in rows:
        total = D(sum(amount for _, _, amount in lines))
        order = Order.add(
            by=None, number=number, kind=kind, account=world.lindner, ordered_on=day, total=total, total_house=total
        )
        for i, (product, quantity, amount) in enumerate(lines, start=1):
            OrderLine.objects.create(
                order=order,
                product=product,
                position=i,
                account=world.lindner,
                ordered_on=day,
                quantity=quantity,
                unit_price=D(amount) / D(quantity),
                amount=amount,
                amount_house=amount,
            )
    return world


def test_revenue_by_month_is_net_of_returns_and_knows_no_adjustments(sales):
    months = figures.by_stretch([sales.lindner.pk], dt.date(2026, 1, 1), TODAY, cut=dt.date(2025, 12, 31))
    assert [(m.on.month, m.revenue, m.returns, m.orders) for m in months] == [
        (1, D(150), D(0), 2),
        (2, D(-30), D(30), 0),
    ]


def test_revenue_by_month_is_one_query(sales, django_assert_num_queries):
    clock.today()  # asks for the house
    with django_assert_num_queries(1):
        figures.by_stretch([sales.lindner.pk, sales.brauneis.pk], dt.date(2024, 1, 1), TODAY, cut=dt.date(2025, 3, 2))


def test_top_products_by_revenue(sales):
    top = figures.top_products([sales.lindner.pk], dt.date(2026, 1, 1), dt.date(2026, 1, 31))
    assert [(t.number, t.revenue, t.quantity) for t in top] == [("L1", D(130), D(13)), ("C1", D(20), D(5))]


def test_the_facts_are_pushed_down_once(sales):
    assert figures.push_down([sales.lindner.pk], TODAY) == 1
    lindner = Account.objects.get(pk=sales.lindner.pk)
    assert (lindner.last_order_on, lindner.revenue_12m, lindner.revenue_before) == (
        dt.date(2026, 1, 20),
        D(120),
        D(200),
    )
    assert lindner.revenue_change == D("-0.4")
    assert figures.push_down([sales.lindner.pk], TODAY) == 0


def test_a_time_that_is_not_recorded_is_not_compared_with(sales):
    OrderLine.objects.filter(order__number="0").delete()
    Order.objects.filter(number="0").delete()
    figures.push_down(None, TODAY)
    lindner = Account.objects.get(pk=sales.lindner.pk)
    assert (lindner.revenue_12m, lindner.revenue_before, lindner.revenue_change) == (D(120), D(0), None)


def test_an_account_whose_orders_went_away_has_no_facts(sales):
    figures.push_down(None, TODAY)
    OrderLine.objects.all().delete()
    Order.objects.all().delete()
    figures.push_down(None, TODAY)
    lindner = Account.objects.get(pk=sales.lindner.pk)
    assert (lindner.last_order_on, lindner.last_ordered, lindner.revenue_12m) == (NEVER, None, D(0))


def test_an_order_in_the_bin_counts_no_more(sales):
    Order.objects.get(number="1").discard(by=None)
    january, cut = (dt.date(2026, 1, 1), dt.date(2026, 1, 31)), dt.date(2025, 12, 31)
    assert [one.revenue for one in figures.by_stretch([sales.lindner.pk], *january, cut=cut)] == [D(50)]


def test_lines_of_an_order_in_the_bin_count_no_more_and_count_again_when_it_is_back(sales):
    january = ([sales.lindner.pk], dt.date(2026, 1, 1), dt.date(2026, 1, 31))
    lantern = Product.objects.get(number="L1")
    lines = product_figures.lines_for(sales.ben, lantern.pk)
    order = Order.objects.get(number="1")
    order.discard(by=None)
    assert [(t.number, t.revenue) for t in figures.top_products(*january)] == [("L1", D(30)), ("C1", D(20))]
    assert [sold.revenue for sold in product_figures.by_month(lines, *january[1:])] == [D(30)]
    assert [buyer.revenue for buyer in product_figures.buyers(lines, *january[1:])] == [D(30)]
    order.restore(by=None)
    assert [(t.number, t.revenue) for t in figures.top_products(*january)] == [("L1", D(130)), ("C1", D(20))]
    assert [sold.revenue for sold in product_figures.by_month(lines, *january[1:])] == [D(130)]


def test_the_list_of_a_product_s_lines_agrees_with_its_page_when_an_order_is_in_the_bin(sales, signed_in):
    lantern = Product.objects.get(number="L1")
    Order.objects.get(number="1").discard(by=None)
    page = signed_in(sales.ben).get(f"/orders/lines/?f=product:is:{lantern.pk}&f=day:between:2026-01-01,2026-01-31")
    assert ("€30" in page.content.decode(), "€130" in page.content.decode()) == (True, False)


def test_the_account_knows_at_once_of_an_order_in_the_bin(sales, monkeypatch):
    monkeypatch.setattr(figures.clock, "today", lambda: TODAY)
    figures.push_down(None, TODAY)
    order = Order.objects.get(number="1")
    order.discard(by=None)
    assert Account.objects.get(pk=sales.lindner.pk).revenue_12m == D(20)
    order.restore(by=None)
    assert Account.objects.get(pk=sales.lindner.pk).revenue_12m == D(120)


def test_stretches_are_months_and_the_month_of_the_cut_in_two(sales, django_assert_num_queries):
    clock.today()  # asks for the house
    with django_assert_num_queries(1):
        cut = dt.date(2026, 1, 5)
        found = figures.by_stretch([sales.lindner.pk], dt.date(2025, 1, 1), TODAY, cut=cut)
    assert [(one.on, one.revenue, one.returns, one.orders) for one in found] == [
        (dt.date(2025, 1, 20), 200, 0, 1),
        (dt.date(2026, 1, 5), 100, 0, 1),
        (dt.date(2026, 1, 20), 50, 0, 1),
        (dt.date(2026, 2, 1), -30, 30, 0),
    ]

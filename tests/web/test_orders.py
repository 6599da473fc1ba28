"""Orders on the screen: as the ERP booked them, and only to those who may see them."""

import datetime as dt
from decimal import Decimal

import pytest

from kundenkreis.catalogue.models import Product
from kundenkreis.orders.models import Delivery, Order, OrderLine

DAY = dt.date(2010, 12, 1)


def order(number, account, total=100, **values):
    return Order.add(
        by=None,
        number=number,
        account=account,
        **({"ordered_on": DAY, "total": total, "total_house": total, "line_count": 1} | values),
    )


def test_an_order_is_seen_with_its_account_and_not_otherwise(world, signed_in):
    hers = order("536365", world.lindner)
    assert signed_in(world.ada).get(f"/orders/{hers.pk}/").status_code == 200
    assert signed_in(world.cem).get(f"/orders/{hers.pk}/").status_code == 404
    assert "536365" not in signed_in(world.cem).get("/orders/").content.decode()


def test_sales_without_an_account_are_for_some_roles(world, signed_in):
    nobody = order("536414", None)
    assert "without an account" in signed_in(world.ben).get("/orders/?f=unassigned:is:yes").content.decode()
    assert signed_in(world.ben).get(f"/orders/{nobody.pk}/").status_code == 200
    for other in (world.ada, world.rita):
        assert signed_in(other).get(f"/orders/{nobody.pk}/").status_code == 404
        assert "536414" not in signed_in(other).get("/orders/").content.decode()


def test_the_filter_for_unassigned_sales_leaves_the_others_out(world, signed_in):
    order("536365", world.lindner)
    order("536414", None)
    page = signed_in(world.ben).get("/orders/?f=unassigned:is:yes").content.decode()
    assert ("536414" in page, "536365" in page) == (True, False)


def test_amounts_stand_in_the_order_s_currency_and_in_the_house_s_with_the_rate(world, signed_in):
    abroad = order("536365", world.lindner, total=Decimal("139.12"), total_house=Decimal("164.99"), currency="GBP")
    page = signed_in(world.ada).get(f"/orders/{abroad.pk}/").content.decode()
    for said in ("£139.12", "€164.99", "1.18595"):
        assert said in page
    home = order("536366", world.lindner)
    assert "Exchange rate" not in signed_in(world.ada).get(f"/orders/{home.pk}/").content.decode()


def test_an_order_of_nothing_has_no_rate_and_does_not_crash(world, signed_in):
    empty = order("536367", world.lindner, total=0, total_house=0, currency="GBP", line_count=0)
    assert signed_in(world.ada).get(f"/orders/{empty.pk}/").status_code == 200


def test_lines_deliveries_and_credit_notes_stand_with_the_order(world, signed_in):
    sold = order("536365", world.lindner)
    product = Product.add(by=world.admin, number="85123A", name="White lantern")
    OrderLine.objects.create(
        order=sold,
        product=product,
        position=1,
        account=world.lindner,
        ordered_on=DAY,
        quantity=6,
        unit_price="2.55",
        amount="15.30",
        amount_house="15.30",
    )
    Delivery.add(by=None, number="D-1", order=sold, promised_on=DAY, delivered_on=DAY + dt.timedelta(3), carrier="Post")
    order("C536379", world.lindner, total=-27, kind="credit_note", ordered_on=DAY + dt.timedelta(5))
    page = signed_in(world.ada).get(f"/orders/{sold.pk}/").content.decode()
    for said in ("White lantern", "85123A", "€15.30", "D-1", "late", "C536379"):
        assert said in page


def test_many_lines_come_piece_by_piece_and_none_is_missing(world, signed_in):
    import re

    sold = order("536365", world.lindner, line_count=450)
    product = Product.add(by=world.admin, number="1", name="Thing")
    OrderLine.objects.bulk_create(
        OrderLine(
            order=sold, product=product, occurrence=n, position=n, account=world.lindner, ordered_on=DAY,
            description=f"line {n:03}.", quantity=1, unit_price=1, amount=1, amount_house=1,
        )
        for n in range(1, 451)
    )  # fmt: skip
    client = signed_in(world.ada)
    seen, address = [], f"/orders/{sold.pk}/"
    for _page in range(5):
        page = client.get(address, headers={"HX-Request": "true"} if seen else {}).content.decode()
        seen += re.findall(r"line (\d{3})\.", page)
        more = re.search(r'hx-get="\?after=(\d+)"', page)
        if not more:
            break
        address = f"/orders/{sold.pk}/?after={more[1]}"
    assert [int(n) for n in seen] == list(range(1, 451))


def test_an_account_s_orders_are_one_click_away(world, signed_in):
    order("536365", world.lindner)
    order("536366", world.brauneis)
    page = signed_in(world.ben).get(f"/orders/?f=customer:is:{world.lindner.number}").content.decode()
    assert ("536365" in page, "536366" in page) == (True, False)


@pytest.mark.parametrize("query", ["?after=x", "?after=-1", "?after=99999999999999999999"])
def test_nonsense_in_the_address_breaks_nothing(world, signed_in, query):
    sold = order("536365", world.lindner)
    assert signed_in(world.ada).get(f"/orders/{sold.pk}/{query}").status_code == 200


def test_nobody_types_over_an_order(world, signed_in):
    sold = order("536365", world.lindner)
    assert signed_in(world.admin).post(f"/orders/{sold.pk}/", {"total": "1"}).status_code == 405

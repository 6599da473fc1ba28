"""Every figure opens: the list behind it comes to the same number, and to no more than the person may see."""

from __future__ import annotations

import datetime as dt
import html
import re
from decimal import Decimal

import pytest

from kundenkreis.catalogue.models import Product
from kundenkreis.core.models import House
from kundenkreis.customers import hierarchy
from kundenkreis.customers.grouping import group_of
from kundenkreis.customers.models import Account
from kundenkreis.orders import booking
from kundenkreis.orders.models import OpenItem
from kundenkreis.rates.models import ExchangeRate
from kundenkreis.web.account360 import Overview

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 2)


@pytest.fixture
def sold(world):
    """Orders in this and the last year of Lindner, of its part in Linz, and of Brauneis, which Ada does not see."""
    House.objects.update_or_create(pk=1, defaults={"today": TODAY})
    House.forget()
    world.extra["linz"] = linz = Account.add(by=world.ada, name="Lindner Linz", owner=world.ada)
    hierarchy.place(linz, world.lindner, "sales", by=world.ada)
    hierarchy.place(world.brauneis, world.lindner, "sales", by=world.ben)
    world.extra["lamp"] = lamp = Product.add(by=None, number="L1", name="Lamp", cost=Decimal(2))
    other = Product.add(by=None, number="L2", name="Lantern")
    number = 0
    for account in (world.lindner, linz, world.brauneis):
        for on, kind, sign in (
            (dt.date(2026, 1, 15), "order", 1),
            (dt.date(2026, 3, 1), "order", 1),
            (dt.date(2026, 2, 20), "credit_note", -1),
            (dt.date(2026, 2, 21), "adjustment", -1),
            (dt.date(2025, 6, 1), "order", 1),
            (dt.date(2025, 2, 1), "order", 1),
        ):
            number += 1
            lines = [
                booking.Line(lamp, Decimal(number * 10 if sign > 0 else -number), Decimal(10)),
                booking.Line(other, Decimal(sign), Decimal(3)),
            ]
            booking.book(by=None, number=f"A{number}", account=account, ordered_on=on, kind=kind, lines=lines)
    ExchangeRate.add(by=None, currency="GBP", on=dt.date(2026, 1, 1), rate=Decimal("0.8"))
    for place, (account, currency) in enumerate([(world.lindner, "EUR"), (world.lindner, "GBP"), (linz, "GBP")], 1):
        due = TODAY - dt.timedelta(days=5 - 3 * place)
        OpenItem.add(
            by=None,
            account=account,
            number=f"R{place}",
            booked_on=dt.date(2026, 1, 9),
            due_on=due,
            currency=currency,
            amount=80 * place,
            open_amount=80 * place,
        )
    yield world
    House.forget()


def links(page: str) -> dict[str, tuple[str, str]]:
    """The tiles of a page: label → (figure, where it leads)."""
    tiles = re.findall(
        r'<a class="stat" href="([^"]+)"><span class="stat-label">([^<]+)</span><span class="stat-value">(.*?)</span>',
        page,
        re.S,
    )
    return {
        label: (re.sub(r"<.*", "", figure, flags=re.S).strip(), html.unescape(href)) for href, label, figure in tiles
    }


def summed(client, address: str) -> str:
    return client.get(address + "&count=1").content.decode()


@pytest.mark.parametrize("group", ["", "?group=sales"])
def test_the_tiles_of_an_account_lead_to_lists_that_come_to_the_same(sold, signed_in, group):
    ada = signed_in(sold.ada)
    tiles = links(ada.get(f"/accounts/{sold.lindner.pk}/{group}").content.decode())
    revenue, at = tiles["Revenue 2026 to 2\xa0Mar"]
    assert summed(ada, at).endswith(f"documents · {revenue}")
    orders, at = tiles["Orders, 12 months"]
    assert summed(ada, at).startswith(f"{orders} documents")
    overview = Overview(group_of(sold.lindner, "sales" if group else "", sold.ada), sold.ada)
    assert overview.returns > 0
    assert summed(ada, tiles["Returns, 12 months"][1]).endswith(f"−€{overview.returns:,.0f}")
    opened, at = tiles["Open items"]
    assert f" · {opened} · " in summed(ada, at)
    assert opened == ("€580" if group else "€280")


def test_the_months_of_the_chart_lead_to_their_documents(sold, signed_in):
    ada = signed_in(sold.ada)
    page = html.unescape(ada.get(f"/accounts/{sold.lindner.pk}/?group=sales").content.decode())
    cells = re.findall(r'<td class="num"><a href="([^"]+)">([^<]+)</a></td>', page)
    assert len(cells) >= 4
    for address, figure in cells:
        assert summed(ada, address).endswith(f" · {figure}")


def test_a_product_s_figures_lead_to_lines_that_come_to_the_same(sold, signed_in):
    for person in (sold.ada, sold.ben):
        client = signed_in(person)
        tiles = links(client.get(f"/products/{sold.extra['lamp'].pk}/").content.decode())
        revenue, at = tiles["Revenue 2026"]
        assert f" · {revenue} · {tiles['Pieces 2026'][0]} pieces" in summed(client, at)
        buyers, at = tiles["Buyers, 12 months"]
        assert f"{buyers} buyer" in summed(client, at)


def test_what_an_account_bought_most_leads_to_its_lines(sold, signed_in):
    ada = signed_in(sold.ada)
    part = html.unescape(ada.get(f"/accounts/{sold.lindner.pk}/?part=products&group=sales").content.decode())
    address, figure = re.search(r'href="(/orders/lines/[^"]+)">([^<]+)</a>', part).groups()
    assert f" · {figure} · " in summed(ada, address)


def test_a_link_to_an_account_that_one_does_not_see_opens_nothing_and_names_nobody(sold, signed_in):
    page = signed_in(sold.cem).get(f"/orders/?f=of:is:{sold.lindner.pk}").content.decode()
    assert "is not a record that you see" in page
    assert "Lindner" not in page


def test_open_items_beyond_the_first_are_in_a_list_of_their_own(sold, signed_in):
    ada = signed_in(sold.ada)
    page = ada.get(f"/orders/open-items/?f=of:is:sales-{sold.lindner.pk}").content.decode()
    assert all(number in page for number in ("R1", "R2", "R3"))
    assert "€200.00" in page  # £160 at 0.8
    assert "£160.00" in page
    item = OpenItem.objects.get(number="R2")
    assert "1.25" in ada.get(f"/orders/open-items/{item.pk}/").content.decode()
    assert signed_in(sold.cem).get(f"/orders/open-items/{item.pk}/").status_code == 404


def test_open_items_stand_in_house_currency_with_the_documents_own_below(sold, signed_in):
    page = signed_in(sold.ada).get(f"/accounts/{sold.lindner.pk}/?tab=orders").content.decode()
    assert "€280.00" in page
    assert "of it in GBP" in page
    assert "£160.00" in page

"""Lists asked about other records: orders, purchases, open items, contacts, activities, accounts. On the screen, over the API, in a file."""

import csv
import datetime as dt
import io
import re
from contextlib import contextmanager
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.catalogue.models import Family, Product
from kundenkreis.core import clock
from kundenkreis.core.patience import TookTooLong
from kundenkreis.customers.models import Account, Contact, Position, Tag
from kundenkreis.orders.models import OpenItem, Order, OrderLine
from kundenkreis.staff.models import ApiToken


def ordered(account, days_ago, product, amount, *, number, kind="order", quantity=1):
    day = clock.today() - dt.timedelta(days=days_ago)
    order = Order.objects.create(
        number=number, account=account, ordered_on=day, total=amount, total_house=amount, kind=kind, line_count=1
    )
    OrderLine.objects.create(
        order=order,
        product=product,
        position=1,
        account=account,
        ordered_on=day,
        quantity=quantity,
        unit_price=amount,
        amount=amount,
        amount_house=amount,
    )
    return order


@pytest.fixture
def house(world):
    """Lindner buys lanterns (two orders within 90 days), Brauneis bought candles long ago; Neuhof has nothing at all."""
    lanterns, candles = (Family.add(by=None, code=code, name=code.title()) for code in ("lanterns", "candles"))
    lantern = Product.add(by=None, number="L1", name="Lantern", family=lanterns)
    candle = Product.add(by=None, number="C1", name="Candle", family=candles)
    ordered(world.lindner, 10, lantern, Decimal(300), number="A1")
    ordered(world.lindner, 80, lantern, Decimal(400), number="A2")
    ordered(world.brauneis, 200, candle, Decimal(900), number="B1")
    ordered(world.brauneis, 5, lantern, Decimal(-50), number="B2", kind="credit_note", quantity=-1)
    neuhof = Account.add(by=None, name="Neuhof", owner=world.cem)
    Activity.add(by=None, kind="call", subject="Hello", account=world.lindner, owner=world.ada, at=timezone.now())
    Activity.add(
        by=None,
        kind="task",
        subject="Offer",
        account=world.brauneis,
        owner=world.cem,
        is_open=True,
        due_on=clock.today() - dt.timedelta(days=3),
        at=timezone.now() - dt.timedelta(days=40),
    )
    OpenItem.add(
        by=None,
        account=world.brauneis,
        number="R1",
        booked_on=clock.today() - dt.timedelta(days=60),
        due_on=clock.today() - dt.timedelta(days=30),
        amount=900,
        open_amount=900,
    )
    fair = Tag.add(by=None, name="Fair")
    trade = Tag.add(by=None, name="Trade")
    world.lindner.tags.set([fair, trade])
    world.extra |= {
        "lanterns": lanterns.pk,
        "candles": candles.pk,
        "neuhof": neuhof,
        "fair": fair.pk,
        "trade": trade.pk,
    }
    return world


L, B, N = "Lindner & Söhne GmbH", "Brauneis Wohnkultur", "Neuhof"


def on_screen(client, where, *conditions):
    answer = client.get(f"{where}?{urlencode([('f', one) for one in conditions])}")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "shown without filters" not in text
    return {re.sub("&amp;", "&", n) for n in re.findall(r'class="row-link"[^>]*>([^<]+)<', text)}


QUESTIONS = [
    (("orders:with",), {L, B}),
    (("orders:without",), {N}),
    (("orders:with(day:last:90d)",), {L}),
    (("orders:without(day:last:90d)",), {B, N}),
    (("orders:with(day:last:90d;net:over:350)",), {L}),
    (("orders:with(day:last:90d;net:over:450)",), set()),
    (("orders:with(day:last:90d;sum:over:650)",), {L}),
    (("orders:with(day:last:90d;sum:over:700)",), set()),
    (("orders:with(count:from:2)",), {L}),
    (("bought:with(family:in:{lanterns})",), {L}),
    (("bought:without(family:in:{lanterns})",), {B, N}),
    (("bought:with(family:in:{candles};day:last:90d)",), set()),
    (("bought:with(family:in:{lanterns};day:last:90d;sum:from:700)",), {L}),
    (("bought:with(product:has:lantern)",), {L}),
    (("orders:with(lines:with(item:is:c1))",), {B}),
    (("contacts:with",), {L}),
    (("contacts:with(position:has:director)",), {L}),
    (("contacts:without",), {B, N}),
    (("activities:with(kind:in:task;open:is:yes;due:overdue)",), {B}),
    (("activities:without(at:last:30d)",), {B, N}),
    (("open_items:with(due:overdue;open:over:500)",), {B}),
    (("tag:in:{fair},{trade}",), {L}),
    (("tag:not:{fair}",), {B, N}),
    (("tag:empty",), {B, N}),
    (("any(orders:with(day:last:90d);none(orders:with))",), {L, N}),
    (("none(any(tag:in:{fair};activities:with(open:is:yes)))",), {N}),
    (("name:has:neuhof", "orders:without"), {N}),
    (("owner:is:my_team", "orders:with(day:last:90d)"), {L}),
    (("team:in:mine",), {L, B, N}),
]


@pytest.mark.parametrize(("conditions", "expected"), QUESTIONS)
def test_a_question_finds_the_same_accounts_on_the_screen_over_the_api_and_in_a_file(
    house, signed_in, conditions, expected
):
    asked = [one.format(**house.extra) for one in conditions]
    client = signed_in(house.ben)
    assert on_screen(client, "/accounts/", *asked) == expected
    written = urlencode([("f", one) for one in asked])
    _token, key = ApiToken.issue(user=house.ben, name="t", scopes=["read"], by=house.ben)
    answer = client.get(f"/api/v1/accounts?{written}", headers={"Authorization": f"Bearer {key}"})
    assert {row["name"] for row in answer.json()["items"]} == expected
    file = b"".join(client.get(f"/accounts/export/?format=csv&{written}").streaming_content).decode("utf-8-sig")
    assert {row[0] for row in list(csv.reader(io.StringIO(file)))[1:]} == expected


def test_a_relation_asks_only_what_the_person_sees(house, signed_in):
    # Cem's colleague of another team sees Brauneis on no list, and learns nothing about it by asking for contacts of its accounts.
    hidden = Contact.add(by=None, given_name="Eva", family_name="Verborgen", owner=house.ada)
    Position.add(by=None, contact=hidden, account=house.brauneis, job_title="Buyer")
    ada = signed_in(house.ada)
    assert on_screen(ada, "/contacts/") == {"Mag. Maria Lindner", "Eva Verborgen"}
    assert on_screen(ada, "/contacts/", "accounts:with(place:is:Salzburg)") == set()
    assert on_screen(ada, "/contacts/", "accounts:with(orders:with(day:last:90d))") == {"Mag. Maria Lindner"}
    assert on_screen(signed_in(house.ben), "/contacts/", "accounts:with(place:is:Salzburg)") == {"Eva Verborgen"}


def test_orders_are_asked_about_their_lines_and_their_account(house, signed_in):
    ben = signed_in(house.ben)
    assert on_screen(ben, "/orders/", "lines:with(item:is:L1)", "kind:in:order") == {"A1", "A2"}
    assert on_screen(ben, "/orders/", "accounts:with(place:is:Salzburg)") == {"B1", "B2"}


def test_an_order_in_the_bin_is_no_order(house, signed_in):
    Order.objects.get(number="A1").discard(by=house.ben)
    Order.objects.get(number="A2").discard(by=house.ben)
    ben = signed_in(house.ben)
    assert on_screen(ben, "/accounts/", "orders:with(day:last:90d)") == set()
    assert on_screen(ben, "/accounts/", f"bought:with(family:in:{house.extra['lanterns']})") == set()


def test_the_place_of_a_mistake_is_told_to_programs(house, client):
    _token, key = ApiToken.issue(user=house.ben, name="t", scopes=["read"], by=house.ben)
    written = urlencode([("f", "tier:in:A"), ("f", "any(place:is:Wels;orders:with(net:over:x))")])
    answer = client.get(f"/api/v1/accounts?{written}", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 422
    assert [(one["parameter"], one["at"]) for one in answer.json()["errors"]] == [("f", "1.1.0")]


def test_a_count_that_takes_too_long_is_not_shown_until_somebody_wants_it(house, signed_in, monkeypatch):
    ben = signed_in(house.ben)
    address = "/accounts/?" + urlencode({"f": "any(orders:with;orders:without)"})
    whole = ben.get(address + "&count=1").content.decode()
    assert whole.startswith("3 accounts")

    @contextmanager
    def hurried(milliseconds):
        if milliseconds < 30_000:
            raise TookTooLong
        yield

    monkeypatch.setattr("kundenkreis.web.lists.page.IMPATIENT", 100)
    monkeypatch.setattr("kundenkreis.web.lists.page.at_most", hurried)
    given_up = ben.get(address + "&count=1").content.decode()
    assert "Count rows" in given_up and "accounts ·" not in given_up
    asked = re.search(r'hx-get="([^"]+)"', given_up).group(1).replace("&amp;", "&")
    assert ben.get("/accounts/" + asked).content.decode() == whole
    assert ben.get("/accounts/?count=1").content.decode().startswith("3 accounts"), (
        "what the rows answer themselves is always counted"
    )

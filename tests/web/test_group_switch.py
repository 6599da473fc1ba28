"""Lists of one account's records show those of its group as well: the switch beside the chips, and who sees how much."""

from __future__ import annotations

import datetime as dt
import html
import re
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.catalogue.models import Product
from kundenkreis.core import clock
from kundenkreis.customers import hierarchy
from kundenkreis.customers.models import Account, AccountLink, Contact, Position
from kundenkreis.insights.models import Signal
from kundenkreis.orders import booking
from kundenkreis.orders.models import Delivery, OpenItem
from kundenkreis.staff.models import ApiToken
from kundenkreis.web.lists import REGISTRY, state

pytestmark = pytest.mark.django_db
get_resolver().url_patterns  # noqa: B018 the site map brings every list with it
LISTS = ("accounts", "touches", "contacts", "log", "signals", "orders", "lines", "open_items")


@pytest.fixture
def group(world):
    """Lindner with Lindner Linz, and with Brauneis, which Ada does not see, below it in sales; each with one record of every kind."""
    world.extra["linz"] = linz = Account.add(by=world.ada, name="Lindner Linz", owner=world.ada)
    other = world.extra["other"] = Account.add(by=world.ada, name="Seifert", owner=world.ada)
    for below in (linz, world.brauneis):
        hierarchy.place(below, world.lindner, "sales", by=world.ben)
    world.extra["lamp"] = lamp = Product.add(by=None, number="L1", name="Lamp")
    Position.objects.all().delete()
    for account in (world.lindner, linz, world.brauneis, other):
        records_of(account, lamp)
    return world


def records_of(account: Account, lamp: Product) -> None:
    name, today = account.name.replace(" ", "-"), clock.today()
    person = Contact.add(by=None, given_name="Eva", family_name=f"at {name}")
    Position.add(by=None, contact=person, account=account)
    Activity.add(by=None, kind="call", subject=f"call {name}", account=account, at=timezone.now())
    lines = [booking.Line(lamp, Decimal(1), Decimal(10))]
    order = booking.book(by=None, number=f"A-{name}", account=account, ordered_on=today, lines=lines)
    Delivery.add(by=None, number=f"D-{name}", order=order, account=account)
    item = {"booked_on": today, "due_on": today, "currency": "EUR", "amount": 8, "open_amount": 8}
    OpenItem.add(by=None, account=account, number=f"R-{name}", **item)
    first = {"first_on": "2026-02-20", "amount": "90.00"}
    Signal.objects.create(account=account, kind="first_order", value=1, raised_on=today, figures=first)
    Account.objects.filter(pk=account.pk).update(next_touch_on=today)


def matching(name: str, person, *conditions: str) -> set[str]:
    """The accounts whose records the list shows for these conditions, by name; each record of this house belongs to one."""
    page = REGISTRY[name]
    request = RequestFactory().get("/", {"f": conditions})
    request.user = person
    now = state.read(page, request)
    assert not now.problem, now.problem
    rows = page.matching(request, now)
    if name in ("accounts", "touches"):
        return set(rows.values_list("name", flat=True))
    return set(rows.values_list("positions__account__name" if name == "contacts" else "account__name", flat=True))


def asked(world, name: str, of: str) -> list[str]:
    conditions = [f"of:is:{of}"]
    return [f"product:is:{world.extra['lamp'].pk}", *conditions] if name == "lines" else conditions


@pytest.mark.parametrize("name", LISTS)
def test_every_list_of_an_account_s_records_shows_the_account_alone_or_its_group(group, name):
    lindner = group.lindner.pk
    assert matching(name, group.ada, *asked(group, name, str(lindner))) == {group.lindner.name}
    assert matching(name, group.ada, *asked(group, name, f"sales-{lindner}")) == {group.lindner.name, "Lindner Linz"}
    whole = {group.lindner.name, "Lindner Linz", group.brauneis.name}
    assert matching(name, group.ben, *asked(group, name, f"sales-{lindner}")) == whole


@pytest.mark.parametrize("name", LISTS)
def test_a_guessed_number_says_the_same_of_an_account_elsewhere_and_of_none(group, signed_in, name):
    cem, url = signed_in(group.cem), REGISTRY[name].url
    said = []
    for number in (group.lindner.pk, 999_999):
        page = cem.get(url, {"f": asked(group, name, f"sales-{number}")}).content.decode()
        said.append(re.search(r"[^>]*is not a record that you see[^<]*", page)[0].replace(str(number), "…"))
        assert "Lindner" not in page
        assert "Nothing here matches." in page and "data-row" not in page
        assert cem.get(url, {"f": asked(group, name, f"sales-{number}"), "count": 1}).content.startswith(b"0 ")
        assert 'aria-label="Whose rows"' not in page
    assert said[0] == said[1]


def test_the_group_is_that_of_today(group):
    today, lindner = clock.today(), group.lindner.pk
    link = AccountLink.objects.get(account=group.extra["linz"])
    link.change(by=None, ends_on=today)
    assert "Lindner Linz" in matching("orders", group.ada, f"of:is:sales-{lindner}")
    link.change(by=None, ends_on=today - dt.timedelta(days=1))
    assert matching("orders", group.ada, f"of:is:sales-{lindner}") == {group.lindner.name}
    later = {"starts_on": today + dt.timedelta(days=1)}
    hierarchy.place(group.extra["other"], group.lindner, "sales", by=None, **later)
    assert matching("orders", group.ada, f"of:is:sales-{lindner}") == {group.lindner.name}


def test_a_view_of_a_group_that_is_no_more_shows_the_account_alone(group, signed_in):
    AccountLink.objects.all().delete()
    page = signed_in(group.ada).get(f"/orders/?f=of:is:sales-{group.lindner.pk}").content.decode()
    assert "A-Lindner-&amp;-Söhne-GmbH" in page and "A-Seifert" not in page
    assert "(Sales)" not in page and "is not a record" not in page


def switch(page: str) -> dict[str, tuple[str, bool]]:
    """Text of each side of the switch → where it leads, and whether it is chosen."""
    nav = re.search(r'<nav class="switch" aria-label="Whose rows">(.*?)</nav>', page, re.S)
    found = re.findall(r'<a href="([^"]+)"( aria-current="true")?>([^<]+)</a>', nav[1] if nav else "")
    return {text: (html.unescape(href), bool(chosen)) for href, chosen, text in found}


def test_the_switch_swaps_the_account_and_keeps_the_rest_of_the_question(group, signed_in):
    ada, lindner = signed_in(group.ada), group.lindner.pk
    rest = {"sort": "number", "columns": "number,account,day", "q": ""}
    page = ada.get("/orders/", {"f": ["kind:in:order", f"of:is:{lindner}", "net:over:5"], **rest}).content.decode()
    assert switch(page)["This one"][1] and not switch(page)["Group"][1]
    at = switch(page)["Group"][0]
    given = parse_qs(urlsplit(at).query)
    assert given["f"] == ["kind:in:order", f"of:is:sales-{lindner}", "net:over:5"]
    assert (given["sort"], given["columns"]) == (["number"], ["number,account,day"])
    page = ada.get("/orders/" + at).content.decode()
    assert "A-Lindner-Linz" in page and "A-Brauneis" not in page
    assert "Rows of the group (Sales hierarchy), 2 accounts." in page
    assert "One further account is outside your reach and left out." in page
    back = parse_qs(urlsplit(switch(page)["This one"][0]).query)
    assert back["f"] == ["kind:in:order", f"of:is:{lindner}", "net:over:5"]


def test_each_hierarchy_has_its_side_of_the_switch(group, signed_in):
    hierarchy.place(group.extra["other"], group.lindner, "legal", by=None)
    page = signed_in(group.ada).get(f"/contacts/?f=of:is:legal-{group.lindner.pk}").content.decode()
    assert {text: chosen for text, (_at, chosen) in switch(page).items()} == {
        "This one": False,
        "Legal": True,
        "Sales": False,
    }
    assert "Rows of the group (Legal hierarchy), 2 accounts." in page and "outside your reach" not in page


def test_an_account_without_a_group_has_no_switch(group, signed_in):
    ada = signed_in(group.ada)
    assert switch(ada.get(f"/orders/?f=of:is:{group.extra['other'].pk}").content.decode()) == {}
    within = f"any(of:is:{group.lindner.pk};net:over:5)"
    assert switch(ada.get("/orders/", {"f": within}).content.decode()) == {}


def test_the_group_reaches_the_file_and_the_count(group, signed_in):
    ben, of = signed_in(group.ben), f"of:is:sales-{group.lindner.pk}"
    assert ben.get("/orders/", {"f": of, "count": 1}).content.decode() == "3 documents · €30"
    answer = ben.get("/contacts/export/", {"f": of, "format": "csv"})
    assert b"".join(answer.streaming_content).count(b"Eva at") == 3
    assert ben.get("/orders/export/", {"f": "of:is:999999", "format": "csv"}).status_code == 400


PATHS = {
    "accounts": "accounts",
    "contacts": "contacts",
    "activities": "log",
    "signals": "signals",
    "orders": "orders",
    "open-items": "open_items",
}


@pytest.mark.parametrize("path", [*PATHS, "deliveries", "positions"])
def test_the_api_means_the_same_group(group, client, path):
    for person in (group.ada, group.ben):
        _token, key = ApiToken.issue(user=person, name="Test", scopes=["read"], by=person)
        kept = {"HTTP_AUTHORIZATION": f"Bearer {key}"}
        of = f"of:is:sales-{group.lindner.pk}"
        got = client.get(f"/api/v1/{path}", {"f": of, "limit": 500}, **kept).json()["items"]
        if path in PATHS:
            request = RequestFactory().get("/", {"f": of})
            request.user = person
            page = REGISTRY[PATHS[path]]
            shown = page.matching(request, state.read(page, request)).values_list("pk", flat=True)
            assert {one["id"] for one in got} == set(shown)
        assert len(got) == (2 if person == group.ada else 3)
        refused = client.get(f"/api/v1/{path}", {"f": "of:is:999999"}, **kept)
        assert refused.status_code == 422


def test_a_group_costs_as_many_queries_whatever_its_size(group, signed_in):
    ben, of = signed_in(group.ben), f"of:is:sales-{group.lindner.pk}"
    ben.get("/orders/", {"f": of})
    with CaptureQueriesContext(connection) as few:
        ben.get("/orders/", {"f": of})
    for number in range(120):
        account = Account.add(by=None, name=f"Shop {number}", owner=group.ada)
        hierarchy.place(account, group.lindner, "sales", by=None)
    records_of(account, group.extra["lamp"])
    with CaptureQueriesContext(connection) as many:
        assert "A-Shop-119" in ben.get("/orders/", {"f": of}).content.decode()
    assert len(few) == len(many)


def test_an_account_s_page_leads_to_the_lists_of_its_people_and_activities(group, signed_in):
    ada, at = signed_in(group.ada), f"/accounts/{group.lindner.pk}/"
    of = f"f=of%3Ais%3Asales-{group.lindner.pk}"
    people = ada.get(f"{at}?tab=people&group=sales").content.decode()
    assert f'href="/contacts/?{of}"' in people and f'href="/accounts/?{of}"' in people
    assert f'href="/activities/all/?{of}"' in ada.get(f"{at}timeline/?group=sales").content.decode()

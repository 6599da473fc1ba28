"""Every key that the list of keys names, pressed on lists of different makes."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.urls import get_resolver

from kundenkreis.catalogue.models import Product
from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.insights.models import Signal
from kundenkreis.orders.models import OpenItem
from kundenkreis.quality import importing
from kundenkreis.rates.models import ExchangeRate
from kundenkreis.web import opening
from kundenkreis.web.lists import REGISTRY
from tests.browser.settling import settled
from tests.furnished import furnish

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

get_resolver().url_patterns  # noqa: B018 the site map brings the lists with it
LISTS = ("contacts", "lines", "open_items", "products", "signals", "touches")
# Where `e` leads, behind the row's own address; what stands here in no list is told so, because nobody changes it by hand.
CHANGED = {"accounts", "contacts", "log", "opportunities", "orders", "products", "rates", "target_accounts", "touches",
           "needs", "needs_talks", "wishes"}  # fmt: skip
AT = "[...document.querySelectorAll('#main [data-row]')].indexOf(document.activeElement.closest('[data-row]'))"
TOLD = "document.getElementById('toasts').textContent.trim() !== ''"


def two_of_each(world):
    """Rows enough on each list to walk from one to the next and back."""
    made = furnish(world)
    other = made["others"][0]
    today = clock.today()
    Product.add(by=world.admin, number="X2", name="Lantern", family=made["family"])
    ExchangeRate.add(by=world.admin, currency="CHF", on=today, rate=Decimal("0.95"), source="bank")
    OpenItem.add(by=None, account=other, number="R-2", booked_on=today, due_on=today, amount=1, open_amount=1)
    figures = {"first_on": today.isoformat(), "amount": "10.00"}
    Signal.objects.create(account=other, kind="first_order", value=10, figures=figures, raised_on=today)
    long_ago = today - dt.timedelta(days=400)
    Account.objects.filter(pk__in=[world.lindner.pk, other.pk]).update(tier="A", next_touch_on=long_ago, touch_days=30)
    importing.start_pasted("Number\tName\nK1\tx\n", world.admin, target="accounts")
    return made


def pressed(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def walk(page):
    """j, k: down, down, up; never past an end."""
    pressed(page, "j")
    assert page.evaluate(AT) == 0
    pressed(page, "j")
    assert page.evaluate(AT) == 1
    pressed(page, "k", "k", "k")
    assert page.evaluate(AT) == 0


def select(page, listed):
    """x, Shift+x and Escape, where something can be done with several rows; elsewhere the list of keys does not promise it."""
    pressed(page, "?")
    shown = page.locator("#keys-dialog [data-needs='#main .row-check']").first
    assert shown.is_visible() == bool(listed.bulk_url)
    assert page.locator("#keys-dialog [data-needs='#main [data-peek]']").is_visible() == listed.peek
    pressed(page, "Escape")
    if not listed.bulk_url:
        return
    pressed(page, "x")
    assert page.locator(".row-check:checked").count() == 1
    pressed(page, "j", "j", "Shift+X")
    assert page.locator(".row-check:checked").count() == min(3, page.locator("tbody .row-check").count())
    pressed(page, "Escape")
    assert page.locator(".row-check:checked").count() == 0
    pressed(page, "k", "k")


def opened(page, address):
    """The page behind the row is there; a line opens its order, and a draft of an import its next step."""
    page.wait_for_url(lambda url: url != address)
    page.wait_for_selector("h1")


def look_beside(page, listed, address):
    """Space, and Escape back; without a page beside the list, Space opens the record."""
    pressed(page, " ")
    if not listed.peek:
        opened(page, address)
        page.go_back()
        page.wait_for_selector("[data-row]")
        return
    settled(page, "document.getElementById('peek').childElementCount > 0")
    pressed(page, "Escape")
    assert page.evaluate("document.getElementById('peek').childElementCount") == 0
    assert page.evaluate(AT) == 0  # the focus is where it was


@pytest.fixture
def home(live_server):
    return live_server.url


def test_every_key_does_on_a_list_what_the_list_of_keys_says(world, look, home):
    made = two_of_each(world)
    page = look(world.admin, "/")
    for name in LISTS:
        listed = REGISTRY[name]
        # Lines stand behind the figures of a product, and nowhere else.
        address = home + (opening.lines_of(made["product"].pk) if name == "lines" else listed.url)
        page.goto(address)
        assert page.locator("#main [data-row]").count() >= 2, name
        walk(page)
        select(page, listed)
        look_beside(page, listed, address)
        # e changes the row, or says why not.
        page.goto(address)
        row = page.locator("#main [data-row]").first.get_attribute("data-href")
        pressed(page, "j", "e")
        if name in CHANGED:
            page.wait_for_url(f"{home}{row}edit/")
        elif name == "lines":  # a line is shown on its order, which can be changed
            page.wait_for_url(re.compile(r"/orders/\d+/edit/$"))
        if name in {*CHANGED, "lines"}:
            page.go_back()
            page.wait_for_selector("[data-row]")
        else:
            settled(page, TOLD)
            assert page.url == address, name
        # Enter opens it.
        page.goto(address)
        pressed(page, "j", "Enter")
        opened(page, address)
        # The keys of everywhere.
        page.goto(address)
        for keys in (("/",), ("Control+k",)):
            pressed(page, *keys)
            assert page.evaluate("document.getElementById('palette').open"), (name, keys)
            pressed(page, "Escape")
            assert not page.evaluate("document.getElementById('palette').open"), (name, keys)
        # The browser takes the focus out of what is hidden with its next frame; until then a letter is typed there.
        settled(page, "!document.activeElement.closest('#palette')")
        pressed(page, "c")
        settled(page, "document.getElementById('create-menu').matches(':popover-open')")
        pressed(page, "Escape")
        with page.expect_navigation(url=f"{home}/contacts/"):  # it may be the page that is shown
            pressed(page, "g", "c")
    assert page.said == []


def test_e_on_a_row_that_somebody_may_only_read_says_so_and_changes_nothing(world, look, home):
    page = look(world.rita, "/accounts/")
    pressed(page, "j", "e")
    settled(page, TOLD)
    assert page.url == f"{home}/accounts/"
    assert page.said == []


def test_no_key_of_a_list_acts_while_somebody_types(world, look):
    page = look(world.ada, "/accounts/")
    page.focus("#list-search")
    page.keyboard.type("jxec ?")
    assert page.input_value("#list-search") == "jxec ?"
    assert page.evaluate("document.querySelectorAll('dialog[open], [popover]:popover-open, .is-current').length") == 0

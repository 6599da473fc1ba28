"""The product without a mouse, and on a phone."""

import pytest

from kundenkreis.customers.models import Account
from tests.browser.settling import settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_rows_are_walked_and_selected_and_a_letter_leads_on(world, look):
    for name in ("Anker", "Birke", "Clemens"):
        Account.add(by=world.ada, name=name, owner=world.ada)
    page = look(world.ada, "/accounts/")
    for key in ("j", "x", "j", "j", "k", "x"):
        page.keyboard.press(key)
    settled(page, "document.querySelector('kk-bulk [data-count]')?.textContent === '2 selected'")
    assert page.evaluate("document.activeElement.closest('[data-row]').textContent.includes('Birke')")
    page.keyboard.press("Escape")
    assert page.is_hidden("kk-bulk")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Birke')")
    page.keyboard.press("e")
    settled(page, "Boolean(document.activeElement.closest('form')) || location.pathname.endsWith('/edit/')")
    page.keyboard.press("Escape")
    page.goto(page.url.split("/accounts/")[0] + "/contacts/")
    for key in ("g", "a"):
        page.keyboard.press(key)
    page.wait_for_selector("h1:has-text('Accounts')")
    for key in ("c", "c"):
        page.keyboard.press(key)
    page.wait_for_selector("[name=family_name]")
    assert page.said == []


def test_the_palette_finds_an_account_and_opens_it(world, look):
    page = look(world.ada, "/products/")
    page.keyboard.press("Control+k")
    page.keyboard.type("lindn")
    settled(page, "document.querySelector('#palette [aria-selected=true]')?.textContent.includes('Lindner')")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Lindner')")


def test_the_list_of_keys_is_shown_and_put_away(world, look, violations):
    page = look(world.ada, "/accounts/")
    page.keyboard.press("?")
    assert page.evaluate("document.getElementById('keys-dialog').open")
    assert "Accounts" in page.inner_text("#keys-dialog")
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert not page.evaluate("document.getElementById('keys-dialog').open")


def test_on_a_phone_the_places_are_at_the_thumb(world, look):
    page = look(world.ada, "/accounts/", width=390)
    bar = page.locator(".bottombar")
    assert bar.is_visible()
    assert min(box["height"] for box in (a.bounding_box() for a in bar.locator("a, button").all()) if box) >= 44
    bar.get_by_role("link", name="Contacts").click()
    page.wait_for_selector("h1:has-text('Contacts')")

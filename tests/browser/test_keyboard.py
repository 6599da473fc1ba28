"""The product without a mouse, and on a phone."""

import re

import pytest

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Account
from tests.browser.conftest import ROOT
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


def test_the_palette_acts_on_the_record_and_on_the_selection_with_their_keys(world, look, violations):
    Activity.add(by=world.ada, kind="note", subject="Jahresgespräch", body="Kühlgeräte", account=world.lindner)
    page = look(world.ada, f"/accounts/{world.lindner.pk}/")
    page.keyboard.press("Control+k")
    settled(page, "document.querySelector('#palette-results')?.textContent.includes('On this page')")
    assert violations(page) == []
    page.keyboard.type("kuehlger")
    settled(page, "document.querySelector('#palette-results mark')?.textContent === 'Kühlgeräte'")
    page.fill(".palette-input", "change")
    settled(page, "document.querySelector('#palette [aria-selected=true]')?.textContent.includes('Change all fields')")
    assert page.inner_text("#palette [aria-selected=true] kbd").lower() == "e"
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit/")
    page.go_back()
    page.keyboard.press("Control+k")
    page.keyboard.type("visit")
    settled(page, "document.querySelector('#palette [aria-selected=true]')?.textContent.includes('Visit')")
    page.keyboard.press("Enter")
    settled(page, "document.activeElement.matches('.composer-text')")
    assert page.is_checked("kk-composer [value=visit]")
    page.goto(page.url.split("/accounts/")[0] + "/accounts/")
    for key in ("j", "x", "Control+k"):
        page.keyboard.press(key)
    settled(page, "document.querySelector('#palette-results')?.textContent.includes('1 selected')")
    settled(page, "document.querySelector('#palette-results')?.textContent.includes('Opened last')")
    assert page.said == []


def test_every_key_that_does_something_stands_in_the_list_of_keys(world, look):
    source = (ROOT / "frontend" / "elements" / "keyboard.js").read_text()
    table = source.partition("const KEYS = {")[2].partition("\n};")[0]
    keys = {key.strip('"') for key in re.findall(r"^  (\"[^\"]+\"|\w+):", table, re.MULTILINE)}
    page = look(world.ada, "/accounts/")
    page.keyboard.press("?")
    shown = {text.strip() for text in page.locator("#keys-dialog kbd").all_inner_texts()}
    assert keys == {"/", "?", "g", "c", "e", "j", "k", "x", "X", " ", "Enter"}
    named = {" ": "Space", "X": "Shift"}
    assert {named.get(key, key) for key in keys} <= shown
    places = page.evaluate("JSON.parse(document.getElementById('shell-data').textContent)")
    assert {one["key"] for one in [*places["places"], *places["create"]]} <= shown


def test_on_a_phone_the_palette_fills_the_screen_and_its_lines_are_large_enough(world, look):
    page = look(world.ada, "/accounts/", width=390)
    page.click(".bottombar [data-palette='']")
    page.fill(".palette-input", "lind")
    settled(page, "document.querySelector('#palette-results')?.textContent.includes('Lindner')")
    boxes = [box for item in page.locator("#palette-results .palette-item").all() if (box := item.bounding_box())]
    assert min(box["height"] for box in boxes) >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_c_presses_the_page_s_own_button_where_the_menu_has_no_such_thing(world, look):
    page = look(world.admin, "/house/fields/")
    page.keyboard.press("c")
    page.wait_for_url("**/house/fields/new/**")
    page.goto(page.url.split("/house/")[0] + "/accounts/")
    page.keyboard.press("c")
    settled(page, "Boolean(document.querySelector('#create-menu:popover-open'))")
    assert page.said == []

"""What somebody evil types stays text in a real browser, too where scripts put it on the page; and her addresses lead nowhere."""

import pytest

from kundenkreis.customers.models import Account
from tests.browser.settling import settled
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EVIL = "Evil <img src=x onerror=document.title='gone'>"
TRIED = "document.querySelector('img[onerror], script:not([src]):not([type])') !== null || document.title === 'gone'"


def test_markup_in_a_name_stays_text_in_palette_peek_conflict_and_toast(world, look):
    evil = Account.add(by=world.ada, name=EVIL, owner=world.ada)
    page = look(world.ada, "/accounts/")
    page.keyboard.press("Control+k")
    page.keyboard.type("evil")
    settled(page, "document.querySelector('#palette [aria-selected=true]')?.textContent.includes('<img')")
    assert not page.evaluate(TRIED)
    page.keyboard.press("Escape")
    settled(page, "!document.querySelector('#palette').open && document.activeElement === document.body")
    page.keyboard.press("j")
    page.keyboard.press(" ")
    page.wait_for_selector("#peek .peek-body")
    assert not page.evaluate(TRIED)
    page.goto(page.url.split("/accounts/")[0] + f"/accounts/{evil.pk}/?tab=details")
    page.click("#field-name .inline-value")
    settled(page, "document.activeElement.matches('#field-name input')")
    Account.objects.get(pk=evil.pk).change(by=world.ben, name=EVIL + "2")
    page.keyboard.type(EVIL + "3")
    page.keyboard.press("Enter")
    page.wait_for_selector(".conflict")
    assert "<img src=x" in page.inner_text(".conflict")
    assert not page.evaluate(TRIED)
    page.goto(page.url.split("?")[0])
    page.click("button[popovertarget=account-menu]")
    page.get_by_role("menuitem", name="Move to the bin").click()
    page.wait_for_selector("#toasts kk-toast")
    assert not page.evaluate(TRIED)
    assert not [text for text in page.said if "409" not in text]


def test_a_website_that_is_a_script_is_refused_beside_its_field(world, look):
    page = look(world.ada, f"/accounts/{world.lindner.pk}/?tab=details")
    page.click("#field-website .inline-value")
    settled(page, "document.activeElement.matches('#field-website input')")
    page.keyboard.type("javascript:alert(1)")
    page.keyboard.press("Enter")
    page.wait_for_selector("#field-website .field-error")
    assert Account.objects.get(pk=world.lindner.pk).website == ""


def test_signing_in_leads_to_no_other_house_and_makes_a_new_session(world, look, live_server):
    page = look(None, "/signin/login/?next=https://evil.example/")
    page.context.add_cookies([{"name": "kundenkreis_session", "value": "a" * 32, "url": live_server.url}])
    page.fill("[name=login]", "ada@example.test")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("#tasks")
    assert page.url.startswith(live_server.url)
    assert "a" * 32 not in {cookie["value"] for cookie in page.context.cookies()}

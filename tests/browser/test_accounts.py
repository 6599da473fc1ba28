"""An account in a real browser: changed in its place, by two people, and taken back."""

import pytest

from kundenkreis.customers.models import Account
from tests.browser.settling import settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WEBSITE = "#field-website"


@pytest.fixture
def details(world, look):
    world.lindner.change(by=world.ada, website="https://lindner.test")
    return look(world.ada, f"/accounts/{world.lindner.pk}/?tab=details")


def opened(page, value=f"{WEBSITE} .inline-value"):
    page.click(value)
    settled(page, f"document.activeElement.matches('{WEBSITE} input')")


def website(world):
    return Account.objects.get(pk=world.lindner.pk).website


def test_escape_restores_enter_saves_and_the_toast_takes_it_back(world, details):
    page = details
    opened(page)
    page.keyboard.type("https://mistake.test")
    page.keyboard.press("Escape")
    assert "lindner.test" in page.inner_text(WEBSITE)
    assert website(world) == "https://lindner.test"
    opened(page)
    page.keyboard.type("https://new.test")
    page.keyboard.press("Enter")
    settled(page, f"document.querySelector('{WEBSITE} .inline-text')?.textContent.includes('new.test')")
    assert website(world) == "https://new.test"
    page.click("#toasts kk-toast:has-text('Undo') button:has-text('Undo')")
    page.wait_for_load_state()
    settled(page, f"document.querySelector('{WEBSITE} .inline-text')?.textContent.includes('lindner.test')")
    assert website(world) == "https://lindner.test"
    assert page.said == []


def test_two_people_editing_one_field_choose_and_nothing_is_lost(world, details, violations):
    page = details
    opened(page)
    Account.objects.get(pk=world.lindner.pk).change(by=world.ben, website="https://ben.test")
    page.keyboard.type("https://ada.test")
    page.keyboard.press("Enter")
    page.wait_for_selector(".conflict")
    said = page.inner_text(".conflict")
    for words in ("Ben Kern", "https://ada.test", "https://ben.test", "Nothing was overwritten"):
        assert words in said
    assert violations(page) == []
    assert website(world) == "https://ben.test"
    page.click(".conflict button[type=submit]")
    page.wait_for_load_state()
    settled(page, "!document.querySelector('.conflict')")
    assert website(world) == "https://ada.test"


NOTE = ".timeline-item:has-text('Wants the spring catalogue')"


def note(page):
    page.fill(".composer-text", "Wants the spring catalogue")
    page.keyboard.press("Control+Enter")


def test_a_note_written_before_the_timeline_has_arrived_stays_in_it(world, look):
    page = look(world.ada, "/accounts/")
    held = []
    page.route("**/timeline/**", lambda route: held.append(route))
    page.goto(page.url.replace("/accounts/", f"/accounts/{world.lindner.pk}/"))
    settled(page, "!!document.querySelector('#stream .skeleton')")
    note(page)
    page.wait_for_timeout(500)
    assert len(held) == 1
    held[0].continue_()
    page.unroute("**/timeline/**")
    page.wait_for_selector(NOTE)
    page.wait_for_selector(".stream-kinds")
    assert page.locator(NOTE).count() == 1
    assert page.said == []


def test_a_note_is_written_and_the_account_goes_to_the_bin_and_back(world, look):
    page = look(world.ada, f"/accounts/{world.lindner.pk}/")
    note(page)
    page.wait_for_selector(NOTE)
    page.click("button[popovertarget=account-menu]")
    page.get_by_role("menuitem", name="Move to the bin").click()
    page.wait_for_selector("#toasts kk-toast:has-text('Undo')")
    assert Account.objects.get(pk=world.lindner.pk).deleted_at is not None
    page.click("#toasts kk-toast button:has-text('Undo')")
    page.wait_for_load_state()
    settled(page, "document.body.innerText.includes('Lindner')")
    assert Account.objects.get(pk=world.lindner.pk).deleted_at is None

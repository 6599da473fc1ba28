"""The back button and what is fetched ahead, in a Chromium that keeps pages as it does for people.

Playwright switches that off (`--disable-back-forward-cache`), so the same is asked of both: of a page kept whole, and of its copy on disk.
"""

import pytest

from kundenkreis.customers.models import Account
from tests.browser.conftest import Launched
from tests.browser.settling import settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WHOLE = "--disable-back-forward-cache"


@pytest.fixture(scope="module", params=["kept whole", "kept on disk"])
def launched(request, playwright):
    """Takes the place of the session's browser for `look`."""
    one = Launched(playwright, ignore_default_args=[WHOLE] if request.param == "kept whole" else None)
    yield one
    one.close()


def back(page):
    """As the button does it; Playwright's own waits for a load that a kept page does not have."""
    page.evaluate("history.back()")
    page.wait_for_timeout(400)


def go(page, address):
    """Follow an address as a link does."""
    page.evaluate(f"location.assign({address!r})")
    settled(page, f"location.pathname + location.search === {address!r} && document.readyState === 'complete'")


def reads(page, words):
    settled(page, f"!document.documentElement.hidden && document.body.innerText.includes({words!r})")


def test_without_a_change_a_page_that_was_kept_whole_comes_back_as_it_was(world, look, launched):
    page = look(world.ada, "/accounts/")
    # The first visit brings the service worker; when it takes over, Chromium lets go of every page that it has kept.
    settled(page, "navigator.serviceWorker.controller?.state === 'activated'")
    page.evaluate("window.mark = 'the same'")
    go(page, f"/accounts/{world.lindner.pk}/")
    back(page)
    reads(page, "Lindner")
    assert page.evaluate("window.mark === 'the same'") == bool(launched.switches["ignore_default_args"])


def test_after_signing_out_the_back_button_shows_nothing_of_the_house(world, look):
    page = look(world.ada, "/accounts/")
    go(page, f"/accounts/{world.lindner.pk}/")
    page.click(".rail-me")
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_selector("[name=login]")
    seen = []
    for _step in range(2):
        back(page)
        page.wait_for_selector("[name=login]")
        seen.append(page.inner_text("body"))
    assert not any("Lindner" in words for words in seen)


def test_after_an_inline_edit_going_back_shows_the_new_name(world, look):
    page = look(world.ada, "/accounts/")
    reads(page, "Lindner")
    go(page, f"/accounts/{world.lindner.pk}/?tab=details")
    page.click("#field-name .inline-value")
    settled(page, "document.activeElement.matches('#field-name input')")
    page.keyboard.type("Renamed & Sons")
    page.keyboard.press("Enter")
    settled(page, "document.querySelector('#field-name .inline-text')?.textContent.includes('Renamed')")
    assert Account.objects.get(pk=world.lindner.pk).name == "Renamed & Sons"
    back(page)
    reads(page, "Renamed & Sons")
    page.evaluate("history.forward()")
    reads(page, "Renamed & Sons")


def test_a_page_that_was_fetched_ahead_before_the_change_is_asked_for_again(world, look):
    page = look(world.ada, "/accounts/")
    link = page.locator(f"a[href^='/accounts/{world.lindner.pk}/']").first
    link.hover()
    page.wait_for_timeout(1000)
    world.lindner.refresh_from_db()
    world.lindner.change(by=world.ada, name="Renamed & Sons")
    # The change comes from another tab of the same browser.
    other = page.context.new_page()
    other.goto(page.url)
    other.evaluate(
        "fetch('/patterns/inline/', {method: 'POST', headers: {'X-CSRFToken':"
        " document.getElementById('csrf').content.querySelector('input').value}})"
    )
    other.wait_for_timeout(500)
    other.close()
    link.click()
    settled(page, f"location.pathname === '/accounts/{world.lindner.pk}/'")
    reads(page, "Renamed & Sons")

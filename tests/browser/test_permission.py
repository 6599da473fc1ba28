"""Permission to contact in a real browser: the table's answers open by keyboard and on a phone, and nothing hinders who cannot see it."""

import os

import pytest

from kundenkreis.customers import barring
from kundenkreis.customers.models import Consent
from tests.activities.consenting import consent, exception
from tests.browser.settling import settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def maria(world):
    world.maria.change(by=world.ada, phone="+43 7242 123456", mobile="+43 664 1234567")
    consent(world.maria, "advertising", "phone")
    exception(world.maria)
    consent(world.maria, "survey", "email", "pending")
    consent(world.maria, "events", "email").withdraw(by=world.ada)
    barring.suppress_address("phone", "0664 9999999", by=world.ada, reason="other")
    return world.maria


def shoot(page, name):
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("width", [1440, 390])
def test_an_answer_opens_by_the_keyboard_and_has_no_faults(world, maria, look, violations, width):
    page = look(world.ada, f"/contacts/{maria.pk}/", width=width)
    shoot(page, f"contact-{width}")
    assert violations(page) == []
    page.focus("#permission a[aria-label^='Newsletter, E-mail']")
    page.keyboard.press("Enter")
    settled(page, "document.querySelector('dialog[open]')?.textContent.includes('All four conditions')")
    shoot(page, f"why-{width}")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_withdrawal_is_one_press_and_the_toast_takes_it_back(world, maria, look):
    page = look(world.ada, f"/contacts/{maria.pk}/")
    page.click(f"form[action$='/consents/{Consent.objects.get(state='given').pk}/withdraw/'] button")
    settled(page, "document.querySelector('#toasts')?.textContent.includes('Withdrawn')")
    page.click("#toasts kk-toast:has-text('Undo') button:has-text('Undo')")
    settled(page, "document.querySelector('#permission') !== null")
    assert Consent.objects.filter(state="given", purpose="advertising").exists()


@pytest.mark.parametrize("path", ["/house/permission/", "/house/wordings/", "/contacts/new/"])
def test_the_house_s_pages_have_no_faults(world, maria, look, violations, path):
    page = look(world.admin, path)
    shoot(page, path.strip("/").replace("/", "-"))
    assert violations(page) == []

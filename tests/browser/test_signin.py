"""Signing in and out in a real browser."""

import pytest

from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_one_signs_in_with_a_wrong_password_never_then_with_the_right_one_and_out_again(world, look, live_server):
    page = look(None, "/accounts/?sort=-name")
    page.fill("[name=login]", "ada@example.test")
    page.fill("[name=password]", "guessed")
    page.press("[name=password]", "Enter")
    page.wait_for_selector(".notice-bad, [role=alert]")
    assert page.input_value("[name=login]") == "ada@example.test"
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("[data-row]")
    assert page.url == f"{live_server.url}/accounts/?sort=-name"
    page.goto(f"{live_server.url}/accounts/{world.lindner.pk}/")
    page.click(".rail-me")
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_selector("[name=login]")
    page.go_back()
    assert "Lindner" not in page.inner_text("body"), "the back button shows nothing of the house after signing out"


def test_the_language_is_chosen_before_signing_in(world, look):
    page = look(None, "/signin/login/")
    page.get_by_role("button", name="Deutsch").click()
    page.wait_for_selector("html[lang=de]")
    assert page.said == []

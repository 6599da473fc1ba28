"""The board of opportunities in the browser: carried, asked in a dialogue, and readable for everybody."""

from __future__ import annotations

import pytest

from kundenkreis.pipeline.models import Opportunity, OpportunityContact
from kundenkreis.web.lists import boards
from tests.browser.settling import settled
from tests.browser.test_lists import until
from tests.pipeline.cards import card, pipeline, stages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def stage_of(one: Opportunity) -> str:
    return Opportunity.objects.get(pk=one.pk).stage.name_en


def test_a_card_is_carried_by_keyboard_and_asked_for_what_is_missing(world, look):
    one = card(world, name="Hall in Wels", value=0)
    OpportunityContact.add(by=world.ada, opportunity=one, contact=world.maria, role="user")
    page = look(world.ada, f"/opportunities/?layout=board-p{pipeline().pk}")
    page.focus(".card:has-text('Hall') .row-link")
    for key in ("Space", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    until(lambda: stage_of(one) == "Needs analysis")
    second = f'[data-lane="{stages()[1].pk}"]'
    page.wait_for_selector(f"{second} .card:has-text('Hall')")
    page.drag_and_drop(".card:has-text('Hall')", f'[data-lane="{stages()[2].pk}"] [data-cards]')
    page.wait_for_selector("#shared-dialog[open] [name=value]")
    assert page.locator(f"{second} .card:has-text('Hall')").count() == 1  # it waits where it was
    page.fill("#shared-dialog [name=value]", "12000")
    page.fill("#shared-dialog [name=expected_close_on]", "2099-01-31")
    page.click("#shared-dialog .dialog-foot button[type=submit]")
    until(lambda: stage_of(one) == "Offer")
    page.wait_for_selector(f'[data-lane="{stages()[2].pk}"] .card:has-text("Hall")')
    assert "layout=board" in page.url


@pytest.mark.parametrize("width", [1440, 390])
def test_board_and_page_are_accessible(world, look, violations, width):
    one = card(world, name="Hall in Wels")
    for address in (f"/opportunities/?layout=board-p{pipeline().pk}", f"/opportunities/{one.pk}/", "/pipelines/"):
        page = look(world.ben, address, width=width)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.said == []


def test_further_cards_come_when_one_scrolls_and_can_be_moved(world, look, monkeypatch):
    monkeypatch.setattr(boards, "AT_ONCE", 15)
    monkeypatch.setattr(boards, "MOST", 20)
    for number in range(32):
        card(world, name=f"Hall {number:02}", value=number)
    page = look(world.ada, f"/opportunities/?layout=board-p{pipeline().pk}&sort=value")
    first, second = (f'[data-lane="{one.pk}"]' for one in stages()[:2])
    settled(page, f"document.querySelector('{first} [data-count]').textContent === '32'")  # the sums come afterwards
    for _ in range(3):
        page.locator(f"{first} .card").last.scroll_into_view_if_needed()
        page.wait_for_timeout(300)
    settled(page, f"document.querySelectorAll('{first} .card').length === 32")
    page.drag_and_drop(f"{first} .card:has-text('Hall 31')", f"{second} [data-cards]")
    until(lambda: stage_of(Opportunity.objects.get(name="Hall 31")) == "Needs analysis")
    settled(page, f"document.querySelector('{first} [data-count]').textContent === '31'")
    assert page.said == []

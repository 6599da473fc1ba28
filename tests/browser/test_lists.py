"""Lists in a real browser: carry cards, make a column wider. Views and bulk edits are in `test_journeys`."""

import re
import time

import pytest

from kundenkreis.customers.models import Account

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def lane_of(page, name):
    return page.evaluate(
        "name => [...document.querySelectorAll('.card')].find(c => c.textContent.includes(name)).closest('[data-lane]').dataset.lane",
        name,
    )


def until(check):
    for _ in range(100):
        if check():
            return
        time.sleep(0.1)
    assert check()


def test_a_card_is_carried_by_keyboard_and_dragged_by_pointer(world, look):
    page = look(world.ben, "/accounts/?layout=board-tier")
    page.focus(".card:has-text('Lindner') .row-link")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    assert lane_of(page, "Lindner") == ""
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    until(lambda: Account.objects.get(pk=world.lindner.pk).tier == "C")
    assert lane_of(page, "Lindner") == "C"
    page.drag_and_drop(".card:has-text('Brauneis')", '[data-lane="A"] [data-cards]')
    until(lambda: Account.objects.get(pk=world.brauneis.pk).tier == "A")
    page.click("#toasts kk-toast:has-text('Brauneis') button:has-text('Undo')")
    until(lambda: Account.objects.get(pk=world.brauneis.pk).tier == "")


def test_a_column_is_made_wider_by_keyboard_and_its_width_stays(world, look):
    page = look(world.ben, "/accounts/")
    page.focus('[data-grip="place"]')
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"columns=.*place%3A\d+"))
    assert page.locator("col[width]").count() == 1
    page.reload()
    assert page.locator("col[width]").count() == 1


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/?layout=board-tier",
        "/activities/all/?layout=board-due",
        "/activities/all/?layout=month",
        "/accounts/?build=1&f=any(tier:in:A;orders:with(net:over:5))",
    ],
)
@pytest.mark.parametrize("width", [1440, 390])
def test_builder_board_and_calendar_are_accessible(world, look, violations, path, width):
    page = look(world.ben, path, width=width)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.said == []

"""Lists in a real browser: carry cards, make a column wider. Views and bulk edits are in `test_journeys`."""

import re
import time

import pytest

from kundenkreis.customers import hierarchy
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


def test_an_account_is_chosen_by_typing_and_switched_to_its_group(world, look):
    hierarchy.place(world.brauneis, world.lindner, "sales", by=world.ben)
    page = look(world.ben, "/contacts/?sort=-name")
    page.click("button:has-text('Filter')")
    page.click("a.menu-item:has-text('Account or group')")
    page.fill("#shared-dialog [role=combobox]", "lind")
    page.wait_for_selector("#shared-dialog [role=option]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#shared-dialog select[name='c.0.group']")
    page.click("#shared-dialog .dialog-foot button[value=show]")
    page.wait_for_url(re.compile(rf"sort=-name.*f=of%3Ais%3A{world.lindner.pk}$"))
    page.click("nav.switch a:has-text('Group')")
    page.wait_for_url(re.compile(rf"sort=-name.*f=of%3Ais%3Asales-{world.lindner.pk}$"))
    assert page.locator("nav.switch [aria-current]").inner_text() == "Group"
    page.get_by_text("Rows of the group (Sales hierarchy), 2 accounts.").wait_for()
    assert page.said == []


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/?layout=board-tier",
        "/activities/all/?layout=board-due",
        "/activities/all/?layout=month",
        "/accounts/?build=1&f=any(tier:in:A;orders:with(net:over:5))",
        "/orders/?build=1&f=of:is:sales-{lindner}",
        "/orders/?f=of:is:sales-{lindner}",
    ],
)
@pytest.mark.parametrize("width", [1440, 390])
def test_builder_board_and_calendar_are_accessible(world, look, violations, path, width):
    hierarchy.place(world.brauneis, world.lindner, "sales", by=world.ben)
    page = look(world.ben, path.format(lindner=world.lindner.pk), width=width)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.said == []

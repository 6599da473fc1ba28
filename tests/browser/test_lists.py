"""Lists in a real browser: build and save a view, change a thousand accounts and take it back, carry cards, make a column wider."""

import re
import time

import pytest

from kundenkreis.customers.models import Account
from kundenkreis.lists.models import SavedView
from tests.browser.settling import settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def many(world, count, **values):
    rows = [
        Account(
            number=f"X-{i:05}", name=f"Firma {i:05}", key=f"firma {i:05}", owner=world.ada, team=world.north, **values
        )
        for i in range(count)
    ]
    Account.objects.bulk_create(rows, batch_size=500)


def pick(page, place, name):
    """Choose a field in the builder and wait until its comparison stands there."""
    page.select_option(f'select[name="{place}.name"]', name)
    page.wait_for_selector(f'select[name="{place}.op"], select[name="{place}.joined"]')


def press(page, place, verb):
    page.click(f'.builder button[value="{verb}:{place}"]')


def test_a_view_with_four_conditions_is_built_counted_and_saved(world, look):
    many(world, 3, country="AT", tier="A")
    page = look(world.ben, "/accounts/")
    page.click("[popovertarget=filter-menu]")
    page.click('#filter-menu a[href*="build=1"]')
    page.wait_for_selector("dialog[open] .builder")
    pick(page, "c.0", "country")
    page.check('input[name="c.0.value"][value="AT"]')
    press(page, "c", "any")
    pick(page, "c.1.0", "tier")
    page.check('input[name="c.1.0.value"][value="A"]')
    pick(page, "c.1.1", "place")
    page.fill('input[name="c.1.1.value"]', "Wels")
    press(page, "c", "add")
    pick(page, "c.2", "orders")
    page.select_option('select[name="c.2.joined"]', "without")
    settled(page, "document.querySelector('.builder-count')?.textContent.startsWith('4 ')")
    page.click('.builder-foot button[value="show"]')
    page.wait_for_url(re.compile("f=orders"))
    assert page.locator(".chip").count() == 3
    page.click('a[href*="/views/new/"]')
    page.fill("dialog[open] [name=name]", "Without orders")
    page.click("dialog[open] button[type=submit]:has-text('Save')")
    page.wait_for_url(re.compile("view="))
    view = SavedView.objects.get(name="Without orders")
    assert "any%28tier%3Ain%3AA%3Bplace%3Ahas%3AWels%29" in view.query and "orders%3Awithout" in view.query
    assert page.locator("[data-rows] tr[data-row]").count() == 4
    assert page.said == []


def test_a_thousand_accounts_are_changed_and_the_change_is_undone(world, look):
    many(world, 1_000)
    page = look(world.ben, "/accounts/?f=name:starts:firma")
    page.check("[data-rows] .row-check >> nth=0")
    page.click("[data-select-all]")
    page.click(".bulkbar button[value=tier]")
    assert "1,000" in page.inner_text("main")
    page.select_option("[name=value]", "B")
    page.click("main .form-actions button[type=submit]")
    page.wait_for_selector("#toasts kk-toast:has-text('1,000 accounts were changed')")
    assert Account.objects.filter(tier="B").count() == 1_000
    page.click("#toasts kk-toast button:has-text('Undo')")
    for _ in range(100):
        if not Account.objects.filter(tier="B").exists():
            break
        time.sleep(0.2)
    assert Account.objects.filter(tier="B").count() == 0


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

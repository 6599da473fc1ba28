"""A stakeholder map in a real browser: by keyboard, through the days, on a phone."""

from __future__ import annotations

import re

import pytest

from kundenkreis.stakeholders.models import Judgement, Stakeholder
from tests.browser.settling import settled
from tests.stakeholders.mapped import ago, contact, judge, on_map

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = ("Anna Berg", "Max Egger", "Eva Fink", "Jan Gruber", "Lea Haas", "Tom Iser", "Ida Jung", "Udo Kern")


def put_there(page, name):
    """Type a part of the name, take what is suggested, save, and go on with the next one."""
    page.locator("[name=contact_text]").focus()
    page.keyboard.type(name)
    settled(page, f"[...document.querySelectorAll('[role=option]')].some((one) => one.textContent.includes('{name}'))")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settled(page, "document.querySelector('[name=contact]').value !== ''")
    page.get_by_role("button", name="Save, and the next one").focus()
    page.keyboard.press("Enter")
    page.get_by_text(f"“{name}” is on the map.").wait_for()


def says_reports_to(page, who, whom):
    """With the person in focus: R, the superior, the source, Ctrl+Enter."""
    page.locator(f"[data-who='{who.pk}'] a").focus()
    page.keyboard.press("r")
    settled(
        page,
        "document.querySelector('#shared-dialog')?.open && document.querySelector('#shared-dialog [name=superior]')",
    )
    page.locator("#shared-dialog [name=superior]").select_option(str(whom.pk))
    page.locator("#shared-dialog [name=source]").focus()
    page.keyboard.type("They said so")
    page.keyboard.press("Control+Enter")


def test_eight_people_are_put_on_a_map_by_keyboard_and_a_circle_is_refused(world, look, violations):
    for name in NAMES:
        contact(name, world.lindner)
    page = look(world.ada, f"/accounts/{world.lindner.pk}/stakeholders/add/")
    for name in NAMES:
        put_there(page, name)
    page.goto(page.url.removesuffix("add/"))
    assert page.locator("[data-who]").count() == len(NAMES)
    people = {str(one): one for one in Stakeholder.objects.select_related("contact")}
    anna, max_ = people["Anna Berg"], people["Max Egger"]
    says_reports_to(page, max_, anna)
    settled(page, f"document.querySelector('[data-who=\"{max_.pk}\"]')?.dataset.above === '{anna.pk}'")
    says_reports_to(page, anna, max_)
    page.get_by_text(
        "That would be a circle: Anna Berg reports to Max Egger, Max Egger reports to Anna Berg."
    ).wait_for()
    page.keyboard.press("Escape")
    page.locator(f"[data-who='{max_.pk}'] a").focus()
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.parentElement.dataset.who") == str(anna.pk)
    page.keyboard.press("Enter")
    page.locator("#peek").get_by_text("Anna Berg").first.wait_for()
    page.locator("#peek [data-kind=attitude]").click()
    settled(page, "document.querySelector('[name=attitude]')")
    page.locator("[name=attitude]").select_option("-1")
    page.locator("[name=source]").fill("She said so")
    page.get_by_role("button", name="Save", exact=True).click()
    label = f"document.querySelector('[data-who=\"{anna.pk}\"] a')?.getAttribute('aria-label')"
    settled(page, f"{label}?.includes('sceptical')")
    assert Judgement.objects.count() == 2
    assert violations(page) == []
    assert [one for one in page.said if "422" not in one] == [], "but that the circle was refused"


def test_dragging_puts_a_person_under_another(world, look):
    anna, max_ = on_map(world, "Anna Berg"), on_map(world, "Max Egger")
    page = look(world.ada, f"/accounts/{world.lindner.pk}/stakeholders/")
    start, end = (page.locator(f"[data-who='{one.pk}'] .org-box").bounding_box() for one in (max_, anna))
    page.mouse.move(start["x"] + 90, start["y"] + 40)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 45)
    page.mouse.move(end["x"] + 90, end["y"] + 40)
    page.mouse.up()
    page.get_by_text("Max Egger reports to Anna Berg.").wait_for()
    max_.refresh_from_db()
    assert max_.superior == anna


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_slider_shows_last_month_and_a_phone_a_list(world, look, violations, theme):
    anna = on_map(world, "Anna Berg", attitude=-2)
    on_map(world, "Max Egger", reports_to=anna)
    judge(world, anna, "attitude", 2, 5)
    page = look(world.ada, f"/accounts/{world.lindner.pk}/stakeholders/", theme=theme)
    assert "+2: for us" in page.locator(f"[data-who='{anna.pk}'] a").get_attribute("aria-label")
    page.locator("#org-step").focus()
    for _step in range(2):
        page.keyboard.press("ArrowLeft")
        page.wait_for_url(re.compile("step="))
        settled(page, "document.getElementById('org-step')")
        page.locator("#org-step").focus()
    page.goto(page.url.partition("?")[0] + f"?on={ago(30)}")
    assert "−2: against us" in page.locator(f"[data-who='{anna.pk}'] a").get_attribute("aria-label")
    assert violations(page) == []
    page = look(world.ada, f"/accounts/{world.lindner.pk}/stakeholders/", width=390, theme=theme)
    assert not page.locator(".org").is_visible()
    assert page.locator(".org-item.is-level-1").inner_text().startswith("Max Egger")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []

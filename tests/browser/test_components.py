"""The components in a real browser: seen by axe, moved by keys, kept when the connection is lost."""

import pytest

from tests.browser.settling import settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 800, 390])
def test_every_component_is_accessible_and_clean_under_the_security_policy(world, look, violations, width, theme):
    page = look(world.ada, "/patterns/", width=width, theme=theme)
    assert violations(page) == []
    assert page.said == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_palette_finds_a_place_and_escape_closes_it(world, look, violations):
    page = look(world.ada, "/patterns/")
    page.keyboard.press("Control+k")
    assert violations(page) == []
    page.keyboard.type("accou")
    settled(page, "document.querySelector('#palette [aria-selected=true]')?.textContent.includes('Account')")
    page.keyboard.press("Escape")
    assert not page.evaluate("document.getElementById('palette').open")
    page.keyboard.press("/")
    assert page.evaluate("document.getElementById('palette').open")


def test_keys_are_not_stolen_while_somebody_types(world, look):
    page = look(world.ada, "/patterns/")
    page.click(".composer-text")
    page.keyboard.type("g c j x ? /")
    assert page.input_value(".composer-text") == "g c j x ? /"
    assert page.evaluate("document.querySelector('dialog[open]')") is None


def test_escape_restores_an_inline_value_and_tab_saves_it_and_goes_on(world, look):
    page = look(world.ada, "/patterns/")
    page.click("#inline-name .inline-value")
    settled(page, "document.activeElement.name === 'name'")
    page.keyboard.type("Typed by mistake")
    page.keyboard.press("Escape")
    assert page.inner_text("#inline-name .inline-text") == "Lindner & Söhne GmbH"
    page.keyboard.press("Enter")
    settled(page, "document.activeElement.name === 'name'")
    page.keyboard.type("Lindner AG")
    page.keyboard.press("Tab")
    settled(page, "document.querySelector('#inline-name .inline-text')?.textContent === 'Lindner AG'")
    settled(page, "Boolean(document.activeElement.closest('#inline-phone form'))")


def test_an_inline_error_stands_beside_its_field(world, look):
    page = look(world.ada, "/patterns/")
    page.click("#inline-name .inline-value")
    settled(page, "document.activeElement.name === 'name'")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    assert "required" in page.inner_text("#inline-name .field-error")
    assert page.get_attribute("#inline-name input[name=name]", "aria-invalid") == "true"


def test_rows_are_walked_and_selected_by_keys_and_escape_backs_out(world, look, violations):
    page = look(world.ada, "/patterns/")
    for key in ("j", "x", "j", "j", "X"):
        page.keyboard.press(key)
    assert page.inner_text("kk-bulk [data-count]") == "3 selected"
    page.keyboard.press(" ")
    page.wait_for_selector("#peek .peek-body")
    assert violations(page) == []
    page.click("[data-select-all]")
    assert page.inner_text("kk-bulk [data-count]") == "All 412 selected"
    assert page.input_value("kk-bulk [data-all]") == "1"
    page.keyboard.press("Escape")
    assert page.evaluate("document.getElementById('peek').childElementCount") == 0
    page.keyboard.press("Escape")
    assert page.is_hidden("kk-bulk")


def test_a_draft_survives_leaving_the_page(world, look):
    page = look(world.ada, "/patterns/")
    page.fill(".composer-text", "Half a sentence")
    page.wait_for_selector(".composer-kept:has-text('Draft kept')")
    page.reload()
    settled(page, "document.querySelector('.composer-text').value === 'Half a sentence'")


def test_a_lost_connection_is_said_and_the_text_stays(world, look):
    page = look(world.ada, "/patterns/")
    page.click("#inline-name .inline-value")
    settled(page, "document.activeElement.name === 'name'")
    page.keyboard.type("Written in a tunnel")
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    page.wait_for_selector("#toasts kk-toast:has-text('The connection is lost')")
    assert page.input_value("#inline-name input[name=name]") == "Written in a tunnel"


def test_an_option_is_found_and_chosen_by_keys(world, look, violations):
    page = look(world.ada, "/patterns/")
    page.locator("#id_group").press_sequentially("hof")
    page.wait_for_selector("#id_group-list [role=option]")
    assert violations(page) == []
    page.keyboard.press("Enter")
    assert page.input_value("#id_group") == "Hofer Geschenke Großhandel"
    assert page.input_value("input[name=group]") == "1"


def test_the_appearance_chosen_in_the_menu_holds_at_once_and_after_a_reload(world, look, violations):
    page = look(world.ada, "/patterns/")
    page.click(".rail-me")
    assert violations(page) == []
    page.click("[data-theme-choice=dark]")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_pages_can_be_used_without_script(world, browser, live_server, signed_in):
    context = browser.new_context(java_script_enabled=False)
    session = signed_in(world.ada).cookies["kundenkreis_session"].value
    context.add_cookies([{"name": "kundenkreis_session", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + "/patterns/")
    page.click("#inline-name .inline-value")
    page.fill("input[name=name]", "Without script")
    page.click("form.inline-form button[type=submit]")
    assert "Without script" in page.inner_text("body")
    context.close()

"""Pages that stand at no address of their own: second factors, refusals, mistakes. Read by axe as the walk of the site map reads the rest."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.browser.test_pages import LOOKS, faults, speak
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SEND = "main button[type=submit].button-primary"
PERIOD = 30


@pytest.fixture(params=LOOKS, ids=["light", "dark"])
def reader(request, world, look, live_server, violations):
    """A page of Ada's, or of nobody's, and what it finds wrong: `page, read`."""
    language, theme, width = request.param
    speak([world.ada, world.ben, world.admin], language)

    def open_page(person, path):
        page = look(person, path, width, theme)
        page.set_extra_http_headers({"Accept-Language": language})
        page.goto(live_server.url + path)

        def read():
            assert page.get_attribute("html", "lang") == language
            return faults(page, page.url.removeprefix(live_server.url), violations)

        return page, read

    return open_page


def code(secret: str, periods_ahead: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD + periods_ahead))


def test_the_pages_of_the_second_factor_are_accessible(world, reader, live_server):
    page, read = reader(None, "/signin/login/?next=/signin/2fa/totp/activate/")
    page.fill("[name=login]", "ada@example.test")
    page.fill("[name=password]", PASSWORD)
    page.click(SEND)
    page.wait_for_url("**/reauthenticate/**")
    wrong = read()
    page.fill("[name=password]", PASSWORD)
    page.click(SEND)
    page.wait_for_url("**/totp/activate/")
    wrong += read()
    secret = page.inner_text("main p code")
    page.fill("[name=code]", "000000")
    page.click(SEND)
    page.wait_for_selector("[aria-invalid=true]")
    wrong += read()
    page.fill("[name=code]", code(secret))
    page.click(SEND)
    page.wait_for_url("**/recovery-codes/")
    wrong += read()
    assert page.locator("main code, main pre, main li").count() > 0
    for name in ("recovery-codes/generate", "totp/deactivate", "webauthn", "webauthn/add"):
        page.goto(f"{live_server.url}/signin/2fa/{name}/")
        wrong += read()
    page.context.clear_cookies()
    page.goto(live_server.url + "/signin/login/")
    page.fill("[name=login]", "ada@example.test")
    page.fill("[name=password]", PASSWORD)
    page.click(SEND)
    page.wait_for_url("**/2fa/authenticate/**")
    wrong += read()
    assert not wrong, "\n".join(wrong)


def test_what_is_refused_is_said_accessibly(world, reader, live_server):
    page, read = reader(world.ada, "/people/new/")
    wrong = [line for line in read() if "403" not in line]
    for address, selector in {"/contacts/new/": "[name=family_name]", "/accounts/new/": "[name=name]"}.items():
        page.goto(live_server.url + address)
        page.evaluate("document.querySelector('main form.form').noValidate = true")
        page.fill(selector, "")
        page.click(SEND)
        page.wait_for_selector("[aria-invalid=true]")
        wrong += [line for line in read() if "422" not in line]
    assert not wrong, "\n".join(wrong)


def test_a_new_token_is_shown_accessibly(world, reader):
    page, read = reader(world.ada, "/me/tokens/new/")
    page.fill("[name=name]", "Report")
    page.click(SEND)
    page.wait_for_selector("[data-copy]")
    assert not (wrong := read()), "\n".join(wrong)

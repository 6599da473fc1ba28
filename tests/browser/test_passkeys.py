"""A passkey in a real browser: added once, then it alone signs in, under our content security policy."""

import pytest

from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEY = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}


def test_a_passkey_is_added_and_then_signs_in_alone(world, look, live_server):
    page = look(None, "/signin/login/")
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": KEY | {"isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    page.fill("[name=login]", "ada@example.test")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit].button-primary")
    page.goto(live_server.url + "/signin/2fa/webauthn/add/")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit].button-primary")
    page.fill("[name=name]", "Office laptop")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/signin/2fa/recovery-codes/")
    page.goto(live_server.url + "/signin/2fa/")
    assert "Office laptop" in page.content()
    page.context.clear_cookies()
    page.goto(live_server.url + "/signin/login/?next=/me/")
    page.click("#passkey_login")
    page.wait_for_url(live_server.url + "/me/")
    assert "Ada Huber" in page.inner_text("h1")
    assert page.said == []

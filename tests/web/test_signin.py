"""Signing in: who gets in, who does not, and what is left in history."""

import re
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from axes.models import AccessAttempt
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kundenkreis.history.models import Event
from kundenkreis.staff.models import User
from tests.world import PASSWORD


def sign_in(client, email="ada@example.test", password=PASSWORD, **more):
    return client.post("/signin/login/", {"login": email, "password": password} | more)


def is_in(client):
    return client.get("/me/").status_code == 200


@pytest.fixture
def counting(settings):
    """Axes counts failures, as in the product."""
    settings.AXES_ENABLED = True


def test_the_right_password_opens_and_is_recorded(world, client):
    answer = sign_in(client)
    assert answer.status_code == 302
    assert is_in(client)
    assert Event.objects.about(world.ada).latest("pk").verb == "signin.succeeded"


def test_the_mail_address_may_be_typed_in_capitals(world, client):
    sign_in(client, "ADA@Example.Test")
    assert is_in(client)


def test_the_wrong_password_is_told_and_does_not_say_whether_the_person_exists(world, client):
    wrong = sign_in(client, password="something else entirely")
    unknown = sign_in(client, "nobody@example.test")
    said = "This mail address and password do not belong together."
    assert said in wrong.content.decode()
    assert said in unknown.content.decode()
    assert not is_in(client)


def test_every_page_but_signing_in_asks_who_you_are(world, client):
    answer = client.get("/me/tokens/")
    assert (answer.status_code, answer["Location"]) == (302, "/signin/login/?next=/me/tokens/")


def test_after_signing_in_the_asked_page_opens(world, client):
    assert sign_in(client, next="/me/tokens/")["Location"] == "/me/tokens/"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)", "http:evil.test", "\t//evil.test"],
)
def test_nobody_is_sent_to_another_house_after_signing_in(world, elsewhere):
    for address in ("/signin/login/", "/language/"):
        client = Client()
        answer = client.post(
            address, {"login": "ada@example.test", "password": PASSWORD, "next": elsewhere, "language": "de"}
        )
        assert "evil" not in answer["Location"]
        assert answer["Location"].startswith("/")


@pytest.mark.parametrize("gone", ["locked", "binned"])
def test_who_is_locked_or_in_the_bin_cannot_sign_in(world, client, gone):
    world.ada.change(by=world.admin, is_active=False) if gone == "locked" else world.ada.discard(by=world.admin)
    sign_in(client)
    assert not is_in(client)
    assert not Event.objects.filter(verb="signin.succeeded").exists()


@pytest.mark.parametrize("gone", ["locked", "binned"])
def test_who_is_locked_or_put_into_the_bin_is_out_at_once(world, client, gone):
    sign_in(client)
    assert is_in(client)
    world.ada.change(by=world.admin, is_active=False) if gone == "locked" else world.ada.discard(by=world.admin)
    assert not is_in(client)


@pytest.mark.parametrize("address", ["/signin/signup/", "/signin/email/"])
def test_nobody_signs_up_or_changes_her_address_herself(world, signed_in, client, address):
    assert client.get(address).status_code == 404
    new = {"email": "new@evil.test", "password1": PASSWORD, "action_add": "1"}
    assert client.post(address, new).status_code == 404
    assert signed_in(world.ada).post(address, new).status_code == 404
    assert not EmailAddress.objects.exists()
    assert not User.objects.filter(email="new@evil.test").exists()


def test_five_failures_lock_and_the_page_says_until_when(world, client, counting):
    for _attempt in range(4):
        assert sign_in(client, password="wrong wrong wrong").status_code == 200
    locked = sign_in(client, "Ada@example.test", password="wrong wrong wrong")
    assert locked.status_code == 429
    page = locked.content.decode()
    until = AccessAttempt.objects.get().attempt_time + timezone.timedelta(minutes=15)
    assert timezone.localtime(until).strftime("%H:%M") in page
    assert "in 15 minutes" in page
    assert int(locked["Retry-After"]) == 900
    event = Event.objects.about(world.ada).latest("pk")
    assert (event.verb, event.actor_name, event.changes) == ("signin.locked", "", {"address": [None, "127.0.0.1"]})


def test_while_locked_the_right_password_does_not_open_and_tries_do_not_prolong(world, client, counting):
    for _attempt in range(5):
        sign_in(client, password="wrong wrong wrong")
    before = AccessAttempt.objects.get().attempt_time
    assert sign_in(client).status_code == 429
    assert not is_in(client)
    assert AccessAttempt.objects.get().attempt_time == before
    assert Event.objects.filter(verb="signin.locked").count() == 1


def test_when_the_time_is_over_the_right_password_opens_again(world, client, counting):
    for _attempt in range(5):
        sign_in(client, password="wrong wrong wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timezone.timedelta(minutes=16))
    sign_in(client)
    assert is_in(client)


def test_a_locked_person_does_not_lock_her_colleagues(world, client, counting):
    for _attempt in range(5):
        sign_in(client, password="wrong wrong wrong")
    sign_in(client, "cem@example.test")
    assert is_in(client)


def test_a_forgotten_password_is_set_anew_by_a_link_that_works_once(world, client):
    asked = client.post("/signin/password/reset/", {"email": "Ada@example.test"})
    assert asked.status_code == 302
    letter = mail.outbox[0]
    assert letter.to == ["ada@example.test"]
    link = re.search(r"http://testserver(\S+)", letter.body)[1]
    form = client.get(link, follow=True)
    new = "a sentence for the password"
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    sign_in(client, password=new)
    assert is_in(client)
    assert "does not work any more" in Client().get(link, follow=True).content.decode()
    assert Event.objects.filter(verb="user.password_changed").get().changes == {"password": ["…", "…"]}
    assert not EmailAddress.objects.exists(), "a second address would let an old one sign in after it was changed"


@pytest.mark.parametrize("who", ["nobody@example.test", "locked", "binned"])
def test_no_link_is_mailed_to_strangers_nor_to_people_without_access_and_the_page_is_the_same(world, client, who):
    if who == "locked":
        world.ada.change(by=world.admin, is_active=False)
    if who == "binned":
        world.ada.discard(by=world.admin)
    address = who if "@" in who else "ada@example.test"
    answer = client.post("/signin/password/reset/", {"email": address}, follow=True)
    assert "Look into your mail" in answer.content.decode()
    assert mail.outbox == []


def test_a_stranger_s_wish_for_a_link_takes_the_same_way_as_a_colleague_s(world, client, monkeypatch):
    """Counted rather than timed: the same statements in the request, one errand for the worker, no mail before that."""
    asked, statements = [], []
    noted = SimpleNamespace(enqueue=lambda email, house: asked.append((email, house)))
    monkeypatch.setattr("kundenkreis.web.signin.mail_reset", noted)
    for email in ("ada@example.test", "nobody@example.test"):
        cache.clear()
        with CaptureQueriesContext(connection) as done:
            assert client.post("/signin/password/reset/", {"email": email}).status_code == 302
        statements.append([re.sub(r"'[^']*'|\d+", "?", one["sql"]) for one in done])
    assert asked == [("ada@example.test", "http://testserver/"), ("nobody@example.test", "http://testserver/")]
    assert statements[0] == statements[1]
    assert not any("staff_user" in one for one in statements[0])
    assert mail.outbox == []


def test_one_address_that_tries_many_people_is_stopped(world, client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1000/m/ip", "login_failed": "10/300s/key,20/1h/ip"}
    for n in range(20):
        sign_in(client, f"person{n}@example.test", password="wrong wrong wrong")
    refused = sign_in(client)
    assert "Too many attempts" in refused.content.decode()
    assert not is_in(client)
    sign_in(elsewhere := Client(REMOTE_ADDR="10.0.0.8"))
    assert is_in(elsewhere)


def test_asking_for_links_again_and_again_is_stopped(world, client):
    answers = [
        client.post("/signin/password/reset/", {"email": "ada@example.test"}).status_code for _attempt in range(8)
    ]
    assert answers[-1] == 429
    assert len(mail.outbox) <= 5
    assert "Too many attempts" in client.post("/signin/password/reset/", {"email": "ada@example.test"}).content.decode()


def code_of(secret):
    counter = list(yield_hotp_counters_from_time())[0]
    return format_hotp_value(hotp_value(secret, counter))


def test_with_an_authenticator_app_the_password_alone_is_not_enough(world, client):
    secret = generate_totp_secret()
    TOTP.activate(world.ada, secret)
    answer = sign_in(client)
    assert answer["Location"].startswith("/signin/2fa/authenticate/")
    assert not is_in(client)
    assert (
        "Codes change every 30 seconds" in client.post("/signin/2fa/authenticate/", {"code": "000000"}).content.decode()
    )
    client.post("/signin/2fa/authenticate/", {"code": code_of(secret)})
    assert is_in(client)


def test_a_person_s_passkeys_are_listed_by_name_with_their_last_use(world, client):
    data = {"name": "Office laptop", "credential": {}}
    Authenticator.objects.create(
        user=world.ada, type=Authenticator.Type.WEBAUTHN, data=data, last_used_at=timezone.now()
    )
    client.force_login(world.ada, backend="kundenkreis.web.signin.Backend")
    page = client.get("/signin/2fa/").content.decode()
    assert "Office laptop" in page
    assert "last used" in page


def test_guessing_codes_is_stopped(world, client):
    TOTP.activate(world.ada, generate_totp_secret())
    sign_in(client)
    pages = [client.post("/signin/2fa/authenticate/", {"code": "000000"}) for _attempt in range(12)]
    assert "Too many attempts" in pages[-1].content.decode()


def test_setting_up_the_app_asks_for_the_password_first_then_gives_recovery_codes(world, client):
    sign_in(client)
    asked = client.get("/signin/2fa/totp/activate/")
    assert asked["Location"].startswith("/signin/reauthenticate/")
    client.post(asked["Location"], {"password": PASSWORD})
    page = client.get("/signin/2fa/totp/activate/").content.decode()
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page)[1]
    done = client.post("/signin/2fa/totp/activate/", {"code": code_of(secret)}, follow=True)
    assert done.status_code == 200
    assert Authenticator.objects.filter(user=world.ada).count() == 2
    codes = client.get("/signin/2fa/recovery-codes/").content.decode()
    assert len(re.findall(r"<code>\d{8}</code>", codes)) == 10


PAGES = [
    "/signin/2fa/",
    "/signin/2fa/webauthn/add/",
    "/signin/2fa/recovery-codes/generate/",
    "/signin/password/change/",
    "/signin/sessions/",
    "/me/",
    "/me/tokens/",
]


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_pages_of_signing_in_are_our_own_in_both_languages(world, client, language):
    world.ada.change(by=world.ada, language=language)
    TOTP.activate(world.ada, secret := generate_totp_secret())
    sign_in(client)
    assert client.get("/signin/2fa/authenticate/").status_code == 200
    client.post("/signin/2fa/authenticate/", {"code": code_of(secret)})
    client.post("/signin/reauthenticate/", {"password": PASSWORD})
    for address in PAGES:
        page = client.get(address)
        assert page.status_code == 200, address
        assert f'<html lang="{language}"' in page.content.decode(), address


def test_the_language_can_be_chosen_before_signing_in(db, client):
    answer = client.post("/language/", {"language": "de", "next": "/signin/login/"})
    assert answer["Location"] == "/signin/login/"
    assert '<html lang="de"' in client.get("/signin/login/").content.decode()


def test_the_language_of_a_person_follows_her_into_every_browser(world, client):
    sign_in(client)
    client.post("/language/", {"language": "de", "next": "/me/"})
    assert '<html lang="de"' in client.get("/me/").content.decode()
    other = Client()
    sign_in(other)
    assert '<html lang="de"' in other.get("/me/").content.decode()


def test_signing_out_everywhere_else_leaves_this_browser_alone(world):
    here, there = Client(), Client()
    sign_in(here)
    sign_in(there)
    assert here.get("/signin/sessions/").content.decode().count("127.0.0.1") == 2
    here.post("/signin/sessions/")
    assert is_in(here)
    assert not is_in(there)


def test_nobody_ends_somebody_else_s_session(world):
    ada, cem = Client(), Client()
    sign_in(ada)
    sign_in(cem, "cem@example.test")
    from allauth.usersessions.models import UserSession

    hers = UserSession.objects.get(user=world.ada)
    assert cem.post("/signin/sessions/", {"session": hers.pk}).status_code == 404
    assert is_in(ada)


def test_changing_the_password_signs_out_the_other_browsers(world):
    here, there = Client(), Client()
    sign_in(here)
    sign_in(there)
    new = "a sentence for the password"
    here.post("/signin/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert is_in(here)
    assert not is_in(there)


def test_scripts_of_the_sign_in_page_are_files_of_ours(world, client):
    page = client.get("/signin/login/")
    assert "script-src 'self'" in page["Content-Security-Policy"]
    scripts = re.findall(r"<script(?![^>]*application/json)([^>]*)>", page.content.decode())
    assert scripts
    assert all('src="/static/' in script for script in scripts)


def test_signing_out_needs_a_post(world, client):
    sign_in(client)
    assert client.get("/signin/logout/").status_code == 200
    assert is_in(client)
    client.post("/signin/logout/")
    assert not is_in(client)


def verbs_about(person):
    return list(Event.objects.about(person).order_by("pk").values_list("verb", flat=True))


def test_setting_up_and_removing_the_app_is_history(world, client, django_capture_on_commit_callbacks):
    sign_in(client)
    client.get("/signin/2fa/totp/activate/", follow=True)
    client.post("/signin/reauthenticate/", {"password": PASSWORD})
    client.get("/signin/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/signin/2fa/totp/activate/", {"code": code_of(secret)})
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/signin/2fa/recovery-codes/generate/")
    client.post("/signin/2fa/totp/deactivate/")
    found = verbs_about(world.ada)
    assert {"user.app_set_up", "user.recovery_codes_made", "user.app_removed"} <= set(found)
    assert Event.objects.filter(verb="user.app_set_up").get().actor_name == "Ada Huber"
    page = client.get(f"/history/of/staff.user/{world.ada.pk}/").content.decode()
    assert "Ada Huber signs in with an authenticator app too" in page
    assert secret not in page


def test_removing_a_passkey_is_history(world, client):
    sign_in(client)
    client.post("/signin/reauthenticate/", {"password": PASSWORD})
    key = Authenticator.objects.create(
        user=world.ada, type=Authenticator.Type.WEBAUTHN, data={"name": "Phone", "credential": {}}
    )
    client.post(f"/signin/2fa/webauthn/keys/{key.pk}/remove/")
    assert verbs_about(world.ada)[-1] == "user.passkey_removed"


def test_signing_out_elsewhere_is_history(world, client):
    other = Client()
    sign_in(other)
    sign_in(client)
    client.post("/signin/sessions/")
    assert verbs_about(world.ada)[-1] == "user.signed_out_elsewhere"
    assert not is_in(other)


def test_an_event_of_signing_in_opens_for_who_keeps_people(world, client, counting, signed_in):
    for _try in range(5):
        sign_in(client, password="wrong")
    locked = Event.objects.get(verb="signin.locked")
    assert signed_in(world.admin).get(f"/history/{locked.pk}/").status_code == 200

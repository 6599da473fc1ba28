"""Who may call the API, and how far a token reaches."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from kundenkreis.staff.models import ApiToken


def test_without_a_token_there_is_nothing(world, program):
    answer = program(None).get("accounts")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["title"]


def test_an_unknown_token_is_refused(world, program):
    for key in ("kk_wrong", "ümlaut", "", "\x01"):
        answer = program(None).get("accounts", Authorization=f"Bearer {key}")
        assert answer.status_code == 401
        assert "invalid_token" in answer["WWW-Authenticate"]


def test_a_revoked_or_expired_token_is_refused(world, program):
    ada = program(world.ada)
    ada.token.revoke(by=world.ada)
    assert ada.get("me").status_code == 401
    late = program(world.ada)
    ApiToken.objects.filter(pk=late.token.pk).update(expires_at=timezone.now())
    assert late.get("me").status_code == 401


def test_a_person_who_may_not_sign_in_any_more_may_not_call(world, program):
    ada = program(world.ada)
    world.ada.change(by=world.admin, is_active=False)
    assert ada.get("me").status_code == 401


@pytest.mark.parametrize(
    ("scopes", "reads", "writes", "contacts"),
    [
        (["read"], 200, 403, 200),
        (["read", "write"], 200, 201, 200),
        (["write"], 200, 201, 200),
        (["accounts:read"], 200, 403, 403),
        (["accounts:write"], 200, 201, 403),
        (["contacts:read"], 403, 403, 200),
    ],
)
def test_a_token_reaches_as_far_as_its_scopes(world, program, scopes, reads, writes, contacts):
    ada = program(world.ada, scopes)
    assert ada.get("accounts").status_code == reads
    assert ada.post("accounts", {"name": "Neu"}).status_code == writes
    assert ada.get("contacts").status_code == contacts


def test_a_missing_scope_is_named(world, program):
    answer = program(world.ada, ["read"]).post("accounts", {"name": "Neu"})
    assert 'scope="accounts:write"' in answer["WWW-Authenticate"]
    assert "accounts:write" in answer.json()["detail"]


def test_a_token_never_reaches_further_than_its_person(world, program):
    assert program(world.rita, ["read", "write"]).post("accounts", {"name": "Neu"}).status_code == 403


def test_too_many_wrong_tokens_are_slowed_down_and_right_ones_not(world, program, settings):
    settings.API_WRONG_TOKENS = 3
    stranger = program(None, key="kk_wrong")
    assert [stranger.get("me").status_code for _ in range(5)] == [401, 401, 401, 429, 429]
    assert stranger.get("me")["Retry-After"]
    assert program(world.ada).get("me").status_code == 200


def test_each_token_has_its_rate(world, program, settings):
    settings.API_RATE = 2
    ada, ben = program(world.ada), program(world.ben)
    answers = [ada.get("me") for _ in range(3)]
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert ben.get("me").status_code == 200


def test_the_last_use_is_written_at_most_once_a_minute(world, program):
    ada = program(world.ada)
    ada.get("me")
    first = ApiToken.objects.get(pk=ada.token.pk).last_used_at
    ada.get("me")
    assert ApiToken.objects.get(pk=ada.token.pk).last_used_at == first
    assert first is not None


def test_a_browser_session_reads_and_needs_the_csrf_token_to_write(world, signed_in):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.ada, backend="kundenkreis.web.signin.Backend")
    assert client.get("/api/v1/me").json()["scopes"] is None
    refused = client.post("/api/v1/accounts", {"name": "Neu"}, content_type="application/json")
    assert refused.status_code == 403
    assert (
        signed_in(world.ada).post("/api/v1/accounts", {"name": "Neu"}, content_type="application/json").status_code
        == 201
    )


def test_me_says_how_far_each_permission_goes(world, program):
    me = program(world.ada).get("me").json()
    assert me["full_name"] == "Ada Huber"
    assert me["permissions"]["accounts.change"] == ["own", "account_team"]
    assert "people.add" not in me["permissions"]

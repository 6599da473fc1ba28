"""Tokens over the API: seen without their keys, and revoked."""

from __future__ import annotations

from kundenkreis.api.door import NOUNS
from kundenkreis.history.models import Event
from kundenkreis.staff import scopes
from kundenkreis.staff.models import ApiToken


def test_a_person_sees_her_own_tokens_and_never_a_key_and_an_administrator_everybodys(world, program):
    ada, cem, admin = program(world.ada), program(world.cem), program(world.admin)
    [shown] = ada.get("tokens").json()["items"]
    assert (shown["id"], shown["user_id"], shown["scopes"]) == (ada.token.pk, world.ada.pk, ["read", "write"])
    text = admin.get("tokens").content.decode()
    assert ada.headers["Authorization"].removeprefix("Bearer ") not in text
    assert ada.token.digest not in text
    assert {item["id"] for item in admin.get("tokens").json()["items"]} == {t.token.pk for t in (ada, cem, admin)}
    assert ada.get(f"tokens/{cem.token.pk}").status_code == 404


def test_a_revoked_token_is_useless_at_once_and_history_says_who_did_it(world, program):
    ada, cem, admin = program(world.ada), program(world.cem), program(world.admin)
    assert ada.delete(f"tokens/{cem.token.pk}").status_code == 404
    assert cem.get("me").status_code == 200
    assert admin.delete(f"tokens/{cem.token.pk}").status_code == 204
    assert cem.get("me").status_code == 401
    event = Event.objects.get(verb="apitoken.revoked")
    assert (event.subject_id, event.actor_id) == (cem.token.pk, world.admin.pk)
    assert admin.delete(f"tokens/{cem.token.pk}").status_code == 204
    assert Event.objects.filter(verb="apitoken.revoked").count() == 1


def test_a_token_may_end_itself_if_it_may_write(world, program):
    reading, own = program(world.ada, ["read"]), program(world.ada, ["tokens:write"])
    assert reading.delete(f"tokens/{reading.token.pk}").status_code == 403
    assert own.delete(f"tokens/{own.token.pk}").status_code == 204
    assert ApiToken.objects.get(pk=own.token.pk).revoked_at is not None


def test_every_area_of_the_api_has_a_scope():
    assert {noun.area for noun in NOUNS} == set(scopes.AREAS)
    assert scopes.unknown(["read", "accounts:write", "nonsense:read", "accounts", "house:read"]) == [
        "nonsense:read",
        "accounts",
    ]

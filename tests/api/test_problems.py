"""Whatever goes wrong, the answer is a problem in JSON that leaks nothing."""

from __future__ import annotations

import json

import pytest

from kundenkreis.api import customers, door
from kundenkreis.customers.models import Account


def is_problem(answer, status: int) -> dict:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status
    assert document["title"]
    assert document["type"].startswith("/api/v1/docs#problem-")
    return document


@pytest.mark.parametrize(
    "path",
    [
        "/api/",
        "/api/v2/",
        "/api/v1/nothing",
        "/api/v1/accounts/x",
        "/api/v1/accounts/1/nothing",
        "/api/v1/accounts/",
        "/api/v1/orders/x%0Ay/restore",  # a new line in the address
        "/api/v1/nothing%0A",
    ],
)
def test_an_address_that_there_is_not(world, program, path):
    for asking in (program(None), program(world.ada)):
        is_problem(asking.get(path), 404)


def test_a_method_that_the_address_does_not_take(world, program):
    answer = program(world.ada).ask("PUT", "accounts")
    is_problem(answer, 405)
    assert set(answer["Allow"].replace(" ", "").split(",")) == {"GET", "POST"}
    is_problem(program(None).post("openapi.json"), 405)


def test_head_is_get_without_a_body(world, program):
    answer = program(world.ada).ask("HEAD", "accounts")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer["Content-Length"]) == len(program(world.ada).get("accounts").content)


@pytest.mark.parametrize("body", [b" ", b"{", b"{'name': 'x'}", b'{"name": "\xff"}', b"\x00", b"NaN{"])
def test_a_body_that_is_no_json(world, program, body):
    for path in ("accounts", "accounts/bulk"):
        is_problem(program(world.ada).post(path, body), 400)


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/jsonx"],
)
def test_a_body_of_another_kind(world, program, kind):
    for path in ("accounts", "accounts/bulk"):
        is_problem(program(world.ada).post(path, b'{"name": "x"}', **{"Content-Type": kind}), 415)


def test_a_body_that_is_too_large(world, program, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    for path in ("accounts", "accounts/bulk"):
        is_problem(program(world.ada).post(path, {"name": "x" * 2000}), 413)


HOSTILE = [
    {"name": "a\x00b"},
    {"name": 1e400},
    {"name": "x", "employees": 10**30},
    {"name": "x", "employees": -(10**30)},
    {"name": "x", "employees": 1.5},
    {"name": "x", "employees": "7"},
    {"name": "x", "employees": True},
    {"name": "x", "owner_id": 2**63},
    {"name": "x", "owner_id": 0},
    {"name": "x", "owner_id": "1"},
    {"name": "x", "tag_ids": [2**62]},
    {"name": "x", "tag_ids": {"a": 1}},
    {"name": "x", "customer_since": "2026-02-30"},
    {"name": "x", "customer_since": "0001-01-01"},
    {"name": "x", "customer_since": 0},
    {"name": "x", "customer_since": "2026-01-01T00:00:00Z"},
    {"name": "x" * 201},
    {"name": "x", "description": "y" * 100_001},
    {"name": "x", "country": "at"},
    {"name": "x", "email": "no address"},
    {"name": "x", "website": "javascript:alert(1)"},
    {"name": None},
    {"name": ["x"]},
    {"name": {"x": "y"}},
    ["name"],
    "name",
    None,
    7,
]


@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: json.dumps(body)[:40])
def test_hostile_values_are_refused_and_store_nothing(world, program, body):
    ada = program(world.ada)
    raw = json.dumps(body).replace("Infinity", "1e400").encode()
    answer = ada.post("accounts", raw)
    assert answer.status_code in (400, 422), answer.content
    is_problem(answer, answer.status_code)
    many = ada.post("accounts/bulk", b'{"items": [' + raw + b"]}")
    assert many.status_code in (400, 422), many.content
    assert Account.objects.count() == 2


@pytest.mark.parametrize(
    "raw",
    [
        b'{"name": "\\ud800"}',
        b'{"name": "\\udc00\\ud800"}',
        b'{"name": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        b'{"name": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}",
        b'{"name": "x", "employees": ' + b"9" * 10_000 + b"}",
        b'{"name": "x", "name": "y", "number": "' + b"9" * 41 + b'"}',
    ],
    ids=["lone surrogate", "turned surrogates", "deep list", "deep object", "endless number", "twice"],
)
def test_json_that_is_meant_to_hurt(world, program, raw):
    answer = program(world.ada).post("accounts", raw)
    assert answer.status_code in (400, 422), answer.content
    is_problem(answer, answer.status_code)
    assert Account.objects.count() == 2


def test_script_in_a_name_is_text(world, program):
    name = '<script>alert("x")</script>'
    answer = program(world.ada).post("accounts", {"name": name})
    assert answer.json()["name"] == name
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("number", ["0", str(2**63), "9" * 400, "-1"])
def test_a_number_that_no_record_has(world, program, number):
    assert program(world.ada).get(f"accounts/{number}").status_code in (404, 422)


@pytest.mark.parametrize("etag", ["3", '"x"', '"1", "2"', "", '"99999999999"', '"-1"'])
def test_an_if_match_that_is_none(world, program, etag):
    is_problem(program(world.ada).patch(f"accounts/{world.lindner.pk}", {"place": "Linz"}, etag=etag), 400)


def test_an_unexpected_failure_says_nothing_about_itself(world, program, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(Account, "add", broken)
    answer = program(world.ada).post("accounts", {"name": "Neu"})
    assert "secret" not in json.dumps(is_problem(answer, 500))


def test_problems_are_told_in_german(world, program):
    answer = program(None).get("accounts", **{"Accept-Language": "de-AT,de;q=0.9"})
    assert answer["Content-Language"] == "de"


def test_no_other_site_is_let_in(world, program):
    answer = program(world.ada).get("accounts", Origin="https://evil.example")
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_the_document_describes_every_noun_and_is_kept_by_programs(world, program):
    answer = program(None).get("openapi.json")
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    assert {f"/api/v1/{noun.path}" for noun in door.NOUNS} <= set(document["paths"])
    assert program(None).get("openapi.json", **{"If-None-Match": answer["ETag"]}).status_code == 304
    account = document["components"]["schemas"]["NewAccount"]
    assert account["required"] == ["name"]
    assert account["additionalProperties"] is False
    assert account["properties"]["tier"]["enum"] == ["A", "B", "C", "D", ""]
    assert set(customers.ACCOUNTS.write) >= {"vat_id", "gln"}


def test_the_index_names_every_noun(world, program):
    nouns = program(world.ada).get("/api/v1/").json()["nouns"]
    assert set(nouns) == {noun.path for noun in door.NOUNS}


def test_people_read_the_docs_page_and_strangers_sign_in_first(world, signed_in, client):
    page = signed_in(world.ada).get("/api/v1/docs")
    assert page.status_code == 200
    assert b"/api/v1/accounts/{id}" in page.content
    assert b'id="problem-stale"' in page.content
    assert b"<script>" not in page.content
    assert client.get("/api/v1/docs").status_code == 302

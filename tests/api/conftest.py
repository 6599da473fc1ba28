"""A program that calls the API for a person."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from kundenkreis.staff.models import ApiToken, User


class Program:
    """`program(ada).get("accounts")`: requests with a token of hers; answers are JSON."""

    def __init__(self, person: User | None, scopes: list[str] | None = None, key: str | None = None):
        self.client = Client(raise_request_exception=False)
        self.headers: dict[str, str] = {}
        if person is not None:
            self.token, key = ApiToken.issue(user=person, name="Test", scopes=scopes or ["read", "write"], by=person)
        if key:
            self.headers["Authorization"] = f"Bearer {key}"

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        address = path if path.startswith(("/", "http")) else f"/api/v1/{path}"
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        kind = sent.pop("Content-Type", "application/json")
        return self.client.generic(method, address, content, kind, headers=sent)

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.ask("POST", path, body, **headers)

    def put(self, path: str, body: Any) -> HttpResponse:
        return self.ask("PUT", path, body)

    def patch(self, path: str, body: Any, etag: str | None = "*", **headers: str) -> HttpResponse:
        return self.ask("PATCH", path, body, **headers | ({} if etag is None else {"If-Match": etag}))

    def delete(self, path: str, etag: str | None = "*", **headers: str) -> HttpResponse:
        return self.ask("DELETE", path, **headers | ({} if etag is None else {"If-Match": etag}))


@pytest.fixture
def program():
    return Program

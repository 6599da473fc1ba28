"""The API's index for programs, and its docs page for people: the OpenAPI document in our look, without a line of other people's code."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kundenkreis.api.answers import answered
from kundenkreis.api.problems import TITLES, Problem

METHODS = {"get": "", "post": "good", "patch": "accent", "delete": "bad"}


def index(request: HttpRequest) -> HttpResponse:
    """Every noun with its address."""
    from kundenkreis.api.door import NOUNS

    if request.method != "GET":
        raise Problem(405, "method", headers={"Allow": "GET, HEAD"})
    nouns = {noun.path: request.build_absolute_uri(f"/api/v1/{noun.path}") for noun in NOUNS}
    pages = {name: request.build_absolute_uri(f"/api/v1/{name}") for name in ("openapi.json", "docs")}
    return answered({"name": "Kundenkreis", "version": "v1", "nouns": nouns, "documentation": pages})


@dataclass(frozen=True)
class Value:
    """A parameter, or a field of a body or an answer."""

    name: str
    kind: str
    about: str
    required: bool


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    tone: str
    path: str
    summary: str
    about: str
    parameters: list[Value]
    body: list[Value]
    answer: list[Value]
    shows: str  # the operation at which the answer's fields are told
    codes: list[str]


@dataclass
class Chapter:
    name: str
    operations: list[Operation] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.name.lower().replace(" ", "-")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The docs page, for people who are signed in."""
    problems = [(code, str(title)) for code, title in TITLES.items()]
    return render(
        request,
        "api/docs.html",
        {"chapters": chapters(), "problems": problems, "root": request.build_absolute_uri("/api/v1/")},
    )


@functools.cache
def chapters() -> list[Chapter]:
    """The operations by tag, in the order in which the rooms stand."""
    from kundenkreis.api.door import openapi_document

    document = json.loads(openapi_document()[0])
    schemas = document["components"]["schemas"]
    found: dict[str, Chapter] = {}
    told: dict[str, str] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            name = operation.get("tags", ["Other"])[0]
            found.setdefault(name, Chapter(name)).operations.append(_operation(path, method, operation, schemas, told))
    return list(found.values())


def _operation(
    path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any], told: dict[str, str]
) -> Operation:
    """`told` remembers where each schema's fields stand, so that they stand once."""
    parameters = [
        Value(
            p["name"],
            kind_of(p["schema"], schemas).removesuffix(" or empty"),
            p.get("description", ""),
            p.get("required", False),
        )
        for p in operation.get("parameters", [])
    ]
    good: dict[str, Any] = next((a for code, a in operation["responses"].items() if code.startswith("2")), {})
    name = _name_of(good)
    shows = told.setdefault(name, operation["operationId"]) if name else ""
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        tone=METHODS.get(method, ""),
        path=path,
        summary=operation["summary"],
        about=operation.get("description", ""),
        parameters=parameters,
        body=_fields(operation.get("requestBody", {}), schemas),
        answer=_fields(good, schemas) if shows in ("", operation["operationId"]) else [],
        shows=shows,
        codes=sorted(operation["responses"]),
    )


def _name_of(content: dict[str, Any]) -> str:
    """The record in an answer, whole or as a row of a page."""
    for described in content.get("content", {}).values():
        return described["schema"].get("$ref", "").rpartition("/")[2].removesuffix("Page")
    return ""


def _fields(content: dict[str, Any], schemas: dict[str, Any]) -> list[Value]:
    """The fields of a JSON body; a page's are those of its items."""
    for described in content.get("content", {}).values():
        schema = _resolved(described["schema"], schemas)
        items = schema.get("properties", {}).get("items", {}).get("items")
        schema = _resolved(items, schemas) if items else schema
        required = set(schema.get("required", []))
        return [
            Value(name, kind_of(one, schemas), one.get("description") or one.get("title", ""), name in required)
            for name, one in schema.get("properties", {}).items()
        ]
    return []


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    return schema


def kind_of(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    """A schema in a few words: "text, at most 200", "number or empty", "one of: order, credit_note"."""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if "anyOf" in schema:
        kinds = dict.fromkeys(kind_of(one, schemas) for one in schema["anyOf"] if one.get("const") != "")
        return " or ".join(kinds)
    if "enum" in schema:
        return "one of: " + ", ".join(str(value) or "(empty)" for value in schema["enum"])
    if "const" in schema:
        return f"“{schema['const']}”"
    return _plain_kind(schema, schemas)


def _plain_kind(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {kind_of(schema.get('items', {}), schemas)}"
    if kind == "string":
        kind = {"date": "day", "date-time": "date and time", "email": "e-mail address"}.get(
            schema.get("format", ""), "text"
        )
        return f"{kind}, at most {schema['maxLength']}" if "maxLength" in schema and kind == "text" else kind
    return {"null": "empty", "boolean": "true or false", "integer": "whole number"}.get(kind, kind)

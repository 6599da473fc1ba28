"""The API as a whole: its addresses, its OpenAPI document, and JSON where Django would answer in HTML."""

from __future__ import annotations

import functools
import hashlib
import json
import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.utils import translation
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as BadParameters
from pydantic.json_schema import models_json_schema

from kundenkreis import __version__
from kundenkreis.api import (
    access,
    activities,
    automation,
    catalogue,
    closing,
    contacts,
    customers,
    disclosing,
    duplicates,
    erasing,
    fields,
    files,
    forecast,
    history,
    house,
    inbox,
    insights,
    leads,
    lists,
    market,
    merges,
    needs,
    orders,
    permission,
    pipeline,
    planning,
    privacy,
    prospecting,
    quality,
    reassignments,
    resource,
    sheets,
    staff,
    stakeholders,
    standards,
    targets,
    team_week,
    tokens,
    trips,
    winloss,
)
from kundenkreis.api.auth import Session, Token
from kundenkreis.api.problems import MEDIA_TYPE, Problem, pointer, words_of

log = logging.getLogger(__name__)

_ABOUT = """What the screens work with, for programs: the same records, the same rules about who may see and do what.

Send a token as `Authorization: Bearer kk_…`. Errors are problems as RFC 9457 describes them, in the language of `Accept-Language`.
Lists are paged by `after`; records carry their version as ETag, and changing or deleting one needs it in `If-Match`."""


class Door(NinjaAPI):
    """ninja's API with our errors on every operation and our request bodies among the schemas."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        with translation.override("en"):
            schema = super().get_openapi_schema(path_prefix="/api/v1/")
        _, bodies = models_json_schema(
            [(model, "validation") for model in resource.bodies.values()], ref_template="#/components/schemas/{model}"
        )
        schema["components"]["schemas"] |= bodies.get("$defs", {}) | {"Problem": _PROBLEM}
        for address, operations in schema["paths"].items():
            for method, operation in operations.items():
                _describe_errors(address, method, operation)
        return schema


def _error(request: HttpRequest, wrong: Exception) -> HttpResponse:
    return problem_of(wrong).response()


def problem_of(wrong: Exception) -> Problem:
    """Any exception as a refusal that says no more than the caller may know."""
    if isinstance(wrong, Problem):
        return wrong
    if isinstance(wrong, BadParameters):
        return Problem(422, "invalid", errors=[_of_parameter(error) for error in wrong.errors])
    if isinstance(wrong, Http404):
        return Problem(404, "not-found")
    if isinstance(wrong, HttpError) and wrong.status_code == 401:
        return Problem(401, "unauthenticated", headers={"WWW-Authenticate": 'Bearer realm="Kundenkreis"'})
    if isinstance(wrong, PermissionDenied):
        return Problem(403, "forbidden")
    if isinstance(wrong, RequestDataTooBig):
        return Problem(413, "too-large")
    if isinstance(wrong, IntegrityError):
        return Problem(409, "conflict", _("Another record has the same number or stands in the way."))
    if isinstance(wrong, DataError | OverflowError | UnicodeError):
        return Problem(422, "invalid", _("A value cannot be stored."), errors=[])
    if isinstance(wrong, HttpError | BadRequest | SuspiciousOperation | MultiPartParserError):
        return Problem(400, "malformed")
    log.exception("The API failed", exc_info=wrong)
    return Problem(500, "unexpected")


def _of_parameter(error: dict[str, Any]) -> dict[str, str]:
    _source, *rest = error["loc"]
    return {
        "parameter": str(rest[-1] if rest and not isinstance(rest[-1], int) else rest[0] if rest else ""),
        "detail": words_of(error),
    }


api = Door(
    title="Kundenkreis",
    version=__version__,
    description=_ABOUT,
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
    auth=[Token(), Session()],
)
api.add_exception_handler(Exception, _error)
for kind in (Http404, HttpError, BadParameters):
    api.add_exception_handler(kind, _error)

ROOMS = (
    customers,
    contacts,
    merges,
    permission,
    activities,
    team_week,
    catalogue,
    orders,
    trips,
    pipeline,
    closing,
    winloss,
    leads,
    reassignments,
    market,
    forecast,
    targets,
    planning,
    prospecting,
    stakeholders,
    needs,
    insights,
    files,
    staff,
    access,
    tokens,
    lists,
    inbox,
    quality,
    sheets,
    duplicates,
    standards,
    history,
    house,
    fields,
    automation,
    privacy,
    disclosing,
    erasing,
)
NOUNS = [noun for room in ROOMS for noun in getattr(room, "NOUNS", ())]
for room in ROOMS:
    for router in room.routers():
        api.add_router("", router)


# --- every address of the door ---------------------------------------------------------------------------------------


def answering_json(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of the API: no sign-in page, no HTML, HEAD where there is GET."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked_head = request.method == "HEAD"
        if asked_head:
            request.method = "GET"
        try:
            _refuse_unstorable(request)
            response = view(request, *args, **kwargs)
        except Exception as wrong:  # noqa: BLE001 the door's last line: nothing leaves as HTML
            response = problem_of(wrong).response()
        response = _as_problem(response)
        if asked_head:
            response = _without_body(response)
        response["Content-Language"] = translation.get_language() or "en"
        response.headers.setdefault("Vary", "Accept-Language, Authorization, Cookie")
        return response

    wrapped.csrf_exempt = True  # type: ignore[attr-defined]  # sessions are checked in auth.Session
    wrapped.login_required = False  # type: ignore[attr-defined]
    return wrapped


def _without_body(response: HttpResponse) -> HttpResponse:
    if response.streaming:  # its file is closed by the server, with the response
        response.streaming_content = iter(())
        return response
    response["Content-Length"] = str(len(response.content))
    response.content = b""
    return response


def _refuse_unstorable(request: HttpRequest) -> None:
    for name, values in request.GET.lists():
        if "\0" in name or any("\0" in value for value in values):
            said = _("This contains a character that cannot be stored.")
            raise Problem(422, "invalid", errors=[{"parameter": name.replace("\0", "")[:60], "detail": said}])
    if request.resolver_match and (known := _parameters(request)) is not None and (unknown := set(request.GET) - known):
        said = _("There is no such parameter.")
        raise Problem(422, "invalid", errors=[{"parameter": name[:60], "detail": said} for name in sorted(unknown)])


def _parameters(request: HttpRequest) -> frozenset[str] | None:
    """Names of the query parameters of the operation that is asked; None when there is no such operation."""
    route = request.resolver_match.route if request.resolver_match else ""
    return _known_parameters().get((route.partition("api/v1")[2], request.method or ""))


@functools.cache
def _known_parameters() -> dict[tuple[str, str], frozenset[str]]:
    known = {}
    for bound in api._get_bound_routers():
        for address, view in bound.path_operations.items():
            for operation in view.operations:
                names: set[str] = set()
                for model in operation.models:
                    if model.__ninja_param_source__ == "query":
                        names |= set(model.__ninja_flatten_map__)
                for method in operation.methods:
                    known[(address.replace("{", "<").replace("}", ">"), method)] = frozenset(names)
    return known


def _as_problem(response: HttpResponse) -> HttpResponse:
    """What ninja or Django refused in words of their own, in ours."""
    if response.status_code < 400 or response.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
        return response
    code = {404: "not-found", 405: "method", 401: "unauthenticated", 403: "forbidden", 413: "too-large"}.get(
        response.status_code
    )
    code = code or ("unexpected" if response.status_code >= 500 else "malformed")
    headers = {name: response[name] for name in ("Allow", "Retry-After", "WWW-Authenticate") if name in response}
    return Problem(response.status_code, code, headers=headers).response()


@answering_json
def nowhere(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Any address under /api/ that there is not."""
    raise Problem(404, "no-such-address")


@functools.cache
def openapi_document() -> tuple[bytes, str]:
    """The OpenAPI document as JSON, made once, and its ETag."""
    content = json.dumps(api.get_openapi_schema(), ensure_ascii=False).encode()
    return content, f'"{hashlib.sha256(content).hexdigest()[:16]}"'


@answering_json
def openapi(request: HttpRequest) -> HttpResponse:
    if request.method != "GET":
        raise Problem(405, "method", headers={"Allow": "GET, HEAD"})
    content, tag = openapi_document()
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(content, content_type="application/json")
    response["ETag"] = tag
    return response


def _wrapped(patterns: Iterable[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    found: list[URLPattern | URLResolver] = []
    for pattern in patterns:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            found.append(path(str(pattern.pattern), answering_json(pattern.callback), name=pattern.name))
    return found


def urls() -> tuple[list[URLPattern | URLResolver], str]:
    """What the site map includes at `api/`: the routes, the document, the docs page, and a problem for everything else."""
    from kundenkreis.api.docs import docs, index

    routes = [
        path("openapi.json", openapi, name="openapi"),
        path("docs", docs, name="docs"),
        path("", answering_json(index), name="index"),
        *_wrapped(api.urls[0]),
    ]
    return [path("v1/", include(routes)), re_path(r"^(?P<rest>(?s:.*))\Z", nowhere)], "api"


# --- what the document says about errors -----------------------------------------------------------------------------

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. `errors` name the wrong values by JSON pointer or query parameter; `theirs` are other people's changes.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "examples": ["/api/v1/docs#problem-stale"]},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "theirs": {"type": "object"},
        "changed_by": {"type": "string"},
        "current": {"type": "object"},
    },
}


def _describe_errors(address: str, method: str, operation: dict[str, Any]) -> None:
    """Add the refusals that this operation knows, and the headers that its answers bring."""
    codes = {400, 401, 403, 422, 429}
    parameters = {parameter["name"] for parameter in operation.get("parameters", [])}
    if "{" in address:
        codes.add(404)
    if "requestBody" in operation:
        codes |= {409, 413, 415}
    if method in ("post", "delete", "patch"):
        codes.add(409)
    if "If-Match" in parameters:
        codes |= {412, 428}
    answers = operation["responses"]
    for code in sorted(codes):
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        answers.setdefault(code, {"description": HTTPStatus(code).phrase, "content": content})
    if "If-None-Match" in parameters:
        answers[304] = {"description": "You have this version already."}
    headers = (
        {"ETag": _header("The record's version.")}
        if {"If-Match", "If-None-Match"} & parameters and method != "delete"
        else {}
    )
    if 201 in answers and not address.endswith("/bulk"):
        headers |= {"Location": _header("The address of what was made."), "ETag": _header("The record's version.")}
    if "after" in parameters:
        headers["Link"] = _header("The pages `next` and `prev`, if there are any.")
    for code in (200, 201):
        if headers and code in answers:
            answers[code]["headers"] = headers


def _header(said: str) -> dict[str, Any]:
    return {"description": said, "schema": {"type": "string"}}


__all__ = ["NOUNS", "api", "openapi_document", "pointer", "urls"]

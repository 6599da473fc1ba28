"""Answers in JSON, with ETag, Location and Link where they belong."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse

MEDIA_TYPE = "application/json"


def answered(document: Any, status: int = 200) -> HttpResponse:
    """The document as JSON. A record brings its ETag, a page its Link header."""
    content = json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
    response = HttpResponse(content.encode("utf-8", "replace"), status=status, content_type=MEDIA_TYPE)
    if isinstance(document, dict):
        if "version" in document and "id" in document:
            response["ETag"] = f'"{document["version"]}"'
        links = [
            f'<{document[name]}>; rel="{short}"'
            for name, short in (("next", "next"), ("previous", "prev"))
            if document.get(name)
        ]
        if links and "items" in document:
            response["Link"] = ", ".join(links)
    response["Cache-Control"] = "private, no-store"
    return response


def created(location: str, document: dict[str, Any]) -> HttpResponse:
    response = answered(document, 201)
    response["Location"] = location
    return response


def not_modified(request: HttpRequest, record: dict[str, Any]) -> HttpResponse | None:
    """304 when the caller has this version already."""
    if "version" not in record:
        return None
    tag = f'"{record["version"]}"'
    asked = [part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")]
    if tag not in asked:
        return None
    response = HttpResponse(status=304)
    response["ETag"] = tag
    return response

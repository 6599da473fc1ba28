"""A form that comes twice does its work once: the `Idempotency-Key` header of what was written without a connection and sent later.

As the API does it (`api.once`), in the same table: the key is written first, in the transaction of the work, and what is refused
(a missing field, a conflict with somebody else's change) leaves nothing behind, so that it can be sent again when it is right.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from kundenkreis.api.models import KeptAnswer

_KEY = re.compile(r"[A-Za-z0-9-]{16,100}")
_PREFIX = "form:"
_HEADERS = ("Content-Type", "Location", "HX-Redirect", "HX-Location")


class OnceMiddleware:
    """For people who are signed in, and pages only: the API has keys of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key or request.path.startswith("/api/") or not request.user.is_authenticated:
            return None
        if not _KEY.fullmatch(key) or request.FILES:
            return HttpResponse(status=400)
        return once(request, _PREFIX + key, lambda: view(request, *args, **kwargs))


def once(request: HttpRequest, key: str, work: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer of `work`, or the kept one of the same form that came with this key before."""
    digest = _digest(request)
    try:
        with transaction.atomic():
            kept = KeptAnswer.objects.create(person=request.user, key=key, digest=digest)
            response = work()
            if response.status_code >= 400:
                transaction.set_rollback(True)
                return response
            kept.status = response.status_code
            kept.headers = {name: response[name] for name in _HEADERS if name in response}
            kept.body = zlib.compress(response.content, 1)
            kept.save(update_fields=["status", "headers", "body"])
            return response
    except IntegrityError:
        earlier = KeptAnswer.objects.filter(person=request.user, key=key).first()
        if earlier is None:  # it was not the key that was there already
            raise
        return _again(earlier, digest)


def _digest(request: HttpRequest) -> str:
    """Over what was asked for; not over the token against forgery, which is another one after a while without a connection."""
    fields = sorted((name, value) for name, values in request.POST.lists() for value in values)
    said = repr((request.path, [pair for pair in fields if pair[0] != "csrfmiddlewaretoken"]))
    return hashlib.sha256(said.encode()).hexdigest()


def _again(kept: KeptAnswer, digest: str) -> HttpResponse:
    if kept.digest != digest:
        return HttpResponse(status=400)
    response = HttpResponse(zlib.decompress(bytes(kept.body)), status=kept.status)
    for name, value in kept.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response

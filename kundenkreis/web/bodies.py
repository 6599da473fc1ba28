"""What a request may bring: a body that is too large for who sends it, and to where, is refused before a byte of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from kundenkreis.web.views import errors

ANONYMOUS = 256 * 1024  # bytes; forms for signing in are far smaller


def takes_uploads(limit: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a view as a door for files: a body of up to `limit` bytes, from whoever is signed in."""

    def marked(view: Callable[..., Any]) -> Callable[..., Any]:
        view.body_limit = limit  # type: ignore[attr-defined]
        return view

    return marked


class BodyLimitMiddleware:
    """413 by the length that the request declares; no server gives us more than that.

    It stands before the check of CSRF tokens, which reads the body of whoever asks. Views without that check (the API, the importer)
    read nothing before they know who asks, and have limits of their own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        length = length_of(request)
        if not getattr(view, "csrf_exempt", False):
            limit = ANONYMOUS
            if length > limit and request.user.is_authenticated:
                limit = getattr(view, "body_limit", settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
            if length > limit:
                return errors.too_large(request)
        if length > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(parents=True, exist_ok=True)
        return None


def length_of(request: HttpRequest) -> int:
    """The declared length of the body in bytes; 0 when there is none or it is nonsense, and then nothing is read."""
    declared = request.META.get("CONTENT_LENGTH") or ""
    return int(declared) if declared.isascii() and declared.isdigit() else 0


class PrivateMiddleware:
    """Pages are for the person who asked: no proxy keeps them, and a browser asks again before it shows a kept one.

    Not `no-store`: going back and forward, and what a link fetches ahead, would be lost. Assets are served before this.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

"""No page is shown that is older than what its person has changed since: not by the back button, not from what was fetched ahead.

A browser shows a page again as it was when one goes back, whatever `no-cache` says, and a link that was fetched ahead is minutes old.
So a small cookie names this browser's last change (signing out is one). The page carries the name it was made under; where the two
differ, `frontend/elements/fresh.js` asks again before anything is seen. Because pages vary by their cookies, a copy on disk from before
the change is none to the browser either.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "kundenkreis_changed"  # frontend/elements/fresh.js reads it
READING = {"GET", "HEAD", "OPTIONS", "TRACE"}


def changes_no_page(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that stores something at each visit: the pages that one goes back to stay good."""
    view.changes_no_page = True  # type: ignore[attr-defined]
    return view


class FreshMiddleware:
    """Gives `request.changed` its name, a new one when something may change."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Only a browser that has our forms: whoever comes with a token keeps no pages.
        writes = request.method not in READING and settings.CSRF_COOKIE_NAME in request.COOKIES
        before = request.COOKIES.get(COOKIE, "")
        request.changed = secrets.token_urlsafe(9) if writes else before  # type: ignore[attr-defined]
        response = self.get_response(request)
        if request.changed != before:  # type: ignore[attr-defined]
            changed, secure = request.changed, bool(settings.SESSION_COOKIE_SECURE)  # type: ignore[attr-defined]
            response.set_cookie(COOKIE, changed, secure=secure, samesite="Lax", path=settings.SESSION_COOKIE_PATH)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if getattr(view, "changes_no_page", False):
            request.changed = request.COOKIES.get(COOKIE, "")  # type: ignore[attr-defined]

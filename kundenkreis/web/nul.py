"""Text with a zero byte in it is nobody's typing, and PostgreSQL keeps none: such an address is refused at the door."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


class NoZeroByteMiddleware:
    """400 for `%00` in a query. Forms refuse it beside their fields, and the API in its own words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if ("%00" in query or "\x00" in query) and not request.path.startswith("/api/"):
            raise BadRequest
        return self.get_response(request)

"""What customers open without signing in, by a signed link: confirming a consent, and unsubscribing."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from kundenkreis.activities import opting_in
from kundenkreis.core.models import House
from kundenkreis.web.bodies import ANONYMOUS, length_of
from kundenkreis.web.views import errors


@csrf_exempt  # the signed link says who it is, and does nothing else
@login_not_required
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Shows what is to be confirmed; the button confirms it. Only POST does, because mail scanners open every link."""
    if request.method == "POST":
        link = opting_in.confirm(token, address=request.META.get("REMOTE_ADDR", ""))
    else:
        link = opting_in.of_link(token)
    if link.consent is None:
        return _page(request, "confirm", {"state": "unknown"}, 404)
    language = link.consent.contact.language
    with override(language):
        text = link.consent.wording.text(language) if link.consent.wording else ""
        return _page(request, "confirm", {"state": link.state, "consent": link.consent, "text": text})


@csrf_exempt  # a mail program posts here (RFC 8058)
@login_not_required
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """No more of this kind, or no advertising at all. Only POST does it."""
    way = opting_in.way_out(token)
    if length_of(request) > ANONYMOUS:
        return errors.too_large(request)
    if way is None:
        return _page(request, "unsubscribe", {"state": "unknown"}, 404)
    with override(way.contact.language):
        if request.method != "POST":
            return _page(request, "unsubscribe", {"state": "ask", "way": way})
        everything = "all" in request.POST
        if everything:
            opting_in.unsubscribe_from_all(way)
        else:
            opting_in.unsubscribe(way)
        return _page(request, "unsubscribe", {"state": "all" if everything else "done", "way": way})


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    answer = render(request, f"opt_in/{name}.html", context | {"house": House.known().name}, status=status)
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer

"""Answers to htmx and to plain forms: one way to say "done, undo?", whichever asked."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.backends.utils import csrf_input
from django.urls import NoReverseMatch, reverse
from django.utils.cache import patch_vary_headers

from kundenkreis.history.models import Event
from kundenkreis.web.components import component

SAVED = "kundenkreis_saved"


def is_htmx(request: HttpRequest) -> bool:
    """True when a part of a page asks, so that a fragment is the answer."""
    return bool(getattr(request, "htmx", False)) and not getattr(request.htmx, "boosted", False)  # type: ignore[attr-defined]


def fragment(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A part of a page. Browsers keep it apart from the page at the same address."""
    response = render(request, template, context or {}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def undo_url(event: Event | None) -> str:
    """Where a POST takes the event back; "" when there is nothing to take back."""
    if event is None:
        return ""
    try:
        return reverse("history:undo", args=[event.pk])
    except NoReverseMatch:
        return ""


def toast(
    request: HttpRequest,
    response: HttpResponse,
    text: str,
    *,
    undo: Event | None = None,
    undo_at: str = "",
    tone: str = "",
) -> HttpResponse:
    """Say `text` for ten seconds, with an undo button for the event `undo` (or one that posts to `undo_at`).

    Rides on `response`: at once for htmx, on the next page otherwise.
    """
    address = undo_at or undo_url(undo)
    if is_htmx(request) and response.status_code == 200:
        said = component("toast", text, undo=address, csrf=csrf_input(request), tone=tone)
        response.write(f'<div hx-swap-oob="beforeend:#toasts">{said}</div>')
    else:
        level = messages.ERROR if tone == "bad" else messages.SUCCESS
        messages.add_message(request, level, text, extra_tags=f"undo:{address}" if address else "")
    return response


def go(request: HttpRequest, url: str, text: str = "", *, undo: Event | None = None, undo_at: str = "") -> HttpResponse:
    """To another page after a verb: a redirect, or what htmx follows as one. With a text it is said there."""
    response: HttpResponse = (
        HttpResponse(status=204, headers={"HX-Redirect": url}) if is_htmx(request) else SeeOther(url)
    )
    if draft := request.POST.get("draft", "")[:200]:
        # Tells the browser that this draft need not be kept any more (elements/draft.js).
        response.set_cookie(SAVED, quote(draft, safe=""), max_age=600, samesite="Lax", secure=settings.SECURE_COOKIES)
    return toast(request, response, text, undo=undo, undo_at=undo_at) if text else response


class SeeOther(HttpResponseRedirect):
    """303: whatever was sent, the next request is a GET."""

    status_code = 303

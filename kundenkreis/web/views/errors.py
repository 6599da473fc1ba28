"""The pages for what went wrong: each says what happened, what was kept, and what to do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def _page(request: HttpRequest, code: int, headline: str, sentence: str) -> HttpResponse:
    return render(request, "shared/error.html", {"code": code, "headline": headline, "sentence": sentence}, status=code)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(
        request,
        400,
        _("That could not be understood"),
        _("The address or the form holds something we cannot read. Nothing was changed."),
    )


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    sentence = _(
        "Your role does not include this. Nothing was changed. Who looks after roles in your company can change that."
    )
    return _page(request, 403, _("You may not do this"), sentence)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    sentence = _(
        "The form was open for too long or came from another place. Nothing was changed. Go back, reload the page and send it again."
    )
    return _page(request, 403, _("Please send that again"), sentence)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    sentence = _("There is nothing at this address, or you may not see it. Perhaps it was moved to the bin.")
    return _page(request, 404, _("Not found"), sentence)


def too_large(request: HttpRequest) -> HttpResponse:
    sentence = _("This is larger than what can be sent to this page. Nothing of it was kept. Please send less at once.")
    return _page(request, 413, _("That is too large"), sentence)


def server_error(request: HttpRequest) -> HttpResponse:
    sentence = _(
        "This is our mistake, not yours. What was saved before is safe; your last step may not have been saved. Please try again."
    )
    try:
        return _page(request, 500, _("Something went wrong"), sentence)
    except Exception:  # what broke the page may break the frame as well, a lost database for one
        return HttpResponse(f"{sentence}\n", status=500, content_type="text/plain; charset=utf-8")


@login_not_required
def nothing_here(request: HttpRequest) -> HttpResponse:
    """For addresses that a package brings and that this house does not open."""
    return not_found(request)

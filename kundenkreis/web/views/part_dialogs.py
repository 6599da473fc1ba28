"""What the small dialogs of a record's parts answer, whatever record they belong to."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from kundenkreis.web.htmx import fragment, go


def answer(request: HttpRequest, form: Any, whose: Any, title: str, back: str, **context: Any) -> HttpResponse:
    """The dialog, or a page of its own: empty, with errors (422) or with a conflict (409)."""
    context |= {"form": form, "whose": whose, "title": title, "back": back, "address": request.get_full_path()}
    status = 409 if form.conflict else 422 if form.is_bound else 200
    return fragment(request, "accounts/part.html", context, status=status)


def discard(request: HttpRequest, part: Any, back: str) -> HttpResponse:
    """The part goes into the bin, with an undo."""
    try:
        event = part.discard(by=request.user)
    except ValidationError:
        return go(request, back, _("It is in the bin already."))
    return go(request, back, _("“%(name)s” was taken out.") % {"name": part}, undo=event)

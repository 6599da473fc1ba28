"""My appointments in another calendar: its secret addresses, and the calendar that is read there."""

from __future__ import annotations

import hashlib

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kundenkreis.activities import calendar
from kundenkreis.staff import access
from kundenkreis.web.forms.me import CalendarForm


@require_http_methods(["GET", "POST"])
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """GET my secret addresses and a form; POST makes one more and shows it, on this one page only."""
    if not (access.may(request.user, "activities.see") and access.may(request.user, "tokens.add")):
        raise PermissionDenied
    form = CalendarForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "tab": "calendar", "address": ""}
    if request.method == "POST" and form.is_valid():
        token, key = calendar.subscribe(request.user, form.cleaned_data["name"])
        address = request.build_absolute_uri(reverse("calendar", args=[key]))  # as this browser reaches the house
        context |= {"made": token, "address": address, "form": CalendarForm()}
    context["subscriptions"] = calendar.subscriptions(request.user)
    return render(request, "me/calendar.html", context, status=422 if form.errors else 200)


@login_not_required  # the key in the address says whose it is; a calendar program has no session
@require_safe
def read(request: HttpRequest, secret: str) -> HttpResponseBase:
    """The calendar for a program that subscribed; 404 for a key that opens none, or whose person may see no activities any more."""
    token = calendar.subscriber(secret)
    if token is None or not access.may(token.user, "activities.see"):
        raise Http404
    token.touch()
    made = calendar.calendar_of(token.user)
    etag = f'"{hashlib.sha256(made).hexdigest()[:32]}"'
    answer = HttpResponse(made, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="kundenkreis.ics"'
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=etag, response=answer) or answer

"""Me: my profile, language and appearance, and where I am signed in."""

from __future__ import annotations

import re

from allauth.usersessions.internal.flows.sessions import end_other_sessions, end_sessions
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from kundenkreis.web import htmx
from kundenkreis.web.context import THEME_COOKIE
from kundenkreis.web.forms.me import ProfileForm

YEAR = 365 * 24 * 3600
# What stands in a browser's user agent, most telling first.
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=request.user, user=request.user)
    if request.method == "POST" and form.save_by():
        with override(form.cleaned_data["language"]):
            response = htmx.go(request, reverse("me:profile"), _("Saved."), undo=form.event)
        return _remember(response, form.cleaned_data["language"], form.cleaned_data["theme"])
    return render(
        request,
        "me/profile.html",
        {"form": form, "tab": "profile"},
        status=409 if form.conflict else 422 if form.errors else 200,
    )


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark or as the system: kept with the person, and in a cookie for the pages before signing in."""
    chosen = request.POST.get("theme", "")
    if chosen not in {"light", "dark", "system"}:
        return HttpResponseBadRequest(_("There is no such appearance."))
    request.user.change(by=request.user, theme=chosen)
    return _remember(HttpResponse(status=204), theme=chosen)


@require_POST
@login_not_required
def language(request: HttpRequest) -> HttpResponse:
    """Change the language of the screens, before signing in too; goes back to `next`."""
    chosen, back = request.POST.get("language", ""), request.POST.get("next", "/")
    if chosen not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest(_("There is no such language."))
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None) or not back.startswith("/"):
        back = "/"
    if request.user.is_authenticated:
        request.user.change(by=request.user, language=chosen)
    return _remember(htmx.SeeOther(back), chosen)


@require_http_methods(["GET", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Where I am signed in. POST ends one session by its number, or all others."""
    if request.method == "POST":
        number = request.POST.get("session", "")
        if number.isdecimal():
            end_sessions(request, [get_object_or_404(UserSession, pk=number, user=request.user)])
            said = _("Signed out there.")
        else:
            end_other_sessions(request, request.user)
            said = _("You are signed out everywhere else.")
        return htmx.go(request, reverse("usersessions_list"), said)
    found = sorted(UserSession.objects.purge_and_list(request.user), key=lambda s: s.created_at, reverse=True)
    rows = [(session, browser_name(session.user_agent), session.is_current()) for session in found]
    return render(request, "me/sessions.html", {"rows": rows, "tab": "sessions"})


def browser_name(user_agent: str) -> str:
    """`Firefox, Windows`, as far as the user agent tells it."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    known = ", ".join(filter(None, (browser, system)))
    return known or re.split(r"[\s/]", user_agent, maxsplit=1)[0] or _("unknown browser")


def _remember(response: HttpResponse, language: str = "", theme: str = "") -> HttpResponse:
    if language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax", secure=settings.SECURE_COOKIES
        )
    if theme == "system":
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    elif theme:
        response.set_cookie(THEME_COOKIE, theme, max_age=YEAR, samesite="Lax", secure=settings.SECURE_COOKIES)
    return response

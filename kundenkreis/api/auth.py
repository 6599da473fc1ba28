"""Who asks: a token in the `Authorization` header, or the person who is signed in in this browser."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from kundenkreis.api.problems import Problem, forbidden
from kundenkreis.staff.models import ApiToken, User
from kundenkreis.staff.scopes import CALENDAR

WRONG_LIMIT = 20  # wrong tokens from one address
WRONG_SECONDS = 300


@dataclass(frozen=True)
class Caller:
    """The person for whom a program asks; `scopes` None means everything the person may (a browser session)."""

    user: User
    scopes: frozenset[str] | None = None
    token: ApiToken | None = None

    def reaches(self, area: str, kind: str) -> bool:
        """Does the token allow `kind` ("read" or "write") in an area ("accounts")? Writing includes reading."""
        if self.scopes is None:
            return True
        kinds = {"write"} if kind == "write" else {"read", "write"}
        return any(wanted in self.scopes or f"{area}:{wanted}" in self.scopes for wanted in kinds)

    def must_reach(self, area: str, kind: str) -> None:
        if not self.reaches(area, kind):
            said = _("This token does not have the scope %(scope)s.") % {"scope": f"{area}:{kind}"}
            challenge = f'Bearer error="insufficient_scope", scope="{area}:{kind}"'
            problem = forbidden(said)
            problem.headers = {"WWW-Authenticate": challenge}
            raise problem


class Token(HttpBearer):
    """`Authorization: Bearer kk_…`"""

    openapi_description = "A token of a person, made under People or by `kundenkreis token`."

    def __call__(self, request: HttpRequest) -> Caller | None:
        if "Authorization" not in request.headers:
            return None
        scheme, _space, key = request.headers["Authorization"].partition(" ")
        token = ApiToken.find(key.strip()) if scheme.lower() == "bearer" and key.isascii() else None
        if token is None or token.scopes == [CALENDAR]:
            raise _wrong(request)
        _slow_down(token)
        token.touch()
        _speak(request, token.user)
        request.user = token.user
        return Caller(token.user, frozenset(token.scopes), token)

    def authenticate(self, request: HttpRequest, token: str) -> Any:  # the base class wants it; `__call__` does all
        raise NotImplementedError


class Session(APIKeyCookie):
    """The browser's session, for the docs page and pages of ours; writing needs the CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Caller:
        user = request.user
        if not user.is_authenticated or not user.is_active or user.deleted_at is not None:
            raise Problem(401, "unauthenticated", headers={"WWW-Authenticate": 'Bearer realm="Kundenkreis"'})
        if request.method not in ("GET", "HEAD", "OPTIONS") and check_csrf(request):
            raise forbidden(_("The CSRF token is missing or wrong."))
        return Caller(user)  # type: ignore[arg-type]

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        raise NotImplementedError


def _wrong(request: HttpRequest) -> Problem:
    """401, and after too many of them from one address 429. A right token always passes: behind a proxy many share an address."""
    place = f"api.wrong.{request.META.get('REMOTE_ADDR', '')}"
    cache.add(place, 0, WRONG_SECONDS)
    try:
        count = cache.incr(place)
    except ValueError:  # it expired between the two
        count = 1
    if count > getattr(settings, "API_WRONG_TOKENS", WRONG_LIMIT):
        return Problem(
            429, "too-many", _("Too many wrong tokens from this address."), headers={"Retry-After": str(WRONG_SECONDS)}
        )
    challenge = 'Bearer realm="Kundenkreis", error="invalid_token"'
    return Problem(
        401,
        "unauthenticated",
        _("The token is not known, not valid any more, or revoked."),
        headers={"WWW-Authenticate": challenge},
    )


def _slow_down(token: ApiToken) -> None:
    """At most `API_RATE` requests a minute for each token; 0 is no limit."""
    rate = settings.API_RATE
    if not rate:
        return
    now = time.time()
    place = f"api.rate.{token.pk}.{int(now // 60)}"
    cache.add(place, 0, 90)
    try:
        count = cache.incr(place)
    except ValueError:
        return
    if count > rate:
        wait = str(60 - int(now % 60))
        raise Problem(
            429, "too-many", _("At most %(rate)s requests a minute.") % {"rate": rate}, headers={"Retry-After": wait}
        )


def _speak(request: HttpRequest, user: User) -> None:
    """What the request asks for by Accept-Language, else the person's own language."""
    if not request.headers.get("Accept-Language"):
        translation.activate(user.language)
        request.LANGUAGE_CODE = user.language  # type: ignore[attr-defined]

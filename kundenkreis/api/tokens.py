"""Tokens: seen and revoked. They are made on the screen or the command line, where a person is and not a program."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Router

from kundenkreis.api.noun import READ, Noun
from kundenkreis.api.problems import not_found
from kundenkreis.api.resource import Pk, Routes
from kundenkreis.core.filters import Filter
from kundenkreis.staff import access
from kundenkreis.staff.models import ApiToken


def _seen(user: Any) -> QuerySet[ApiToken]:
    """One's own; everybody's for those who keep people."""
    return ApiToken.objects.all() if access.may(user, "people.change") else ApiToken.objects.filter(user=user)


TOKENS = Noun(
    path="tokens",
    title="Token",
    model=ApiToken,
    area="tokens",
    tag="People",
    about="One's own tokens, and everybody's for administrators, never their keys. A token is made under *Tokens* on the screen.",
    allowed=lambda user, verb, record: user.is_authenticated,
    seen=_seen,
    read=("user", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"),
    filters=(Filter("user", "person", "person", "user_id"),),
    verbs=READ,
)

NOUNS = [TOKENS]


def routers() -> list[Router]:
    routes = Routes(TOKENS)

    def revoke(request: HttpRequest, id: Pk) -> HttpResponse:
        caller = routes.may(request, "see")
        caller.must_reach(TOKENS.area, "write")
        token = _seen(caller.user).filter(pk=id).first()
        if token is None:
            raise not_found()
        token.revoke(by=caller.user)
        return HttpResponse(status=204)

    said = "Make a token useless at once, the one that asks as well"
    routes.route("DELETE", "/tokens/{int:id}", revoke, "revoke", said, {204: None})
    return [routes.router]

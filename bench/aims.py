"""What the page benchmark asks for in one house: addresses with real ids, a session cookie, an API token."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Count
from django.middleware.csrf import _get_new_csrf_string
from django.urls import reverse

from kundenkreis.core import keyset
from kundenkreis.customers.models import Account
from kundenkreis.orders.models import Order
from kundenkreis.staff.models import ApiToken, User


def show() -> None:
    """Print the requests as JSON."""
    user = User.objects.get(email="head@bench.test")
    cookie = _sign_in(user)
    _, key = ApiToken.issue(user=user, name="bench", scopes=["read", "write"], by=user)
    print(
        json.dumps({"requests": {name: [_request(r, cookie, key) for r in some] for name, some in _requests().items()}})
    )


def _requests() -> dict[str, list[dict[str, Any]]]:
    accounts = reverse("accounts:list")
    small, largest = _small(), _largest()
    return {
        "floor": [{"path": reverse("floor")}],
        "list, first page": [{"path": accounts}],
        "list, deep by name": [{"path": f"{accounts}?{query}"} for query in _deep()],
        "list, three conditions": [{"path": f"{accounts}?f=country:in:AT,DE&f=tier:in:A,B,C&f=revenue:over:1000"}],
        "list, by last order": [{"path": f"{accounts}?sort=-last"}],
        "search, umlaut": [
            {"path": f"/search/?q={q}", "hx": True} for q in ("M%C3%BCllbauer", "Muellhofer", "Baeckerei%20Thal")
        ],
        "search, typing error": [
            {"path": f"/search/?q={q}", "hx": True} for q in ("Lindhofr", "Steinmuelr", "Weinbaur%20Geschnke")
        ],
        "account 360, small": [{"path": reverse("accounts:detail", args=[pk])} for pk in small],
        "account 360, largest": [{"path": reverse("accounts:detail", args=[pk])} for pk in largest],
        "timeline, largest": [{"path": reverse("accounts:timeline", args=[pk]), "hx": True} for pk in largest],
        "create contact": [
            {
                "path": reverse("contacts:add"),
                "method": "POST",
                "status": 303,
                "form": {
                    "family_name": "Neumann {unique}",
                    "given_name": "Eva",
                    "language": "de",
                    "account": str(small[0]),
                    "job_title": "Einkauf",
                },
            }
        ],
        "API list": [{"path": "/api/v1/accounts?limit=50", "api": True}],
    }


def _request(request: dict[str, Any], cookie: tuple[str, str], key: str) -> dict[str, Any]:
    session, csrf = cookie
    headers = {"Accept-Encoding": "identity"}
    if request.pop("api", False):
        headers["Authorization"] = f"Bearer {key}"
    else:
        headers["Cookie"] = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={csrf}"
    if request.pop("hx", False):
        headers["HX-Request"] = "true"
    if "form" in request:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": csrf}
    return {**request, "headers": headers}


def _sign_in(user: User) -> tuple[str, str]:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key, _get_new_csrf_string()


def _small() -> list[int]:
    """Twenty accounts spread over the house, as most are: a handful of orders."""
    last = Account.objects.latest("pk").pk
    return [
        Account.objects.filter(pk__gte=last * i // 20).exclude(revenue_12m__gt=20000).earliest("pk").pk
        for i in range(1, 19)
    ]


def _largest() -> list[int]:
    """The giants, which the maker puts first; ids need not begin at 1."""
    first = Account.objects.earliest("pk").pk
    found = (
        Order.objects.filter(account__in=range(first, first + 20))
        .values_list("account")
        .annotate(n=Count("pk"))
        .order_by("-n")[:3]
    )
    return [row[0] for row in found]


def _deep() -> list[str]:
    """Cursors in the middle of the list by name, as the "more" link of a page there holds."""
    order = [("key", "asc"), ("id", "asc")]
    return [
        f"after={keyset.page(Account.objects.living().filter(key__gte=k), order=order, size=50).next}"
        for k in ("he", "mu", "st")
    ]

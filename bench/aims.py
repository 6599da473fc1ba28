"""What the page benchmark asks for in one house: addresses with real ids, a session cookie, an API token."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Count
from django.middleware.csrf import _get_new_csrf_string
from django.urls import reverse

from kundenkreis.activities.models import Activity
from kundenkreis.catalogue.models import Family
from kundenkreis.core import keyset
from kundenkreis.core.filters import condition, group, relation
from kundenkreis.customers.models import Account
from kundenkreis.orders.models import Order
from kundenkreis.staff.models import ApiToken, User
from kundenkreis.staff.roles import Role


def show() -> None:
    """Print the requests as JSON."""
    signed_in = {name: _keys(user) for name, user in _people().items()}
    asked = {}
    for name, some in _requests().items():
        asked[name] = [_request(request, *signed_in[request.pop("who", "head")]) for request in some]
    print(json.dumps({"requests": asked}))


def _people() -> dict[str, User]:
    """Who sees everything, who sees the 400 accounts of her own, her team's 8,000 at most, and who leads all teams without seeing all."""
    head = User.objects.get(email="head@bench.test")
    lead = User.objects.filter(email="lead@bench.test").first() or User.objects.create_user(
        "lead@bench.test", None, last_name="Lead", role=Role.KEY_ACCOUNT_MANAGER, team=head.team, language="en"
    )
    alone = User.objects.filter(email="alone@bench.test").first() or User.objects.create_user(
        "alone@bench.test", None, last_name="Alone", role=Role.KEY_ACCOUNT_MANAGER, language="en"
    )
    _give_accounts(alone)
    return {"head": head, "manager": lead, "narrow": alone}


def _give_accounts(person: User) -> None:
    """Two hundred accounts spread over the house, with what happened there."""
    if Account.objects.filter(owner=person).exists():
        return
    last = Account.objects.latest("pk").pk
    step = max(1, last // 200)
    ids = list(Account.objects.filter(pk__in=range(step, last, step)).values_list("pk", flat=True))
    Account.objects.filter(pk__in=ids).update(owner=person, team=None)
    Activity.objects.filter(account__in=ids).update(owner=person)


def _keys(user: User) -> tuple[tuple[str, str], str]:
    return _sign_in(user), ApiToken.issue(user=user, name="bench", scopes=["read", "write"], by=user)[1]


def _requests() -> dict[str, list[dict[str, Any]]]:
    accounts = reverse("accounts:list")
    small, largest = _small(), _largest()
    return {
        "floor": [{"path": reverse("floor")}],
        "list, first page": [{"path": accounts}],
        "list, deep by name": [{"path": f"{accounts}?{query}"} for query in _deep()],
        "list, three conditions": [{"path": f"{accounts}?f=country:in:AT,DE&f=tier:in:A,B,C&f=revenue:over:1000"}],
        "list, conditions and relation": [{"path": f"{accounts}?{query}"} for query in _related()],
        "list, by last order": [{"path": f"{accounts}?sort=-last"}],
        "search, umlaut": [
            {"path": f"/search/?q={q}", "hx": True} for q in ("M%C3%BCllbauer", "Muellhofer", "Baeckerei%20Thal")
        ],
        "search, typing error": [
            {"path": f"/search/?q={q}", "hx": True} for q in ("Lindhofr", "Steinmuelr", "Weinbaur%20Geschnke")
        ],
        "palette, key strokes": [{"path": f"/search/?{urlencode({'q': text})}", "hx": True} for text in _typed()],
        "palette, texts": [
            {"path": f"/search/?{urlencode({'q': text, 'in': 'texts'})}", "hx": True}
            for text in ("samples", "catalog", "tender offer", "warrnty", "Steinhuber", "Berg", "forecast spring")
        ],
        "palette, opened": [{"path": "/search/?in=recent", "hx": True}],
        "account 360, small": [{"path": reverse("accounts:detail", args=[pk])} for pk in small],
        "account 360, largest": [{"path": reverse("accounts:detail", args=[pk])} for pk in largest],
        "timeline, largest": [{"path": reverse("accounts:timeline", args=[pk]), "hx": True} for pk in largest],
        "create contact": [
            {
                "path": reverse("contacts:add"),
                "method": "POST",
                "status": 303,
                "form": {
                    "family_name": "{unique}",
                    "given_name": "Eva",
                    "language": "de",
                    "account": str(small[0]),
                    "job_title": "Einkauf",
                },
            }
        ],
        "API list": [{"path": "/api/v1/accounts?limit=50", "api": True}],
    } | _further(small, largest)


def _related() -> list[str]:
    """Three conditions and what was bought lately, by each of three families; and a group with orders."""
    three = [
        condition("country", "in", "AT", "DE"),
        condition("tier", "in", "A", "B", "C"),
        condition("revenue", "over", 1000),
    ]
    families = list(Family.objects.order_by("pk").values_list("pk", flat=True)[:3])
    bought = [relation("bought", "with", condition("family", "in", pk), "day:last:90d") for pk in families]
    ordered = group(
        "any", relation("orders", "with", "day:last:90d", "sum:over:5000"), relation("activities", "without")
    )
    return [urlencode([("f", one) for one in [*three, last]]) for last in [*bought, ordered]]


def _further(small: list[int], largest: list[int]) -> dict[str, list[dict[str, Any]]]:
    """The other long lists, and the same ones for people who see a part of the house."""
    log, orders, accounts = reverse("log:list"), reverse("orders:list"), reverse("accounts:list")
    days = [f"2026-02-{day:02}" for day in range(2, 28, 3)]
    api = "/api/v1/activities?limit=50&sort=-at"
    searches = [f"/search/?q={text}" for text in ("M%C3%BCllbauer", "Weinbauer%20Geschenke", "Lindhofr")]
    return {
        "activities": [{"path": log}],
        "activities of a day": [{"path": f"{log}?f=at:on:{day}"} for day in days],
        "orders": [{"path": orders}],
        "orders by net": [{"path": f"{orders}?f=net:over:{net}"} for net in (1_000, 5_000, 1_000_000)],
        "orders of an account": [{"path": f"{orders}?f=of:is:{pk}"} for pk in (*small, *largest)],
        "contacts": [{"path": reverse("contacts:list")}],
        "API activities": [{"path": api, "api": True}],
        "API activities of a day": [{"path": f"{api}&at={day}", "api": True} for day in days],
        "API changed accounts": [{"path": "/api/v1/accounts?limit=50&f=changed:after:2026-03-05", "api": True}],
        "bin": [{"path": reverse("bin:list")}],
        "history of the house": [{"path": reverse("history:list")}],
        "my day": [{"path": reverse("day:home")}],
        "my day, what is new": [{"path": f"{reverse('day:home')}?part=news", "hx": True}],
        **{
            f"{who}: {name}": [{**request, "who": who} for request in some]
            for who in ("narrow", "manager")
            for name, some in {
                "my day": [{"path": reverse("day:home")}],
                "my day, what is new": [{"path": f"{reverse('day:home')}?part=news", "hx": True}],
                "accounts": [{"path": accounts}],
                "search": [{"path": path, "hx": True} for path in searches],
                "activities": [{"path": log}],
                "orders": [{"path": orders}],
                "contacts": [{"path": reverse("contacts:list")}],
                "API activities": [{"path": api, "api": True}],
            }.items()
        },
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


def _typed() -> list[str]:
    """Names typed letter by letter, with typing errors and two words, and the numbers of orders."""
    letters = [name[:n] for name in ("Lindhofer", "Müllbauer", "Steinegger", "Weinbach") for n in range(1, 9)]
    return [
        *letters,
        "Lindhofr",
        "Steinmuelr",
        "Brauhubr Papr",
        "Hof Geschenke",
        "Kern Dek",
        "B12",
        "B1234",
        "C1003",
        "K-0001",
    ]


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

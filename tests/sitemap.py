"""Every address of the product with real records in it, from the site map itself: a new page is walked without being told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.core import signing
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from kundenkreis.activities import calendar, morning

PARTS = {"accounts": ["seats", "positions", "relations", "links", "functions", "addresses", "points"]}
PARTS["contacts"] = ["positions", "addresses", "points", "consents"]
# Where one kind of record serves a noun's addresses, and the few addresses that are about another one.
RECORDS = {
    "day": "account",
    "accounts": "account",
    "contacts": "contact",
    "people": "person",
    "people:discard_deputy": "deputy",
    "teams": "team",
    "territories": "territory",
    "history": "event",
    "history:batch": "batch",
    "history:undo_batch": "batch",
    "documents": "document",
    "views": "view",
    "activities": "activity",
    "products": "product",
    "products:price_list": "price_list",
    "orders": "order",
    "inbox": "notification",
    "imports": "run",
    "imports:look": "draft",
    "imports:map": "draft",
    "imports:check": "draft",
    "tokens": "token",
    "rates": "rate",
    "mileage_rates": "mileage_rate",
    "trips": "trip",
    "families": "family",
    "units": "unit",
    "tags": "tag",
    "lines": "line",
    "open_items": "open_item",
    "signals": "signal",
}
# Signing in is allauth's own map, the API has its own walk, and health answers a monitor.
ELSEWHERE = re.compile(
    r"^(api|health|mfa_|account_confirm|account_signup|account_email|account_set_password|usersessions)"
)


def patterns(
    entries: Any = None, route: str = "", space: str = "", keys: tuple = ()
) -> Iterator[tuple[str, str, tuple]]:
    """(name, route, names of its arguments) of every address."""
    for entry in get_resolver().url_patterns if entries is None else entries:
        found = (*keys, *entry.pattern.converters)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from patterns(entry.url_patterns, route + str(entry.pattern), inner, found)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", route + str(entry.pattern), found


def addresses(made: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(name, address) of every page and action but signing in and the API. Raises KeyError with what a new one needs."""
    for name, route, keys in patterns():
        if ELSEWHERE.match(name) or "(?P" in route:
            continue
        for values in _arguments(name, keys, made):
            yield name, reverse(name, kwargs=values) + NEEDED.get(name, "")


def _arguments(name: str, keys: tuple, made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    space = name.split(":")[0]
    if not keys:
        yield {}
    elif space in PARTS and "name" in keys:
        for part in PARTS[space]:
            mine = {("accounts", "points"): "account_points", ("contacts", "addresses"): "contact_addresses"}
            record = made[mine.get((space, part), part)]
            values = {"pk": made[RECORDS[space]].pk, "name": part}
            yield values | ({"part_pk": record.pk} if "part_pk" in keys else {})
    elif space == "bin":
        yield {"noun": "account", **({"pk": made["gone"].pk} if "pk" in keys else {})}
    else:
        others = {"label": "customers.account", "name": "head_of_sales", "number": 1, "kind": "call", "verb": "done"}
        others["activity_pk"] = made["visit" if space == "trips" else "activity"].pk
        others["leg_pk"] = made["leg"].pk
        others["key"] = "kind" if space == "activities" or space == "log" else "tier"
        others["token"] = signing.dumps(made["person"].pk, salt=morning.SALT)
        if "secret" in keys:
            others["secret"] = calendar.subscribe(made["person"], "Walk")[1]
        others["price_pk"] = made["price"].pk
        record = (
            made["account"] if "label" in keys else made[RECORDS.get(name) or RECORDS[space]] if "pk" in keys else None
        )
        yield {key: record.pk if key == "pk" else others[key] for key in keys}


NEEDED = {"views:add": "?list=accounts"}
# What stands in a page's query and shows something else.
ALSO = [
    "/?whose=all",
    *(f"/accounts/{{account}}/?tab={tab}" for tab in ("people", "orders", "structure", "details", "files", "history")),
    "/accounts/{account}/?group=legal",
    "/accounts/?f=place:is:Wels&sort=-name&columns=name,place,owner",
    "/accounts/?f=name:has:xyzzy",
    "/accounts/?layout=board-tier",
    "/activities/all/?layout=board-due",
    "/activities/all/?layout=board-kind",
    "/activities/all/?layout=week",
    "/trips/?layout=month",
    "/trips/mileage/?means=company_car",
    "/trips/{trip}/edit/?field=purpose",
    "/zones/?q=lond",
    "/search/?q=lindner",
    "/people/{person}/why/?q=Lindner",
    "/accounts/{account}/edit/?field=place",
    "/signin/2fa/",
    "/signin/sessions/",
    "/api/v1/docs",
    "/not/there/",
]

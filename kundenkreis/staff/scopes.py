"""How far a token reaches: "read", "write", or in one area only, as in "accounts:read"."""

from __future__ import annotations

from collections.abc import Iterable

AREAS = (
    "accounts",
    "contacts",
    "activities",
    "products",
    "orders",
    "leads",
    "opportunities",
    "forecasts",
    "target_accounts",
    "stakeholders",
    "needs",
    "wishes",
    "selection",
    "market",
    "targets",
    "trips",
    "documents",
    "people",
    "tokens",
    "imports",
    "history",
    "views",
    "notifications",
    "house",
    "privacy",
)
"""What the API's nouns are grouped in."""

CALENDAR = "calendar:read"
"""The scope of a calendar's secret address, which opens that calendar and nothing of the API."""

_KINDS = ("read", "write")
_KNOWN = frozenset(_KINDS) | {f"{area}:{kind}" for area in AREAS for kind in _KINDS}


def unknown(scopes: Iterable[str]) -> list[str]:
    """Those that mean nothing, in their order."""
    return [scope for scope in scopes if scope not in _KNOWN]

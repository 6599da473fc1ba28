"""Codes and names of countries."""

from __future__ import annotations

from functools import cache

from babel import Locale
from django.utils.translation import get_language

NEAR = ("AT", "DE", "CH", "IT", "GB")


@cache
def _countries(language: str) -> list[tuple[str, str]]:
    names = Locale.parse("de_AT" if language == "de" else "en_GB").territories
    listed = sorted(
        (
            (code, name)
            for code, name in names.items()
            if len(code) == 2 and code.isalpha() and code not in ("EU", "UN", "EZ", "XA", "XB", "ZZ", "QO")
        ),
        key=lambda c: c[1],
    )
    return [("", "–"), *[(code, names[code]) for code in NEAR], *[c for c in listed if c[0] not in NEAR]]


def countries() -> list[tuple[str, str]]:
    """Codes and names of countries in the page's language, near ones first."""
    return _countries((get_language() or "en")[:2])


def country_name(code: str) -> str:
    return dict(countries()).get(code, code) if code else ""

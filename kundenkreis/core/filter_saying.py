"""Conditions, groups and relations in words, in the language of the moment (see `filters`)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kundenkreis.core.filter_asking import Condition, Group, Part
from kundenkreis.core.filter_days import Span
from kundenkreis.core.filter_kinds import OPERATIONS
from kundenkreis.core.filter_nouns import Filter, Found

JOINED: dict[str, Any] = {
    "all": gettext_lazy("All of these"),
    "any": gettext_lazy("Any of these"),
    "none": gettext_lazy("None of these"),
}


def label(part: Part) -> str:
    return str(JOINED[part.joined]) if isinstance(part, Group) else str(part.filter.label)


def said(part: Part) -> str:
    """What stands behind the label."""
    if isinstance(part, Group):
        return _joined(part.parts, "and" if part.joined == "all" else "or")
    sentence = _sentence(part)
    return f"{sentence}: {_joined(part.parts, 'and')}" if part.parts else sentence


def _joined(parts: tuple[Part, ...], word: str) -> str:
    each = [f"({said(part)})" if isinstance(part, Group) else f"{label(part)} {said(part)}" for part in parts]
    return _listed(each, word, most=8)


def _listed(said: list[str], word: str, most: int = 5) -> str:
    joint = _("%(first)s and %(last)s") if word == "and" else _("%(first)s or %(last)s")
    if len(said) > most:
        said = [*said[: most - 1], _("%(n)d more") % {"n": len(said) - most + 1}]
    return said[0] if len(said) == 1 else joint % {"first": ", ".join(said[:-1]), "last": said[-1]}


def _sentence(one: Condition) -> str:
    how = OPERATIONS[one.filter.kind][one.operation]
    if not one.texts:
        return str(how.words)
    each = [_said(one.filter, value, text) for value, text in zip(one.values, one.texts, strict=True)]
    return f"{how.words} {_listed(each, how.joined)}".strip()


def _said(asked: Filter, value: Any, text: str) -> str:
    if isinstance(value, Found):
        return value.name
    if isinstance(value, Span):
        return str(value)
    if text in WORDS and asked.kind in ("person", "choice"):
        return str(WORDS[text])
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.date):
        german = _is_german()
        return format_date(value, "d. MMM y" if german else "d MMM y", locale="de_AT" if german else "en_GB")
    if isinstance(value, Decimal):
        return format_decimal(value, locale="de" if _is_german() else "en_GB")
    if asked.kind in ("choice", "person"):
        return asked.labels().get(text, text)
    return text


WORDS: dict[str, Any] = {
    "me": gettext_lazy("me"),
    "my_team": gettext_lazy("my team"),
    "mine": gettext_lazy("my own"),
}


def _is_german() -> bool:
    return (get_language() or "en").startswith("de")

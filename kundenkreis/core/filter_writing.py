"""How conditions are written in an address: brackets, commas and what escapes them (see `filters`)."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from kundenkreis.core.filter_nouns import BadFilter

GROUPS = ("all", "any", "none")
_STRUCTURED = re.compile(r"(?:all|any|none|\w+:with|\w+:without)\(", re.ASCII)
_SPECIAL = re.compile(r"\\.|[;()]", re.DOTALL)


def condition(name: str, operation: str, *values: Any) -> str:
    """A condition as it is written in an address: `condition("country", "in", "AT", "DE")` → "country:in:AT,DE"."""
    escaped = [str(value).replace("\\", "\\\\").replace(",", "\\,") for value in values]
    return f"{name}:{operation}" + (":" + ",".join(escaped) if escaped else "")


def group(joined: str, *parts: str) -> str:
    """`group("any", "tier:in:A", "country:in:AT")` → "any(tier:in:A;country:in:AT)"."""
    return f"{joined}({';'.join(_within_brackets(part) for part in parts)})"


def relation(name: str, operation: str, *parts: str) -> str:
    """`relation("orders", "with", "day:last:90d")` → "orders:with(day:last:90d)"."""
    return group(f"{name}:{operation}", *parts) if parts else f"{name}:{operation}"


def _within_brackets(part: str) -> str:
    """A plain condition with the signs escaped that would end it."""
    if _STRUCTURED.match(part):
        return part
    return _SPECIAL.sub(lambda found: found[0] if found[0][0] == "\\" else "\\" + found[0], part)


def bracketed(text: str) -> tuple[str, str]:
    """`word(body)` in two; ("", "") for a text that has no bracket right after its first word. The bracket closes at the end."""
    word, bracket, rest = text.partition("(")
    if not bracket or ":" in word:
        return "", ""
    depth = 1
    for found in _SPECIAL.finditer(rest):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            if found.end() != len(rest):
                raise BadFilter(_("Something stands behind the bracket of “%(word)s”.") % {"word": word[:40]})
            return word, rest[: found.start()]
    raise BadFilter(_("The bracket of “%(word)s” is not closed.") % {"word": word[:40]})


def divided(body: str) -> list[str]:
    """The parts between the semicolons that stand in no further bracket."""
    parts, depth, start = [], 0, 0
    for found in _SPECIAL.finditer(body):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if found[0] == ";" and depth == 0:
            parts.append(body[start : found.start()])
            start = found.end()
    return [part for part in [*parts, body[start:]] if part]


def values_of(text: str) -> list[str]:
    """The values between commas; `\\,` is a comma, `\\\\` a backslash."""
    found, current, escaped = [], "", False
    for letter in text:
        if escaped:
            current, escaped = current + letter, False
        elif letter == "\\":
            escaped = True
        elif letter == ",":
            found.append(current)
            current = ""
        else:
            current += letter
    return [value.strip() for value in [*found, current] if value.strip()]

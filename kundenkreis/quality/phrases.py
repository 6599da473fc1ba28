"""Texts as they are kept in the database: the English original and its values, put into words in the language of whoever reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext

LONGEST = 200
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SAY = "say"  # marks a kept text among other values


def kept(value: Any) -> Any:
    """The value as JSON: a lazy text or a validation error as {"say": original, "values": …}, the rest as plain values.

    Left out is what a database cannot keep in JSON: zero bytes, and halves of characters (as ›\\ud800‹).
    """
    if isinstance(value, Promise):
        return _original(value)
    if isinstance(value, ValidationError):
        return _error(value)
    if isinstance(value, Mapping):
        return {kept(str(name)): kept(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [kept(one) for one in value]
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    return value if value is None or isinstance(value, bool | int | float) else str(value)[:LONGEST]


def spoken(value: Any) -> Any:
    """What `kept` made of a text, in the language of the moment; every other value as it is."""
    if not (isinstance(value, Mapping) and _SAY in value):
        return value
    said, values = value[_SAY], {name: spoken(one) for name, one in value.get("values", {}).items()}
    if isinstance(said, list):
        return " ".join(str(spoken(one)) for one in said)
    if "plural" in value:
        text = ngettext(said, value["plural"], _count(value["number"], values))
    else:
        text = pgettext(value["context"], said) if "context" in value else gettext(said)
    return text % values if values else text


def _count(number: Any, values: Mapping[str, Any]) -> int:
    return number if isinstance(number, int) else int(values.get(number, 0))


def _original(text: Promise) -> Any:
    """What a lazy text was made from. Pickling it is how Django tells that."""
    _function, made_from = text.__reduce__()[:2]  # type: ignore[misc]
    if isinstance(made_from[-1], Mapping) and "plural" in made_from[-1]:
        number, words = made_from[2:4]
        return {_SAY: words["singular"], "plural": words["plural"], "number": number}
    function, arguments = made_from[:2]
    if getattr(function, "__name__", "") == "gettext" and arguments:
        return {_SAY: arguments[0]}
    if getattr(function, "__name__", "") == "pgettext":
        return {"context": arguments[0], _SAY: arguments[1]}
    return str(text)


def _error(error: ValidationError) -> Any:
    """One sentence or several, of errors without fields."""
    if not hasattr(error, "message"):
        return {_SAY: [kept(one) for one in error.error_list]}
    said = kept(error.message) if isinstance(error.message, Promise) else {_SAY: str(error.message)}
    values = {
        name: kept(one[:LONGEST] if isinstance(one, str) else one)
        for name, one in (error.params or {}).items()
        if name not in ("model", "model_class")
    }
    return {**said, "values": values} if values and isinstance(said, dict) else said

"""The one filter language: conditions that a list, a saved view, a report or an API call takes from its address.

`?f=country:in:AT,DE&f=revenue_12m:over:20000&f=name:has:lind&f=last_order_on:before:-90d&f=owner:is:me`

A condition is `name:operation:values`. Conditions are joined by AND, the values of one condition by OR. In a value, a
comma is written `\\,` and a backslash `\\\\`. A room declares what may be asked with `Filter`; everything else, and every
nonsense, is a `BadFilter` whose message is a sentence for people.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kundenkreis.core.filter_kinds import OPERATIONS, BadFilter, Filter, Found, Operation, Reading

__all__ = ["BadFilter", "Chip", "Filter", "Filters", "Found", "condition", "operations", "parse"]

PARAMETER = "f"
_MOST_CONDITIONS = 20
_MOST_LETTERS = 4_000


@dataclass(frozen=True)
class Chip:
    """A condition as people read it: "Country" "is Austria or Germany"; `param` is the condition as it was written."""

    name: str
    label: str
    text: str
    param: str


@dataclass(frozen=True)
class Condition:
    filter: Filter
    operation: str
    values: tuple[Any, ...]
    texts: tuple[str, ...]
    param: str


@dataclass(frozen=True)
class Filters:
    """The conditions of one list, all of which hold."""

    conditions: tuple[Condition, ...] = ()
    me: int | None = None
    today: dt.date | None = field(default=None, compare=False)

    def __bool__(self) -> bool:
        return bool(self.conditions)

    def q(self) -> Q:
        """The condition for a queryset. Paths to many-valued relations need `.distinct()` by the caller."""
        whole = Q()
        for one in self.conditions:
            whole &= OPERATIONS[one.filter.kind][one.operation].q(one.filter, one.values)
        return whole

    def describe(self) -> list[Chip]:
        """Every condition in words, in the language of the moment."""
        return [Chip(one.filter.name, str(one.filter.label), _sentence(one), one.param) for one in self.conditions]

    def to_params(self) -> list[tuple[str, str]]:
        """The conditions for `urlencode`."""
        return [(PARAMETER, one.param) for one in self.conditions]

    def without(self, param: str) -> Filters:
        """The same without one condition (what removing its chip leaves)."""
        return Filters(tuple(one for one in self.conditions if one.param != param), self.me, self.today)


def parse(params: Any, declared: Iterable[Filter], *, me: int | None = None, today: dt.date | None = None) -> Filters:
    """The filters in a request's parameters (a `QueryDict`, a mapping, or the conditions themselves).

    `me` is whom "me" means, `today` what "-90d" is counted from (the house's today when left out).
    Raises `BadFilter`, and nothing else, for anything that is not understood.
    """
    known = {one.name: one for one in declared}
    written = list(dict.fromkeys(_written(params)))
    if len(written) > _MOST_CONDITIONS:
        raise BadFilter(_("At most %(n)d conditions at once.") % {"n": _MOST_CONDITIONS})
    reading = Reading(me, today)
    return Filters(tuple(_condition(text, known, reading) for text in written if text), me, today)


def condition(name: str, operation: str, *values: Any) -> str:
    """A condition as it is written in an address: `condition("country", "in", "AT", "DE")` → "country:in:AT,DE"."""
    escaped = [str(value).replace("\\", "\\\\").replace(",", "\\,") for value in values]
    return f"{name}:{operation}" + (":" + ",".join(escaped) if escaped else "")


def _written(params: Any) -> list[str]:
    if hasattr(params, "getlist"):
        return params.getlist(PARAMETER)
    if isinstance(params, Mapping):
        params = params.get(PARAMETER, [])
    if isinstance(params, str):
        return [params]
    found = list(params)
    if not all(isinstance(text, str) for text in found):
        raise BadFilter(_("A condition is written as text."))
    return found


def _condition(text: str, known: Mapping[str, Filter], reading: Reading) -> Condition:
    name, _colon, rest = text[:_MOST_LETTERS].partition(":")
    operation, _colon, values = rest.partition(":")
    if len(text) > _MOST_LETTERS:
        raise BadFilter(_("A condition is too long."))
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadFilter(_("A condition has signs in it that are no text."))
    if name not in known:
        raise BadFilter(_("This list cannot be filtered by “%(name)s”.") % {"name": name[:60]})
    asked = known[name]
    operations = OPERATIONS[asked.kind]
    if operation not in operations:
        raise BadFilter(
            _("“%(label)s” does not know the condition “%(operation)s”. It knows: %(known)s.")
            % {"label": asked.label, "operation": operation[:40], "known": ", ".join(operations)}
        )
    how = operations[operation]
    texts = tuple(_split(values))
    _check_number(asked, how, texts)
    return Condition(asked, operation, tuple(how.read(asked, one, reading) for one in texts), texts, text)


def _split(values: str) -> list[str]:
    """The values between commas; `\\,` is a comma, `\\\\` a backslash."""
    found, current, escaped = [], "", False
    for letter in values:
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


def _check_number(asked: Filter, how: Operation, texts: tuple[str, ...]) -> None:
    least, most = how.count
    if len(texts) < least:
        raise BadFilter(_("“%(label)s” needs a value to compare with.") % {"label": asked.label})
    if len(texts) > most:
        raise BadFilter(_("“%(label)s” has too many values.") % {"label": asked.label})


def operations(kind: str) -> dict[str, Any]:
    """What may be asked of a kind of filter: the words for each operation."""
    return {name: one.words for name, one in OPERATIONS[kind].items()}


def _sentence(one: Condition) -> str:
    how = OPERATIONS[one.filter.kind][one.operation]
    if not one.values:
        return str(how.words)
    joint = _("%(first)s and %(last)s") if how.joined == "and" else _("%(first)s or %(last)s")
    said = [_said(one.filter, value, text) for value, text in zip(one.values, one.texts, strict=True)]
    if len(said) > 5:
        said = [*said[:4], _("%(n)d more") % {"n": len(said) - 4}]
    whole = said[0] if len(said) == 1 else joint % {"first": ", ".join(said[:-1]), "last": said[-1]}
    return f"{how.words} {whole}"


def _said(asked: Filter, value: Any, text: str) -> str:
    if isinstance(value, Found):
        return value.name
    if text == "me":
        return _("me")
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


def _is_german() -> bool:
    return (get_language() or "en").startswith("de")

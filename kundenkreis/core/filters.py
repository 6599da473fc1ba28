"""The one filter language: conditions that a list, a saved view, a report, an export or an API call takes from its address.

`?f=country:in:AT,DE&f=revenue_12m:over:20000&f=name:has:lind&f=last_order_on:last:90d&f=owner:is:me`
`?f=any(tier:in:A;all(country:in:AT;owner:is:my_team))&f=orders:with(family:in:3;day:last:90d;sum:over:5000)`

A condition is `name:operation:values`. Conditions are joined by AND, the values of one condition by OR. `any(…;…)`, `all(…;…)` and
`none(…;…)` join conditions in another way, and may stand in each other. A relation asks for other records by conditions of its own:
`orders:with(…)`, `orders:without(…)`. In a value, a comma is written `\\,` and a backslash `\\\\`; within brackets also `\\;`, `\\(`
and `\\)`. A room declares what may be asked with `Filter`; everything else, and every nonsense, is a `BadFilter` whose message is a
sentence for people and which knows the place of the condition.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from kundenkreis.core import filter_saying, filter_writing
from kundenkreis.core.filter_asking import Condition, Group, Part, all_of, condition_of, leaves
from kundenkreis.core.filter_kinds import OPERATIONS
from kundenkreis.core.filter_nouns import BadFilter, Filter, Found, Many, Picked, Reading, Relation, Unseen
from kundenkreis.core.filter_writing import condition, group, relation

__all__ = [
    "BadFilter",
    "Chip",
    "Condition",
    "Filter",
    "Filters",
    "Found",
    "Group",
    "Many",
    "Picked",
    "Relation",
    "Unseen",
    "condition",
    "group",
    "operations",
    "parse",
    "relation",
]

PARAMETER = "f"
_MOST_CONDITIONS = 20
_MOST_LETTERS = 4_000
_DEEPEST = 5


@dataclass(frozen=True)
class Chip:
    """A condition as people read it: "Country" "is Austria or Germany"; `param` is the condition as it was written."""

    name: str
    label: str
    text: str
    param: str


@dataclass(frozen=True)
class Filters:
    """The parts of one list's question, all of which hold."""

    parts: tuple[Part, ...] = ()
    me: int | None = None
    today: dt.date | None = field(default=None, compare=False)

    def __bool__(self) -> bool:
        return bool(self.parts)

    @property
    def conditions(self) -> list[Condition]:
        """The conditions that hold by themselves, in no group."""
        return [part for part in self.parts if isinstance(part, Condition)]

    def asked(self) -> Iterator[Condition]:
        """Every condition on the list's own rows, in groups too."""
        return leaves(self.parts)

    def q(self) -> Q:
        """The condition for a queryset; it brings no row twice."""
        return all_of(self.parts)

    def describe(self) -> list[Chip]:
        """Every part in words, in the language of the moment."""
        return [Chip(part.name, filter_saying.label(part), filter_saying.said(part), part.param) for part in self.parts]

    def to_params(self) -> list[tuple[str, str]]:
        """The parts for `urlencode`."""
        return [(PARAMETER, part.param) for part in self.parts]

    def without(self, param: str) -> Filters:
        """The same without one part (what removing its chip leaves)."""
        return Filters(tuple(part for part in self.parts if part.param != param), self.me, self.today)


def parse(
    params: Any,
    declared: Iterable[Filter],
    *,
    by: Any = None,
    me: int | None = None,
    today: dt.date | None = None,
) -> Filters:
    """The filters in a request's parameters (a `QueryDict`, a mapping, or the parts themselves).

    `by` is who asks: whom "me" means, whose team "my_team" is, and who sees what relations lead to (`me` alone for who is not at
    hand), `today` what "-90d" is counted from (the house's today when left out). Raises `BadFilter`, and nothing else, for anything
    that is not understood.
    """
    me = me if by is None else by.pk
    written = list(dict.fromkeys(text for text in _written(params) if text))
    reader = _Reader(Reading(me, today, by))
    return Filters(tuple(reader.part(text, declared, (at,)) for at, text in enumerate(written)), me, today)


def operations(kind: str) -> dict[str, Any]:
    """What may be asked of a kind of filter: the words for each operation."""
    return {name: one.words for name, one in OPERATIONS[kind].items()}


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


class _Reader:
    """Reads one question; knows how many conditions came so far."""

    def __init__(self, reading: Reading):
        self.reading = reading
        self.count = 0

    def part(self, text: str, declared: Iterable[Filter], at: tuple[int, ...]) -> Part:
        """A condition, group or relation. What is wrong with it is raised with its place."""
        try:
            self._bound(text, at)
            return self._part(text, declared, at)
        except BadFilter as bad:
            bad.at = bad.at or at
            raise

    def _bound(self, text: str, at: tuple[int, ...]) -> None:
        self.count += 1
        if self.count > _MOST_CONDITIONS:
            raise BadFilter(_("At most %(n)d conditions at once.") % {"n": _MOST_CONDITIONS})
        if len(at) > _DEEPEST:
            raise BadFilter(_("Groups stand in each other at most %(n)d deep.") % {"n": _DEEPEST})
        if len(text) > _MOST_LETTERS:
            raise BadFilter(_("A condition is too long."))
        if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise BadFilter(_("A condition has signs in it that are no text."))

    def _part(self, text: str, declared: Iterable[Filter], at: tuple[int, ...]) -> Part:
        word, body = filter_writing.bracketed(text)
        if word in filter_writing.GROUPS:
            return Group(word, self._inner(body, declared, at), text)
        name, _colon, rest = text.partition(":")
        asked = _known(declared).get(name)
        if asked is None:
            raise BadFilter(_("This list cannot be filtered by “%(name)s”.") % {"name": name[:60]})
        if asked.may is not None and not asked.may(self.reading.by):
            raise BadFilter(_("This list cannot be filtered by “%(name)s”.") % {"name": name[:60]})
        if asked.refused:
            raise BadFilter(asked.refused)
        if asked.kind != "relation" or asked.relation is None:
            return condition_of(asked, rest, self.reading, text)
        operation, inner = filter_writing.bracketed(rest) if "(" in rest else (rest, "")
        parts = self._inner(inner, asked.relation.filters(), at) if inner else ()
        for place, part in enumerate(parts):
            if any(one.filter.total is not None for one in leaves((part,))) and not isinstance(part, Condition):
                bad = BadFilter(_("What all records come to together cannot stand in a group."))
                bad.at = (*at, place)
                raise bad
        return condition_of(asked, operation, self.reading, text, parts)

    def _inner(self, body: str, declared: Iterable[Filter], at: tuple[int, ...]) -> tuple[Part, ...]:
        texts = filter_writing.divided(body)
        if not texts:
            raise BadFilter(_("A group needs a condition."))
        return tuple(self.part(one, declared, (*at, place)) for place, one in enumerate(texts))


def _known(declared: Iterable[Filter]) -> dict[str, Filter]:
    found = {alias: one for one in declared for alias in one.aliases}
    return found | {one.name: one for one in declared}

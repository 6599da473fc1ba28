"""Which territory an account belongs to by the rules of the territories: a sum, without a database.

What a territory says (countries, postcodes, industries, sizes) narrows down what those above it say. A territory that says nothing itself
takes no account by rule. Of several that fit the most specific takes the account: the longest postcode, then an industry, a size, a
country, then the deeper one. Where even that is equal, the older territory has it, and the tie is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

MOST = 500  # territories of a house
DEEPEST = 8  # one below the other
MOST_PARTS = 500  # entries in one of a rule's lists
_REMEMBERED = 50_000


class Size(models.TextChoices):
    """By the number of employees, as Commission Recommendation 2003/361/EC draws the lines."""

    MICRO = "micro", _("micro, under 10 employees")
    SMALL = "small", _("small, 10 to 49")
    MEDIUM = "medium", _("medium, 50 to 249")
    LARGE = "large", _("large, 250 and more")


def size_of(employees: int | None) -> str:
    """The size class; "" when nobody knows how many work there."""
    if employees is None:
        return ""
    return (
        Size.MICRO
        if employees < 10
        else Size.SMALL
        if employees < 50
        else Size.MEDIUM
        if employees < 250
        else Size.LARGE
    )


class Key(NamedTuple):
    """What of an account decides."""

    country: str
    postcode: str
    industry: str
    employees: int | None


class Node(NamedTuple):
    """A territory as it is stored; `owner` is a person's number."""

    pk: int
    name: str
    parent: int | None
    countries: Sequence[str]
    postcodes: Sequence[str]
    industries: Sequence[str]
    sizes: Sequence[str]
    owner: int | None = None

    @property
    def says(self) -> bool:
        return bool(self.countries or self.postcodes or self.industries or self.sizes)


class Fit(NamedTuple):
    """How specifically a territory fits an account; the greatest takes it."""

    postcode: int  # characters of the postcode that are named
    industry: int
    size: int
    country: int
    depth: int


@dataclass(frozen=True)
class Placed:
    """The territory that takes an account by rule (None: none does), and others that fit it no less."""

    territory: int | None = None
    ties: tuple[int, ...] = ()


NOWHERE = Placed()


def bare(postcode: str) -> str:
    return postcode.replace(" ", "").replace("\u00a0", "").upper()


def named_length(postcode: str, parts: Sequence[str]) -> int:
    """How many characters of a bare postcode the longest beginning or range among `parts` names; 0 when it lies in none."""
    longest = 0
    for part in parts:
        first, dash, last = part.partition("-")
        length = len(first)
        if length > longest and len(postcode) >= length and first <= postcode[:length] <= (last if dash else first):
            longest = length
    return longest


@dataclass
class Rulebook:
    """The rules of all living territories. A million accounts are asked about quickly, because what they have in common is remembered."""

    nodes: Sequence[Node]
    _by_place: dict[tuple[str, str], list[tuple[int, Node]]] = field(default_factory=dict)
    _placed: dict[Key, Placed] = field(default_factory=dict)

    @cached_property
    def by_pk(self) -> dict[int, Node]:
        return {node.pk: node for node in self.nodes}

    @cached_property
    def ruled(self) -> list[Node]:
        """Those that say something; the older first."""
        return sorted((node for node in self.nodes if node.says), key=lambda node: node.pk)

    @cached_property
    def _lines(self) -> dict[int, tuple[Node, ...]]:
        return {node.pk: tuple(self._upwards(node)) for node in self.nodes}

    def _upwards(self, node: Node | None) -> Iterator[Node]:
        seen: set[int] = set()
        while node is not None and node.pk not in seen:
            seen.add(node.pk)
            yield node
            node = self.by_pk.get(node.parent) if node.parent is not None else None

    def line(self, pk: int | None) -> tuple[Node, ...]:
        """A territory and those above it; () for an unknown one."""
        return self._lines.get(pk, ()) if pk is not None else ()

    def owner(self, pk: int | None) -> int | None:
        """Who has the accounts of a territory: its owner, or that of the nearest one above it that has one."""
        return next((node.owner for node in self.line(pk) if node.owner is not None), None)

    def below(self, pks: Iterable[int]) -> frozenset[int]:
        """These and all that lie below them."""
        wanted = set(pks)
        return frozenset(pk for pk, line in self._lines.items() if any(node.pk in wanted for node in line))

    def place(self, key: Key) -> Placed:
        """Where an account belongs by rule."""
        if not self.ruled:
            return NOWHERE
        known = self._placed.get(key)
        if known is None:
            found = self.fits(key)
            best = [pk for fit, pk in found if fit == found[0][0]]
            known = Placed(best[0], tuple(best[1:])) if best else NOWHERE
            if len(self._placed) >= _REMEMBERED:
                self._placed.clear()
            self._placed[key] = known
        return known

    def fits(self, key: Key) -> list[tuple[Fit, int]]:
        """All territories that fit an account, the most specific first."""
        size, found = size_of(key.employees), []
        for length, node in self._at(key.country, bare(key.postcode)):
            line = self._lines[node.pk]
            if all(not one.industries or key.industry in one.industries for one in line) and all(
                not one.sizes or size in one.sizes for one in line
            ):
                found.append((self._fit(length, line), node.pk))
        return sorted(found, key=lambda one: (tuple(-part for part in one[0]), one[1]))

    @staticmethod
    def _fit(length: int, line: Sequence[Node]) -> Fit:
        said = [any(getattr(one, name) for one in line) for name in ("industries", "sizes", "countries")]
        return Fit(length, int(said[0]), int(said[1]), int(said[2]), len(line))

    def _at(self, country: str, postcode: str) -> list[tuple[int, Node]]:
        """(characters of the postcode that it names, territory) of those whose rules hold at that place."""
        place = country, postcode
        if place not in self._by_place:
            if len(self._by_place) >= _REMEMBERED:
                self._by_place.clear()
            self._by_place[place] = list(self._holding(country, postcode))
        return self._by_place[place]

    def _holding(self, country: str, postcode: str) -> Iterator[tuple[int, Node]]:
        for node in self.ruled:
            line, longest = self._lines[node.pk], 0
            for one in line:
                if one.countries and country not in one.countries:
                    break
                if one.postcodes:
                    length = named_length(postcode, one.postcodes)
                    if not length:
                        break
                    longest = max(longest, length)
            else:
                yield longest, node

    def overlaps(self) -> list[tuple[int, int]]:
        """Pairs of territories for which an account can fit both equally: their rules leave it open who has it."""
        return [
            (a.pk, b.pk) for a, b in combinations(self.ruled, 2) if self._can_tie(self._lines[a.pk], self._lines[b.pk])
        ]

    def _can_tie(self, ours: Sequence[Node], theirs: Sequence[Node]) -> bool:
        if len(ours) != len(theirs):
            return False
        both = [*ours, *theirs]
        for name in ("countries", "industries", "sizes"):
            said = [set(getattr(one, name)) for one in both if getattr(one, name)]
            if any(getattr(one, name) for one in ours) != any(getattr(one, name) for one in theirs):
                return False
            if said and not set.intersection(*said):
                return False
        mine, yours = (next((one.postcodes for one in line if one.postcodes), ()) for line in (ours, theirs))
        return (not mine and not yours) or any(_meet(a, b) for a in mine for b in yours)


def _meet(one: str, other: str) -> bool:
    """Whether two beginnings or ranges of equal length have a postcode in common."""
    (a, dash, b), (c, other_dash, d) = one.partition("-"), other.partition("-")
    return len(a) == len(c) and max(a, c) <= min(b if dash else a, d if other_dash else c)


def with_changes(nodes: Iterable[Node], changes: dict[int, dict[str, Any]]) -> Rulebook:
    """The rules as they would be with other values for some territories."""
    return Rulebook([node._replace(**changes.get(node.pk, {})) for node in nodes])

"""The custom fields of the house as every process knows them, without asking the database at each page (as `core.models.House.known`)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.cache import cache
from django.utils import translation
from django.utils.functional import lazy

from kundenkreis.core.text import fold
from kundenkreis.fields import formula
from kundenkreis.fields.stored import FOLDED

_KEY = "fields.known"
_AT_HAND = 0.05  # seconds for which a process asks nobody
PREFIX = "custom_"
WORKED_OUT = ("formula", "rollup")  # kinds that nobody fills in


@dataclass(frozen=True)
class Choice:
    key: str
    en: str
    de: str
    retired: bool = False
    default: bool = False  # what a new record holds unless something else is said
    merged: str = ""  # the key of the choice that stands for it since both were made one

    @property
    def label(self) -> str:
        return _said(self.en, self.de)

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Choice:
        return cls(
            kept["key"], kept.get("en", ""), kept.get("de", ""), bool(kept.get("retired")), bool(kept.get("default")),
            kept.get("merged", ""),
        )  # fmt: skip

    def kept(self) -> dict[str, Any]:
        """As it stands in a definition; what is usual is not there."""
        plain = {"key": self.key, "en": self.en, "de": self.de, "retired": self.retired}
        return plain | {name: value for name in ("default", "merged") if (value := getattr(self, name))}


def ways_to_write(choices: Iterable[Choice]) -> dict[str, str]:
    """Every way in which a choice may be written (its key, its labels), casefolded, with the key; what was merged leads to what stands for it.

    What is offered comes before what is retired.
    """
    found: dict[str, str] = {}
    for one in sorted(choices, key=lambda choice: choice.retired):
        for text in (one.key, one.en, one.de):
            if text:
                found.setdefault(text.strip().casefold(), one.merged or one.key)
    return found


def _said(english: str, german: str) -> str:
    is_german = (translation.get_language() or "en").startswith("de")
    return (german if is_german else english) or english or german


_lazily = lazy(_said, str)


@dataclass(frozen=True)
class Field:
    """A custom field as it is defined. `kind` is one of `CustomField.Kind`; `name` is what history, lists, forms and imports call it."""

    pk: int
    belongs_to: str
    key: str
    kind: str
    label_en: str
    label_de: str
    help_en: str = ""
    help_de: str = ""
    group_en: str = ""
    group_de: str = ""
    position: int = 0
    choices: tuple[Choice, ...] = ()
    is_required: bool = False
    required_roles: frozenset[str] = frozenset()
    required_stages: frozenset[str] = frozenset()
    decimals: int = 2
    currency: str = ""
    formula: str = ""
    refers_to: str = ""
    rollup: tuple[tuple[str, Any], ...] = ()  # of, how, what, where
    rolls: frozenset[str] = frozenset()  # the sources of the roll-ups that it is or reads
    is_filled: bool = True  # its first working out has come to its end
    rolled_on: Any = None
    moves: bool = False  # what it comes to depends on the day
    is_ready: bool = False
    is_searched: bool = False
    is_retired: bool = False
    formula_kind: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        return PREFIX + self.key

    @property
    def label(self) -> Any:
        return _lazily(self.label_en, self.label_de)

    @property
    def help(self) -> Any:
        return _lazily(self.help_en, self.help_de)

    @property
    def group(self) -> str:
        return _said(self.group_en, self.group_de)

    @property
    def holds(self) -> str:
        """The kind of its values: that of a formula is what it works out."""
        return self.formula_kind if self.kind in WORKED_OUT else self.kind

    @property
    def is_worked_out(self) -> bool:
        return self.kind in WORKED_OUT

    @property
    def path(self) -> str:
        """The value in a query."""
        ends = {"text": "key", "money": "number"}
        return f"custom__{self.key}_{ends.get(self.holds, self.holds)}"

    def is_required_of(self, person: Any) -> bool:
        """Whether this person may not leave it empty; the house itself may."""
        if not self.is_required or person is None or self.kind in WORKED_OUT:
            return False
        return not self.required_roles or getattr(person, "role", "") in self.required_roles

    @cached_property
    def choice(self) -> dict[str, Choice]:
        return {one.key: one for one in self.choices}

    @cached_property
    def choice_written(self) -> dict[str, str]:
        """Every way in which a choice may be written: its key, its labels."""
        return ways_to_write(self.choices)

    @cached_property
    def usual(self) -> Any:
        """What a new record holds unless something else is said; None for nothing."""
        some = [one.key for one in self.choices if one.default and not one.retired]
        return None if not some else some if self.kind == "several" else some[0]

    def labels(self) -> list[tuple[str, str]]:
        """The choices as filters and forms offer them."""
        return [(one.key, one.label) for one in self.choices]


class Fields:
    """The fields of one noun, retired ones too."""

    def __init__(self, some: Iterable[Field]) -> None:
        self.all = tuple(some)
        self.by_key = {one.key: one for one in self.all}
        self.by_name = {one.name: one for one in self.all}
        self.active = tuple(one for one in self.all if not one.is_retired)
        self.written = tuple(one for one in self.active if one.kind not in WORKED_OUT)
        self.rollups = tuple(one for one in self.active if one.kind == "rollup")
        self.searched = tuple(one for one in self.active if one.is_searched and one.holds == "text")

    def __bool__(self) -> bool:
        return bool(self.all)

    @cached_property
    def formulas(self) -> list[tuple[Field, formula.Node]]:
        """Formulas with their trees, in the order in which they are worked out."""
        trees = {one.key: formula.read(one.formula) for one in self.active if one.kind == "formula"}
        return [(self.by_key[key], trees[key]) for key in formula.ordered(trees)]

    @cached_property
    def read_by_formulas(self) -> frozenset[str]:
        """The names of what formulas read: own columns of the record and custom fields."""
        return (
            frozenset().union(*(formula.names(tree) for _one, tree in self.formulas)) if self.formulas else frozenset()
        )

    def groups(self, some: Iterable[Field] | None = None) -> list[tuple[str, list[Field]]]:
        """The active fields under their headings, in their order; those without a heading first."""
        found: dict[str, list[Field]] = {}
        for one in self.active if some is None else some:
            found.setdefault(one.group, []).append(one)
        return sorted(found.items(), key=lambda pair: pair[0] != "")

    def search_text(self, values: Mapping[str, Any]) -> list[str]:
        return [str(values[one.key]) for one in self.searched if values.get(one.key)]


_NONE = Fields(())


def of(noun: str) -> Fields:
    """The fields of a noun ("accounts"), as they were half a minute ago at most."""
    return all_nouns().get(noun, _NONE)


def all_nouns() -> dict[str, Fields]:
    """Noun → its fields. Processes share only a token that says whether what they hold is still true; ten thousand choices are read once."""
    global _at_hand
    if time.monotonic() < _at_hand.until:
        return _at_hand.fields
    token = cache.get(_KEY)
    fields = _at_hand.fields
    if token is None or token != _at_hand.token:
        if token is None:
            token = secrets.token_hex(8)
            cache.set(_KEY, token, 30)
        fields = _made(_rows())
    _at_hand = _AtHand(token, fields, time.monotonic() + _AT_HAND)
    return fields


def forget() -> None:
    """Read them anew at the next call (after one was changed)."""
    global _at_hand
    cache.delete(_KEY)
    _at_hand = _AtHand("", {}, 0.0)


@dataclass(frozen=True)
class _AtHand:
    token: str
    fields: dict[str, Fields]
    until: float  # asked again after that moment of the monotonic clock


_at_hand = _AtHand("", {}, 0.0)
_made_of: tuple[list[Any], dict[str, Fields]] = ([], {})


def _rows() -> list[Any]:
    from kundenkreis.fields.models import CustomField

    return list(CustomField.objects.living().in_order().values())


def _made(rows: list[dict[str, Any]]) -> dict[str, Fields]:
    """Made once for the same rows, so that what hangs on them (trees, columns, filters) is too."""
    global _made_of
    if _made_of[0] == rows:
        return _made_of[1]
    nouns: dict[str, list[Field]] = {}
    for row in rows:
        nouns.setdefault(row["belongs_to"], []).append(of_row(row))
    found = {noun: Fields(with_kinds(noun, some)) for noun, some in nouns.items()}
    _made_of = (rows, found)
    return found


def of_row(row: Mapping[str, Any]) -> Field:
    names = Field.__dataclass_fields__.keys() & row.keys()
    return Field(
        **{name: row[name] for name in names - {"choices", "required_roles", "required_stages", "rollup"}},
        rollup=tuple((row.get("rollup") or {}).items()),
        is_filled=row.get("filled_to") is None,
        pk=row["id"],
        choices=tuple(map(Choice.read, row["choices"])),
        required_roles=frozenset(row["required_roles"]),
        required_stages=frozenset(row.get("required_stages") or ()),
        is_ready=row["index_state"] == "ready" and row["is_indexed"],
        is_retired=row["retired_at"] is not None,
    )


def with_kinds(noun: str, some: list[Field]) -> list[Field]:
    """The same fields; each formula knows the kind of its values."""
    from dataclasses import replace

    kinds = read_kinds(noun, some)
    rolls, moving = _rolls(some), _moving(some)
    return [
        replace(
            one,
            formula_kind=_rolled(one) if one.kind == "rollup" else _held(one, kinds),
            rolls=rolls[one.key],
            moves=one.key in moving,
        )
        if one.kind in WORKED_OUT
        else one
        for one in some
    ]


def _rolled(one: Field) -> str:
    from kundenkreis.fields import sources

    return sources.kind_of(one.belongs_to, dict(one.rollup))


def _rolls(some: Iterable[Field]) -> dict[str, frozenset[str]]:
    """Key → the sources of the roll-ups that a field is or reads, through other formulas too."""
    found = {one.key: frozenset({dict(one.rollup).get("of", "")}) for one in some if one.kind == "rollup"}
    found |= {one.key: frozenset() for one in some if one.kind == "formula"}
    for key, tree in _readable(some):
        found[key] = frozenset().union(*(found.get(name, frozenset()) for name in formula.names(tree)))
    return found


def _moving(some: Iterable[Field]) -> set[str]:
    """The keys of what comes to something else on another day: it reads today, or what does."""
    from kundenkreis.fields import rolling

    found = {one.key for one in some if one.kind == "rollup" and rolling.moves(dict(one.rollup))}
    for key, tree in _readable(some):
        if formula.reads_today(tree) or formula.names(tree) & found:
            found.add(key)
    return found


def _readable(some: Iterable[Field]) -> list[tuple[str, formula.Node]]:
    """The formulas that can be read, what is read coming first."""
    trees: dict[str, formula.Node] = {}
    for one in some:
        if one.kind == "formula":
            with suppress(formula.BadFormula):
                trees[one.key] = formula.read(one.formula)
    try:
        return [(key, trees[key]) for key in formula.ordered(trees)]
    except formula.BadFormula:
        return list(trees.items())


def _held(one: Field, kinds: Mapping[str, str]) -> str:
    try:
        found = formula.kind_of(formula.read(one.formula), kinds)
    except formula.BadFormula:
        return "text"
    return "money" if found == "number" and one.currency else found


_OF_KIND = {"number": "number", "money": "number", "date": "date", "text": "text", "choice": "text", "formula": ""}


def read_kinds(noun: str, some: Iterable[Field]) -> dict[str, str]:
    """What a formula of this noun can read, by its key, and of which kind that is: own columns, custom fields, other formulas."""
    from kundenkreis.fields.nouns import NOUNS

    kinds = dict(NOUNS[noun].read) if noun in NOUNS else {}
    active = [one for one in some if not one.is_retired]
    kinds |= {one.key: _OF_KIND[one.kind] for one in active if _OF_KIND.get(one.kind)}
    kinds |= {one.key: _OF_KIND[_rolled(one)] for one in active if one.kind == "rollup"}
    trees = {one.key: one.formula for one in active if one.kind == "formula"}
    read = {}
    for key, text in trees.items():
        try:
            read[key] = formula.read(text)
        except formula.BadFormula:
            continue
    try:
        order = formula.ordered(read)
    except formula.BadFormula:
        return kinds
    for key in order:
        try:
            kinds[key] = formula.kind_of(read[key], kinds)
        except formula.BadFormula:
            continue
    return kinds


def folded(text: str) -> str:
    return fold(text)[:200]


__all__ = [
    "FOLDED",
    "PREFIX",
    "Choice",
    "Field",
    "Fields",
    "all_nouns",
    "folded",
    "forget",
    "of",
    "of_row",
    "read_kinds",
    "with_kinds",
]

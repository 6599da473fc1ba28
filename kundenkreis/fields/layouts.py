"""Layouts: which nouns have one, what ships with the program, and what the house has made of it. They order and hide; they open nothing.

What a person may not see or change, access decides before: a layout is asked afterwards, and can only leave out more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from kundenkreis.core.at_hand import AtHand
from kundenkreis.fields import known as custom
from kundenkreis.fields.known import PREFIX, _lazily


@dataclass(frozen=True)
class Group:
    """Fields under a heading, as shipped."""

    key: str
    label: Any
    names: tuple[str, ...]


@dataclass(frozen=True)
class Arranged:
    """A noun with a layout. `form` are the built-in fields that its form has, `needed` those that it cannot do without, `first` those that
    are asked when a record is made; empty: all.
    """

    name: str
    model: type[models.Model]
    label: Any
    groups: tuple[Group, ...]
    form: tuple[str, ...] = ()
    needed: frozenset[str] = frozenset()
    first: tuple[str, ...] = ()
    labels: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Every built-in field, in the shipped order."""
        return tuple(dict.fromkeys([*(name for group in self.groups for name in group.names), *self.form]))

    def label_of(self, name: str) -> Any:
        if name in self.labels:
            return self.labels[name]
        return self.model._meta.get_field(name).verbose_name  # type: ignore[union-attr]


NOUNS: dict[str, Arranged] = {}


def tell(
    name: str, model: type[models.Model], label: Any, groups: Iterable[tuple[str, Any, Iterable[str]]], **more: Any
) -> None:
    """This noun has a layout. `groups` are (key, heading, names)."""
    made = tuple(Group(key, heading, tuple(names)) for key, heading, names in groups)
    NOUNS[name] = Arranged(name, model, label, made, **more)


@dataclass(frozen=True)
class Placed:
    """A field in its place: whether page and form show it, and whether the form insists on it."""

    name: str
    page: bool = True
    form: bool = True
    required: bool = False


@dataclass(frozen=True)
class Section:
    key: str
    label: Any
    fields: tuple[Placed, ...]


def _rows() -> list[Any]:
    from kundenkreis.fields.models import Layout

    return list(Layout.objects.living().order_by("pk").values_list("belongs_to", "role", "groups"))


def _made(rows: list[Any]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    return {(noun, role): groups for noun, role, groups in rows}


_AT_HAND = AtHand("fields.layouts", _rows, _made)


def forget() -> None:
    _AT_HAND.forget()


def of(noun: str, role: str) -> list[Section] | None:
    """The layout that holds for a role: its own, else everybody's; None for the shipped one."""
    there = _AT_HAND.now()
    kept = there.get((noun, role), there.get((noun, "")))
    return None if kept is None else complete(noun, kept)


def shipped(noun: str) -> list[Section]:
    """As it is without a layout of the house's: the built-in groups, then the custom fields under their headings."""
    arranged = NOUNS[noun]
    grouped = {name for group in arranged.groups for name in group.names}
    some = [Section(g.key, g.label, tuple(map(Placed, g.names))) for g in arranged.groups]
    rest = [Placed(name, page=False) for name in arranged.form if name not in grouped]
    if rest:
        some[-1] = Section(some[-1].key, some[-1].label, (*some[-1].fields, *rest))
    return [*some, *_own_groups(noun, frozenset())]


def complete(noun: str, kept: list[dict[str, Any]]) -> list[Section]:
    """The kept groups, and what they do not name: a field stands at the end of its group, a custom one under its heading."""
    arranged, own = NOUNS[noun], custom.of(noun)
    there = set(arranged.names) | {one.name for one in own.active}
    named = {one["name"] for group in kept for one in group["fields"]}
    home = {name: group.key for group in arranged.groups for name in group.names}
    left: dict[str, list[Placed]] = {}
    keys = [group["key"] for group in kept]
    for name in arranged.names:
        if name not in named:
            place = home.get(name, "")
            left.setdefault(place if place in keys else keys[-1] if keys else "", []).append(
                Placed(name, page=name in home)
            )
    heading_of = {text.casefold(): g["key"] for g in reversed(kept) for text in (g["en"], g["de"]) if text}
    mine = []
    for one in own.active:
        if one.name not in named:
            headings = [text.casefold() for text in (one.group_en, one.group_de) if text]
            under = next((heading_of[text] for text in headings if text in heading_of), "")
            if under:
                left.setdefault(under, []).append(Placed(one.name))
            else:
                mine.append(one.name)
    some = []
    for group in kept:
        placed = [Placed(**one) for one in group["fields"] if one["name"] in there]
        some.append(Section(group["key"], _lazily(group["en"], group["de"]), (*placed, *left.get(group["key"], ()))))
    return [*some, *_own_groups(noun, {one.name for one in own.active} - set(mine))]


def _own_groups(noun: str, but: Iterable[str]) -> list[Section]:
    """Custom fields under headings of their own."""
    some = [one for one in custom.of(noun).active if one.name not in set(but)]
    found = custom.of(noun).groups(some)
    return [
        Section(
            f"own:{fields[0].key}",
            _lazily(fields[0].group_en, fields[0].group_de),
            tuple(Placed(one.name) for one in fields),
        )
        for _heading, fields in found
    ]


def is_custom(name: str) -> bool:
    return name.startswith(PREFIX)

"""What of each room's configuration is carried: rooms tell it when the house starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models

Definition = dict[str, Any]  # plain JSON


@dataclass(frozen=True)
class Change:
    """What becomes of one definition. `before` is None for a new one, `after` for one that goes."""

    key: str
    before: Definition | None
    after: Definition | None


@dataclass(frozen=True)
class Conflict:
    """What somebody should know before she does it; with `stops` it cannot be done at all."""

    text: str
    stops: bool = False


@dataclass(frozen=True, kw_only=True)
class Part:
    """`dump()` is everything, by key. `wrong(key, definition)` says why that is no definition of this part ("" when it is one), for what a
    file brings. `put(changes, by=, batch=)` and `drop(changes, by=, batch=)` do it through the room's verbs, `models` are what they write.
    `title` names a definition for people, `labels` its members, `told` reads a member's value; `conflicts(change)` are warnings.
    `shipped(key)` is what holds as long as there is no definition, to say what is another than that. `after` are the parts that have to be
    there before this one.
    """

    name: str
    label: Any
    models: tuple[type[models.Model], ...]
    dump: Callable[[], Mapping[str, Definition]]
    wrong: Callable[[str, Any], str]
    put: Callable[..., None]
    drop: Callable[..., None]
    title: Callable[[str, Definition], str]
    labels: Mapping[str, Any] = field(default_factory=dict)
    told: Callable[[str, Any], str] = lambda name, value: str(value)
    conflicts: Callable[[Change], Sequence[Conflict]] = lambda change: ()
    shipped: Callable[[str], Definition | None] = lambda key: None
    after: tuple[str, ...] = ()


_PARTS: dict[str, Part] = {}


def tell(part: Part) -> None:
    _PARTS[part.name] = part


def every() -> list[Part]:
    """All parts, each behind those that it needs."""
    found: dict[str, Part] = {}

    def take(part: Part) -> None:
        for name in part.after:
            if name in _PARTS and name not in found:
                take(_PARTS[name])
        found.setdefault(part.name, part)

    for part in _PARTS.values():
        take(part)
    return list(found.values())


def get(name: str) -> Part | None:
    return _PARTS.get(name)

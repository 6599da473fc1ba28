"""What a trait and a key are: declared once, and computed for one record here or for a million by column (`quality.matching.frames`)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Raw = Mapping[str, Any]
"""A record as it is stored: column → value."""
Traits = Mapping[str, Any]
"""What is compared of it: trait → text, list of texts, or None for unknown."""


@dataclass(frozen=True)
class Making:
    """How some traits are made: `make` is given the values of the columns `of` (texts, "" for empty) and returns one value for each name.

    A value is a text, a list of texts, or None for unknown; `make` of a single name returns it alone.
    """

    names: tuple[str, ...]
    of: tuple[str, ...]
    make: Callable[..., Any]

    def values(self, *given: str) -> tuple[Any, ...]:
        """One value for each name."""
        made = self.make(*given)
        return made if len(self.names) > 1 else (made,)


@dataclass(frozen=True)
class Key:
    """Records that agree in all these traits are compared; a trait that is unknown makes no key.

    A key that more than `most` records have tells none of them apart and leads nowhere: "Huber Maria" alone among a million.
    `is_kept` says that it stands in the house's table of keys, by which a new record is checked while somebody waits.
    """

    traits: tuple[str, ...]
    is_kept: bool = True
    most: int = 20

    @property
    def name(self) -> str:
        return "_".join(self.traits)

    def value(self, traits: Traits) -> str | None:
        found = [traits[name] for name in self.traits]
        return None if None in found else "|".join(found)


@dataclass(frozen=True)
class Kind:
    """What is compared of one kind of record, and by which keys its candidates are found, the most telling first."""

    name: str
    makings: tuple[Making, ...]
    keys: tuple[Key, ...]
    lists: frozenset[str] = frozenset()  # traits that are lists of texts

    def traits_of(self, raw: Raw) -> dict[str, Any]:
        """The traits of one record."""
        found: dict[str, Any] = {}
        for making in self.makings:
            given = ["" if raw.get(column) is None else str(raw[column]) for column in making.of]
            found.update(zip(making.names, making.values(*given), strict=True))
        return found

    def keys_of(self, traits: Traits) -> list[int]:
        """The kept keys of one record as numbers of 63 bits, each once, the most telling first."""
        told = [f"{key.name}:{value}" for key in self.keys if key.is_kept and (value := key.value(traits)) is not None]
        return list(dict.fromkeys(map(hashed, told)))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a record that any trait reads."""
        return tuple(dict.fromkeys(column for making in self.makings for column in making.of))


def hashed(text: str) -> int:
    """A text as a number of 63 bits, the same everywhere and always."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1

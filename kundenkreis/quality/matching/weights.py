"""How much an agreement tells: the m and u probabilities of Fellegi and Sunter for each level, and what follows from them.

m is how often two records of the same one agree so, u how often two of different ones do. An agreement weighs log2(m / u) bits.
I. P. Fellegi and A. B. Sunter, "A Theory for Record Linkage", JASA 64 (1969), 1183–1210.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parent / "data" / "weights.json"
TWINS = 0.02  # of a house's records that have a twin, before it is known better
Table = Mapping[str, Mapping[str, tuple[float, float]]]
"""field → level → (m, u)."""


@dataclass(frozen=True)
class Weights:
    """The weights for one kind of record. `version` names them; `shift` are bits that the house's decisions add to every pair."""

    version: str
    table: Table
    shift: float = 0.0

    def bits(self, field: str, level: str) -> float:
        """What an agreement weighs: positive for the same, negative for another one; 0 for what is unknown."""
        known = self.table[field].get(level)
        return math.log2(known[0] / known[1]) if known else 0.0

    def as_kept(self) -> dict[str, Any]:
        """As JSON keeps it."""
        table = {field: {level: list(pair) for level, pair in levels.items()} for field, levels in self.table.items()}
        return {"version": self.version, "table": table, "shift": self.shift}

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> Weights:
        table = {field: {level: (m, u) for level, (m, u) in levels.items()} for field, levels in kept["table"].items()}
        return cls(kept["version"], table, kept.get("shift", 0.0))


@lru_cache(maxsize=4)
def shipped(kind: str) -> Weights:
    """The weights that come with the product, estimated on made-up German and Austrian records (`bench/duplicates.py --estimate`)."""
    told = json.loads(SHIPPED.read_text(encoding="utf-8"))
    return Weights.from_kept(told[kind])


def chance(records: int) -> float:
    """The probability that two records of a house of so many, drawn by chance, are the same one."""
    return min(0.5, TWINS * 2 / max(records - 1, 4))


def in_bits(probability: float) -> float:
    """A probability as the logarithm of its odds to base 2."""
    return math.log2(probability / (1 - probability))


def as_probability(bits: float) -> float:
    """The probability of odds whose logarithm to base 2 is `bits`."""
    return 1 / (1 + 2.0 ** -max(min(bits, 1000.0), -1000.0))


def rounded(records: int) -> int:
    """A number of records to two digits, so that one more does not change every score."""
    if records < 100:
        return max(records, 5)
    digits = len(str(records)) - 2
    return int(round(records, -digits))

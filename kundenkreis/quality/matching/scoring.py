"""One pair weighed: the sum over its fields, each explained. Gives what the engine gives for the same pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kundenkreis.customers.likeness.traits import Traits
from kundenkreis.quality.matching.comparisons import UNKNOWN, Matched
from kundenkreis.quality.matching.weights import Weights, as_probability, chance, in_bits, rounded

# From this weight on a pair is worth a look: odds of one to four.
LIKELY = -2.0
# From this weight on it is certain enough for a rule of the house: one in a thousand is wrong, by the model.
CERTAIN = 10.0


@dataclass(frozen=True)
class Agreement:
    """How two records agree in one field, and what that weighs in bits."""

    field: str
    level: str
    bits: float


@dataclass(frozen=True)
class Likeness:
    """How likely two records are the same. `weight` is the logarithm of the odds to base 2: `prior` and the bits of all fields."""

    prior: float
    agreements: tuple[Agreement, ...]

    @property
    def weight(self) -> float:
        return self.prior + sum(agreement.bits for agreement in self.agreements)

    @property
    def probability(self) -> float:
        return as_probability(self.weight)

    def as_kept(self) -> dict[str, Any]:
        """As JSON keeps it: levels and bits, no value of any record."""
        return {
            "prior": round(self.prior, 3),
            "fields": {a.field: [a.level, round(a.bits, 3)] for a in self.agreements},
        }

    @classmethod
    def from_kept(cls, kept: dict[str, Any]) -> Likeness:
        agreements = (Agreement(field, level, bits) for field, (level, bits) in kept.get("fields", {}).items())
        return cls(kept.get("prior", 0.0), tuple(agreements))


def prior(records: int, weights: Weights) -> float:
    """What speaks for a pair before it is looked at, in bits, in a house of so many records of the kind."""
    return in_bits(chance(rounded(records))) + weights.shift


def weigh(matched: Matched, weights: Weights, before: float, one: Traits, other: Traits) -> Likeness:
    """Two records' traits held against each other; `before` is the `prior`."""
    agreements = []
    for comparison in matched.comparisons:
        level = comparison.level(one, other)
        bits = 0.0 if level == UNKNOWN else weights.bits(comparison.field, level)
        agreements.append(Agreement(comparison.field, level, bits))
    return Likeness(before, tuple(agreements))

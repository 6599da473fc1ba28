"""Shares of counted cases with the interval that their number leaves open."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Share:
    """`hits` of `cases`, with the 95 % interval of Wilson, "Probable inference" (1927): right for few cases and near 0 and 1."""

    hits: int
    cases: int

    @property
    def value(self) -> float | None:
        return self.hits / self.cases if self.cases else None

    @property
    def interval(self) -> tuple[float, float] | None:
        if not self.cases:
            return None
        n, p, z = self.cases, self.hits / self.cases, Z95
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True)
class Lift:
    """How many times as often one group has it as another; 95 % interval of the logarithm (Katz et al., 1978)."""

    one: Share
    other: Share

    @property
    def value(self) -> float | None:
        one, other = self.one.value, self.other.value
        return one / other if one is not None and other else None

    @property
    def interval(self) -> tuple[float, float] | None:
        value = self.value
        if not value:
            return None
        error = math.sqrt(1 / self.one.hits - 1 / self.one.cases + 1 / self.other.hits - 1 / self.other.cases)
        return value * math.exp(-Z95 * error), value * math.exp(Z95 * error)

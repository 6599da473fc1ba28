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


def fisher(one: Share, other: Share) -> float:
    """How likely shares that differ at least so much are if both groups are alike: Fisher's exact test (1935), two-sided.

    The sum of the probabilities of all tables with the same margins that are no likelier than this one. 1 without cases.
    """
    hits, cases = one.hits + other.hits, one.cases + other.cases
    low, high = max(0, hits - other.cases), min(hits, one.cases)
    chances = [_log_choose(one.cases, k) + _log_choose(other.cases, hits - k) for k in range(low, high + 1)]
    whole, here = _log_choose(cases, hits), chances[one.hits - low]
    return min(1.0, sum(math.exp(each - whole) for each in chances if each <= here + 1e-7))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def two_proportions(one: Share, other: Share) -> float:
    """The same by the normal approximation with the pooled share (two-proportion z-test, two-sided), for many cases."""
    hits, cases = one.hits + other.hits, one.cases + other.cases
    if not one.cases or not other.cases or hits in (0, cases):
        return 1.0
    pooled = hits / cases
    error = math.sqrt(pooled * (1 - pooled) * (1 / one.cases + 1 / other.cases))
    return math.erfc(abs(one.hits / one.cases - other.hits / other.cases) / error / math.sqrt(2))


def likeness(one: Share, other: Share) -> float:
    """The p value of "both groups are alike": Fisher's test where a cell of the table expects fewer than five (Cochran, 1954), else z."""
    hits, cases = one.hits + other.hits, one.cases + other.cases
    if not one.cases or not other.cases:
        return 1.0
    least = min(one.cases, other.cases) * min(hits, cases - hits) / cases
    return fisher(one, other) if least < 5 else two_proportions(one, other)

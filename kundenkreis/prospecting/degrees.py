"""How far one account fulfils one criterion: a sum without a database, between 0 and 1, or None where it is not known.

Numbers fit from `low` to `high`; half as much or twice as much fits by half, so that a company of 49 people is not as far off as one of two.
Similarity is Gower's for what is alike or not (Gower, A general coefficient of similarity and some of its properties, Biometrics 27,
1971): of the features that are known of both, the share that agree. Size is by the classes of the European Union (Commission
Recommendation 2003/361/EC, by headcount only).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

NEAREST = 5  # so many of the best customers are looked at, the most similar ones
_CLASSES = (10, 50, 250)


@dataclass(frozen=True)
class Facts:
    """What is known of an account. Amounts in house currency; 0 employees mean that the number is not known."""

    industry: str = ""
    country: str = ""
    territory: int | None = None
    employees: int = 0
    revenue: Decimal = Decimal(0)
    revenue_before: Decimal = Decimal(0)

    @property
    def features(self) -> tuple[str, str, str]:
        """What similarity compares: industry, country and size class, "" where it is not known."""
        return (self.industry, self.country, size_class(self.employees))


@dataclass(frozen=True)
class Best:
    """One of the best customers."""

    pk: int
    name: str
    features: tuple[str, str, str]


@dataclass(frozen=True)
class Asked:
    """A criterion, as far as it is figured."""

    measure: str
    values: frozenset[Any] = frozenset()
    low: Decimal | None = None
    high: Decimal | None = None


def size_class(employees: int) -> str:
    """ "micro", "small", "medium" or "large"; "" for a number that is not known."""
    if employees <= 0:
        return ""
    names = ("micro", "small", "medium", "large")
    return names[sum(employees >= bound for bound in _CLASSES)]


def gower(one: Sequence[str], other: Sequence[str]) -> float | None:
    """The share of the features known of both that agree; None when none is known of both."""
    both = [(a, b) for a, b in zip(one, other, strict=True) if a and b]
    return sum(a == b for a, b in both) / len(both) if both else None


@lru_cache(maxsize=50_000)
def nearest(features: tuple[str, str, str], best: tuple[Best, ...]) -> tuple[float | None, tuple[Best, ...]]:
    """The mean similarity to the five most similar of the best customers, and those, the most similar and largest first.

    `best` is ordered by size. None where nothing can be compared.
    """
    alike = [
        (found, -place, one) for place, one in enumerate(best) if (found := gower(features, one.features)) is not None
    ]
    chosen = sorted(alike, key=lambda each: each[:2], reverse=True)[:NEAREST]
    if not chosen:
        return None, ()
    return sum(found for found, _place, _one in chosen) / len(chosen), tuple(one for _found, _place, one in chosen)


def degree(asked: Asked, facts: Facts, best: tuple[Best, ...] = ()) -> float | None:
    """How far the facts fulfil what is asked, 0 to 1; None where it is not known."""
    if asked.measure in ("industry", "country", "territory"):
        present = getattr(facts, asked.measure)
        return None if present in ("", None) else float(present in asked.values)
    if asked.measure == "similarity":
        return nearest(facts.features, best)[0]
    number = number_of(asked.measure, facts)
    return None if number is None else _within(number, asked.low, asked.high)


def number_of(measure: str, facts: Facts) -> Decimal | None:
    """What a range is held against: employees, revenue in house currency, or growth in percent; None where it is not known."""
    if measure == "employees":
        return Decimal(facts.employees) if facts.employees > 0 else None
    if measure == "revenue":
        return facts.revenue
    if facts.revenue_before <= 0:
        return None
    return (facts.revenue - facts.revenue_before) / facts.revenue_before * 100


def _within(number: Decimal, low: Decimal | None, high: Decimal | None) -> float:
    if (low is None or number >= low) and (high is None or number <= high):
        return 1.0
    near_low = low is None or (low > 0 and number * 2 >= low)
    near_high = high is None or (high > 0 and number <= high * 2)
    return 0.5 if near_low and near_high else 0.0

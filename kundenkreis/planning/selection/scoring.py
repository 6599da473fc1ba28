"""From figures to points, axes and a tier: a sum without a database.

Every figure is a whole number, so that both databases and every machine come to the same: money in hundredths, percents in tenths, a
judgement from 0 to 3. Points go from 0 to 100. An axis is the mean of the points that count, each by its weight; halves are rounded up.
A tier is that of the first rule that holds. None is what is not known.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

MOST = 100  # points
FULLY = 3  # the highest judgement


@dataclass(frozen=True)
class Asked:
    """A criterion as far as it is scored. `low` has 0 points and `high` 100, whichever is the larger; `steps` are (from, points), rising.

    `bounds` are the figures up to which 1, 2, … 100 % of the house's accounts lie. `counts` is False for one of which the house knows nothing.
    """

    axis: str
    weight: int
    scale: str  # "range", "steps", "rank" or "judged"
    low: int = 0
    high: int = 0
    steps: tuple[tuple[int, int], ...] = ()
    missing: str = "nothing"  # what is not known counts as: "nothing" (0 points), "middle" (50), "out" (not at all)
    bounds: tuple[int, ...] = ()
    counts: bool = True


@dataclass(frozen=True)
class Rule:
    """What an account must have for a tier; None asks nothing. `below` is the position that it must not reach. `cents` is least revenue."""

    tier: str
    attractiveness: int | None = None
    position: int | None = None
    below: int | None = None
    cents: int | None = None


@dataclass(frozen=True)
class Scored:
    """`points` by criterion, None for what does not count; `rule` is the place of the one that held (None: none, and no tier)."""

    points: tuple[int | None, ...]
    attractiveness: int | None
    position: int | None
    tier: str
    rule: int | None


def points(asked: Asked, figure: int | None) -> int | None:
    """0 to 100; None when the criterion does not count for this account."""
    if not asked.counts:
        return None
    if figure is None:
        return {"nothing": 0, "middle": MOST // 2}.get(asked.missing)
    if asked.scale == "judged":
        return _half_up(MOST * figure, FULLY)
    if asked.scale == "steps":
        reached = bisect_right([bound for bound, _points in asked.steps], figure)
        return asked.steps[reached - 1][1] if reached else 0
    if asked.scale == "rank":
        return bisect_right(asked.bounds, figure) if figure > 0 else 0
    return _between(asked.low, asked.high, figure)


def _between(low: int, high: int, figure: int) -> int:
    """Evenly between the ends; beyond them as much as there."""
    part, whole = figure - low, high - low
    if whole < 0:
        part, whole = -part, -whole
    if whole == 0:
        return MOST if part >= 0 else 0
    return _half_up(MOST * min(max(part, 0), whole), whole)


def _half_up(part: int, whole: int) -> int:
    return (2 * part + whole) // (2 * whole)


def axis(found: Sequence[int | None], weights: Sequence[int]) -> int | None:
    """The mean of the points that count, by their weights; None when none does."""
    both = [(one, weight) for one, weight in zip(found, weights, strict=True) if one is not None]
    whole = sum(weight for _one, weight in both)
    return _half_up(sum(one * weight for one, weight in both), whole) if whole else None


def holds(rule: Rule, attractiveness: int | None, position: int | None, cents: int) -> bool:
    """Whether an account fulfils a rule. What is not known reaches nothing, and stays below everything."""
    if rule.attractiveness is not None and (attractiveness is None or attractiveness < rule.attractiveness):
        return False
    if rule.position is not None and (position is None or position < rule.position):
        return False
    if rule.below is not None and position is not None and position >= rule.below:
        return False
    return rule.cents is None or cents >= rule.cents


@dataclass(frozen=True)
class Yardstick:
    """A whole set: its criteria, and its rules in their order."""

    criteria: tuple[Asked, ...]
    rules: tuple[Rule, ...]

    def score(self, figures: Sequence[int | None], cents: int) -> Scored:
        """`figures` in the order of the criteria; `cents` is the revenue of twelve months."""
        found = tuple(points(asked, figure) for asked, figure in zip(self.criteria, figures, strict=True))
        axes = {name: self._axis(name, found) for name in ("attractiveness", "position")}
        at, on = axes["attractiveness"], axes["position"]
        for place, rule in enumerate(self.rules):
            if holds(rule, at, on, cents):
                return Scored(found, at, on, rule.tier, place)
        return Scored(found, at, on, "", None)

    def _axis(self, name: str, found: Sequence[int | None]) -> int | None:
        of = [place for place, asked in enumerate(self.criteria) if asked.axis == name]
        return axis([found[place] for place in of], [self.criteria[place].weight for place in of])

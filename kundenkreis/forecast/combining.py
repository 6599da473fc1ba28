"""What was learned, combined with what the time before brought, and how sure one can be of it: by past forecasts. Sums, without a database.

The same forecast is made for past days, with what was known then (`before`), and held against what came.

- **Combined** with "as much as in the time before" (what was won in just as long a time until the day), by weights inverse to the mean squared
  errors of both on those days (Bates and Granger 1969, The combination of forecasts): history itself says what it is better told by.
- **The band** of the whole comes from the past errors of the combination alone, each with weights from the others (leave one out). It reaches from
  the factor that few past errors lay below to the one that few lay above. How few is as in split conformal prediction (Vovk, Gammerman and Shafer
  2005; Lei et al. 2018, Distribution-free predictive inference for regression): of n past errors the share (1 + 1/n) × 80 % lies within.
- Past forecasts overlap, so **n is of those that fit side by side** (`Before.apart`); under four there is no band of 80 %, and none is told.

Errors of a business that changes are not exchangeable: the 80 % is a wish, and `looking_back` counts how often it came true. Bands of people and
teams are drawn: their own chances, times such an error of all.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from kundenkreis.forecast.baseline import FEWEST_WEEKS, SEED, Deals, Floats, Future, Ints, Stays, anew, expected, learn

MOST_ERRORS = 24  # past forecasts from which one knows how sure one is
FEWEST_APART = 4.0  # of them side by side
MOST_OFF = 4.0  # times: a single past error counts no more
BAND = (10.0, 90.0)  # percentiles: 80 %
INSIDE = 0.8
_TEN_PERCENT = 1.2816  # standard deviations above which a tenth of a normal distribution lies


@dataclass(frozen=True)
class Before:
    """The same forecast on past days, the latest first: what was learned then, what the time before had brought, and what came.

    `days`: how long each of them looks ahead; `apart`: how many fit side by side without overlapping.
    """

    learned: Floats = field(default_factory=lambda: np.array([]))
    last_time: Floats = field(default_factory=lambda: np.array([]))
    came: Floats = field(default_factory=lambda: np.array([]))
    days: float = 0.0
    apart: float = 0.0

    @property
    def number(self) -> int:
        return len(self.came)

    @property
    def weight(self) -> float:
        """How much what was learned counts, 0 to 1; the rest is the time before."""
        return _weight(*self._squares(), np.ones(self.number, dtype=bool))

    @property
    def factors(self) -> Floats:
        """By what the combination failed on each day (what came / what was told), with the weights that the other days give."""
        squares, every = self._squares(), np.ones(self.number, dtype=bool)
        found = []
        for place in range(self.number):
            others = every.copy()
            others[place] = False
            weight = _weight(*squares, others)
            found.append(weight * self.learned[place] + (1 - weight) * self.last_time[place])
        return _off(self.came, np.array(found))

    def span(self) -> tuple[float, float] | None:
        """The factors between which what comes should lie four times of five; 1 is always within. None when too little is over."""
        if self.apart < FEWEST_APART:
            return None
        out = (1 - min(INSIDE * (1 + 1 / self.apart), 1.0)) / 2
        factors = self.factors
        low = np.quantile(factors, out, method="lower")
        high = np.quantile(factors, 1 - out, method="higher")
        return min(float(low), 1.0), max(float(high), 1.0)

    def _squares(self) -> tuple[Floats, Floats]:
        return np.log(_off(self.came, self.learned)) ** 2, np.log(_off(self.came, self.last_time)) ** 2


def _off(came: Floats, told: Floats) -> Floats:
    safe = np.where(told > 0, told, 1.0)
    return np.clip(np.where(told > 0, came / safe, MOST_OFF), 1 / MOST_OFF, MOST_OFF)


def _weight(learned: Floats, last_time: Floats, which: npt.NDArray[np.bool_]) -> float:
    """Inverse to the mean squared errors; half and half while neither has failed."""
    one, other = float(learned[which].sum()), float(last_time[which].sum())
    return other / (one + other) if one + other else 0.5


def before(stays: Stays, deals: Deals, as_of: float, horizon: float, after: float = 0.0) -> Before:
    """Forecasts of past days that were over by then: as long as `horizon`, or shorter where too few of that length are over."""
    for part in (1, 2, 4):
        days, wait = horizon / part, after / part
        step, found = max(7.0, days / 6), []
        for number in range(MOST_ERRORS):
            at = as_of - days - number * step
            odds, new = learn(stays, at, days, wait), anew(deals, at, days, wait)
            if odds is None or new.weeks < FEWEST_WEEKS:
                break
            told = expected(stays.standing(at), odds, new)
            found.append((told, last_time(deals, at, days, wait), deals.won_between(at + wait, at + days)))
        apart = 1 + (len(found) - 1) * min(step / (days - wait), 1.0)
        if apart >= FEWEST_APART:
            learned, last, came = (np.array(column) for column in zip(*found, strict=True))
            return Before(learned, last, came, days, apart)
    return Before()


def last_time(deals: Deals, as_of: float, horizon: float, after: float = 0.0) -> float:
    """What was won in just as long a time until a day."""
    return deals.won_between(as_of - (horizon - after), as_of)


@dataclass(frozen=True)
class Combined:
    """What is expected of the whole, [low, high] of it (None while nobody knows how sure it is), and each owner's draws, scaled to it."""

    expected: float
    band: tuple[float, float] | None
    owners: Ints
    means: Floats
    draws: Floats


def combined(future: Future, last: float, past: Before) -> Combined:
    """The futures drawn, brought together with what the time before brought (`last`), as sure as past forecasts were right."""
    means = future.draws.mean(axis=1)
    total = float(means.sum())
    weight = past.weight if past.number else 1.0
    whole = weight * total + (1 - weight) * last if total > 0 else total
    scale = whole / total if total > 0 else 1.0
    span = past.span()
    draws = future.draws * scale
    if span is None:
        return Combined(whole, None, future.owners, means * scale, draws)
    normal = np.random.default_rng(SEED).standard_normal(draws.shape[1]) / _TEN_PERCENT
    low, high = np.log(span)
    return Combined(
        whole,
        (whole * span[0], whole * span[1]),
        future.owners,
        means * scale,
        draws * np.exp(np.where(normal < 0, -normal * low, normal * high)),
    )

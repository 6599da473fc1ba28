"""How right forecasts were: bias, mean absolute percentage error and coverage, from (forecast, actual) pairs alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FEW = 6  # periods, under which a figure is told with its number as a warning


@dataclass(frozen=True)
class Case:
    """A forecast of a past period and what came; the band where there was one. All in one unit."""

    forecast: float
    actual: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Accuracy:
    """`bias`: (Σ forecast − Σ actual) / Σ actual, above 0 too high. `mape`: the mean of |forecast − actual| / actual, over the `counted`
    periods in which anything came (Makridakis 1993). `coverage`: the share of periods within the band, wanted .8."""

    number: int
    counted: int = 0
    bias: float | None = None
    mape: float | None = None
    covered: int = 0
    banded: int = 0

    @property
    def coverage(self) -> float | None:
        return self.covered / self.banded if self.banded else None

    @property
    def is_few(self) -> bool:
        return self.number < FEW


def measured(cases: Sequence[Case]) -> Accuracy:
    """What a row of past forecasts comes to."""
    actual = sum(one.actual for one in cases)
    bias = (sum(one.forecast for one in cases) - actual) / actual if actual else None
    some = [one for one in cases if one.actual > 0]
    mape = sum(abs(one.forecast - one.actual) / one.actual for one in some) / len(some) if some else None
    banded = [one for one in cases if one.low is not None and one.high is not None]
    covered = sum((one.low or 0) <= one.actual <= (one.high or 0) for one in banded)
    return Accuracy(len(cases), len(some), bias, mape, covered, len(banded))

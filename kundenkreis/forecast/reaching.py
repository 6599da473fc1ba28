"""Whether a forecast comes to what is wanted, and what of the open business would close the gap. Sums, without a database."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kundenkreis.forecast.rolling_up import Row

_NONE = Decimal(0)


@dataclass(frozen=True)
class Reached:
    """Amounts in house currency. `gap`: what the call leaves missing, below zero where it is more than is wanted.

    What would close it, the likeliest first: `best` is left between the call and the best case, `pipeline` beyond that; `from_…` is what
    is needed of each, and `missing` what all of it would not bring.
    """

    wanted: Decimal
    closed: Decimal
    call: Decimal
    best: Decimal
    pipeline: Decimal

    @property
    def gap(self) -> Decimal:
        return self.wanted - self.call

    @property
    def share(self) -> Decimal | None:
        """How much of what is wanted is closed; 1 is all of it."""
        return self.closed / self.wanted if self.wanted > 0 else None

    @property
    def from_best(self) -> Decimal:
        return max(min(self.gap, self.best), _NONE)

    @property
    def from_pipeline(self) -> Decimal:
        return max(min(self.gap - self.best, self.pipeline), _NONE)

    @property
    def missing(self) -> Decimal:
        return max(self.gap - self.best - self.pipeline, _NONE)


def reached(row: Row, wanted: Decimal) -> Reached:
    """How a row of the forecast stands to what is wanted of it."""
    sums = row.sums
    best = max(row.best, row.commit)
    everything = sums.best + sums.pipeline.value
    return Reached(wanted, sums.closed.value, row.commit, best - row.commit, max(everything - best, _NONE))

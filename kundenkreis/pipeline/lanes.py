"""The columns of a pipeline's board out of the kept ones: what each comes to, and which cards come first in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from kundenkreis.pipeline import columns
from kundenkreis.pipeline.columns import NONE, Rows, micros
from kundenkreis.pipeline.models import Stage

_SORTS = {"expected_close_on": "expected", "value_house": "cents"}


def on_board(user: Any, pipeline: int, since: dt.datetime) -> Lanes:
    """What a person sees of a pipeline: what is open, and what was closed since a moment. Three queries at most."""
    rows = columns.seen_by(user)
    rows = rows.where(rows.are("pipeline", pipeline))
    return Lanes(rows.where(rows.are("outcome", "") | (rows["closed"] >= micros(since))))


@dataclass(frozen=True)
class Lanes:
    """The opportunities on a board; each lane is a stage."""

    rows: Rows

    def sums(self) -> dict[int, tuple[int, Decimal, Decimal]]:
        """{stage: (number, value, value times probability)}. One query.

        Opportunities that are counted at another bidder stand on the board, but not in its sums.
        """
        stages, values = self.rows["stage"], self.rows.values("stage")
        number = np.bincount(stages, minlength=len(values)).tolist()
        counted = self.rows.where(~self.rows["shadowed"])
        cents, stages = counted["cents"], counted["stage"]
        value = columns.sums(stages, cents, len(values)).tolist()
        weighted = columns.sums(stages, cents * _likely(counted), len(values)).tolist()
        return {
            values[code]: (count, Decimal(value[code]) / 100, Decimal(weighted[code]) / 10_000)
            for code, count in enumerate(number)
            if count
        }

    def first(self, sort: str, descending: bool, most: int) -> dict[int, list[int]] | None:
        """{stage: numbers of its first cards} in the list's order, of equals by their numbers; None for an order that is not kept."""
        if sort not in _SORTS:
            return None
        by, stages, numbers = self.rows[_SORTS[sort]].astype(np.int64), self.rows["stage"], self.rows["pk"]
        by, numbers = (-by, -numbers) if descending else (by, numbers)
        found = {}
        for code in np.flatnonzero(np.bincount(stages)).tolist():
            here = np.flatnonzero(stages == code)
            if len(here) > most:
                here = here[by[here] <= np.partition(by[here], most - 1)[most - 1]]
            some = numbers[here[np.lexsort((numbers[here], by[here]))][:most]]
            found[self.rows.values("stage")[code]] = np.abs(some).tolist()
        return found


def _likely(rows: Rows) -> columns.Numbers:
    """The probability of each in %: its own, or its stage's."""
    of_stages = dict(Stage._base_manager.values_list("pk", "probability"))
    by_code = np.array([of_stages.get(stage, 0) for stage in rows.values("stage")], np.int64)
    own = rows["probability"].astype(np.int64)
    return np.where(own == NONE, by_code[rows["stage"]], own)

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

    def stands() -> columns.Numbers:
        return rows.are("pipeline", pipeline) & (rows.are("outcome", "") | (rows["closed"] >= micros(since)))

    return Lanes(rows.named(("board", pipeline, since), stands))


@dataclass(frozen=True)
class Lanes:
    """The opportunities on a board; each lane is a stage."""

    rows: Rows

    def sums(self) -> dict[int, tuple[int, Decimal, Decimal]]:
        """{stage: (number, value, value times probability)}. One query.

        Opportunities that are counted at another bidder stand on the board, but not in its sums.
        """
        likely = dict(Stage._base_manager.values_list("pk", "probability"))
        return self.rows.remembered(("lanes", *sorted(likely.items())), lambda: _sums(self.rows, likely))

    def first(self, sort: str, descending: bool, most: int) -> dict[int, list[int]] | None:
        """{stage: numbers of its first cards} in the list's order, of equals by their numbers; None for an order that is not kept."""
        if sort not in _SORTS:
            return None
        return self.rows.remembered(
            ("first", sort, descending, most), lambda: _first(self.rows, sort, descending, most)
        )


def _first(rows: Rows, sort: str, descending: bool, most: int) -> dict[int, list[int]]:
    by, stages, numbers = rows[_SORTS[sort]].astype(np.int64), rows["stage"], rows["pk"]
    by, numbers = (-by, -numbers) if descending else (by, numbers)
    found = {}
    for code in np.flatnonzero(np.bincount(stages)).tolist():
        here = np.flatnonzero(stages == code)
        if len(here) > most:
            here = here[by[here] <= np.partition(by[here], most - 1)[most - 1]]
        some = numbers[here[np.lexsort((numbers[here], by[here]))][:most]]
        found[rows.values("stage")[code]] = np.abs(some).tolist()
    return found


def _sums(rows: Rows, likely: dict[int, int]) -> dict[int, tuple[int, Decimal, Decimal]]:
    stages, values = rows["stage"], rows.values("stage")
    number = np.bincount(stages, minlength=len(values)).tolist()
    counted = rows.where(~rows["shadowed"])
    cents, stages = counted["cents"], counted["stage"]
    value = columns.sums(stages, cents, len(values)).tolist()
    weighted = columns.sums(stages, cents * _likely(counted, likely), len(values)).tolist()
    return {
        values[code]: (count, Decimal(value[code]) / 100, Decimal(weighted[code]) / 10_000)
        for code, count in enumerate(number)
        if count
    }


def _likely(rows: Rows, of_stages: dict[int, int]) -> columns.Numbers:
    """The probability of each in %: its own, or its stage's."""
    by_code = np.array([of_stages.get(stage, 0) for stage in rows.values("stage")], np.int64)
    own = rows["probability"].astype(np.int64)
    return np.where(own == NONE, by_code[rows["stage"]], own)

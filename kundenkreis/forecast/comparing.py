"""What became of one opportunity between two days, as one step of a waterfall: no database."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from kundenkreis.forecast.periods import Period

# What is counted: which categories, in each measure.
MEASURES: dict[str, frozenset[str]] = {
    "open": frozenset({"commit", "best_case", "pipeline"}),
    "call": frozenset({"closed", "commit"}),
    "best": frozenset({"closed", "commit", "best_case"}),
}
# In the order of the waterfall.
KINDS = (
    "new", "pulled_in", "slipped_in", "handed_in", "up", "category_in", "won_in", "reopened", "won_out", "lost",
    "slipped", "pulled_out", "handed_out", "down", "category_out", "discarded",
)  # fmt: skip


class State(NamedTuple):
    """An opportunity on a day. `outcome` as the pipeline has it; `day`: expected close, or real close when it is closed."""

    cents: int
    category: str
    outcome: str = ""
    day: dt.date | None = None
    owner: int | None = None


@dataclass(frozen=True)
class Scope:
    """What is looked at: a period, a measure, and whose (None: everybody's)."""

    period: Period
    measure: str = "open"
    owners: frozenset[int | None] | None = None

    def counted(self, state: State | None) -> int:
        """What a state adds to the sum, in cents."""
        if state is None or state.category not in MEASURES[self.measure] or not self.period.has(state.day):
            return 0
        return state.cents if self.has(state.owner) else 0

    def has(self, owner: int | None) -> bool:
        return self.owners is None or owner in self.owners


@dataclass
class Step:
    """All opportunities of one kind together; `cents` is signed."""

    kind: str
    number: int = 0
    cents: int = 0


@dataclass
class Waterfall:
    """`start` and the steps come to `now`, to the cent."""

    start: int
    steps: dict[str, Step] = field(default_factory=dict)

    @property
    def now(self) -> int:
        return self.start + sum(step.cents for step in self.steps.values())

    @property
    def ordered(self) -> list[Step]:
        return [self.steps[kind] for kind in KINDS if kind in self.steps]


def step(before: State | None, now: State | None, scope: Scope) -> tuple[str, int] | None:
    """What happened, and by how many cents the sum changed because of it; None when it did not.

    Each opportunity has one step. A won one leaves the open pipeline by its value of before; in measures with what is closed it adds what it
    did not count before, and a change of value on the way is one.
    """
    was, is_ = scope.counted(before), scope.counted(now)
    if was == is_:
        return None
    return _kind(before, now, scope, was, is_), is_ - was


def _kind(before: State | None, now: State | None, scope: Scope, was: int, is_: int) -> str:
    if before is None:
        return "new"
    if now is None:
        return "discarded"
    if before.outcome != now.outcome and not (was and is_):
        return _ended(now.outcome, was)
    if scope.has(before.owner) != scope.has(now.owner):
        return "handed_in" if is_ else "handed_out"
    if scope.period.has(before.day) != scope.period.has(now.day):
        return _moved(before.day, now.day, came_in=bool(is_))
    counted = MEASURES[scope.measure]
    if (before.category in counted) != (now.category in counted):
        return "category_in" if is_ else "category_out"
    return "up" if is_ > was else "down"


def _ended(outcome: str, was: int) -> str:
    if outcome == "won":
        return "won_out" if was else "won_in"
    return "lost" if outcome == "lost" else "reopened"


def _moved(before: dt.date | None, now: dt.date | None, *, came_in: bool) -> str:
    """To a later day it slipped, to an earlier one it was pulled; without a day it is as far away as can be."""
    later = (now or dt.date.max) > (before or dt.date.max)
    if came_in:
        return "slipped_in" if later else "pulled_in"
    return "slipped" if later else "pulled_out"


def waterfall(start: int, pairs: Iterable[tuple[State | None, State | None]], scope: Scope) -> Waterfall:
    """The steps from a sum of before to that of now. Pairs that did not change may be left out."""
    steps: dict[str, Step] = defaultdict(lambda: Step(""))
    for before, now in pairs:
        if found := step(before, now, scope):
            kind, cents = found
            one = steps[kind]
            one.kind, one.number, one.cents = kind, one.number + 1, one.cents + cents
    return Waterfall(start, dict(steps))

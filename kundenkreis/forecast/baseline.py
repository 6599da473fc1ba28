"""What history says will be won by the end of a period: a sum over plain arrays, without a database.

These things are learned from the past, at the length of time that is left (`horizon`), and nothing that was not known on that day is used:

- **how often** an opportunity that stood in a stage for so long was won within such a time. For each past moment of each stay in a stage one
  knows whether it came to that; the share of such days among all days is the empirical probability (a landmark estimate, van Houwelingen 2007,
  over all moments instead of a few). Only moments whose whole horizon is over count, so that what is still open is no loss;
- **how much comes anew**: what was both opened and won within such a time, at all past weeks (of the same season where two years are known);
- **how sure** one can be: `DRAWS` futures are drawn. In each the probabilities themselves are drawn too (a Beta distribution by the number of
  opportunities behind each), so that few cases make a wide band, and all opportunities of a cell err together.

A period that is still to come begins `after` so many days; then what is won between is asked for. `combining` says how far that can be trusted. The
seed is fixed: the same history says the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

AGES = (14.0, 30.0, 60.0, 90.0, 180.0, np.inf)  # days in the stage: the upper ends of the classes
ENOUGH = 30  # closed opportunities, under which nothing is said
FEW = 20  # opportunities of a cell, under which a larger one is asked
WINDOW = 730.0  # days of history that are learned from
SEASON = 45.0  # days around today's day of the year
FEWEST_WEEKS = 8  # past weeks from which the business that comes anew is known
DRAWS = 1_000
SEED = 38
_AT_ONCE = 2_000  # opportunities × draws in memory


@dataclass(frozen=True)
class Stays:
    """One row for each stay of an opportunity in an open stage. Times in days from any origin; `until` is inf where it stands still.

    `won_at`: when the opportunity was won, inf where it was not.
    """

    opportunity: Ints
    stage: Ints
    since: Floats
    until: Floats
    won_at: Floats
    value: Floats
    owner: Ints

    def standing(self, at: float) -> Standing:
        """What stood open on a day."""
        which = (self.since <= at) & (self.until > at)
        return Standing(self.stage[which], at - self.since[which], self.value[which], self.owner[which])


@dataclass(frozen=True)
class Deals:
    """One row for each opportunity. `closed` is inf while it is open."""

    opened: Floats
    closed: Floats
    won: npt.NDArray[np.bool_]
    value: Floats
    owner: Ints

    def won_between(self, begin: float, end: float) -> float:
        """What was won after `begin` until `end`."""
        return float(self.value[self.won & (self.closed > begin) & (self.closed <= end)].sum())


@dataclass(frozen=True)
class Standing:
    """The opportunities that are open: `age` is of days in the stage."""

    stage: Ints
    age: Floats
    value: Floats
    owner: Ints


@dataclass(frozen=True)
class Cell:
    """How often it was won within the horizon, in so many opportunities."""

    share: float
    number: int


@dataclass(frozen=True)
class Odds:
    """By (stage, class of age), by stage, and over all. `size`: how much rarer (below 1) money is won than opportunities are."""

    cells: dict[tuple[int, int], Cell]
    stages: dict[int, Cell]
    whole: Cell
    size: float = 1.0

    def of(self, stage: int, age_class: int) -> tuple[Cell, str]:
        """The smallest cell with enough opportunities, and which it is: "cell", "stage" or "whole"."""
        for cell, name in ((self.cells.get((stage, age_class)), "cell"), (self.stages.get(stage), "stage")):
            if cell is not None and cell.number >= FEW:
                return cell, name
        return self.whole, "whole"


@dataclass(frozen=True)
class Anew:
    """Won of what was opened within past horizons: a row for each past week, a column for each owner of `owners`."""

    owners: Ints
    sums: Floats
    seasonal: bool = False

    @property
    def weeks(self) -> int:
        return len(self.sums)


@dataclass(frozen=True)
class Future:
    """`draws` of what will be won from now on: a row for each owner, a column for each draw."""

    owners: Ints
    draws: Floats
    levels: dict[str, int] = field(default_factory=dict)  # how many opportunities were asked of which cell


def age_class(days: Floats) -> Ints:
    """The class of each age, an index into `AGES`."""
    return np.searchsorted(np.array(AGES[:-1]), days, side="left").astype(np.int64)


def learn(stays: Stays, as_of: float, horizon: float, after: float = 0.0) -> Odds | None:
    """The empirical probabilities as one could know them on a day; None when too few had been closed by then."""
    last = as_of - horizon
    first = last - WINDOW
    near = (stays.until > first) & (stays.since < last)
    stays = Stays(*(column[near] for column in vars(stays).values()))
    cells: dict[tuple[int, int], Cell] = {}
    days, positive = np.zeros(len(stays.since)), np.zeros(len(stays.since))
    by_cell = []
    lower = 0.0
    for index, upper in enumerate(AGES):
        begins = np.maximum(stays.since + lower, first)
        ends = np.minimum(np.minimum(stays.until, stays.since + upper), last)
        stood = np.maximum(ends - begins, 0.0)
        close = np.minimum(ends, stays.won_at - after) - np.maximum(begins, stays.won_at - horizon)
        came = np.where((stood > 0) & np.isfinite(stays.won_at), np.maximum(close, 0.0), 0.0)
        by_cell.append((index, stood, came))
        days, positive = days + stood, positive + came
        lower = upper
    for index, stood, came in by_cell:
        for stage in np.unique(stays.stage[stood > 0]):
            cells[int(stage), index] = _cell(stays, stood, came, stays.stage == stage)
    every = np.ones(len(days), dtype=bool)
    whole = _cell(stays, days, positive, every)
    if whole.number < ENOUGH:
        return None
    stages = {int(one): _cell(stays, days, positive, stays.stage == one) for one in np.unique(stays.stage[days > 0])}
    return Odds(cells, stages, whole, _size(stays.value, days, positive, whole.share))


def _cell(stays: Stays, stood: Floats, came: Floats, which: npt.NDArray[np.bool_]) -> Cell:
    which = which & (stood > 0)
    total = float(stood[which].sum())
    number = len(np.unique(stays.opportunity[which]))
    return Cell(float(came[which].sum()) / total if total else 0.0, number)


def _size(value: Floats, days: Floats, positive: Floats, share: float) -> float:
    money = float((value * days).sum())
    if not money or not share:
        return 1.0
    return float(np.clip((value * positive).sum() / money / share, 0.5, 1.5))


def anew(deals: Deals, as_of: float, horizon: float, after: float = 0.0) -> Anew:
    """What came anew within past horizons that were over on the day, a week apart, since the first opportunity was closed.

    Where two years are known only those of the same season.
    """
    owners = np.unique(deals.owner)
    closed = deals.closed[np.isfinite(deals.closed)]
    first = float(closed.min()) if len(closed) else as_of
    begins = np.arange(as_of - horizon, first, -7.0)
    seasonal = as_of - first >= WINDOW + horizon
    if seasonal:
        away = np.abs((as_of - begins + 182.6) % 365.25 - 182.6)
        begins = begins[away <= SEASON]
    else:
        begins = begins[begins >= as_of - horizon - WINDOW]
    place = np.searchsorted(owners, deals.owner)
    sums = np.zeros((len(begins), len(owners)))
    for row, begin in enumerate(begins):
        came = (deals.closed > begin + after) & (deals.closed <= begin + horizon)
        which = deals.won & (deals.opened > begin) & came
        np.add.at(sums[row], place[which], deals.value[which])
    return Anew(owners, sums, bool(seasonal))


def expected(standing: Standing, odds: Odds, new: Anew) -> float:
    """What is expected, without drawing."""
    shares = {key: odds.of(*key)[0].share for key in _keys(standing)}
    classes = age_class(standing.age)
    chance = np.array([shares[int(s), int(c)] for s, c in zip(standing.stage, classes, strict=True)])
    return float((np.clip(chance * odds.size, 0, 1) * standing.value).sum() + new.sums.sum(axis=1).mean())


def _keys(standing: Standing) -> list[tuple[int, int]]:
    return sorted({(int(s), int(c)) for s, c in zip(standing.stage, age_class(standing.age), strict=True)})


def draw(standing: Standing, odds: Odds, new: Anew, *, draws: int = DRAWS, seed: int = SEED) -> Future:
    """So many futures of what stands open, and of what comes anew."""
    dice = np.random.default_rng(seed)
    owners = np.union1d(np.unique(standing.owner), new.owners).astype(np.int64)
    found = np.zeros((len(owners), draws))
    classes = age_class(standing.age)
    keys = _keys(standing)
    chance, levels = np.zeros((len(keys), draws)), dict.fromkeys(("cell", "stage", "whole"), 0)
    drawn: dict[Cell, Floats] = {}
    place = {key: index for index, key in enumerate(keys)}
    which = np.array([place[int(s), int(c)] for s, c in zip(standing.stage, classes, strict=True)], dtype=np.int64)
    for key, index in place.items():
        cell, level = odds.of(*key)
        if cell not in drawn:
            hits = cell.share * cell.number
            drawn[cell] = dice.beta(hits + 0.5, cell.number - hits + 0.5, draws)
        chance[index] = np.clip(drawn[cell] * odds.size, 0.0, 1.0)
        levels[level] += int((which == index).sum())
    rows = np.searchsorted(owners, standing.owner)
    for begin in range(0, len(which), _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        won = dice.random((len(which[some]), draws)) < chance[which[some]]
        np.add.at(found, rows[some], won * standing.value[some, None])
    if new.weeks >= FEWEST_WEEKS:
        weeks = dice.integers(0, new.weeks, draws)
        found[np.searchsorted(owners, new.owners)] += new.sums[weeks].T
    return Future(owners, found, levels)

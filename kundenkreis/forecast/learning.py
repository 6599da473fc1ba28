"""The statistical baseline of the house: reads history in columns, learns, and keeps what it says of each period."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from django.utils import timezone

from kundenkreis.core import clock
from kundenkreis.forecast import baseline, combining, periods
from kundenkreis.forecast.baseline import Deals, Stays
from kundenkreis.forecast.combining import Combined
from kundenkreis.forecast.models import Baseline
from kundenkreis.forecast.periods import Period
from kundenkreis.forecast.summing import OPEN
from kundenkreis.pipeline.models import Opportunity, StageChange
from kundenkreis.staff import access
from kundenkreis.staff.models import Team, User

YEARS = 4  # of history that are read
_DAY = 86_400.0
# Above this share of closed opportunities whose stages on the way are not known (they came in by an import), stages are not learned from.
_MOST_UNKNOWN = 0.2
_NOBODY = 0


@dataclass(frozen=True)
class Told:
    """What a baseline says. [low, expected, high] are in house currency, what is closed already included; low and high are None
    while too few past forecasts are over. Empty where history is too short to say anything."""

    house: list[float | None] = field(default_factory=list)
    owners: Mapping[str, list[float | None]] = field(default_factory=dict)
    teams: Mapping[str, list[float | None]] = field(default_factory=dict)
    closed: int = 0  # opportunities that it was learned from
    standing: int = 0  # open ones
    from_open: float = 0.0  # what is expected of them, before past errors
    anew: float = 0.0  # what is expected to come anew
    weeks: int = 0  # past weeks from which that is known
    seasonal: bool = False
    levels: Mapping[str, int] = field(default_factory=dict)
    by_stage: bool = True
    size: float = 1.0
    errors: int = 0  # past forecasts from which the band comes
    error_days: float = 0.0  # for how many days these were
    apart: float = 0.0  # so many of them fit side by side
    last_time: float = 0.0  # what was won in just as long a time until the day
    weight: float = 1.0  # how much what was learned counts against that, by past errors

    @property
    def is_enough(self) -> bool:
        return bool(self.house)


def told(row: Baseline) -> Told:
    return Told(**row.told)


def compute(
    *, as_of: dt.date | None = None, now: dt.datetime | None = None, of: Sequence[Period] | None = None
) -> list[Baseline]:
    """What history says today of this and the next month and quarter; or, as one could have known it, of a past day."""
    as_of, now = as_of or clock.today(), now or timezone.now()
    history = read(as_of)
    found = []
    for period in of or periods.current(as_of):
        values = {"computed_at": now, "told": asdict(said(history, period, as_of))}
        found.append(Baseline.objects.update_or_create(period=str(period), as_of=as_of, defaults=values)[0])
    return found


def latest(period: Period) -> Baseline | None:
    return Baseline.objects.filter(period=str(period)).order_by("-as_of").first()


@dataclass(frozen=True)
class History:
    """All that the house knows, as columns. `omitted`: numbers of open opportunities that nobody counts on."""

    stays: Stays
    deals: Deals
    by_stage: bool


def read(as_of: dt.date) -> History:
    """The ways and ends of the last years' opportunities as one could know them at the end of a day."""
    end = clock.midnight(as_of + dt.timedelta(days=1))
    since = end - dt.timedelta(days=round(YEARS * 365.25))
    counted = Opportunity._base_manager.filter(deleted_at=None, shadowed=False)
    rows = counted.filter(opened_at__gte=since, opened_at__lt=end).order_by("pk")
    names = (
        "pk",
        "opened_at",
        "closed_at",
        "outcome",
        "value_house",
        "owner_id",
        "stage_id",
        "stage_since",
        "forecast_category",
    )
    table = np.fromiter(
        (_row(row, end) for row in rows.values_list(*names).iterator(chunk_size=10_000)),
        dtype="i8,f8,f8,?,f8,i8,i8,f8,?",
    )
    pk, opened, closed, won, value, owner, stage, stood_since, counts = (
        table[name] for name in table.dtype.names or ()
    )
    deals = Deals(opened, closed, won, value, owner)
    return _with_ways(deals, pk, (stage, stood_since), counts, (since, end))


def _row(row: tuple[Any, ...], end: dt.datetime) -> tuple[Any, ...]:
    pk, opened, closed, outcome, value, owner, stage, since, category = row
    ended = closed is not None and closed < end
    counts = ended or bool(outcome) or category in OPEN
    days = (_days(opened), _days(closed) if ended else np.inf)
    return pk, *days, ended and outcome == "won", float(value), owner or _NOBODY, stage, _days(since), counts


def _days(moment: dt.datetime) -> float:
    return moment.timestamp() / _DAY


def _with_ways(
    deals: Deals, pk: Any, now: tuple[Any, Any], counts: Any, between: tuple[dt.datetime, dt.datetime]
) -> History:
    """Each stay in an open stage; those that are known by their whole way only, where too many came in without one."""
    since, end = between
    ways = StageChange.objects.filter(days__isnull=False, at__gte=since, at__lt=end).order_by(
        "opportunity_id", "at", "pk"
    )
    left = np.fromiter(
        (
            (opportunity, stage, _days(at) - (days or 0.0), _days(at))
            for opportunity, stage, at, days in ways.values_list(
                "opportunity_id", "from_stage_id", "at", "days"
            ).iterator(chunk_size=10_000)
        ),
        dtype="i8,i8,f8,f8",
    )
    known = np.isin(pk, left["f0"])
    ended = np.isfinite(deals.closed)
    if ended.any() and (ended & ~known).sum() > _MOST_UNKNOWN * ended.sum():
        won_at = np.where(deals.won, deals.closed, np.inf)
        zero = np.zeros(len(pk), dtype=np.int64)
        stays = Stays(pk, zero, deals.opened, deals.closed, won_at, deals.value, deals.owner)
        return History(_only(stays, counts), deals, by_stage=False)
    left = left[np.isin(left["f0"], pk)]
    place = np.searchsorted(pk, left["f0"])
    stage, stood_since = now
    still = ~ended & (stood_since < _days(end))
    # A stage that is left after the day is one in which it still stands then; the way has its beginning only.
    columns = (
        (left["f0"], pk[still]),
        (left["f1"], stage[still]),
        (left["f2"], stood_since[still]),
        (left["f3"], np.full(still.sum(), np.inf)),
        (np.where(deals.won, deals.closed, np.inf)[place], np.full(still.sum(), np.inf)),
        (deals.value[place], deals.value[still]),
        (deals.owner[place], deals.owner[still]),
    )
    stays = Stays(*(np.concatenate(pair) for pair in columns))
    return History(_only(stays, np.concatenate([counts[place], counts[still]])), deals, by_stage=True)


def _only(stays: Stays, which: Any) -> Stays:
    return Stays(*(column[which] for column in vars(stays).values()))


def said(history: History, period: Period, as_of: dt.date) -> Told:
    """The baseline of a period as of the end of a day."""
    begin = _days(clock.midnight(as_of + dt.timedelta(days=1)))
    first, end = (_days(clock.midnight(day)) for day in (period.first, period.moved(1).first))
    deals = history.deals
    horizon = end - begin
    if horizon < 1:
        return Told(closed=int(np.isfinite(deals.closed).sum()))
    after = max(first - begin, 0.0)  # of a period that is to come, what is won before it does not count
    odds = baseline.learn(history.stays, begin, horizon, after)
    new = baseline.anew(deals, begin, horizon, after)
    closed = int(np.isfinite(deals.closed).sum())
    if odds is None or new.weeks < baseline.FEWEST_WEEKS:
        return Told(closed=closed, by_stage=history.by_stage)
    standing = history.stays.standing(begin)
    past = combining.before(history.stays, deals, begin, horizon, after)
    last = combining.last_time(deals, begin, horizon, after)
    future = baseline.draw(standing, odds, new)
    whole = combining.combined(future, last, past)
    sums = _Summed(whole, _won(deals, first, begin))
    anew = float(new.sums.sum(axis=1).mean())
    return Told(
        house=sums.house(),
        owners={str(owner): sums.of([owner]) for owner in sums.owners},
        teams=_teams(sums),
        closed=closed,
        standing=len(standing.value),
        from_open=baseline.expected(standing, odds, new) - anew,
        anew=anew,
        weeks=new.weeks,
        seasonal=new.seasonal,
        levels=future.levels,
        by_stage=history.by_stage,
        size=odds.size,
        errors=past.number,
        error_days=past.days,
        apart=round(past.apart, 1),
        last_time=last,
        weight=past.weight if past.number else 1.0,
    )


class _Summed:
    """What is to come and what is closed already, by owner; bands as [low, expected, high] in house currency."""

    def __init__(self, whole: Combined, closed: Mapping[int, float]) -> None:
        self._whole, self._closed = whole, closed
        self._rows = {int(owner): row for row, owner in enumerate(whole.owners)}
        self.owners = sorted({*self._rows, *closed})

    def house(self) -> list[float | None]:
        low, high = self._whole.band or (None, None)
        return self._over(self._closed.values(), low, self._whole.expected, high)

    def of(self, owners: Iterable[int]) -> list[float | None]:
        """Of some owners together, by what was drawn for them."""
        some = set(owners)
        rows = [self._rows[one] for one in some if one in self._rows]
        low, high = None, None
        if self._whole.band is not None:
            low, high = np.percentile(self._whole.draws[rows].sum(axis=0), combining.BAND)
        expected = float(self._whole.means[rows].sum())
        return self._over([self._closed[one] for one in some if one in self._closed], low, expected, high)

    def _over(self, closed: Iterable[float], *figures: float | None) -> list[float | None]:
        already = sum(closed)
        return [None if one is None else round(already + float(one), 2) for one in figures]


def _won(deals: Deals, first: float, until: float) -> dict[int, float]:
    """What each owner has won of a period so far."""
    which = deals.won & (deals.closed >= first) & (deals.closed < until)
    found: dict[int, float] = defaultdict(float)
    for owner, value in zip(deals.owner[which], deals.value[which], strict=True):
        found[int(owner)] += float(value)
    return found


def _teams(sums: _Summed) -> dict[str, list[float | None]]:
    """The same for each team with those below it, by the teams of today."""
    people = defaultdict(set)
    for pk, team in User._base_manager.filter(pk__in=sums.owners).values_list("pk", "team_id"):
        people[team].add(pk)
    children = access.children_of(Team)
    found = {}
    for team in Team.objects.living().values_list("pk", flat=True):
        owners = set().union(*(people[one] for one in access.under({team}, children)))
        if owners:
            found[str(team)] = sums.of(owners)
    return found

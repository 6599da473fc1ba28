"""How right the forecasts of past periods were: people's calls, the sums by category, and the baseline, as they stood then.

Each past period is asked at its beginning and at its middle, by the snapshot that lies nearest; where there is none near it is left out. What came
is what is won today of that period. Nothing is worked out afterwards: a call, a sum or a baseline that was not kept then does not count.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncMonth

from kundenkreis.activities import small_teams
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.forecast import learning, periods
from kundenkreis.forecast.accuracy import Accuracy, Case, measured
from kundenkreis.forecast.learning import Told
from kundenkreis.forecast.models import Baseline, Snapshot, SnapshotCall, SnapshotSum
from kundenkreis.forecast.periods import Period
from kundenkreis.forecast.rolling_up import HOUSE, Row, rolled_up
from kundenkreis.forecast.summing import CENTS, Part, Sums, Whole, seen_by
from kundenkreis.staff import access
from kundenkreis.staff.models import Team, User

PERIODS = {"quarter": 8, "month": 12}  # past ones that are looked at
NEAR = {"quarter": 10, "month": 5}  # days that a snapshot may be away
MOMENTS = ("begin", "half")
MEASURES = ("call", "sums", "best", "baseline")


@dataclass
class Line:
    """One row of the page: whose, and by moment and measure how right."""

    key: str
    name: str
    depth: int
    told: Mapping[str, Mapping[str, Accuracy]] = field(default_factory=dict)


@dataclass(frozen=True)
class LookBack:
    lines: Sequence[Line]
    periods: Sequence[Period]  # those with a snapshot
    is_generated: bool  # snapshots of the demo house are among them
    by_person: bool


def look_back(user: User, kind: str = "quarter") -> LookBack:
    """The accuracy of past periods as far as the person may see it: of others only under a works agreement, of herself always."""
    today = clock.today()
    now = periods.of(today, kind)
    past = [now.moved(-n) for n in range(1, PERIODS[kind] + 1)]
    chosen = _chosen(past)
    everything = access.reach(user, "opportunities.see").everything and access.reach(user, "forecasts.see").everything
    by_person = House.known().counts_people(today)
    cases: dict[str, dict[tuple[str, str], list[Case]]] = defaultdict(lambda: defaultdict(list))
    names: dict[str, tuple[str, int]] = {}
    actual = _won(user, past)
    kept, teams = _Kept(chosen.values()), None if by_person else _large_teams()
    for (period, moment), snapshot in chosen.items():
        whole, calls, told = kept.of(snapshot, period)
        for row in rolled_up(user, whole, calls, told, sees_all=everything).walk():
            if not _is_told(row, user, everything=everything, teams=teams):
                continue
            came = float(sum(actual.get((owner, period), Part()).value for owner in _owners(row, actual, period)))
            if row.person is not None and not (came or row.sums.best or row.has_call):
                continue  # nothing to be right or wrong about
            names.setdefault(row.key, (row.name, row.depth))
            for measure, case in _cases(row, came):
                cases[row.key][moment, measure].append(case)
    lines = [Line(key, *names[key], told=_measured(cases[key])) for key in names]
    seen = sorted({period for period, _moment in chosen})
    return LookBack(lines, seen, any(one.is_generated for one in chosen.values()), by_person)


def _chosen(past: Iterable[Period]) -> dict[tuple[Period, str], Snapshot]:
    """The snapshot nearest to the beginning and the middle of each period."""
    every = list(Snapshot.objects.all())
    found = {}
    for period in past:
        for moment, day in (("begin", period.first), ("half", period.half)):
            near = [one for one in every if abs((one.taken_on - day).days) <= NEAR[period.kind]]
            if near:
                found[period, moment] = min(
                    near, key=lambda one, day=day: (abs((one.taken_on - day).days), one.taken_on)
                )  # type: ignore[misc]
    return found


def _is_told(row: Row, user: User, *, everything: bool, teams: frozenset[int | None] | None) -> bool:
    """`teams`: those of which a sum may be told; None: figures about single people may be shown."""
    if row.person is not None:
        return row.person.pk == user.pk or (everything and teams is None)
    if not everything:
        return False
    return row.key == HOUSE or (row.team is not None and (teams is None or row.team.pk in teams))


def _large_teams() -> frozenset[int | None]:
    """Teams whose figures tell of no single person."""
    parents = dict(Team.objects.living().order_by().values_list("pk", "parent_id"))
    people = User._base_manager.filter(deleted_at=None).order_by().values_list("team_id").annotate(n=Count("pk"))
    return small_teams.told(parents, dict(people))


def _owners(row: Row, actual: Mapping[tuple[int | None, Period], Part], period: Period) -> Iterable[int | None]:
    """Whose business came: for the house also of those who had nothing open then."""
    return {owner for owner, of in actual if of == period} if row.key == HOUSE else row.owners


def _won(user: User, past: Sequence[Period]) -> dict[tuple[int | None, Period], Part]:
    """What each owner has won in each period."""
    first, after = clock.midnight(past[-1].first), clock.midnight(past[0].moved(1).first)
    rows = seen_by(user).filter(outcome="won", closed_at__gte=first, closed_at__lt=after)
    months = rows.values_list("owner_id", TruncMonth("closed_at")).annotate(cents=CENTS)
    found: dict[tuple[int | None, Period], Part] = defaultdict(Part)
    for owner, month, cents in months:
        day = month.date() if isinstance(month, dt.datetime) else month
        found[owner, periods.of(day, past[0].kind)] += Part(0, cents)
    return found


class _Kept:
    """What some snapshots hold, read at once."""

    def __init__(self, snapshots: Iterable[Snapshot]) -> None:
        some = {one.pk: one for one in snapshots}
        self._sums: dict[int, list[SnapshotSum]] = defaultdict(list)
        self._calls: dict[tuple[int, str], list[SnapshotCall]] = defaultdict(list)
        for row in SnapshotSum.objects.filter(snapshot_id__in=some, month__isnull=False):
            self._sums[row.snapshot_id].append(row)
        for call in SnapshotCall.objects.filter(snapshot_id__in=some):
            self._calls[call.snapshot_id, call.period].append(call)
        days = [one.taken_on for one in some.values()]
        self._told = {(row.as_of, row.period): learning.told(row) for row in Baseline.objects.filter(as_of__in=days)}

    def of(self, snapshot: Snapshot, period: Period) -> tuple[Whole, list[Any], Told]:
        owners: dict[int | None, Sums] = defaultdict(Sums)
        for row in self._sums[snapshot.pk]:
            if period.has(row.month):
                part = Part(row.number, int(row.value * 100))
                owners[row.owner_id] += Sums(**{row.category: part})
        told = self._told.get((snapshot.taken_on, str(period)), Told())
        return Whole(owners), self._calls[snapshot.pk, str(period)], told


def _cases(row: Row, came: float) -> Iterable[tuple[str, Case]]:
    """One case for each measure that was there then."""
    if row.has_call:
        yield "call", Case(float(row.commit), came)
    yield "sums", Case(float(row.sums.call), came)
    yield "best", Case(float(row.sums.best), came)
    if row.baseline:
        low, expected, high = row.baseline
        yield "baseline", Case(float(expected or 0), came, low, high)


def _measured(cases: Mapping[tuple[str, str], list[Case]]) -> dict[str, dict[str, Accuracy]]:
    return {moment: {measure: measured(cases.get((moment, measure), [])) for measure in MEASURES} for moment in MOMENTS}

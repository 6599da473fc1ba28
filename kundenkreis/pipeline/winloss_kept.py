"""Win and loss of all that somebody sees, out of the kept columns: the same figures as `winloss.analyse` adds up in the database.

What is asked by further conditions, or by a custom field, is added up there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np
from django.utils import timezone

from kundenkreis.core import clock
from kundenkreis.pipeline import columns
from kundenkreis.pipeline.columns import NONE, Numbers, Rows, micros, sums
from kundenkreis.pipeline.models import CloseReason, Interview
from kundenkreis.pipeline.winloss import (
    LOST,
    NEUTRAL,
    WON,
    Analysis,
    Asked,
    Counts,
    Figures,
    analysis,
    asked,
    made,
    reasons,
)
from kundenkreis.pipeline.winloss_cuts import SIZES, VALUES, Cut
from kundenkreis.staff import access

_KINDS = (WON, LOST, NEUTRAL)
_DAY = 86_400_000_000  # microseconds
_LONGEST = 2**50  # 35 years of them


def is_kept(cut: Cut) -> bool:
    """Whether what this cut groups by stands in the columns."""
    return cut.key in _GROUPED or cut.many is not None


def closed_by(user: Any, days: tuple[dt.date, dt.date] | None, cut: Cut) -> Rows:
    """What a person sees of what was closed on these days (None: ever), as far as she may be told the cut's groups of it."""
    seen = columns.seen_by(user)
    rows = seen.named(("closed", days), lambda: _closed(seen, days))
    return columns.at_accounts(rows, access.reach(user, "accounts.see")) if cut.of_account else rows


def _closed(rows: Rows, days: tuple[dt.date, dt.date] | None) -> Numbers:
    found = ~rows.are("outcome", "") & ~rows["shadowed"]
    if days is not None:
        first, after = clock.midnight(days[0]), clock.midnight(days[1] + dt.timedelta(days=1))
        closed = rows["closed"]
        found &= (closed >= micros(first)) & (closed < micros(after))
    return found


def analyse(rows: Rows, cut: Cut) -> Analysis:
    """As `winloss.analyse`, of rows that are closed and counted. Five queries at most."""
    neutral = tuple(CloseReason._base_manager.filter(is_neutral=True).order_by("pk").values_list("pk", flat=True))
    of_groups, whole, lost = rows.remembered(("figures", cut.key, neutral), lambda: _added_up(rows, cut, neutral))
    return analysis(whole, of_groups, cut, reasons(lost), _asked(rows))


def _added_up(
    rows: Rows, cut: Cut, neutral: tuple[int, ...]
) -> tuple[dict[Any, Figures], Figures, dict[int | None, tuple[int, int]]]:
    """The figures of each group and of all, and {reason: (number, cents)} of what was lost."""
    kinds = _kinds(rows, neutral)
    if cut.many is not None:
        each, codes = rows.several(cut.key)
        of_groups, _all = _figures(each, _kinds(each, neutral), codes, each.values(cut.key))
        _one, whole = _figures(rows, kinds, np.zeros(len(rows), np.int32), [None])
    else:
        of_groups, whole = _figures(rows, kinds, *_GROUPED[cut.key](rows))
    return of_groups, whole, _lost(rows.where(kinds == 1))


def teams(rows: Rows) -> set[tuple[int | None, int | None]]:
    """(team, owner) of the rows, each once."""
    pairs = np.unique(np.stack([rows["team"], rows["owner"]]), axis=1)
    return {(rows.values("team")[team], rows.values("owner")[owner]) for team, owner in pairs.T}


# --- figures of groups -------------------------------------------------------------------------------------------------


def _kinds(rows: Rows, neutral: tuple[int, ...]) -> Numbers:
    """Of each row the place of its kind: won, lost, or no loss of ours."""
    kinds = (~rows.are("outcome", WON)).astype(np.int32)
    if neutral:
        kinds[rows.are("reason", *neutral)] = 2
    return kinds


def _figures(rows: Rows, kinds: Numbers, codes: Numbers, values: list[Any]) -> tuple[dict[Any, Figures], Figures]:
    """{group: figures} of rows whose groups have these codes, which stand for these values; and the figures of all rows."""
    cells, each = codes * np.int64(len(_KINDS)) + kinds, len(_KINDS) * len(values)
    number = np.bincount(cells, minlength=each)
    gap = rows["gap"]
    known = np.flatnonzero(gap != NONE)
    gaps = np.bincount(cells[known], minlength=each)
    counts = np.stack([number, sums(cells, rows["cents"], each), sums(cells[known], gap[known], each), gaps], axis=1)
    by_code = counts.reshape(-1, len(_KINDS), 4)
    ours = kinds != 2
    lasted, days = (rows["closed"] - rows["opened"])[ours], {}
    if len(lasted):
        days = _medians(lasted, codes[ours])
    there = np.flatnonzero(by_code[:, :, 0].sum(axis=1)).tolist()
    found = {values[code]: made(_counts(by_code[code]), days.get(code)) for code in there}
    return found, made(_counts(by_code.sum(axis=0)), _median(lasted))


def _counts(of: Numbers) -> dict[str, Counts]:
    return {kind: Counts(*numbers) for kind, numbers in zip(_KINDS, of.tolist(), strict=True)}


def _median(lasted: Numbers) -> float | None:
    if not len(lasted):
        return None
    middle = (len(lasted) - 1) // 2, len(lasted) // 2
    low, high = np.partition(lasted, middle)[list(middle)].tolist()
    return round((low + high) / 2 / _DAY, 3)


def _medians(lasted: Numbers, codes: Numbers) -> dict[int, float]:
    """{code: median days} of so many microseconds each. Code and microseconds in one number are sorted in a tenth of the time of two."""
    numbers = np.bincount(codes)
    if lasted.max(initial=0) < _LONGEST and len(numbers) < 2**63 // _LONGEST:
        inside = np.sort(codes * np.int64(_LONGEST) + lasted) & (_LONGEST - 1)
    else:
        inside = lasted[np.lexsort((lasted, codes))]
    there = np.flatnonzero(numbers)
    numbers = numbers[there]
    firsts = np.cumsum(numbers) - numbers
    low, high = inside[firsts + (numbers - 1) // 2].tolist(), inside[firsts + numbers // 2].tolist()
    return {code: round((a + b) / 2 / _DAY, 3) for code, a, b in zip(there.tolist(), low, high, strict=True)}


# --- what groups are made of -------------------------------------------------------------------------------------------


def _coded(name: str) -> Callable[[Rows], tuple[Numbers, list[Any]]]:
    return lambda rows: (rows[name], rows.values(name))


def _band(name: str, edges: tuple[Decimal, ...], unit: int) -> Callable[[Rows], tuple[Numbers, list[Any]]]:
    def grouped(rows: Rows) -> tuple[Numbers, list[Any]]:
        numbers = rows[name]
        codes = np.searchsorted([int(edge * unit) for edge in edges], numbers, side="right")
        codes[numbers == NONE] = len(edges) + 1
        return codes, [*range(len(edges) + 1), None]

    return grouped


def _quarters(rows: Rows) -> tuple[Numbers, list[Any]]:
    """The beginnings of the quarters, as the database truncates to them: in the time zone of the house."""
    closed = rows["closed"]
    if not len(closed):
        return np.empty(0, np.int32), []
    zone = timezone.get_current_timezone()
    first, last = (dt.datetime.fromtimestamp(int(one) // 1_000_000, zone) for one in (closed.min(), closed.max()))
    begins = [
        dt.datetime(year, month, 1, tzinfo=zone) for year in range(first.year, last.year + 1) for month in (1, 4, 7, 10)
    ]
    return np.searchsorted([micros(one) for one in begins], closed, side="right") - 1, begins


_GROUPED: Mapping[str, Callable[[Rows], tuple[Numbers, list[Any]]]] = {
    **{
        name: _coded(name)
        for name in ("reason", "lost_to", "criterion", "owner", "team", "pipeline", "source", "industry", "country")
    },
    "size": _band("employees", SIZES, 1),
    "value": _band("cents", VALUES, 100),
    "quarter": _quarters,
}


# --- beside it ---------------------------------------------------------------------------------------------------------


def _lost(lost: Rows) -> dict[int | None, tuple[int, int]]:
    """{reason: (number, cents)}."""
    codes, values = lost["reason"], lost.values("reason")
    number = np.bincount(codes, minlength=len(values))
    cents = sums(codes, lost["cents"], len(values))
    return {values[code]: (int(number[code]), int(cents[code])) for code in np.flatnonzero(number).tolist()}


def _asked(rows: Rows) -> Asked:
    """What was said in interviews about these: the interviews of the house are read, which are few beside them. One query."""
    held = Interview.objects.living().order_by().values_list("opportunity_id", "again", "criterion")
    own, told = rows["pk"], list(held)
    if not told or not len(own):
        return Asked()
    numbers = np.array([one[0] for one in told], np.int64)
    places = np.minimum(np.searchsorted(own, numbers), len(own) - 1)
    outcomes, criteria = rows.values("outcome"), rows.values("criterion")
    outcome, criterion = rows["outcome"], rows["criterion"]
    some = [
        (outcomes[outcome[place]], again, said, criteria[criterion[place]])
        for (number, again, said), place in zip(told, places.tolist(), strict=True)
        if own[place] == number
    ]
    return asked(some)

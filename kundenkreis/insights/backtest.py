"""Was it right? The missed orders of a past day, computed without anything later, held against what customers did afterwards.

Definitions. *Watched*: accounts with a rhythm of their own (two gaps or more) that are no former customers. *Alerted*: watched accounts
whose late day was past on that day. *Right*: no order in the 90 days after. The alternative that needs no model is to take as many
accounts as were alerted from the watched ones, those longest without an order first. Because that picks accounts that everybody knows to
be gone, both are compared as well among those who had ordered in the last 90 days, where a fixed limit of 90 days is blind.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from kundenkreis.core.proportions import Lift, Share
from kundenkreis.insights import figuring, judging
from kundenkreis.insights.rhythm import FEWEST_GAPS
from kundenkreis.insights.rules import FORGOTTEN_AFTER

DAYS = 90


@dataclass(frozen=True)
class Compared:
    """Among some watched accounts: how many stayed away, and of the alerted and of the longest silent, as many each."""

    watched: Share
    alerted: Share
    longest: Share

    @property
    def over_watched(self) -> Lift:
        return Lift(self.alerted, self.watched)

    @property
    def over_longest(self) -> Lift:
        return Lift(self.alerted, self.longest)


@dataclass(frozen=True)
class BackTest:
    as_of: dt.date
    until: dt.date
    all_: Compared
    recent: Compared  # who had ordered in the 90 days before
    promised: float | None  # the mean chance of loss of the alerted, held against the share of them who stayed away
    lost_revenue: float | None  # share of the revenue of all who stayed away that the alerts named

    def as_kept(self) -> dict[str, Any]:
        return asdict(self) | {"as_of": self.as_of.isoformat(), "until": self.until.isoformat()}

    @classmethod
    def from_kept(cls, kept: dict[str, Any]) -> BackTest:
        parts = {
            name: Compared(**{key: Share(**share) for key, share in kept[name].items()}) for name in ("all_", "recent")
        }
        days = {name: dt.date.fromisoformat(kept[name]) for name in ("as_of", "until")}
        return cls(**kept | parts | days)


def usual_day(today: dt.date) -> dt.date:
    """The latest first of a month of which 90 days are known."""
    return (today - dt.timedelta(days=DAYS)).replace(day=1)


def run(con: Any, as_of: dt.date) -> BackTest | None:
    """Test the alerts of a day by the facts in the views `orders` and `lines`; None when nothing is to be tested or the 90 days are not over.

    The figures are computed by the code that makes today's, which never reads an order after its day.
    """
    until = as_of + dt.timedelta(days=DAYS)
    last = con.execute("SELECT max(day) FROM orders").fetchall()[0][0]
    if last is None or last < until - dt.timedelta(days=7):
        return None  # what happened in the 90 days is not known yet
    basis = figuring.basis(con, as_of)
    judging.judge(con, basis, figuring.compute(con, basis), set())
    rows = con.execute(_WATCHED.format(as_of=as_of, until=until, few=FEWEST_GAPS, forgotten=FORGOTTEN_AFTER)).fetchall()
    if not rows or not any(row[1] for row in rows):
        return None
    everybody = [_Case(*row) for row in rows]
    alerted = [case for case in everybody if case.is_missed]
    stayed = sum(case.usual for case in everybody if case.stayed_away)
    return BackTest(
        as_of,
        until,
        _compared(everybody),
        _compared([case for case in everybody if case.silent <= DAYS]),
        round(sum(case.loss for case in alerted) / len(alerted), 3),
        round(sum(case.usual for case in alerted if case.stayed_away) / stayed, 3) if stayed > 0 else None,
    )


@dataclass(frozen=True)
class _Case:
    account: int
    is_missed: bool
    silent: int
    loss: float
    usual: float
    stayed_away: bool


def _compared(cases: list[_Case]) -> Compared:
    alerted = [case for case in cases if case.is_missed]
    longest = sorted(cases, key=lambda case: (-case.silent, case.account))[: len(alerted)]
    return Compared(*(Share(sum(c.stayed_away for c in some), len(some)) for some in (cases, alerted, longest)))


_WATCHED = """
SELECT j.account, j.is_missed, j.silent, j.loss, j.usual::DOUBLE,
    NOT EXISTS (
        SELECT 1 FROM orders o WHERE o.account = j.account AND NOT o.is_credit
            AND o.day > DATE '{as_of}' AND o.day <= DATE '{until}'
    ) AS stayed_away
FROM judged j WHERE j.gaps >= {few} AND j.silent <= j.late + {forgotten} ORDER BY j.account
"""

"""How long opportunities stand in a stage: those that were won later, and which of the open ones stand longer than is usual.

Percentiles by nearest rank (Hyndman & Fan 1996, type 1) of the latest won ones; under 20 of them nothing is said.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from kundenkreis.pipeline.models import Opportunity, Stage, StageChange

ENOUGH = 20
LATEST = 2_000  # changes of one stage that are looked at
KEPT = 600  # seconds


@dataclass(frozen=True)
class Usual:
    """Days in a stage of `number` opportunities that were won: half, three quarters and nine tenths stood no longer than that."""

    number: int
    half: float = 0
    most: float = 0  # 75th percentile
    nearly_all: float = 0  # 90th percentile

    @property
    def is_enough(self) -> bool:
        return self.number >= ENOUGH


def nearest_rank(ordered: Sequence[float], percent: int) -> float:
    """The smallest of these values, which are in order, that at least so many percent do not exceed."""
    return ordered[max(math.ceil(percent / 100 * len(ordered)), 1) - 1]


def usual(stage: int) -> Usual:
    """What is usual in a stage, as of ten minutes ago at most."""
    key = f"pipeline.usual:{stage}"
    found = cache.get(key)
    if found is None:
        found = _worked_out(stage)
        cache.set(key, found, KEPT)
    return found


def _worked_out(stage: int) -> Usual:
    ways = StageChange.objects.filter(from_stage_id=stage, days__isnull=False, opportunity__deleted_at=None)
    won = ways.filter(opportunity__outcome=Opportunity.Outcome.WON).order_by("-at")
    days = sorted(each for each in won.values_list("days", flat=True)[:LATEST] if each is not None)
    if len(days) < ENOUGH:
        return Usual(len(days))
    return Usual(len(days), *(nearest_rank(days, percent) for percent in (50, 75, 90)))


def stuck(stages: Iterable[int] | None = None, now: dt.datetime | None = None) -> Q:
    """Open opportunities that stand in their stage longer than three quarters of the won ones did."""
    now = now or timezone.now()
    ids = stages if stages is not None else Stage.objects.living().filter(kind="open").values_list("pk", flat=True)
    found = Q(pk__in=[])
    for pk in ids:
        if (what := usual(pk)).is_enough:
            found |= Q(stage_id=pk, stage_since__lt=now - dt.timedelta(days=what.most))
    return Q(outcome="") & found


def standing(one: Opportunity, now: dt.datetime | None = None) -> tuple[str, Usual]:
    """ "nearly_all", "most" or "" (not longer than is usual), "few" when too few were won to say; and what is usual."""
    what = usual(one.stage_id)
    if not what.is_enough:
        return "few", what
    days = ((now or timezone.now()) - one.stage_since).total_seconds() / 86_400
    return "nearly_all" if days > what.nearly_all else "most" if days > what.most else "", what

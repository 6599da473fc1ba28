"""A strategy as one table: initiative, segment, what is wanted, what is done for it, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.money import rounded
from kundenkreis.core.patience import TookTooLong, at_most
from kundenkreis.market import sales
from kundenkreis.market.attainment import Attained, attained
from kundenkreis.market.models import Initiative, Strategy, Target
from kundenkreis.pipeline.models import Opportunity

MOST = 100  # initiatives of a strategy that its sheet shows
STEPS = 500  # activities that are looked through
PATIENCE = 3_000  # milliseconds, for what one figure is worth


@dataclass(frozen=True)
class Won:
    """Won opportunities of a campaign since the initiative began, as far as the person sees them; money in house currency."""

    count: int
    value: Decimal


@dataclass(frozen=True)
class Line:
    """One initiative. `actual` is what the segment's accounts ordered since it began, `attained` the linked target; None: not told."""

    initiative: Initiative
    next_step: Activity | None
    open_steps: int
    done_steps: int
    attained: Attained | None
    actual: Decimal | None
    won: Won | None

    @property
    def share(self) -> Decimal | None:
        """Of what is wanted."""
        if self.attained is not None:
            return self.attained.pace.share if self.attained.pace else None
        goal = self.initiative.goal
        return self.actual / goal if goal and self.actual is not None else None


def sheet(strategy: Strategy, user: Any) -> list[Line]:
    """Its initiatives as they stand today, as far as `user` sees activities, orders, opportunities and targets."""
    rows = strategy.initiatives.living().select_related("owner", "segment", "target")  # type: ignore[attr-defined]
    initiatives: list[Initiative] = list(rows.order_by("starts_on", "pk")[:MOST])
    steps = _steps(initiatives, user)
    numbers = {one.target_id for one in initiatives if one.target_id}
    targets = list(Target.objects.visible_to(user).living().filter(pk__in=numbers).for_list())
    stand = attained(targets, "year", user) if targets else {}
    return [_line(one, steps[one.pk], stand, user) for one in initiatives]


def _steps(initiatives: Sequence[Initiative], user: Any) -> dict[int, list[Activity]]:
    found: dict[int, list[Activity]] = defaultdict(list)
    ties = Initiative.activities.through._base_manager.filter(initiative__in=initiatives).order_by("-activity_id")
    pairs = list(ties.values_list("initiative_id", "activity_id")[:STEPS])
    rows = Activity.objects.visible_to(user).living().filter(pk__in={activity for _of, activity in pairs})
    known = {one.pk: one for one in rows.select_related("owner")}
    for initiative, activity in pairs:
        if activity in known:
            found[initiative].append(known[activity])
    return found


def _line(one: Initiative, steps: list[Activity], stand: dict[int, Attained], user: Any) -> Line:
    planned = [step for step in steps if step.is_open]
    return Line(
        one,
        min(planned, key=lambda step: (step.day, step.at, step.pk), default=None),
        len(planned),
        len(steps) - len(planned),
        stand.get(one.target_id or 0),
        _ordered(one, user) if one.target_id is None else None,
        _won(one, user) if one.campaign else None,
    )


def _ordered(one: Initiative, user: Any) -> Decimal | None:
    """What the segment's accounts have ordered from its first day until today or its last day. None without a segment, or when it takes too long."""
    if one.segment is None or one.segment.deleted_at is not None:
        return None
    last = min(one.ends_on, clock.today())
    try:
        with at_most(PATIENCE):
            rows = sales.orders_between(one.segment, one.starts_on, last, user)
            return rounded(rows.aggregate(sum=Sum("total_house"))["sum"] or 0)
    except TookTooLong:
        return None


def _won(one: Initiative, user: Any) -> Won | None:
    rows = Opportunity.objects.visible_to(user).living().counted().filter(outcome="won", campaign=one.campaign)
    since = clock.midnight(one.starts_on)
    until = clock.midnight(one.ends_on + dt.timedelta(days=1))
    try:
        with at_most(PATIENCE):
            found = rows.filter(closed_at__gte=since, closed_at__lt=until).order_by().aggregate(
                count=Count("pk"), value=Sum("value_house")
            )  # fmt: skip
    except TookTooLong:
        return None
    return Won(found["count"], rounded(found["value"] or 0))

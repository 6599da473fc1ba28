"""Forecast of the demo house: categories, calls, and snapshots of past weeks worked out afterwards and marked as generated.

Stages, openings and ends of the past come from the opportunities' own ways. What a past week thought of a day or a value is invented from the
fixed seed, and only of what has changed since.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Q

from kundenkreis.core import clock
from kundenkreis.demo.names import SEED
from kundenkreis.forecast import learning, periods, taking
from kundenkreis.forecast.models import ForecastCall, Snapshot, SnapshotCall, SnapshotRow, SnapshotSum
from kundenkreis.pipeline.models import Opportunity, Stage, StageChange
from kundenkreis.staff.models import User
from kundenkreis.staff.roles import Role

WEEKS = 40
NOTES = (
    ("Two of them wait for the board.", "Zwei davon warten auf den Vorstand."),
    ("December is short, so I count on less.", "Der Dezember ist kurz, ich rechne mit weniger."),
    ("The framework contract is as good as signed.", "Der Rahmenvertrag ist so gut wie unterschrieben."),
)
OVER = (
    "The largest one will slip into January.",
    "Der größte wird in den Jänner rutschen.",
)


def add(today: dt.date) -> None:
    """After the opportunities: the weeks before, and what people say of this quarter."""
    _categorise()
    for week in range(WEEKS, 0, -1):
        _keep(today - dt.timedelta(days=today.weekday() + 7 * week))
    _call(periods.of(today))
    learning.compute(as_of=today)


def _dice(*of: Any) -> random.Random:
    return random.Random("/".join(map(str, (SEED, "forecast", *of))))  # noqa: S311


def _category(one: int, stage: Stage) -> str:
    """What an owner thinks of an opportunity in a stage."""
    likely = stage.probability + _dice(one, stage.pk).randint(-15, 15)
    return "commit" if likely >= 65 else "best_case" if likely >= 40 else "pipeline"


def _categorise() -> None:
    """Open ones as their stage has it, said when they came into it."""
    for one in Opportunity.objects.open().select_related("stage", "owner").order_by("pk"):
        one.change(by=one.owner, now=one.changed_at, forecast_category=_category(one.pk, one.stage))


def _keep(day: dt.date) -> None:
    """How it stood on a past day."""
    moment = clock.midnight(day) + dt.timedelta(hours=4)
    snapshot = Snapshot.objects.create(taken_on=day, taken_at=moment, is_generated=True)
    since = clock.midnight(periods.of(day).moved(-1).first)
    some = Opportunity.objects.living().filter(opened_at__lt=moment).filter(Q(closed_at=None) | Q(closed_at__gte=since))
    stages = {stage.pk: stage for stage in Stage.objects.all()}
    stood: dict[int, int] = {}
    for way in StageChange.objects.filter(at__lt=moment).order_by("at", "pk"):
        stood[way.opportunity_id] = way.to_stage_id
    rows = [_row(snapshot, one, stages[stood.get(one.pk, one.stage_id)]) for one in some.order_by("pk")]
    SnapshotRow.objects.bulk_create(rows, batch_size=500)
    snapshot.number = len(rows)
    snapshot.save(update_fields=["number"])
    taking.add_up(snapshot)
    _past_calls(snapshot)
    learning.compute(as_of=day, of=[periods.of(day, kind) for kind in periods.KINDS])


def _row(snapshot: Snapshot, one: Opportunity, stage: Stage) -> SnapshotRow:
    is_closed = one.closed_at is not None and one.closed_at < snapshot.taken_at
    outcome = one.outcome if is_closed else ""
    value, day = one.value_house, one.closed_at.date() if is_closed and one.closed_at else one.expected_close_on
    if not is_closed and one.changed_at >= snapshot.taken_at:
        dice = _dice(one.pk, snapshot.taken_on.strftime("%Y-%m"))
        value = (value * Decimal(dice.choice((80, 90, 100, 100, 110, 125))) / 100).quantize(Decimal("0.01"))
        day = day and day + dt.timedelta(days=dice.choice((-35, -14, 0, 0, 0, 10, 25)))
    return SnapshotRow(
        snapshot=snapshot, opportunity_id=one.pk, owner_id=one.owner_id, team_id=one.team_id, stage_id=stage.pk,
        category={"won": "closed", "lost": "omitted"}.get(outcome) or _category(one.pk, stage), outcome=outcome,
        probability=stage.probability, value_house=value, falls_on=day,
    )  # fmt: skip


def _past_calls(snapshot: Snapshot) -> None:
    """What people said of the quarter then: near to what was summed."""
    period = periods.of(snapshot.taken_on)
    sums: dict[int, Decimal] = defaultdict(Decimal)
    best: dict[int, Decimal] = defaultdict(Decimal)
    for one in SnapshotSum.objects.filter(snapshot=snapshot, month__range=(period.first, period.last)):
        if one.owner_id is not None and one.category in ("closed", "commit", "best_case"):
            best[one.owner_id] += one.value
            sums[one.owner_id] += one.value if one.category != "best_case" else one.value / 4
    SnapshotCall.objects.bulk_create(
        SnapshotCall(
            snapshot=snapshot, period=str(period), person_id=owner, is_override=False,
            commit=_said(amount, owner, period), best_case=max(_said(best[owner], owner, period), _said(amount, owner, period)),
        )
        for owner, amount in sorted(sums.items())
    )  # fmt: skip


def _said(amount: Decimal, owner: int, period: periods.Period) -> Decimal:
    """Some always say too much, others too little."""
    habit = _dice(owner).choice((85, 95, 105, 120)) + _dice(owner, period).randint(-10, 10)
    return (amount * habit / 10_000).quantize(Decimal(1)) * 100


def _call(period: periods.Period) -> None:
    """This quarter: each owner's own call, and one over it."""
    head = User.objects.living().filter(role=Role.HEAD_OF_SALES, is_active=True).order_by("pk").first()
    said_at = clock.midnight(clock.today()) + dt.timedelta(hours=10)
    owners = Opportunity.objects.living().filter(forecast_category__in=("closed", "commit")).values("owner")
    people: Iterable[User] = User.objects.living().filter(pk__in=owners, is_active=True).order_by("pk")
    for at, person in enumerate(people):
        last = SnapshotCall.objects.filter(period=str(period), person=person).order_by("-pk").first()
        if last is None or last.commit is None:
            continue
        note = NOTES[at % len(NOTES)][person.language == "de"]
        ForecastCall.add(
            by=person,
            now=said_at,
            period=str(period),
            person=person,
            commit=last.commit,
            best_case=last.best_case,
            note=note,
        )
        if at == 0 and head is not None:
            ForecastCall.add(
                by=head, now=said_at, period=str(period), person=person, is_override=True,
                commit=(last.commit * Decimal("0.9")).quantize(Decimal(1)), note=OVER[head.language == "de"],
            )  # fmt: skip

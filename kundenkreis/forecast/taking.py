"""Keeping how the forecast stands: a snapshot each week, written by the database itself, and which of them go again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    DateField,
    F,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate, TruncMonth
from django.utils import timezone

from kundenkreis.core import clock
from kundenkreis.forecast import periods
from kundenkreis.forecast.models import Baseline, ForecastCall, Snapshot, SnapshotCall, SnapshotRow, SnapshotSum
from kundenkreis.forecast.summing import CATEGORIES, CENTS, Part
from kundenkreis.history.recording import Actor
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.staff.models import User

EVERY = dt.timedelta(days=7)
KEPT_WEEKLY = dt.timedelta(days=731)
_COLUMNS = (
    "snapshot_id", "opportunity_id", "owner_id", "team_id", "stage_id", "category", "outcome", "probability",
    "value_house", "falls_on",
)  # fmt: skip


def is_due(today: dt.date | None = None) -> bool:
    """Whether the last snapshot is a week old, or there is none."""
    last = Snapshot.objects.filter(is_generated=False).first()
    return last is None or (today or clock.today()) - last.taken_on >= EVERY


@transaction.atomic
def take(*, by: Actor | None = None, now: dt.datetime | None = None) -> Snapshot:
    """Keep how the forecast stands today. A second time on a day it is the first one's.

    What was closed is in it from the beginning of the quarter before on. The rows never leave the database.
    """
    today, now = clock.today(), now or timezone.now()
    values = {"taken_at": now, "taken_by": by if isinstance(by, User) else None}
    snapshot, is_new = Snapshot.objects.get_or_create(taken_on=today, defaults=values)
    if not is_new:
        return snapshot
    snapshot.number = _copy(_standing(snapshot, today))
    snapshot.save(update_fields=["number"])
    add_up(snapshot)
    calls = ForecastCall.objects.living().filter(period__in=[str(one) for one in periods.current(today)])
    _copy_calls(snapshot, calls)
    return snapshot


def _standing(snapshot: Snapshot, today: dt.date) -> QuerySet:
    """Everything open, and what was closed since the quarter before began, as rows of a snapshot."""
    since = clock.midnight(periods.of(today).moved(-1).first)
    rows = Opportunity._base_manager.filter(deleted_at=None).filter(Q(outcome="") | Q(closed_at__gte=since)).order_by()
    return rows.values_list(
        Value(snapshot.pk, output_field=BigIntegerField()),
        "pk",
        "owner_id",
        "team_id",
        "stage_id",
        Case(
            When(shadowed=True, then=Value("omitted")),
            When(outcome="won", then=Value("closed")),
            When(outcome="lost", then=Value("omitted")),
            default=F("forecast_category"),
            output_field=CharField(),
        ),
        "outcome",
        Coalesce(F("probability"), F("stage__probability"), output_field=IntegerField()),
        "value_house",
        Case(
            When(outcome="", then=F("expected_close_on")),
            default=TruncDate("closed_at"),
            output_field=DateField(),
        ),
    )


def _copy(rows: QuerySet) -> int:
    """Insert what a query finds; returns how many rows."""
    statement, parameters = rows.query.sql_with_params()
    names = ", ".join(connection.ops.quote_name(name) for name in _COLUMNS)
    table = connection.ops.quote_name(SnapshotRow._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) {statement}", parameters)  # noqa: S608 Django's own
        return cursor.rowcount


def add_up(snapshot: Snapshot) -> None:
    """Write the sums over a snapshot's rows."""
    rows = SnapshotRow.objects.filter(snapshot=snapshot, category__in=CATEGORIES)
    found = rows.order_by().values_list("owner_id", TruncMonth("falls_on"), "category")
    SnapshotSum.objects.bulk_create(
        (
            SnapshotSum(
                snapshot=snapshot,
                owner_id=owner,
                month=month,
                category=category,
                number=number,
                value=Part(number, cents).value,
            )  # fmt: skip
            for owner, month, category, number, cents in found.annotate(n=Count("pk"), cents=CENTS)
        ),
        batch_size=500,
    )


def _copy_calls(snapshot: Snapshot, calls: Iterable[ForecastCall]) -> None:
    SnapshotCall.objects.bulk_create(
        SnapshotCall(
            snapshot=snapshot, period=one.period, person_id=one.person_id, team_id=one.team_id,
            is_override=one.is_override, commit=one.commit, best_case=one.best_case,
        )
        for one in calls
    )  # fmt: skip


def forget_old(today: dt.date | None = None) -> int:
    """Of snapshots older than two years the last of each month stays; baselines stay with their snapshot. Returns how many went."""
    today = today or clock.today()
    old = list(Snapshot.objects.filter(taken_on__lt=today - KEPT_WEEKLY).order_by("taken_on"))
    last = {(one.taken_on.year, one.taken_on.month): one.pk for one in old}
    gone = [one.pk for one in old if one.pk not in last.values()]
    for pk in gone:
        _delete(pk)
    kept = Snapshot.objects.values("taken_on")
    Baseline.objects.filter(as_of__lt=today - EVERY).exclude(as_of__in=kept).delete()
    return len(gone)


@transaction.atomic
def _delete(pk: int) -> None:
    """A snapshot with its rows, by one statement each: they are not gathered first."""
    for model in (SnapshotRow, SnapshotSum, SnapshotCall):
        rows = model._base_manager.filter(snapshot_id=pk)
        rows._raw_delete(rows.db)
    Snapshot.objects.filter(pk=pk).delete()

"""The verbs that hold all records against the house's rules, and follow what changes in between."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from kundenkreis.history.models import Event
from kundenkreis.history.recording import Actor, record_event
from kundenkreis.quality.alone import alone
from kundenkreis.quality.rules import MODELS, QualityFinding, QualityMark, QualityRule, QualityRun
from kundenkreis.quality.standards import judging, summing
from kundenkreis.quality.standards.demands import Kind

STRETCH = 10_000  # records that are judged and written in one transaction
OVERLAP = dt.timedelta(minutes=5)  # a long transaction may commit what it stamped before the last run began
KEPT_DAYS = 14  # measurements of every day; older ones of a week's last day
KEPT_WEEKS = 104


def measure(*, by: Actor | None = None, now: dt.datetime | None = None) -> QualityRun:
    """Hold all records against all rules, and keep the figures. Raises `alone.Busy` while another one is at work."""
    now, began = now or judging.moment(), time.monotonic()
    since = timezone.now() - OVERLAP
    with alone("quality"):
        before = QualityRun.latest()
        run = QualityRun.objects.create(started_at=now)
        rules = judging.readable(QualityRule.objects.living())
        for rule in rules:
            _judge_all(rule, now, before)
        _forget_retired()
        with transaction.atomic():
            run.totals = summing.keep(run, rules)
            run.rules = {str(rule.pk): rule.version for rule in rules}
            run.ended_at = now + dt.timedelta(seconds=time.monotonic() - began)
            run.save()
            record_event(run, "qualityrun.done", by=by, now=now)
            for noun in MODELS:
                QualityMark.objects.update_or_create(noun_of=noun, defaults={"changed_at": since, "record_id": 0})
        _thin_out(run)
    return run


def is_due() -> bool:
    """Whether there are rules that were never measured as they stand now, or measured ones that are gone."""
    latest = QualityRun.latest()
    living = {str(pk): version for pk, version in QualityRule.objects.living().values_list("pk", "version")}
    if latest is None:
        return bool(living)
    unread = {str(rule.pk) for rule in QualityRule.objects.living() if judging.unreadable(rule)}
    return {key: version for key, version in living.items() if key not in unread} != latest.rules


def follow(*, now: dt.datetime | None = None, most_seconds: float = 40.0) -> int:
    """Judge again what was changed since the last look, stretch by stretch; returns how many records. Stops after `most_seconds`."""
    now, until, count = now or judging.moment(), time.monotonic() + most_seconds, 0
    rules = judging.readable(QualityRule.objects.living())
    for noun, model in MODELS.items():
        mark = QualityMark.objects.filter(noun_of=noun).first()
        asked = [rule for rule in rules if rule.noun_of == noun]
        while mark is not None and time.monotonic() < until:
            some = _changed_after(model, mark)
            if not some:
                break
            ids = [pk for pk, _at in some]
            judge(asked, ids, now)
            mark.record_id, mark.changed_at = some[-1]
            mark.save()
            count += len(ids)
    return count


def judge(rules: Iterable[QualityRule], ids: Sequence[int], now: dt.datetime) -> None:
    """Bring the findings of some records up to date: STRETCH of them at most."""
    for rule in rules:
        rows, shared = judging.everything(rule).filter(pk__listed=ids), None
        held = set(ids)
        if rule.kind == Kind.UNIQUE:
            # Whose value one of these has now, is one of two as well.
            shared = judging.sharing(rule, judging.asked(rule, rows))
            held |= shared
            rows = judging.everything(rule).filter(pk__listed=sorted(held))
        with transaction.atomic():
            found = judging.failing(rule, rows, now, shared)
            _write(rule, Q(**{f"{rule.noun_of}_id__listed": sorted(held)}), found, now)


@transaction.atomic
def confirm(record: Any, *, by: Actor, now: dt.datetime | None = None) -> Event:
    """Somebody has looked at an account or contact, and it is right as it stands: it counts as up to date from now on."""
    event = record_event(record, f"{record.noun()}.{judging.VERIFIED}", by=by, now=now)
    again(record, now)
    return event


def again(record: Any, now: dt.datetime | None = None) -> None:
    """Judge one record by all rules, because something beside itself has changed: a look-up, an exception."""
    rules = judging.readable(QualityRule.objects.living().filter(noun_of=record.noun()))
    judge(rules, [record.pk], now or judging.moment())


def _changed_after(model: Any, mark: QualityMark) -> list[tuple[int, dt.datetime]]:
    """(number, moment) of the next records that were changed after the mark, in the order of their change, those in the bin too."""
    later = Q(changed_at__gt=mark.changed_at) | Q(changed_at=mark.changed_at, pk__gt=mark.record_id)
    rows = model._base_manager.filter(later, changed_at__gte=mark.changed_at).order_by("changed_at", "pk")
    return list(rows.values_list("pk", "changed_at")[:STRETCH])


def _judge_all(rule: QualityRule, now: dt.datetime, before: QualityRun | None) -> None:
    shared = judging.sharing(rule) if rule.kind == Kind.UNIQUE else None
    for held, rows in _stretches(rule, _since(rule, before)):
        found = judging.failing(rule, rows, now, shared)
        with transaction.atomic():
            _write(rule, held, found, now)


def _since(rule: QualityRule, before: QualityRun | None) -> dt.datetime | None:
    """From which change on records are judged: a value alone decides whether it is valid, and costs the most to check."""
    depends_on_value_alone = rule.kind == Kind.VALID and not rule.conditions
    if before is None or not depends_on_value_alone or before.rules.get(str(rule.pk)) != rule.version:
        return None
    return before.started_at - OVERLAP


def _stretches(rule: QualityRule, since: dt.datetime | None) -> Iterator[tuple[Q, Any]]:
    """(the condition that findings are of these records, the living ones among them), stretch by stretch."""
    model, last = MODELS[rule.noun_of], 0
    every = model._base_manager.all() if since is None else model._base_manager.filter(changed_at__gt=since)
    every, rows = every.order_by("pk"), judging.everything(rule)
    while some := list(every.filter(pk__gt=last).values_list("pk", flat=True)[:STRETCH]):
        if since is None:
            held = Q(**{f"{rule.noun_of}_id__gt": last, f"{rule.noun_of}_id__lte": some[-1]})
            yield held, rows.filter(pk__gt=last, pk__lte=some[-1])
        else:
            yield Q(**{f"{rule.noun_of}_id__listed": some}), rows.filter(pk__listed=some)
        last = some[-1]


def _write(rule: QualityRule, held: Q, found: dict[int, str], now: dt.datetime) -> None:
    """Findings of a stretch become what was found; what was found before keeps its day."""
    column = f"{rule.noun_of}_id"
    rows = QualityFinding.objects.filter(held, rule=rule)
    before = {record: (pk, reason) for pk, record, reason in rows.values_list("pk", column, "reason")}
    gone = [pk for record, (pk, _reason) in before.items() if record not in found]
    QualityFinding.objects.filter(pk__listed=gone).delete()
    for record in before.keys() & found.keys():
        pk, reason = before[record]
        if reason != found[record]:
            QualityFinding.objects.filter(pk=pk).update(reason=found[record])
    fresh = [
        QualityFinding(rule=rule, reason=found[record], since=now, **{column: record})
        for record in sorted(found.keys() - before.keys())
    ]
    # Two may judge the same record at once; the second finds it done.
    QualityFinding.objects.bulk_create(fresh, batch_size=2_000, ignore_conflicts=True)


def _forget_retired() -> None:
    """Findings of rules that the house does not have any more."""
    for rule in QualityRule.objects.in_bin():
        while some := list(rule.findings.values_list("pk", flat=True)[:STRETCH]):
            QualityFinding.objects.filter(pk__listed=some).delete()


def _thin_out(run: QualityRun) -> None:
    """Of earlier measurements one a day stays, of those older than a fortnight the last of its week, of two years."""
    kept: set[tuple[str, Any]] = set()
    today = timezone.localdate(run.started_at)
    for one in QualityRun.objects.exclude(ended_at=None).order_by("-pk"):
        day = timezone.localdate(one.started_at)
        is_recent = (today - day).days <= KEPT_DAYS
        slot = ("day", day) if is_recent else ("week", day.isocalendar()[:2])
        if slot in kept or (today - day).days > KEPT_WEEKS * 7:
            one.delete()
        kept.add(slot)
    QualityRun.objects.filter(ended_at=None, started_at__lt=run.started_at).delete()

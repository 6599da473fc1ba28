"""The work of the worker: read on, look at the day, and do what is waiting, in the order in which it was noted.

Each run is one transaction that begins by taking it: however many workers there are, one does it; a killed one leaves it waiting. What
could not be done is told in words. All that a rule does in one go is one batch, which can be undone as a whole.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from typing import Any

from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kundenkreis.activities.models import Activity
from kundenkreis.automation import acting, daily, following, noting, telling
from kundenkreis.automation.acting import NotDone, Work
from kundenkreis.automation.actions import Do
from kundenkreis.automation.models import AutomationMark, AutomationRule, AutomationRun
from kundenkreis.automation.noting import Ready
from kundenkreis.core import clock
from kundenkreis.core.records import Stale
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch, BatchChunk, Event
from kundenkreis.history.recording import record_event
from kundenkreis.insights.models import Signal
from kundenkreis.staff.models import User

logger = logging.getLogger(__name__)
AT_ONCE = 50  # runs that are fetched together
_NUMBERS = 2_000_000_000  # a chunk's number is a run's, as far as its column goes


class Skipped(Exception):
    """There is nothing to do any more; the message says why."""


def is_due() -> bool:
    """Whether something has happened since the last look, another day has begun, or something waits. Few questions, however many rules."""
    if AutomationRun.objects.waiting().exists():
        return True
    on = list(AutomationRule.objects.on().values_list("belongs_to", "when", "looked_on"))
    if any(when in daily.EACH_DAY and looked_on != clock.today() for _noun, when, looked_on in on):
        return True
    mark = AutomationMark.objects.filter(pk=1).first() or AutomationMark()
    nouns = {noun for noun, _when, _looked_on in on}
    of_signals, of_events = "signals" in nouns, bool(nouns - {"signals"})
    return (of_events and Event.objects.filter(pk__gt=mark.event).exists()) or (
        of_signals and Signal._base_manager.filter(pk__gt=mark.signal).exists()
    )


def go(*, most_seconds: float = 40.0) -> int:
    """Everything that is due now; returns how many runs came to their end."""
    until, count = time.monotonic() + most_seconds, 0
    if not is_due():
        return 0
    # What a rule does may start another one: as often as rules may start one another.
    for _round in range(noting.DEEPEST + 1):
        rules = noting.ready()
        following.follow(rules, until)
        daily.look(rules, until)
        done = work(until)
        count += done
        if not done or time.monotonic() >= until:
            break
    return count


def work(until: float | None = None) -> int:
    """Do what waits. Returns how many runs came to their end."""
    rules = {one.rule.pk: one for one in noting.ready()}
    until, last, count, failures = until or time.monotonic() + 40, 0, 0, Counter[int]()
    why: dict[int, str] = {}
    while time.monotonic() < until:
        some = list(AutomationRun.objects.waiting().filter(pk__gt=last).order_by("pk")[:AT_ONCE])
        if not some:
            break
        for run in some:
            last = run.pk
            try:
                problem = _do(run, rules.get(run.rule_id))
            except OperationalError:  # the database was busy: it waits for the next go
                logger.warning("A run of an automation rule waits for the database: %s", run.pk, exc_info=True)
                continue
            count += 1
            if problem:
                failures[run.rule_id] += 1
                why.setdefault(run.rule_id, problem)
            if time.monotonic() >= until:
                break
    close_batches()
    for rule in AutomationRule.objects.filter(pk__in=failures).select_related("responsible"):
        telling.failed(rule, failures[rule.pk], why[rule.pk])
    return count


def _do(run: AutomationRun, one: Ready | None) -> str:
    """Do it, and keep what was done or why not; returns the reason of a failure."""
    language = one.rule.responsible.language if one and one.rule.responsible else None
    with translation.override(language):
        try:
            with transaction.atomic():
                _take_and_do(run, one)
            return ""
        except Skipped as none:
            _end(run, AutomationRun.State.SKIPPED, str(none))
            return ""
        except (NotDone, ValidationError, Stale) as refused:
            problem = " ".join(refused.messages) if isinstance(refused, ValidationError) else str(refused)
        except OperationalError:
            raise
        except Exception:
            logger.exception("A run of an automation rule has failed: %s", run.pk)
            problem = _("Something unexpected has happened; the log of the program says what.")
        _end(run, AutomationRun.State.FAILED, problem)
    return problem


def _end(run: AutomationRun, state: str, problem: str) -> None:
    waiting = AutomationRun.objects.waiting().filter(pk=run.pk)
    waiting.update(state=state, problem=problem[:500], done_at=timezone.now())


def _take_and_do(run: AutomationRun, one: Ready | None) -> None:
    now = timezone.now()
    if not AutomationRun.objects.waiting().filter(pk=run.pk).update(state=AutomationRun.State.DONE, done_at=now):
        return
    if one is None:
        raise Skipped(_("The rule was switched off, or cannot act."))
    record = one.rule.of.model._base_manager.select_for_update(of=("self",)).filter(pk=run.record_id).first()
    if record is None:
        raise Skipped(_("The record is gone."))
    if run.record_id not in one.fulfilling([run.record_id]):
        raise Skipped(
            _("The record does not fulfil the conditions any more, or whoever the rule acts as does not see it.")
        )
    work = Work(one.rule, run, record, _batch(one.rule))
    before = _columns(record)
    deeds = acting.do(work)
    _keep(work, before)
    AutomationRun.objects.filter(pk=run.pk).update(deeds=deeds, batch=work.batch, events=work.events)


# --- the batch


def _batch(rule: AutomationRule) -> Batch | None:
    """The batch of this go: one that is open, a killed worker's too, or a new one. None where people are told only, which nobody takes back."""
    assert rule.responsible is not None
    if all(action["do"] == Do.NOTIFY for action in rule.actions):
        return None
    there = Batch.objects.filter(kind=following.KIND, state=Batch.State.RUNNING)
    own = AutomationRun.objects.filter(rule=rule, batch__in=there).values("batch_id")
    return Batch.objects.filter(pk__in=own).first() or Batch.objects.create(
        kind=following.KIND,
        label=rule.name[:200],
        actor_id=rule.responsible.pk,
        actor_name=rule.responsible.get_full_name()[:200],
    )


def _columns(record: Any) -> dict[str, Any]:
    """The record's columns of which an undo sets back those that differ."""
    kept = [f.name for f in record._meta.concrete_fields if f.editable or hasattr(f, "put_back")]
    names = [*kept, "version"] if "version" not in kept else kept
    return dict(type(record)._base_manager.filter(pk=record.pk).values(*names).get())


def _keep(work: Work, before: dict[str, Any]) -> None:
    """What was done, so that the batch can be undone: the record's columns before and after, and the tasks that were made."""
    if work.batch is None:
        return
    number, after = work.run.pk % _NUMBERS, _columns(work.record)
    made, rows, names = [task.pk for task in work.made], [], []
    if before["version"] != after["version"]:
        names = [name for name in before if before[name] != after[name]]
        rows = [(work.record.pk, *(before[n] for n in names), *(after[n] for n in names))]
    model = type(work.record)
    if rows or (made and model is Activity):
        added = made if model is Activity else ()
        chunks.keep(work.batch, number, model, added=added, fields=names, changed=rows)
    if made and model is not Activity:
        chunks.keep(work.batch, number, Activity, added=made)
    if work.tied:
        chunks.keep(work.batch, number, getattr(model, work.rule.of.ties).through, added=work.tied)


@transaction.atomic
def close_batches() -> None:
    """What a go has done is one piece of work that has come to its end."""
    open_ones = Batch.objects.select_for_update().filter(kind=following.KIND, state=Batch.State.RUNNING)
    for batch in open_ones.order_by("pk"):
        counts: dict[str, Counter[str]] = {}
        for chunk in BatchChunk.objects.filter(batch=batch).only("model", "added", "ids").iterator(chunk_size=500):
            of = counts.setdefault(chunk.model, Counter())
            of["added"] += sum(last - first + 1 for first, last in chunk.added)
            of["changed"] += len(bytes(chunk.ids)) // 8
        batch.counts = {model: {k: n for k, n in of.items() if n} for model, of in counts.items()}
        batch.state, batch.ended_at = Batch.State.DONE, timezone.now()
        batch.save(update_fields=["counts", "state", "ended_at"])
        actor = User._base_manager.filter(pk=batch.actor_id).first()
        record_event(batch, "batch.done", by=actor, batch=batch)

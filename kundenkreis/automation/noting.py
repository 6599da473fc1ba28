"""What a rule holds for is noted: once for each occasion, so many a day, and of conditions only who newly fulfils them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kundenkreis.automation import checking, telling
from kundenkreis.automation.models import AutomationMet, AutomationRule, AutomationRun
from kundenkreis.automation.nouns import When
from kundenkreis.core import clock

DEEPEST = 3  # so many rules may start one another
SLICE = 1_000


@dataclass(frozen=True)
class Touch:
    """Something happened to a record: it was `added`, or these `changes` ({field: [from, to, …]}), or something beside it.

    `number` is that of the event or signal; `chain` the rules whose deed it was; `is_quiet` what no rule is started by: an undo, what
    comes out of the bin.
    """

    noun: str
    record_id: int
    number: int
    occasion: str
    added: bool = False
    changes: dict[str, list] = field(default_factory=dict)
    actor_id: int | None = None
    chain: tuple[int, ...] = ()
    is_quiet: bool = False
    is_import: bool = False


@dataclass
class Ready:
    """A rule that is on and can act, with its conditions read once for a stretch of work."""

    rule: AutomationRule
    today: dt.date

    @cached_property
    def condition(self) -> Q:
        return self.rule.asked().q()

    def fulfilling(self, ids: Iterable[int]) -> set[int]:
        """Those of some records that the rule's conditions let through, and that the person sees as whom it acts."""
        some, found = sorted(set(ids)), set[int]()
        rows = self.rule.of.model.objects.visible_to(self.rule.responsible).living().order_by()
        for start in range(0, len(some), SLICE):
            fitting = rows.filter(pk__in=some[start : start + SLICE]).filter(self.condition)
            found |= set(fitting.values_list("pk", flat=True))
        return found

    def is_started_by(self, touch: Touch) -> bool:
        rule = self.rule
        return (
            not touch.is_quiet
            and (rule.for_imports or not touch.is_import)
            and touch.number > rule.since_event
            and rule.pk not in touch.chain
            and len(touch.chain) < DEEPEST
        )


def ready(noun: str = "") -> list[Ready]:
    """The rules that are on and can act. One that cannot is told of once; what happens meanwhile does not start it later."""
    rules = AutomationRule.objects.on().select_related("responsible").order_by("pk")
    found = []
    for rule in rules.filter(belongs_to=noun) if noun else rules:
        with translation.override(rule.responsible.language if rule.responsible else None):
            why = checking.trouble(rule)
        if not why:
            found.append(Ready(rule, clock.today()))
        elif rule.told != why[:300]:
            AutomationRule.objects.filter(pk=rule.pk).update(
                told=why[:300], is_prepared=False, reached=0, looked_on=None
            )
            telling.broken(rule, why)
    return found


def note(one: Ready, touches: Sequence[Touch]) -> None:
    """What happened to records of the rule's noun, as far as it starts the rule. Belongs into the transaction that reads on."""
    when = one.rule.when
    if when == When.MEETS:
        _note_meeting(one, touches)
        return
    if when == When.DAY:
        _note_today(one, touches)
        return
    started = [t for t in touches if one.is_started_by(t) and (t.added if when == When.ADDED else fits(one.rule, t))]
    fulfilling = one.fulfilling(t.record_id for t in started)
    put(one.rule, [t for t in started if t.record_id in fulfilling])


def fits(rule: AutomationRule, touch: Touch) -> bool:
    """Whether the rule's field changed from and to what it says."""
    if touch.added or rule.field not in touch.changes:
        return False
    before, after = touch.changes[rule.field][:2]
    return _is(before, rule.from_value) and _is(after, rule.to_value) and before != after


def _is(value: Any, wanted: str) -> bool:
    """Whether a value, as history keeps it, is the one that is wanted; one of several is enough."""
    if isinstance(value, list):
        return not wanted or any(_is(one, wanted) for one in value)
    text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    return wanted in ("", text)


def _note_meeting(one: Ready, touches: Sequence[Touch]) -> None:
    """Who is touched before all records were looked at once is looked at then."""
    rule = one.rule
    # Whoever looks at all records holds the rule as well: what two see at once is new to one of them.
    AutomationRule.objects.select_for_update().filter(pk=rule.pk).first()
    some = [t for t in touches if rule.is_prepared or t.record_id <= rule.reached]
    ids = {t.record_id for t in some}
    new = one.fulfilling(meeting(one, sorted(ids)))
    starting: dict[int, Touch] = {}
    for touch in some:
        if touch.record_id in new and one.is_started_by(touch):
            known = starting.get(touch.record_id)
            starting[touch.record_id] = touch if known is None or len(touch.chain) < len(known.chain) else known
    put(rule, list(starting.values()))


def meeting(one: Ready, ids: Sequence[int]) -> set[int]:
    """Remember which of these records fulfil the conditions now; returns those that did not before."""
    new: set[int] = set()
    for start in range(0, len(ids), SLICE):
        some = ids[start : start + SLICE]
        new |= _remember(one, Q(pk__in=some), Q(record_id__in=some))
    return new


def meeting_between(one: Ready, after: int, last: int) -> set[int]:
    """The same for all records whose number lies after the one and up to the other."""
    return _remember(one, Q(pk__gt=after, pk__lte=last), Q(record_id__gt=after, record_id__lte=last))


def _remember(one: Ready, rows: Q, known: Q) -> set[int]:
    """To come into the person's reach is not to fulfil the conditions newly: whoever sees them, all that fulfil them are remembered."""
    present = one.rule.of.model.objects.living().order_by().filter(rows).filter(one.condition)
    now = set(present.values_list("pk", flat=True))
    before = set(AutomationMet.objects.filter(known, rule=one.rule).values_list("record_id", flat=True))
    gone = sorted(before - now)
    for start in range(0, len(gone), SLICE):
        AutomationMet.objects.filter(rule=one.rule, record_id__in=gone[start : start + SLICE]).delete()
    fresh = [AutomationMet(rule=one.rule, record_id=pk) for pk in sorted(now - before)]
    AutomationMet.objects.bulk_create(fresh, batch_size=SLICE, ignore_conflicts=True)
    return now - before


def _note_today(one: Ready, touches: Sequence[Touch]) -> None:
    """A record whose day is today by what was written just now: the look at all records of this day has been taken already."""
    if one.rule.looked_on == one.today:
        quiet = {t.record_id for t in touches if t.is_quiet}
        day(one, [t.record_id for t in touches if t.record_id not in quiet], one.today)


def day(one: Ready, ids: Iterable[int], on: dt.date) -> None:
    """Those of some records for which the rule waits for this day."""
    waited = on - dt.timedelta(days=one.rule.days)
    rows = one.rule.of.model._base_manager.filter(pk__listed=sorted(set(ids)))
    there = rows.filter(checking.on_days(one.rule.of, one.rule.field, [waited])).values_list("pk", flat=True)
    put(one.rule, [Touch(one.rule.belongs_to, pk, 0, f"d{waited}") for pk in sorted(one.fulfilling(there))])


def put(rule: AutomationRule, touches: Sequence[Touch]) -> None:
    """Note that the rule is to act on these, what is known already left out. Beyond its number a day the rule is stopped."""
    if not touches or not rule.is_on:
        return
    fresh = {(t.record_id, t.occasion): t for t in touches}
    ids = sorted({t.record_id for t in touches})
    for start in range(0, len(ids), SLICE):
        rows = AutomationRun.objects.filter(rule=rule, record_id__in=ids[start : start + SLICE])
        for known in rows.values_list("record_id", "occasion"):
            fresh.pop(known, None)
    now = timezone.now()
    since = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    left = max(0, rule.most_a_day - AutomationRun.objects.filter(rule=rule, at__gte=since).count())
    some = list(fresh.values())[:left]
    AutomationRun.objects.bulk_create(
        [
            AutomationRun(
                rule=rule, noun=rule.belongs_to, record_id=t.record_id, occasion=t.occasion, at=now, actor_id=t.actor_id, chain=list(t.chain)
            )
            for t in some
        ],
        batch_size=SLICE,
        ignore_conflicts=True,
    )  # fmt: skip
    if len(fresh) > left:
        with translation.override(rule.responsible.language if rule.responsible else None):
            why = _("It would have acted more than %(n)d times in one day.") % {"n": rule.most_a_day}
        rule.stop(why)
        telling.stopped(rule, why)

"""What comes with the day: rules that wait for a date, or ask for what no event tells of, look at all records once.

No event tells of figures, other records and days counted back from today. The look goes stretch by stretch along the key, each in one
transaction; killed, it goes on where it was.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence

from django.db import transaction

from kundenkreis.automation import checking, noting
from kundenkreis.automation.models import AutomationRule
from kundenkreis.automation.noting import Ready, Touch
from kundenkreis.automation.nouns import When

STRETCH = 5_000
EACH_DAY = frozenset({When.MEETS.value, When.DAY.value})
LATE = 7  # days that are made up for when nobody worked


def look(rules: Sequence[Ready], until: float) -> None:
    """Every rule that has not yet looked at all records today does; stops when `time.monotonic()` is `until`."""
    for one in rules:
        if one.rule.when in EACH_DAY:
            step = _meets if one.rule.when == When.MEETS else _waits
            while one.rule.looked_on != one.today and one.rule.is_on and time.monotonic() < until:
                step(one)


@transaction.atomic
def _meets(one: Ready) -> None:
    """The next records: which fulfil the conditions now. The first time over nobody newly does."""
    rule = _held(one)
    if rule is None or rule.looked_on == one.today:
        return
    ids = _next(one, rule.reached)
    if not ids:
        _done(one)
        return
    new = noting.meeting_between(one, rule.reached, ids[-1])
    if rule.is_prepared:
        noting.put(rule, [Touch(rule.belongs_to, pk, 0, f"s{one.today}") for pk in sorted(one.fulfilling(new))])
    _reached(one, ids[-1])


@transaction.atomic
def _waits(one: Ready) -> None:
    """The records whose day has come since the last look, at most a week ago."""
    rule = _held(one)
    if rule is None or rule.looked_on == one.today:
        return
    late = 1 if rule.looked_on is None else min(max((one.today - rule.looked_on).days, 1), LATE)
    days = [one.today - dt.timedelta(days=n) for n in reversed(range(late))]
    asked = checking.on_days(rule.of, rule.field, [day - dt.timedelta(days=rule.days) for day in days])
    rows = rule.of.model._base_manager.filter(deleted_at=None, pk__gt=rule.reached).filter(asked).order_by("pk")
    ids = list(rows.values_list("pk", flat=True)[:STRETCH])
    for day in days:
        noting.day(one, ids, day)
    if len(ids) < STRETCH or not rule.is_on:
        _done(one)
    else:
        _reached(one, ids[-1])


def _held(one: Ready) -> AutomationRule | None:
    """The rule as it stands, held: of two workers the second goes on where the first has come. None when it is off, or another by now."""
    present = AutomationRule.objects.on().select_for_update(of=("self",)).filter(pk=one.rule.pk).first()
    if present is None or present.version != one.rule.version:
        one.rule.is_on = False
        return None
    one.rule.reached, one.rule.is_prepared, one.rule.looked_on = present.reached, present.is_prepared, present.looked_on
    return one.rule


def _next(one: Ready, after: int) -> list[int]:
    rows = one.rule.of.model._base_manager.filter(pk__gt=after).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:STRETCH])


def _reached(one: Ready, pk: int) -> None:
    one.rule.reached = pk
    AutomationRule.objects.filter(pk=one.rule.pk).update(reached=pk)


def _done(one: Ready) -> None:
    one.rule.reached, one.rule.is_prepared, one.rule.looked_on = 0, True, one.today
    AutomationRule.objects.filter(pk=one.rule.pk).update(reached=0, is_prepared=True, looked_on=one.today)

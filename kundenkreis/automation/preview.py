"""What a rule would have done in the last 30 days and would do today, before somebody switches it on. Nothing is written.

It is reckoned with the records as they are now: who was added, changed so, or reached the day, and fulfils the conditions today.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from kundenkreis.automation import checking, noting
from kundenkreis.automation.models import AutomationRule
from kundenkreis.automation.noting import Ready, Touch
from kundenkreis.automation.nouns import When
from kundenkreis.core import clock
from kundenkreis.core.keyset import bounded_count
from kundenkreis.core.patience import TookTooLong, at_most
from kundenkreis.history.models import Event

BACK = 30  # days
BOUND = 1_001
SHOWN = 10
EVENTS = 5_000  # the latest that are looked at
PATIENT = 5_000  # milliseconds


@dataclass
class Preview:
    """`count` records in the last 30 days (1,001: more than a thousand; None: it took too long), the latest of them, how many today;
    of `meets` how many fulfil the conditions now. `wrong`: why the rule cannot act at all.
    """

    count: int | None = None
    today: int | None = None
    fulfilling: int | None = None
    records: list[Any] = field(default_factory=list)
    wrong: str = ""


def preview(rule: AutomationRule, person: Any) -> Preview:
    """What the rule would do, as far as this person sees the records."""
    if wrong := checking.trouble(rule):
        return Preview(wrong=wrong)
    found = Preview()
    with suppress(TookTooLong), at_most(PATIENT):
        _look(Ready(rule, clock.today()), person, found)
    return found


def _look(one: Ready, person: Any, found: Preview) -> None:
    rule, model = one.rule, one.rule.of.model
    rows = model.objects.visible_to(rule.responsible).living().filter(one.condition).order_by()
    if person.pk != rule.responsible_id:
        rows = rows.filter(pk__in=model.objects.visible_to(person).values("pk"))
    # The house's own today: that of a demo house lies in the past, and so does what happened in it.
    since = clock.midnight(one.today) - dt.timedelta(days=BACK)
    if rule.when == When.CHANGED:
        rows = rows.filter(pk__in=sorted(_changed(rule, since)))
    elif rule.when == When.DAY:
        back = [one.today - dt.timedelta(days=rule.days + n) for n in range(BACK + 1)]
        found.today = bounded_count(rows.filter(checking.on_days(rule.of, rule.field, back[:1])), BOUND)
        rows = rows.filter(checking.on_days(rule.of, rule.field, back))
    elif rule.when == When.MEETS:
        found.fulfilling = bounded_count(rows, BOUND)
        rows = rows.filter(changed_at__gte=since)
    else:
        rows = rows.filter(created_at__gte=since)
    found.count = bounded_count(rows, BOUND)
    found.records = list(rows.order_by("-pk")[:SHOWN])


def _changed(rule: AutomationRule, since: dt.datetime) -> Iterable[int]:
    """Records in whose latest events the field changed so."""
    label = rule.of.model._meta.label_lower
    events = Event.objects.filter(at__gte=since, subject_type=label, changes__has_key=rule.field)
    some = events.order_by("-at", "-pk").values_list("subject_id", "changes")[:EVENTS]
    return {pk for pk, changes in some if noting.fits(rule, Touch(rule.belongs_to, pk, 0, "", changes=changes))}

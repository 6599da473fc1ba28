"""Which records fail a rule: asked of a stretch of them at once, or of one that is on the screen."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from kundenkreis.core import clock
from kundenkreis.core.filters import BadFilter
from kundenkreis.core.models import House
from kundenkreis.history.models import Event
from kundenkreis.quality.lookups import Lookup, latest
from kundenkreis.quality.rules import MODELS, QualityRule, QualityWaiver
from kundenkreis.quality.standards import demands
from kundenkreis.quality.standards.demands import Kind, Reason

VERIFIED = "verified"
# Of these only a value that is there can be asked.
_OF_VALUES = frozenset({Kind.VALID.value, Kind.UNIQUE.value, Kind.PROVEN.value})


@dataclass(frozen=True)
class Told:
    """A rule that a record fails, and why."""

    rule: QualityRule
    reason: Reason


def moment() -> dt.datetime:
    """Now; in a demo house the end of the day on which its data ends."""
    today = House.known().today
    return timezone.now() if today is None else clock.midnight(today + dt.timedelta(days=1))


def readable(rules: Iterable[QualityRule]) -> list[QualityRule]:
    """Those whose field is known and whose conditions can (still) be read."""
    return [rule for rule in rules if not unreadable(rule)]


def unreadable(rule: QualityRule) -> str:
    """Why a rule cannot be asked (any more): a team in its condition is gone. "" when it can."""
    if demands.demand(rule.noun_of, rule.field) is None:
        return str(rule.field)
    try:
        rule.narrowed()
    except BadFilter as bad:
        return str(bad)
    return ""


def everything(rule: QualityRule) -> Any:
    """All living records of the rule's noun."""
    rows: Any = MODELS[rule.noun_of].objects  # type: ignore[attr-defined]
    return rows.living().order_by()


def asked(rule: QualityRule, rows: Any) -> Any:
    """Those of `rows` of which the rule is asked: for whom it holds, who have a value, who were not let off."""
    if rule.conditions:
        rows = rows.filter(rule.narrowed().q())
    if rule.kind in _OF_VALUES:
        rows = rows.filter(_demand(rule).filled)
    let_off = QualityWaiver.objects.living().filter(rule=rule, **{f"{rule.noun_of}__isnull": False})
    return rows.exclude(pk__in=let_off.values(f"{rule.noun_of}_id"))


def failing(rule: QualityRule, rows: Any, now: dt.datetime, shared: set[int] | None = None) -> dict[int, str]:
    """The numbers of those of `rows` that fail the rule, each with why.

    `rows` are a few thousand living records at most. `shared` are all records whose value is another's too, if that is known
    (`sharing`); else it is asked for the values of these rows.
    """
    some, demand = asked(rule, rows), _demand(rule)
    if rule.kind == Kind.FILLED:
        return dict.fromkeys(some.filter(~demand.filled).values_list("pk", flat=True), Reason.EMPTY.value)
    if rule.kind == Kind.RECENT:
        old = some.filter(demands.too_old(rule.days or 0, now)).filter(~_confirmed(rule, now))
        return dict.fromkeys(old.values_list("pk", flat=True), Reason.OLD.value)
    if rule.kind == Kind.UNIQUE:
        known = sharing(rule, some) if shared is None else shared
        return {pk: Reason.SHARED.value for pk in some.values_list("pk", flat=True) if pk in known}
    if rule.kind == Kind.PROVEN:
        return _unproven(rule, some)
    assert demand.check is not None
    told = ((pk, demand.check(*values)) for pk, *values in some.values_list("pk", *demand.columns))
    return {pk: reason for pk, reason in told if reason}


def sharing(rule: QualityRule, some: Any = None) -> set[int]:
    """The numbers of the living records whose value another one has too; of the values of `some` alone, if given."""
    rows = everything(rule).filter(_demand(rule).filled)
    if some is not None:
        values = sorted(set(some.values_list(rule.field, flat=True)))
        rows = rows.filter(**{f"{rule.field}__listed": values})
        pairs = list(rows.values_list("pk", rule.field))
        often = Counter(value for _pk, value in pairs)
        return {pk for pk, value in pairs if often[value] > 1}
    other = rows.filter(**{rule.field: OuterRef(rule.field)}).exclude(pk=OuterRef("pk"))
    if rule.field in _INDEXED:
        return set(rows.filter(Exists(other)).values_list("pk", flat=True))
    return _sharing_by_sorting(rule, rows)


# Fields with an index of their own: each value is looked up. The others are read once.
_INDEXED = frozenset({"vat_id", "email"})


def _sharing_by_sorting(rule: QualityRule, rows: Any) -> set[int]:
    """Walks the values in their order, so that of a million no more than the shared ones are held."""
    found: set[int] = set()
    before: tuple[int, str] | None = None
    for pk, value in rows.order_by(rule.field, "pk").values_list("pk", rule.field).iterator(chunk_size=10_000):
        if before is not None and before[1] == value:
            found |= {pk, before[0]}
        before = (pk, value)
    return found


def _unproven(rule: QualityRule, some: Any) -> dict[int, str]:
    since = clock.today() - dt.timedelta(days=rule.days or 0)
    told = some.annotate(answered=latest("answer"), answered_on=latest("asked_on"))
    bad = told.filter(~Q(answered=Lookup.Answer.VALID, answered_on__gte=since) | Q(answered=None))
    return {
        pk: Reason.DENIED.value if answer == Lookup.Answer.INVALID else Reason.UNPROVEN.value
        for pk, answer in bad.values_list("pk", "answered")
    }


def _confirmed(rule: QualityRule, now: dt.datetime) -> Exists:
    """That somebody has looked at the record and said that it is right."""
    model = MODELS[rule.noun_of]
    said = Event.objects.filter(
        subject_type=model._meta.label_lower,
        subject_id=OuterRef("pk"),
        verb=f"{rule.noun_of}.{VERIFIED}",
        at__gte=now - dt.timedelta(days=rule.days or 0),
    )
    return Exists(said)


def _demand(rule: QualityRule) -> demands.Demand:
    found = demands.demand(rule.noun_of, rule.field)
    assert found is not None, "unreadable rules are left out"
    return found


def told_of(record: Any) -> list[Told]:
    """The rules that one record fails now, whatever was measured before, in the order of their weight."""
    noun = record.noun()
    rules = readable(QualityRule.objects.living().filter(noun_of=noun))
    rows: Any = type(record).objects.filter(pk=record.pk).living()
    found = [(rule, failing(rule, rows, moment()).get(record.pk)) for rule in rules]
    told = [Told(rule, Reason(reason)) for rule, reason in found if reason]
    return sorted(told, key=lambda one: (-one.rule.weight, one.rule.pk))

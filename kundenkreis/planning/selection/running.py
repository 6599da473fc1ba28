"""A scoring round over all accounts, in the background: the figures, the bounds of ranks, then points, axes and tier of each.

Nobody sees results before all of them are there. A round that was killed or cancelled has none: it is scored again from its beginning, and
what it left is deleted first. Everything is done by stretches, so that the memory is the same for a thousand accounts and for a million.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.core import bulk
from kundenkreis.history.recording import record_event
from kundenkreis.planning.models import (
    ABSENT,
    RoundResult,
    ScoringRound,
    SelectionCriterion,
    SelectionSet,
    TierOverride,
)
from kundenkreis.planning.models.measures import Measure
from kundenkreis.planning.selection import counting, figuring
from kundenkreis.planning.selection.scoring import Asked, Rule, Scored, Yardstick

LOST_AFTER = dt.timedelta(minutes=10)  # without a step: its worker is gone
_COLUMNS = (
    "id", "round", "account", "tier", "computed", "before", "had", "attractiveness", "position", "rule", "revenue", "open",
    "figures", "points",
)  # fmt: skip
_SLICE = 20_000
State = ScoringRound.State
logger = logging.getLogger(__name__)


class Stopped(Exception):
    """Somebody has cancelled it, or another worker has taken it up."""


def criteria_of(of_set: SelectionSet) -> list[SelectionCriterion]:
    """In the order in which results keep figures and points."""
    return list(of_set.criteria.living())


def yardstick(criteria: Sequence[SelectionCriterion], of_set: SelectionSet, basis: dict[str, Any]) -> Yardstick:
    """What a round is scored by. `basis` is the round's: bounds of ranks, and of what the house knows nothing."""
    rules = [
        Rule(
            one.tier,
            one.attractiveness,
            one.reached,
            one.below,
            None if one.revenue is None else int(one.revenue * 100),
        )
        for one in of_set.rules.living()
    ]
    return Yardstick(tuple(_asked(one, basis) for one in criteria), tuple(rules))


def _asked(one: SelectionCriterion, basis: dict[str, Any]) -> Asked:
    key = str(one.pk)
    steps = tuple((int(Decimal(str(bound)) * one.unit), points) for bound, points in one.steps)
    low, high = (0 if end is None else int(end * one.unit) for end in (one.low, one.high))
    bounds, counts = tuple(basis.get("bounds", {}).get(key, ())), one.pk not in basis.get("unknown", ())
    return Asked(one.axis, one.weight, one.scale, low, high, steps, one.missing, bounds, counts)


def score(one: ScoringRound) -> ScoringRound:
    """Score a round that waits, to its end. Raises `insights.running.Busy`; what was cancelled meanwhile is left alone."""
    try:
        with figuring.facts() as con:  # one at a time: whoever comes second finds it done
            taken = ScoringRound._base_manager.filter(pk=one.pk, state__in=ScoringRound.AT_WORK, deleted_at=None)
            if taken.update(state=State.RUNNING, seen=0, problem="", stepped_at=timezone.now()):
                one.refresh_from_db()
                _forget(one)
                _score(one, con)
    except Stopped:
        _forget(one)
    except LookupError:
        _fail(one, _("There are no orders yet of which anything could be computed."))
    one.refresh_from_db()
    return one


def _score(one: ScoringRound, con: Any) -> None:
    before = ScoringRound.objects.standing().filter(starts_on__lt=one.starts_on).exclude(pk=one.pk).first()
    expected = figuring.scored_accounts().count()
    _step(one, before=before, expected=expected)
    span, seen = figuring.window(con, one.as_of), 0
    for number in figuring.stretches(con, span, before.pk if before else None):
        seen += number
        _step(one, seen=seen // 2)
    criteria = criteria_of(one.of_set)
    basis = _basis(con, criteria, figuring.known(con))
    measure = yardstick(criteria, one.of_set, basis)
    decided = {row.account_id: row.plain for row in TierOverride.objects.living().filter(round=one)}
    asked, counts, seen = [str(each.measure) for each in criteria], Counter[str](), 0
    judged = [place for place, name in enumerate(asked) if name in Measure.said_by_people()]
    for rows in figuring.kept(con, asked):
        found = list(_results(one, rows, measure, judged, decided))
        _write(one, found)
        counting.add_up((_counted(row) for row in found), counts)
        seen += len(rows)
        _step(one, seen=min(expected, (expected + seen) // 2))
    _end(one, {name: n for name, n in counts.items() if n}, basis, expected)


def _basis(con: Any, criteria: Sequence[SelectionCriterion], known: set[str]) -> dict[str, Any]:
    ranks = [one for one in criteria if one.scale == SelectionCriterion.Scale.RANK]
    bounds = {str(one.pk): list(figuring.bounds(con, one.measure)) for one in ranks}
    # What people say is a worklist, and no lack of data.
    unknown = [one.pk for one in criteria if one.measure not in known and one.measure not in Measure.said_by_people()]
    return {"bounds": bounds, "unknown": unknown}


def _results(
    one: ScoringRound, rows: Sequence[tuple], measure: Yardstick, judged: Sequence[int], decided: dict[int, str]
) -> Iterator[tuple[Any, ...]]:
    """As `_COLUMNS`, without the number."""
    for account, had, before, cents, *figures in rows:
        if cents is None:
            yield (one.pk, account, ABSENT, ABSENT, before, "", None, None, None, Decimal(0), 0, [], [])
            continue
        found = measure.score(figures, cents)
        still = sum(figures[place] is None for place in judged)
        yield _row(one.pk, account, decided.get(account, found.tier), before, had, found, cents, still, figures)


def _row(
    number: int, account: int, tier: str, before: str, had: str, found: Scored, cents: int, still: int, figures: list
) -> tuple[Any, ...]:
    axes = (found.attractiveness, found.position, found.rule)
    revenue = Decimal(cents) / 100
    return (number, account, tier, found.tier, before, had, *axes, revenue, still, figures, list(found.points))


def _counted(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """As `counting` takes it."""
    _round, _account, tier, computed, before, had, attractiveness, position, _rule, revenue, still, *_lists = row
    return (before, tier, had, attractiveness, position, revenue, still, computed)


def _write(one: ScoringRound, found: Sequence[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        first = bulk.reserve_ids(RoundResult, len(found))
        bulk.insert_rows(RoundResult, _COLUMNS, ((first + place, *row) for place, row in enumerate(found)))


def _step(one: ScoringRound, **values: Any) -> None:
    """How far it is. Raises Stopped when it is not to go on."""
    rows = ScoringRound._base_manager.filter(pk=one.pk, state=State.RUNNING, deleted_at=None)
    if not rows.update(stepped_at=timezone.now(), **values):
        raise Stopped


@transaction.atomic
def _end(one: ScoringRound, counts: dict[str, int], basis: dict[str, Any], seen: int) -> None:
    now = timezone.now()
    _step(one, counts=counts, basis=json.loads(json.dumps(basis)), seen=seen, state=State.READY)
    ScoringRound._base_manager.filter(pk=one.pk).update(version=models.F("version") + 1, changed_at=now)
    one.refresh_from_db()
    record_event(one, "scoringround.scored", by=None, now=now, changes={"seen": [None, seen]})


def _forget(one: ScoringRound) -> None:
    """Results of an earlier beginning."""
    while some := list(RoundResult.objects.filter(round=one).values_list("pk", flat=True)[:_SLICE]):
        bulk.delete_ids(RoundResult, some)


def _fail(one: ScoringRound, problem: str) -> None:
    rows = ScoringRound._base_manager.filter(pk=one.pk, state__in=ScoringRound.AT_WORK)
    rows.update(state=State.FAILED, problem=problem[:300])


def give_up(one: ScoringRound) -> None:
    """It cannot go on; its page says so."""
    _fail(one, _("It was stopped by an error. It can be scored again."))


@transaction.atomic
def again(one: ScoringRound, *, by: Any) -> bool:
    """Score it anew, by what is known now; False when it is at work or in force. The caller puts it into the queue."""
    states = (State.READY, State.CANCELLED, State.FAILED)
    rows = ScoringRound._base_manager.filter(pk=one.pk, state__in=states, deleted_at=None)
    if not rows.update(
        state=State.WAITING, seen=0, problem="", stepped_at=timezone.now(), version=models.F("version") + 1
    ):
        return False
    one.refresh_from_db()
    record_event(one, "scoringround.again", by=by)
    return True


@transaction.atomic
def cancel(one: ScoringRound, *, by: Any) -> None:
    """No further step; it has no results then. Raises ValidationError when it is not at work any more."""
    rows = ScoringRound._base_manager.filter(pk=one.pk, state__in=ScoringRound.AT_WORK)
    if not rows.update(state=State.CANCELLED, version=models.F("version") + 1, changed_at=timezone.now()):
        raise ValidationError(_("It is not being scored any more."))
    one.refresh_from_db()
    record_event(one, "scoringround.cancelled", by=by)


def lost(now: dt.datetime) -> list[ScoringRound]:
    """Rounds whose worker has given no sign for ten minutes: they are scored again, from their beginning."""
    rows = ScoringRound.objects.living().filter(state__in=ScoringRound.AT_WORK)
    return list(rows.filter(models.Q(stepped_at=None) | models.Q(stepped_at__lt=now - LOST_AFTER)))

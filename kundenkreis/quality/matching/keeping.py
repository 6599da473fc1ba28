"""The pairs that a search has found become the house's pairs: new ones, other scores, those that are none any more, decisions to look at again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from kundenkreis.core import bulk
from kundenkreis.quality.matching.marking import marks
from kundenkreis.quality.matching.scoring import Likeness
from kundenkreis.quality.pairs import DuplicatePair

State = DuplicatePair.State
ENDS = {"account": ("account_id", "other_account_id"), "contact": ("contact_id", "other_contact_id")}
_NEARLY = 0.05  # bits: a smaller change of a score is not written
LEARNT_FROM = 2_000  # decisions, the latest


class Found(NamedTuple):
    """A pair that a search has found, the lower number first."""

    low: int
    high: int
    likeness: Likeness


@transaction.atomic
def keep(kind: str, found: Sequence[Found], fresh: Sequence[int] | None, now: dt.datetime) -> dict[str, int]:
    """Store what was found of the records `fresh` (None: of all). Returns how many pairs there are, and came, went and were reopened."""
    low, high = ENDS[kind]
    rows = DuplicatePair._base_manager.filter(kind=kind)
    if fresh is not None:
        rows = rows.filter(Q(**{f"{low}__listed": list(fresh)}) | Q(**{f"{high}__listed": list(fresh)}))
    known = {(one[1], one[2]): one for one in rows.values_list("pk", low, high, "state", "weight", "mark")}
    told = {(one.low, one.high): one for one in found}
    new = [one for pair, one in told.items() if pair not in known]
    _insert(kind, new, now)
    changed = [
        (known[pair][0], one.likeness.weight, one.likeness.probability, one.likeness.as_kept())
        for pair, one in told.items()
        if pair in known and known[pair][3] == State.OPEN and abs(known[pair][4] - one.likeness.weight) > _NEARLY
    ]
    if changed:
        bulk.update_rows(DuplicatePair, ["id", "weight", "probability", "explanation"], changed)
    gone = [one[0] for pair, one in known.items() if one[3] == State.OPEN and pair not in told]
    bulk.delete_ids(DuplicatePair, gone)
    decided = {pair: known[pair] for pair in told if pair in known and known[pair][3] == State.DIFFERENT}
    reopened = _look_again(kind, decided, told, now)
    return {
        "searched": -1 if fresh is None else len(fresh),
        "found": len(told),
        "added": len(new),
        "gone": len(gone),
        "reopened": reopened,
    }


def _insert(kind: str, new: Sequence[Found], now: dt.datetime) -> None:
    low, high = ENDS[kind]
    columns = [
        "kind",
        low,
        high,
        "weight",
        "probability",
        "explanation",
        "state",
        "mark",
        "version",
        "created_at",
        "changed_at",
    ]
    rows = (
        (
            kind,
            one.low,
            one.high,
            one.likeness.weight,
            one.likeness.probability,
            one.likeness.as_kept(),
            State.OPEN,
            "",
            1,
            now,
            now,
        )
        for one in new
    )
    if new:
        bulk.insert_rows(DuplicatePair, columns, rows)


def _look_again(
    kind: str, decided: dict[tuple[int, int], tuple], told: dict[tuple[int, int], Found], now: dt.datetime
) -> int:
    """Reopen what was decided as different when a record has changed since in what is compared."""
    if not decided:
        return 0
    present = marks(kind, decided)
    pks = [one[0] for pair, one in decided.items() if present.get(pair, one[5]) != one[5]]
    for pair in DuplicatePair._base_manager.filter(pk__in=pks):
        likeness = told[getattr(pair, ENDS[kind][0]), getattr(pair, ENDS[kind][1])].likeness
        pair.reopen(by=None, now=now)
        DuplicatePair._base_manager.filter(pk=pair.pk).update(
            weight=likeness.weight, probability=likeness.probability, explanation=likeness.as_kept()
        )
    return len(pks)


def decided(kind: str) -> tuple[list[Likeness], list[Likeness]]:
    """What people have decided, the latest first: (the same, different), each as it was weighed when it was found."""
    rows = (
        DuplicatePair._base_manager.filter(kind=kind, deleted_at=None)
        .exclude(decided_by=None)
        .order_by("-decided_at", "-pk")
    )
    kept = {
        state: [
            Likeness.from_kept(one)
            for one in rows.filter(state=state).values_list("explanation", flat=True)[:LEARNT_FROM]
        ]
        for state in (State.MERGED, State.DIFFERENT)
    }
    return kept[State.MERGED], kept[State.DIFFERENT]

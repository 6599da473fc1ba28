"""What a person sees, in figures: how many records of each noun, and by which ways."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from kundenkreis.core.keyset import bounded_count
from kundenkreis.core.patience import TookTooLong, at_most
from kundenkreis.core.records import Record
from kundenkreis.staff.explaining import Kind, explained_models, pieces
from kundenkreis.staff.looking_back import noun_of
from kundenkreis.staff.models import User

BOUND = 10_001
PATIENCE = 300  # milliseconds for one count; what takes longer is not said


@dataclass(frozen=True)
class Seen:
    """How many records of a noun a person sees: exact below BOUND, None when it took too long. A record may be seen by several ways."""

    noun: str
    model: Any
    count: int | None
    by: list[tuple[Kind, int | None]]


def counts_of(person: User) -> list[Seen]:
    """Noun by noun what is not in the bin; each count stops at BOUND."""
    return [_seen(person, model) for model in explained_models()]


def _seen(person: User, model: Any) -> Seen:
    noun, rows = noun_of(model), model._default_manager
    total = _counted(rows.visible_to(person))
    split = pieces(person, f"{noun}.see") if hasattr(rows.all(), "within") else []
    if len(split) == 1:
        return Seen(noun, model, total, [(split[0][0], total)])
    parts = [(kind, _counted(rows.all().within(reach))) for kind, reach in split] if total != 0 else []
    return Seen(noun, model, total, [(kind, count) for kind, count in parts if count != 0])


def _counted(rows: QuerySet) -> int | None:
    living = rows.filter(deleted_at=None) if issubclass(rows.model, Record) else rows
    with suppress(TookTooLong), at_most(PATIENCE):
        return bounded_count(living, BOUND)
    return None

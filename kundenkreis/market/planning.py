"""Planning a year in a grid: many targets set at once, as one batch with one undo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.core.records import Stale
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch
from kundenkreis.history.recording import Actor, record_event
from kundenkreis.market.models import MONTHS, Target
from kundenkreis.staff.models import User

KIND = "targets_planned"


@dataclass
class Row:
    """A row of the grid: of what the target is, its twelve months, and the version that was looked at (None: there was none)."""

    of: dict[str, Any]
    months: Sequence[Decimal]
    version: int | None = None


@dataclass
class Refused(Exception):
    """Why nothing was written: by the row's place, errors by field."""

    rows: dict[int, dict[str, list[str]]] = field(default_factory=dict)


@transaction.atomic
def plan(rows: Sequence[Row], *, by: User, now: dt.datetime | None = None) -> Batch | None:
    """Set the targets of these rows. A row of nothing but noughts makes none, and leaves none there.

    All or nothing: raises Refused, with what is wrong in which row. None when nothing was to be changed.
    """
    now = now or timezone.now()
    batch = Batch.objects.create(
        kind=KIND, label=_("Targets planned"), actor_id=by.pk, actor_name=by.get_full_name()[:200], started_at=now
    )
    refused, added, changed = Refused(), list[int](), 0
    for place, row in enumerate(rows):
        try:
            with transaction.atomic():
                target, made = _set(row, by=by, now=now, batch=batch)
        except Stale as stale:
            refused.rows[place] = {name: [_theirs(stale.theirs[name])] for name in stale.theirs}
        except ValidationError as wrong:
            told = wrong.message_dict if hasattr(wrong, "error_dict") else {"__all__": wrong.messages}
            refused.rows[place] = told
        else:
            if made and target is not None:
                added.append(target.pk)
            changed += target is not None and not made
    if refused.rows:
        raise refused
    if not added and not changed:
        batch.delete()
        return None
    _end(batch, added, changed, by, now)
    return batch


def _theirs(value: Any) -> str:
    return _("Somebody else has written %(value)s here meanwhile.") % {"value": value}


def _set(row: Row, *, by: Actor, now: dt.datetime, batch: Batch) -> tuple[Target | None, bool]:
    """The target that was changed or made, and whether it was made; (None, False) when nothing was to be done."""
    amounts: dict[str, Any] = dict(zip(MONTHS, row.months, strict=True))
    present = there(row.of)
    if present is None:
        if row.version is not None:
            raise ValidationError(_("Somebody else has thrown this target away meanwhile."))
        return (
            (Target.add(by=by, now=now, batch=batch, **row.of, **amounts), True) if any(row.months) else (None, False)
        )
    if row.version is None and any(row.months):
        theirs = {name: getattr(present, name) for name in MONTHS if getattr(present, name) != amounts[name]}
        if theirs:
            raise Stale(present, theirs)
    if row.version is None:
        return None, False
    differing = {name: value for name, value in amounts.items() if getattr(present, name) != value}
    if not differing:
        return None, False
    event = present.change(by=by, now=now, batch=batch, version=row.version, **differing)
    return (present, False) if event else (None, False)


def there(of: dict[str, Any]) -> Target | None:
    """The living target of exactly this."""
    names = {name: of.get(name) for name in ("team", "person", "account", "family")}
    rows = Target._base_manager.filter(deleted_at=None, starts_on=of["starts_on"], level=of["level"], **names)
    return rows.filter(business=of.get("business", Target.Business.ALL)).first()


def _end(batch: Batch, added: list[int], changed: int, by: Actor, now: dt.datetime) -> None:
    if added:
        chunks.keep(batch, 0, Target, added=added, now=now)
    batch.counts = {Target._meta.label_lower: {"added": len(added), "changed": changed}}
    batch.state, batch.ended_at = Batch.State.DONE, timezone.now()
    batch.save(update_fields=["counts", "state", "ended_at"])
    told = {"added": [None, len(added)], "changed": [None, changed]}
    record_event(batch, "batch.done", by=by, now=now, changes=told, batch=batch)

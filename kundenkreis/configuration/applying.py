"""Becoming as a document says: what was chosen of a difference, in one transaction and as one batch that can be undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.configuration.comparing import GONE, Difference, Item
from kundenkreis.configuration.parts import Part
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch
from kundenkreis.history.recording import Actor, record_event

KIND = "configuration"  # of the batch
# What follows from the rest, and is none of what is put back.
_DERIVED = frozenset({"id", "created_at", "changed_at", "index_state", "filled_to", "rolled_on"})


class _OnlyLooking(Exception):
    """What was done is taken back at once."""


def usual(difference: Difference) -> set[str]:
    """What is chosen unless somebody says otherwise: neither what both sides have changed, nor what the file merely lacks."""
    return {one.name for one in difference.items if one.is_usual}


def refused(difference: Difference, chosen: Collection[str], *, by: Actor | None) -> str:
    """Why it cannot be done, as a sentence; "" when it can. Nothing is written."""
    try:
        with transaction.atomic():
            apply(difference, chosen, by=by)
            raise _OnlyLooking
    except _OnlyLooking:
        return ""
    except ValidationError as wrong:
        return " ".join(wrong.messages)


@transaction.atomic
def apply(
    difference: Difference, chosen: Collection[str], *, by: Actor | None, now: dt.datetime | None = None
) -> Batch:
    """Do what was chosen (names of items). All or nothing: raises ValidationError, saying of which definition."""
    now = now or timezone.now()
    some = [one for one in difference.items if one.name in chosen]
    if not some:
        raise ValidationError(_("Nothing was chosen."))
    if stopped := [one for one in some if one.is_stopped]:
        why = next(one.text for one in stopped[0].conflicts if one.stops)
        raise ValidationError(_("“%(key)s”: %(why)s") % {"key": stopped[0].title, "why": why})
    batch = Batch.objects.create(
        kind=KIND, label=_label(some)[:200], actor_id=by.pk if by else None, actor_name=by.get_full_name()[:200] if by else "", started_at=now,
    )  # fmt: skip
    for number, (part, items) in enumerate(difference.by_part()):
        if mine := [one for one in items if one.name in chosen]:
            _apply_part(batch, number, part, mine, by, now)
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.DONE, ended_at=now, counts=batch.counts)
    batch.refresh_from_db()
    record_event(batch, "batch.done", by=by, now=now, changes={"changed": [None, len(some)]}, batch=batch)
    return batch


def _label(some: list[Item]) -> str:
    names = ", ".join(dict.fromkeys(str(one.part.label) for one in some))
    return _("Configuration: %(parts)s") % {"parts": names}


def _apply_part(
    batch: Batch, number: int, part: Part, items: Iterable[Item], by: Actor | None, now: dt.datetime
) -> None:
    before = [_rows(model) for model in part.models]
    kept = [one.change for one in items if one.kind != GONE]
    gone = [one.change for one in items if one.kind == GONE]
    if kept:
        part.put(kept, by=by, batch=batch, now=now)
    if gone:
        part.drop(gone, by=by, batch=batch, now=now)
    for model, was in zip(part.models, before, strict=True):
        _keep(batch, number, model, was, now)


def _names(model: type[models.Model]) -> list[str]:
    return [one.attname for one in model._meta.concrete_fields if one.attname not in _DERIVED]


def _rows(model: type[models.Model]) -> dict[int, list[Any]]:
    return {row[0]: list(row[1:]) for row in model._base_manager.values_list("pk", *_names(model))}


def _keep(batch: Batch, number: int, model: type[models.Model], was: dict[int, list[Any]], now: dt.datetime) -> None:
    """What happened to the rows of a model, so that the undo of the batch knows."""
    names, present = _names(model), _rows(model)
    changed = [[pk, *was[pk], *row] for pk, row in present.items() if pk in was and was[pk] != row]
    added = [pk for pk in present if pk not in was]
    if changed or added:
        chunks.keep(batch, number, model, added=added, fields=names, changed=changed, now=now)
        batch.counts[model._meta.label_lower] = {"added": len(added), "changed": len(changed)}

"""A stage goes out of its pipeline, and its cards go to another one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.fields import rolling
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.recording import record_event
from kundenkreis.pipeline.models import Opportunity, Pipeline, Stage, StageChange, counted, counting
from kundenkreis.staff.models import User

CHUNK = 2000
KIND = "stage_removed"


@transaction.atomic
def remove(stage: Stage, *, by: User | None, to: Stage | None = None, now: dt.datetime | None = None) -> Event:
    """Put a stage into the bin; what stands in it goes to the stage `to`, as one batch. Raises ValidationError by field."""
    now = now or timezone.now()
    stage = Stage._base_manager.select_for_update(of=("self",)).get(pk=stage.pk)
    if not stage.is_open:
        raise ValidationError(_("A pipeline needs a stage for what is won, and one for what is lost."))
    if not stage.pipeline.stages.living().filter(kind=Stage.Kind.OPEN).exclude(pk=stage.pk).exists():
        raise ValidationError(_("A pipeline needs at least one open stage."))
    cards = Opportunity._base_manager.filter(stage=stage)
    if count := cards.count():
        _refuse(stage, to, count)
        assert to is not None
        _move(stage, to, cards, by, now)
    return stage.discard(by=by, now=now)


def _refuse(stage: Stage, to: Stage | None, count: int) -> None:
    if to is None:
        said = _("%(kept)s (those in the bin included) are in this stage. Choose where they go.")
        raise ValidationError({"to": ValidationError(said, code="needed", params={"kept": counted(count)})})
    if to.pk == stage.pk or to.pipeline_id != stage.pipeline_id or not to.is_open or to.deleted_at is not None:
        raise ValidationError({"to": _("Choose another open stage of the same pipeline.")})


def _move(stage: Stage, to: Stage, cards: models.QuerySet, by: User | None, now: dt.datetime) -> None:
    batch = Batch.objects.create(
        kind=KIND,
        label=_("“%(stage)s” is given up: cards go to “%(to)s”") % {"stage": stage, "to": to},
        actor_id=by.pk if by else None,
        actor_name=by.get_full_name()[:200] if by else "",
        started_at=now,
    )
    found = list(cards.order_by("pk").values_list("pk", "stage_id", "stage_since", "version"))
    names = ["stage_id", "stage_since", "version"]
    for number, start in enumerate(range(0, len(found), CHUNK)):
        part = found[start : start + CHUNK]
        changed = [(*row, to.pk, now, row[3] + 1) for row in part]
        chunks.keep(batch, number, Opportunity, fields=names, changed=changed, now=now)
        ids = [row[0] for row in part]
        new = {"stage_id": to.pk, "stage_since": now, "version": models.F("version") + 1, "changed_at": now}
        Opportunity._base_manager.filter(pk__listed=ids).update(**new)
        StageChange.follow(ids)
        counting.follow(counting.of(ids))
        rolling.of_rows(Opportunity, ids)
    batch.counts = {Opportunity._meta.label_lower: {"changed": len(found)}}
    batch.state, batch.ended_at = Batch.State.DONE, timezone.now()
    batch.save(update_fields=["counts", "state", "ended_at"])
    record_event(batch, "batch.done", by=by, now=now, changes={"changed": [None, len(found)]}, batch=batch)


@transaction.atomic
def arrange(pipeline: Pipeline, ids: Sequence[int], *, by: User | None) -> list[Event]:
    """Bring the stages of a pipeline into this order; those not named follow in the order they had."""
    there = {stage.pk: stage for stage in pipeline.stages.living()}
    order = [pk for pk in dict.fromkeys(ids) if pk in there] + [pk for pk in there if pk not in ids]
    events = [there[pk].change(by=by, position=place) for place, pk in enumerate(order, start=1)]
    return [event for event in events if event is not None]

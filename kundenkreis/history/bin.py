"""The bin: what is in it, and what leaves it for good after 30 days."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.history.models import Batch, Event
from kundenkreis.history.recording import Recorded, record_event

DAYS = 30
_SLICE = 200


def nouns() -> list[type[Recorded]]:
    """Every noun that has a bin."""
    return [model for model in apps.get_models() if issubclass(model, Recorded)]


def occupied() -> list[type[Recorded]]:
    """The nouns of which anything at all is in the bin, by one question: most bins of most houses are empty."""
    known = nouns()
    quoted = connection.ops.quote_name
    asked = [
        f"EXISTS(SELECT 1 FROM {quoted(m._meta.db_table)} WHERE {quoted('deleted_at')} IS NOT NULL)"  # noqa: S608
        for m in known
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(asked)}")  # noqa: S608 names of our own tables
        return [model for model, found in zip(known, cursor.fetchone(), strict=True) if found]


def gone_on(record: Recorded) -> dt.datetime | None:
    """When a record in the bin is deleted for good; None when it is not in the bin, or the bin does not delete it."""
    return record.deleted_at + dt.timedelta(days=DAYS) if record.deleted_at and record.leaves_the_bin else None


def purge(older_than_days: int = DAYS, *, now: dt.datetime | None = None) -> Batch | None:
    """Delete for good what has been in the bin for longer. Returns the Batch that says how many of what; None when there was nothing.

    What other records still need (an account with orders) stays in the bin. Events stay: history keeps the fact of what was. A killed run
    leaves whole records deleted or not, and the next one goes on.
    """
    now = now or timezone.now()
    counts: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for model in _inner_ones_first([noun for noun in nouns() if noun.leaves_the_bin]):
        for ids in _slices(model, now - dt.timedelta(days=older_than_days)):
            for pk in ids:
                done = _delete(model, pk)
                (counts if done else kept)[model._meta.label_lower] += 1
    if not counts:
        return None
    with transaction.atomic():
        batch = Batch.objects.create(
            kind="purge",
            label=_("Bin emptied of what was in it for %(days)s days") % {"days": older_than_days},
            state=Batch.State.DONE,
            started_at=now,
            ended_at=timezone.now(),
            counts={label: {"deleted": counts[label], "kept": kept[label]} for label in counts | kept},
        )
        record_event(batch, "batch.purged", by=None, now=now, batch=batch)
    return batch


def _slices(model: type[Recorded], before: dt.datetime) -> Iterator[list[int]]:
    last = 0
    while True:
        in_bin: models.QuerySet = model._default_manager.in_bin()  # type: ignore[attr-defined]
        waiting = in_bin.filter(deleted_at__lt=before, pk__gt=last).order_by("pk")
        ids = list(waiting.values_list("pk", flat=True)[:_SLICE])
        if not ids:
            return
        yield ids
        last = ids[-1]


def _delete(model: type[Recorded], pk: int) -> bool:
    """Delete one record with what hangs on it by type and number; False when something else still needs it."""
    try:
        with transaction.atomic():
            for other in _hanging_on():
                other._base_manager.filter(subject_type=model._meta.label_lower, subject_id=pk).delete()
            model._base_manager.filter(pk=pk, deleted_at__isnull=False).delete()
    except (models.ProtectedError, models.RestrictedError):
        return False
    return True


def _hanging_on() -> list[type[models.Model]]:
    names = {"subject_type", "subject_id"}
    return [m for m in apps.get_models() if names <= {f.name for f in m._meta.fields} and m is not Event]


def _inner_ones_first(models_: list[type[Recorded]]) -> list[type[Recorded]]:
    """A noun that refers to another goes first, so that it does not keep the other from leaving in the same night."""

    def depth(model: type[models.Model], seen: frozenset = frozenset()) -> int:
        targets = {f.related_model for f in model._meta.fields if f.is_relation and f.related_model} - seen - {model}
        return 1 + max((depth(t, seen | {model}) for t in targets), default=0)  # type: ignore[arg-type]

    return sorted(models_, key=depth, reverse=True)

"""A record's history on its page: its events and what batches did to it, as lines."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.history import trail
from kundenkreis.history.models import Batch, Event
from kundenkreis.staff import looking_back
from kundenkreis.web.changes import spared, told

LATEST = 8  # so many stand on a record's own page
KINDS = {
    "import": lazy("Import"),
    "hand_over": lazy("Handing over"),
    "bulk_edit": lazy("Bulk edit"),
    "wanted": lazy("Put on the wanted list"),
    "stage_removed": lazy("Stage given up"),
    "reassignment": lazy("Reassignment"),
    "merge": lazy("Merging"),
    "sheet": lazy("Edited in a spreadsheet"),
    "api": lazy("API"),
    "automation": lazy("Rule"),
    "purge": lazy("Emptying the bin"),
    "configuration": lazy("Configuration"),
    "values_merged": lazy("Values merged"),
}


def steps_of(request: HttpRequest, subject: Model, size: int = LATEST) -> dict[str, Any]:
    """A page of a record's trail for `history/_rows.html` or `_changes.html`, from `?before=` down.

    `events` as (event, headline, changes, kind), `older` the cursor of the page below, `of_batch` the batch of a step in words and its
    address, `undoable` the numbers of events that the person may take back, `history_url` the page with all of it.
    """
    user: Any = request.user
    steps = trail.of(subject, below=trail.Place.read(request.GET.get("before", "")), limit=size + 1)
    shown = spared(user, [looking_back.without_hidden(user, step.event) for step in steps[:size]])
    return {
        "events": [(event, *told(event)) for event in shown],
        "older": steps[size - 1].place if len(steps) > size else "",
        "of_batch": _of_batch(user, shown),
        "undoable": _undoable(user, subject, shown),
        "history_url": reverse("history:record", args=[subject._meta.label_lower, subject.pk]),
    }


def kind_of(batch: Batch) -> Any:
    return KINDS.get(batch.kind, batch.kind)


def named(batch: Batch) -> str:
    """What a batch was, as a line of a history says it."""
    return f"{kind_of(batch)}: {batch.label}"


def _of_batch(user: Any, events: list[Event]) -> dict[int, tuple[str, str]]:
    """Batch → what it was, and the address of its page for those who may look at it."""
    batches = {event.batch_id: event.batch for event in events if event.batch is not None}
    seen = (
        set(looking_back.batches_seen_by(user).filter(pk__in=batches).values_list("pk", flat=True)) if batches else ()
    )
    return {
        pk: (named(batch), reverse("history:batch", args=[pk]) if pk in seen else "")
        for pk, batch in batches.items()
        if pk is not None
    }


def _undoable(user: Any, subject: Any, events: list[Event]) -> set[int]:
    """Asked once for each kind of event, not for each event."""
    if getattr(subject, "deleted_at", None) is not None:
        return set()
    fields = {f.name for f in subject._meta.get_fields()} - getattr(subject, "secret_fields", frozenset())
    knows = getattr(subject, "knows", fields.__contains__)
    allowed: dict[Any, bool] = {}
    found = set()
    for event in events:
        told_only = not event.changes or not all(map(knows, event.changes))
        if event.pk is None or told_only or event.undoes_id or event.verb.endswith(".added"):
            continue
        asked = (event.verb, bool(looking_back.ASSIGNED & set(event.changes)))
        if asked not in allowed:
            allowed[asked] = looking_back.may_undo(user, event, subject)
        if allowed[asked]:
            found.add(event.pk)
    return found

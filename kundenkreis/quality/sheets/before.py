"""What a record's fields were when a workbook was made: from history, by the version that stands in the row's key.

Nothing of it is kept beside the history. Of a record whose version is still the same everything was as it is now; of the others the events
and the steps of batches since tell what they changed, from what, by whom and when.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kundenkreis.history import trail
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.history.values import is_erased

_SLICE = 500
_STEPS = 50  # of one record that are looked at


@dataclass(frozen=True)
class Change:
    """The first value a field had before it was changed, and who changed it last."""

    was: Any
    by: str
    at: dt.datetime | None


@dataclass
class Since:
    """What happened to a record since a version. Not `is_whole`: something left no trace, and any field may have been another."""

    changes: dict[str, Change] = field(default_factory=dict)
    is_whole: bool = True


def since(model: type[Recorded], versions: Mapping[int, int], records: Mapping[int, Recorded]) -> dict[int, Since]:
    """Of those records that have another version now, what was changed since the version that is given for each."""
    behind = {pk: version for pk, version in versions.items() if records[pk].version != version}
    found: dict[int, Since] = {}
    ids = sorted(behind)
    for start in range(0, len(ids), _SLICE):
        found |= _of_some(model, ids[start : start + _SLICE], behind, records)
    return found


def _of_some(
    model: type[Recorded], ids: Sequence[int], versions: Mapping[int, int], records: Mapping[int, Recorded]
) -> dict[int, Since]:
    steps: dict[int, list[Event]] = {pk: [] for pk in ids}
    events = Event.objects.filter(subject_type=model._meta.label_lower, subject_id__in=ids, version__isnull=False)
    for event in events.order_by("pk"):
        if event.version is not None and event.version > versions[event.subject_id]:
            steps[event.subject_id].append(event)
    lacking = {pk: records[pk].version - versions[pk] - len(steps[pk]) for pk in ids}
    short = [pk for pk in ids if lacking[pk] > 0]
    for step in trail.by_batches(model, short, limit=len(short) * _STEPS):
        pk = step.event.subject_id
        if lacking[pk] > 0:
            steps[pk].append(step.event)
            lacking[pk] -= 1
    return {pk: _since(sorted(steps[pk], key=lambda one: one.at), whole=lacking[pk] <= 0) for pk in ids}


def _since(steps: Sequence[Event], *, whole: bool) -> Since:
    found = Since(is_whole=whole)
    for event in steps:
        for name, values in event.changes.items():
            first = found.changes[name].was if name in found.changes else values[0]
            found.is_whole = found.is_whole and not is_erased([first])  # what it was is not known any more
            found.changes[name] = Change(first, event.actor_name, event.at)
    return found

"""How events of history look in the API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import Field, create_model

from kundenkreis.api import reading, shapes
from kundenkreis.api.noun import READ, Noun
from kundenkreis.api.shapes import Shown
from kundenkreis.core.filters import Filter
from kundenkreis.customers.discretion import Discretion, sees_all
from kundenkreis.history import feed
from kundenkreis.history.models import Event
from kundenkreis.staff import access, looking_back


class Change(shapes.Read):
    """One field: its value before and after, with names where the values are numbers of records."""

    field: str
    before: Any = Field(description="Empty for a new record.")
    after: Any
    before_name: str
    after_name: str


def _changes(subject_type: str, changes: dict[str, list]) -> list[dict[str, Any]]:
    found = []
    for name, values in changes.items():
        before, after, before_name, after_name = (*values, "", "")[:4] if len(values) < 4 else values[:4]
        found.append(
            {
                "field": name,
                "before": before,
                "after": after,
                "before_name": before_name or "",
                "after_name": after_name or "",
            }
        )
    return found


EVENT = Noun(
    path="events",
    title="Event",
    model=Event,
    area="history",
    feed=feed.settled,
    tag="History",
    about="Everything that happened, one by one. Follow it in the order of the numbers: nothing is added before what you have read, "
    "so keep the address in `next`, which is always there, and ask it again later. An event comes when no transaction that "
    "began to write before it still runs. After a backup was restored, begin anew.",
    allowed=lambda user, verb, record: verb == "see" and access.may(user, "history.see"),
    seen=looking_back.events_seen_by,
    read=(
        "at",
        "verb",
        "subject_type",
        "subject_id",
        "subject_label",
        "account_id",
        "actor_id",
        "actor_name",
        "batch",
        "undoes",
        Shown(name="changes", columns=("subject_type", "changes"), type=list[Change], make=_changes),
    ),
    filters=(
        Filter("subject_type", "text", "subject type"),
        Filter("subject_id", "number", "subject number"),
        Filter("account_id", "number", "account"),
        Filter("actor_id", "person", "who"),
        Filter("verb", "text", "verb"),
        Filter("at", "moment", "day", "at"),
    ),
    verbs=READ,
)


class EventReader(reading.Reader):
    """Leaves out of each event what its reader may not see."""

    def rows(self, caller: Any, rows: Any, wanted: Any, order: Any) -> list[dict]:
        found = [self._cleared(caller, row) for row in super().rows(caller, rows, wanted, order)]
        return found if sees_all(caller.user) else self._without_names(caller, found)

    def _without_names(self, caller: Any, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Events whose names of accounts and contacts outside the caller's reach are left out."""
        kept = {row.pk: row for row in Event.objects.filter(pk__in=[row["id"] for row in rows])}
        discretion = Discretion(caller.user, [(e.subject_type, e.subject_id, e.changes) for e in kept.values()])
        for row in rows:
            event = kept[row["id"]]
            if "subject_label" in row and not discretion.may_name(event.subject_type, event.subject_id):
                row["subject_label"] = ""
            if "changes" in row:
                told = {n for n, v in event.changes.items() if discretion.may_tell(event.subject_type, n, v)}
                row["changes"] = [change for change in row["changes"] if change["field"] in told]
        return rows

    def one(self, caller: Any, queryset: Any, pk: int) -> dict[str, Any]:
        return self._cleared(caller, super().one(caller, queryset, pk))

    def steps(self, caller: Any, events: Iterable[Event]) -> list[dict]:
        """Events in hand, those that stand in no table too: what a batch did to a record."""
        found = list(events)
        if not sees_all(caller.user):
            self._spare(caller, found)
        plan = self._plan_for(caller, None)
        columns = ["id", *(column for _name, columns, _make in plan for column in columns)]
        rows = [{column: getattr(event, column) for column in columns} for event in found]
        return [self._cleared(caller, row) for row in self._shown(rows, plan, [])]

    def _spare(self, caller: Any, events: list[Event]) -> None:
        """Leave out names of accounts and contacts outside the caller's reach. Never saved."""
        discretion = Discretion(caller.user, [(e.subject_type, e.subject_id, e.changes) for e in events])
        for event in events:
            if not discretion.may_name(event.subject_type, event.subject_id):
                event.subject_label = ""
            told = {n: v for n, v in event.changes.items() if discretion.may_tell(event.subject_type, n, v)}
            event.changes = told

    def _cleared(self, caller: Any, row: dict[str, Any]) -> dict[str, Any]:
        hidden = looking_back.hidden_fields(caller.user, row.get("subject_type", ""))
        if hidden and "changes" in row:
            row["changes"] = [change for change in row["changes"] if change["field"] not in hidden]
        return row


EVENTS = EventReader(EVENT)
HistoryStep = create_model(
    "HistoryStep",
    __base__=EVENT.row_schema,
    id=(shapes.Id | None, Field(description="Empty for what an import or another batch did; `batch_id` says which.")),
)
HistoryPage = create_model(
    "HistoryPage",
    __base__=shapes.Read,
    items=(list[HistoryStep], ...),  # type: ignore[valid-type]
    next=(str | None, Field(description="The address of the page after this one.")),
)

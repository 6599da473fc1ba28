"""Events and batches; undoing a batch."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.schema import Schema
from pydantic import Field

from kundenkreis.api import reading, shapes
from kundenkreis.api.answers import answered
from kundenkreis.api.auth import Caller
from kundenkreis.api.events import EVENT, EVENTS
from kundenkreis.api.noun import READ, Noun
from kundenkreis.api.once import once
from kundenkreis.api.problems import Problem, forbidden, not_found
from kundenkreis.api.resource import ONCE_PARAMETER, Pk, Routes
from kundenkreis.core.filters import Filter
from kundenkreis.history import undo
from kundenkreis.history.models import Batch, Event
from kundenkreis.quality import importing, messages
from kundenkreis.quality.models import ImportRun
from kundenkreis.staff import looking_back


class SimplePage(Schema):
    """The parameters of a list that cannot be filtered."""

    limit: int = Field(reading.SIZE, ge=1, le=reading.SIZE_MAX)
    after: str = Field("", max_length=2000)


class EventUndone(shapes.Read):
    """What the undo of one event did, and the number of the event that it is itself. Fields that somebody changed since are kept."""

    event: shapes.Id
    fields: list[str]
    kept_fields: list[str]


class UndoAnswer(shapes.Read):
    """What an undo did. Records that somebody changed since are kept."""

    undone: int
    kept: int
    kept_records: list[list[Any]]


BATCHES = Noun(
    path="batches",
    title="Batch",
    model=Batch,
    area="history",
    tag="History",
    about="Pieces of work on many records (imports, bulk requests, undos) that can be undone as a whole.",
    allowed=lambda user, verb, record: verb == "see" and user.is_authenticated,
    seen=looking_back.batches_seen_by,
    read=("kind", "label", "actor_id", "actor_name", "state", "started_at", "ended_at", "counts"),
    filters=(
        Filter("kind", "text", "kind"),
        Filter("state", "choice", "state", choices=Batch.State.choices),
        Filter("actor_id", "person", "who"),
    ),
    default_sort="-id",
    verbs=READ,
)

NOUNS = [EVENT, BATCHES]


def _reason(why: Exception) -> str:
    return messages.explain(why.code, why.params) if isinstance(why, importing.CannotImport) else str(why)


@transaction.atomic
def _take_back(caller: Caller, pk: int) -> HttpResponse:
    event = Event.objects.filter(pk=pk).first()
    if event is None or not looking_back.may_see_event(caller.user, event):
        raise not_found()
    subject = looking_back.subject_of(event)
    if subject is not None and not looking_back.may_undo(caller.user, event, subject):
        raise forbidden()
    try:
        result = undo.undo_event(event, by=caller.user)
    except undo.CannotUndo as why:
        raise Problem(409, "conflict", str(why)) from why
    except ValidationError as why:
        raise Problem(409, "conflict", " ".join(why.messages)) from why
    own = Event.objects.filter(undoes=event).order_by("-pk").values_list("pk", flat=True)[:1].get()
    return answered({"event": own, "fields": result.fields, "kept_fields": result.kept_fields})


def routers() -> list[Router]:
    batches = Routes(BATCHES)
    events = Routes(EVENT)
    events.reader = EVENTS

    def undo_batch(request: HttpRequest, id: Pk) -> HttpResponse:
        caller = batches.may(request, "see")
        caller.must_reach("history", "write")
        batch = looking_back.batches_seen_by(caller.user).filter(pk=id).first()
        if batch is None:
            raise not_found()
        undoable = batch.state in (Batch.State.DONE, Batch.State.CANCELLED, Batch.State.FAILED)
        if undoable and not looking_back.may_undo_batch(caller.user, batch):
            raise forbidden()

        def work() -> HttpResponse:
            try:
                run = ImportRun.objects.filter(batch=batch).first()
                result = importing.undo_now(run, caller.user) if run else undo.undo_batch(batch, by=caller.user)
            except (undo.CannotUndo, importing.CannotImport) as why:
                raise Problem(409, "conflict", _reason(why)) from why
            kept = [list(pair) for pair in result.kept_records]
            return answered({"undone": result.undone, "kept": result.kept, "kept_records": kept})

        return once(request, work)

    def undo_event(request: HttpRequest, id: Pk) -> HttpResponse:
        caller: Caller = request.auth  # type: ignore[attr-defined]
        caller.must_reach("history", "write")
        return once(request, lambda: _take_back(caller, id))

    said = "Undo one event, as far as nobody changed it since; for whoever may see and change the record"
    path = "/events/{int:id}/undo"
    events.route("POST", path, undo_event, "undo", said, EventUndone, parameters=[ONCE_PARAMETER])
    path = "/batches/{int:id}/undo"
    batches.route("POST", path, undo_batch, "undo", "Undo a whole batch", UndoAnswer, parameters=[ONCE_PARAMETER])
    return [events.router, batches.router]

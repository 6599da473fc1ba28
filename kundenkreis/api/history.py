"""Events and batches; undoing a batch."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.schema import Schema
from pydantic import Field

from kundenkreis.api import reading, shapes
from kundenkreis.api.answers import answered
from kundenkreis.api.events import EVENT, EVENTS
from kundenkreis.api.noun import READ, Noun
from kundenkreis.api.once import once
from kundenkreis.api.problems import Problem, forbidden, not_found
from kundenkreis.api.resource import ONCE_PARAMETER, Pk, Routes
from kundenkreis.core.filters import Filter
from kundenkreis.history import undo
from kundenkreis.history.models import Batch
from kundenkreis.quality import importing, messages
from kundenkreis.quality.models import ImportRun
from kundenkreis.staff import access


class SimplePage(Schema):
    """The parameters of a list that cannot be filtered."""

    limit: int = Field(reading.SIZE, ge=1, le=reading.SIZE_MAX)
    after: str = Field("", max_length=2000)


class UndoAnswer(shapes.Read):
    """What an undo did. Records that somebody changed since are kept."""

    undone: int
    kept: int
    kept_records: list[list[Any]]


def _batches(user: Any) -> models.QuerySet:
    """Everything for those who see all imports or the whole history; else one's own work."""
    if access.may(user, "history.see"):
        return Batch.objects.all()
    return Batch.objects.filter(actor_id__in=access.reach(user, "imports.see").owners | {user.pk})


BATCHES = Noun(
    path="batches",
    title="Batch",
    model=Batch,
    area="history",
    tag="History",
    about="Pieces of work on many records (imports, bulk requests, undos) that can be undone as a whole.",
    allowed=lambda user, verb, record: verb == "see" and user.is_authenticated,
    seen=_batches,
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


def _may_undo(user: Any, batch: Batch) -> bool:
    """One's own bulk requests, and what `imports.undo` reaches."""
    if batch.actor_id == user.pk and batch.kind == "api":
        return True
    reach = access.reach(user, "imports.undo")
    return reach.everything or batch.actor_id in reach.owners


def _reason(why: Exception) -> str:
    return messages.explain(why.code, why.params) if isinstance(why, importing.CannotImport) else str(why)


def routers() -> list[Router]:
    batches = Routes(BATCHES)
    events = Routes(EVENT)
    events.reader = EVENTS

    def undo_batch(request: HttpRequest, id: Pk) -> HttpResponse:
        caller = batches.may(request, "see")
        caller.must_reach("history", "write")
        batch = _batches(caller.user).filter(pk=id).first()
        if batch is None:
            raise not_found()
        if not _may_undo(caller.user, batch):
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

    path = "/batches/{int:id}/undo"
    batches.route("POST", path, undo_batch, "undo", "Undo a whole batch", UndoAnswer, parameters=[ONCE_PARAMETER])
    return [events.router, batches.router]

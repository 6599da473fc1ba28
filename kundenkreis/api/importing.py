"""Bringing a file in: sent, mapped, tried out, started, watched, cancelled, undone. The steps of the wizard, and its rules."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from pydantic import Field

from kundenkreis.api import shapes, writing
from kundenkreis.api.answers import answered, created
from kundenkreis.api.auth import Caller
from kundenkreis.api.problems import Problem, forbidden, invalid, not_found
from kundenkreis.api.resource import Pk, Routes, body
from kundenkreis.quality import importing, messages, targets
from kundenkreis.quality.importing import CannotImport
from kundenkreis.quality.models import ImportRun
from kundenkreis.quality.reading import Unreadable
from kundenkreis.staff import access


class ImportPlan(shapes.Written):
    """What is left out stays as it is. `mapping` is field → column."""

    target: str | None = Field(None, max_length=40)
    mapping: dict[str, str] | None = None
    match_by: str | None = Field(None, max_length=40)
    mode: ImportRun.Mode | None = None


class ImportHindrances(shapes.Read):
    """Why the import cannot begin yet, in sentences; none: it can."""

    id: shapes.Id
    target: str
    mapping: dict[str, str]
    match_by: str
    mode: str
    hindrances: list[str]


def add_to(routes: Routes) -> None:
    """The routes of a file on its way in, beside those of the list of imports."""
    where, record = "/imports/{int:id}", routes.noun.record_schema
    routes.route("POST", "/imports", _upload(routes), "add", "Send a file", {201: record}, requestBody=_FORM)
    said = "Say what goes where"
    routes.route("POST", f"{where}/mapping", _map(routes), "map", said, ImportHindrances, requestBody=body(ImportPlan))
    for name, said, work in (
        ("check", "Try it out: everything but storing", _check),
        ("start", "Begin, or go on where a cancel or a failure ended it", _start),
        ("cancel", "End after the rows that are just being stored", _cancel),
        ("undo", "Take back what it stored", _undo),
    ):
        routes.route("POST", f"{where}/{name}", _step(routes, work), name, said, record)


_FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "target": {"type": "string", "description": "What it is; guessed when left out."},
                    "file": {"type": "string", "format": "binary", "description": "XLSX, CSV or Parquet."},
                },
                "required": ["file"],
                "additionalProperties": False,
            }
        }
    },
}


def _caller(routes: Routes, request: HttpRequest) -> Caller:
    caller = routes.may(request, "see")
    caller.must_reach("imports", "write")
    return caller


def _run(routes: Routes, caller: Caller, pk: int) -> ImportRun:
    run = routes.noun.visible(caller.user).filter(pk=pk).first()
    if run is None:
        raise not_found()
    return run  # type: ignore[no-any-return]


def _may_run(caller: Caller, run: ImportRun) -> None:
    """It runs with its owner's rights, so nobody else prepares or begins it."""
    if run.owner_id != caller.user.pk or not importing.may_run(caller.user, targets.get(run.target)):
        raise forbidden()


def _upload(routes: Routes) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        caller = _caller(routes, request)
        if not access.may(caller.user, "imports.run"):
            raise forbidden()
        if not request.headers.get("Content-Type", "").lower().startswith("multipart/form-data"):
            raise Problem(415, "media-type", _("Please send multipart/form-data."))
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.UPLOAD_LIMIT:
            raise Problem(413, "too-large")
        upload, target = request.FILES.get("file"), request.POST.get("target", "")
        if upload is None:
            raise invalid([{"pointer": "/file", "detail": _("This is needed.")}])
        if target and target not in targets.names():
            names = ", ".join(targets.names())
            raise invalid([{"pointer": "/target", "detail": _("One of these: %(names)s.") % {"names": names}}])
        if target and not importing.may_run(caller.user, targets.get(target)):
            raise forbidden()
        try:
            run = importing.start_draft(upload, upload.name or "", caller.user, target=target)
        except Unreadable as why:
            raise invalid([{"pointer": "/file", "detail": messages.explain(why.code, why.params)}]) from why
        return created(f"{request.path}/{run.pk}", routes.show(caller, run.pk))

    return view


def _map(routes: Routes) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, id: Pk) -> HttpResponse:
        caller = _caller(routes, request)
        run = _run(routes, caller, id)
        if run.owner_id != caller.user.pk:
            raise forbidden()
        given = writing.body_of(request, ImportPlan)
        values: dict[str, Any] = {name: getattr(given, name) for name in given.model_fields_set}
        if values.get("target") and values["target"] not in targets.names():
            names = ", ".join(targets.names())
            raise invalid([{"pointer": "/target", "detail": _("One of these: %(names)s.") % {"names": names}}])
        if not importing.may_run(caller.user, targets.get(values.get("target") or run.target)):
            raise forbidden()
        found = _in_words(lambda: importing.set_mapping(run, **values))
        answer = {name: getattr(run, name) for name in ("id", "target", "mapping", "match_by", "mode")}
        return answered(answer | {"hindrances": [messages.explain(why.code, why.params) for why in found]})

    return view


def _step(routes: Routes, work: Callable[[Caller, ImportRun], None]) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, id: Pk) -> HttpResponse:
        caller = _caller(routes, request)
        run = _run(routes, caller, id)
        _in_words(lambda: work(caller, run))
        return answered(routes.show(caller, id))

    return view


def _in_words(work: Callable[[], Any]) -> Any:
    """Problem 409 with the sentence when it cannot be done now."""
    try:
        return work()
    except (CannotImport, Unreadable) as why:
        raise Problem(409, "conflict", messages.explain(why.code, why.params)) from why


def _check(caller: Caller, run: ImportRun) -> None:
    _may_run(caller, run)
    importing.check_later(run)


def _start(caller: Caller, run: ImportRun) -> None:
    _may_run(caller, run)
    importing.start(run)


def _cancel(caller: Caller, run: ImportRun) -> None:
    if not access.may(caller.user, "imports.run"):
        raise forbidden()
    importing.cancel(run)


def _undo(caller: Caller, run: ImportRun) -> None:
    if not access.may(caller.user, "imports.undo", run):
        raise forbidden()
    if run.batch is None:
        raise CannotImport("nothing_to_undo")
    importing.undo(run, caller.user)

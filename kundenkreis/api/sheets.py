"""Lists as workbooks to edit: sent out, brought back, looked at cell by cell, decided and taken over, by the rules of the pages."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

import tempfile
from collections.abc import Callable
from typing import Any, Literal

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.schema import Schema
from pydantic import Field

from kundenkreis.api import activities, catalogue, contacts, customers, reading, shapes, writing
from kundenkreis.api.answers import answered, created
from kundenkreis.api.auth import Caller
from kundenkreis.api.noun import READ, Noun
from kundenkreis.api.problems import Problem, forbidden, invalid, not_found
from kundenkreis.api.resource import Pk, Routes, body, page_schema
from kundenkreis.api.shapes import Shown
from kundenkreis.quality import messages, tasks
from kundenkreis.quality.models import EditedSheet, SheetCell
from kundenkreis.quality.reading import Unreadable
from kundenkreis.quality.sheets import applying, bringing
from kundenkreis.quality.sheets import writing as workbooks
from kundenkreis.quality.sheets.marks import NotOurs
from kundenkreis.quality.sheets.nouns import EDITABLE
from kundenkreis.staff import access

_ABOUT = (
    "Workbooks that were exported to edit and came back: one's own. `cells` of one say what differs; nothing is written before it is applied, "
    "and nothing is applied before every conflict is decided."
)
_EXPORTED = (
    "An XLSX workbook with a key for each row and the named fields, in their order; the other columns of it may be deleted or moved, and further "
    "ones added. `noun` is `accounts`, `contacts` or `products`; conditions are written as for that noun's list."
)
_NOUNS = {"accounts": customers, "contacts": contacts, "activities": activities, "products": catalogue}


def _explained(code: str, params: dict[str, Any]) -> str | None:
    return messages.explain(code, params) if code else None


SHEETS = Noun(
    path="sheets",
    title="EditedSheet",
    model=EditedSheet,
    area="imports",
    tag="Imports",
    about=_ABOUT,
    allowed=lambda user, verb, record: any(access.may(user, f"{noun}.change") for noun in EDITABLE),
    read=("noun", "file_name", "state", "created_at", "made_at", "made_by", "counts", "batch"),
    default_sort="-id",
    verbs=READ,
)
CELLS = Noun(
    path="sheet-cells",
    title="SheetCell",
    model=SheetCell,
    area="imports",
    tag="Imports",
    allowed=SHEETS.allowed,
    read=(
        "row", "record_id", "label", "field", "kind", "was", "now", "new", "decision", "is_blocked", "by", "at",
        Shown(name="reason", columns=("code", "params"), type=str | None, make=_explained),
    ),
    verbs=READ,
)  # fmt: skip
NOUNS = [SHEETS]


class SheetExport(Schema):
    noun: Literal[tuple(EDITABLE)]  # type: ignore[valid-type]
    fields: str = Field(
        "",
        max_length=1000,
        description="Fields to edit, separated by commas; all when left out. Custom fields are named `custom_` and their key.",
    )
    f: list[str] = Field([], max_length=20, description="Conditions, as for the noun's list.")


class SheetCellsQuery(Schema):
    kind: SheetCell.Kind | None = Field(None, description="Only changes, conflicts, or what is refused.")
    limit: int = Field(reading.SIZE, ge=1, le=reading.SIZE_MAX)
    after: str = Field("", max_length=2000)


class SheetDecision(shapes.Written):
    """For one conflict, or for all that nobody has decided yet."""

    decision: Literal[tuple(SheetCell.Decision.values)]  # type: ignore[valid-type]
    cell_id: shapes.Id | None = None


def _export(request: HttpRequest, query: Query[SheetExport]) -> HttpResponseBase:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_reach(query.noun, "read")
    if not all(access.may(caller.user, f"{query.noun}.{verb}") for verb in ("export", "change")):
        raise forbidden()
    editable = EDITABLE[query.noun]
    names = [name.strip() for name in query.fields.split(",") if name.strip()] or [*editable.fields]
    if unknown := [name for name in names if name not in editable.fields]:
        said = _("There is no field “%(name)s”.") % {"name": unknown[0][:60]}
        raise invalid([{"parameter": "fields", "detail": said}])
    rows = _matching(caller, query)
    if rows[: workbooks.MOST + 1].count() > workbooks.MOST:
        said = _("At most %(most)s rows can be edited in one workbook. Narrow the list by a filter.")
        raise invalid([{"parameter": "f", "detail": said % {"most": workbooks.MOST}}])
    title = capfirst(str(editable.model._meta.verbose_name_plural))
    columns = [(str(editable.fields[name].label), name) for name in dict.fromkeys(names)]
    mark = workbooks.mark_of(editable, columns, by=caller.user, address=request.GET.urlencode(), title=title)
    file = tempfile.TemporaryFile()  # noqa: SIM115 the response closes it
    workbooks.write(
        file, mark, editable, ((row, ()) for row in rows.order_by("pk").iterator(chunk_size=1000)), by=caller.user
    )
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{query.noun}.xlsx", content_type=_XLSX)


def _matching(caller: Caller, query: Any) -> Any:
    noun = next(one for one in _NOUNS[query.noun].NOUNS if one.path == query.noun)
    return noun.visible(caller.user).living().filter(reading.conditions(noun, caller, query.f).q())


def _upload(routes: Routes) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        caller = _writing(routes, request)
        if not request.headers.get("Content-Type", "").lower().startswith("multipart/form-data"):
            raise Problem(415, "media-type", _("Please send multipart/form-data."))
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.UPLOAD_LIMIT:
            raise Problem(413, "too-large")
        upload = request.FILES.get("file")
        if upload is None:
            raise invalid([{"pointer": "/file", "detail": _("This is needed.")}])
        try:
            sheet = bringing.start(upload, upload.name or "", caller.user)
        except (Unreadable, NotOurs) as why:
            said = messages.explain(why.code, getattr(why, "params", {}))
            raise invalid([{"pointer": "/file", "detail": said}]) from why
        if bringing.is_small(sheet):
            bringing.compare(sheet)
        else:
            tasks.compare_sheet.enqueue(sheet.pk)
        return created(f"{request.path}/{sheet.pk}", routes.show(caller, sheet.pk))

    return view


def _writing(routes: Routes, request: HttpRequest) -> Caller:
    caller = routes.may(request, "see")
    caller.must_reach("imports", "write")
    return caller


def _own(caller: Caller, pk: int) -> EditedSheet:
    sheet = EditedSheet.objects.visible_to(caller.user).select_related("owner", "batch").filter(pk=pk).first()
    if sheet is None:
        raise not_found()
    return sheet


def _decide(routes: Routes) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, id: Pk) -> HttpResponse:
        caller = _writing(routes, request)
        sheet = _own(caller, id)
        given = writing.body_of(request, SheetDecision)
        if not applying.decide(sheet, given.decision, cell=given.cell_id) and given.cell_id is not None:
            raise invalid([{"pointer": "/cell_id", "detail": _("There is no such record.")}])
        return answered(routes.show(caller, id))

    return view


def _apply(routes: Routes) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, id: Pk) -> HttpResponse:
        caller = _writing(routes, request)
        sheet = _own(caller, id)
        try:
            if not bringing.apply(sheet):
                tasks.apply_sheet.enqueue(sheet.pk)
        except applying.CannotApply as why:
            raise Problem(409, "conflict", _said(why.code)) from why
        return answered(routes.show(caller, id))

    return view


def _forget(routes: Routes) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, id: Pk) -> HttpResponse:
        sheet = _own(_writing(routes, request), id)
        if sheet.state == EditedSheet.State.APPLYING:
            raise Problem(409, "conflict", _("That is not possible now."))
        bringing.forget(sheet)
        return HttpResponse(status=204)

    return view


def _said(code: str) -> str:
    """Why nothing was taken over."""
    return {
        "undecided": _("Conflicts wait to be decided first."),
        "changed_meanwhile": _(
            "Cells have been changed here since the comparison; nothing was taken over. Decide about them."
        ),
        "nothing": _("There is nothing to take over."),
    }.get(code, _("That is not possible now."))


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary", "description": "The workbook, as XLSX."}},
                "required": ["file"],
                "additionalProperties": False,
            }
        }
    },
}


def routers() -> list[Router]:
    routes = Routes(SHEETS)
    reader, record = reading.Reader(CELLS), SHEETS.record_schema

    def cells(request: HttpRequest, id: Pk, query: Query[SheetCellsQuery]) -> HttpResponse:
        caller = routes.may(request, "see")
        found = SheetCell.objects.filter(sheet=_own(caller, id))
        found = found.filter(kind=query.kind) if query.kind else found
        order = [("row", "asc"), ("id", "asc")]
        return answered(reading.paged(reader, request, caller, found, order, after=query.after, limit=query.limit))

    page, where = page_schema("SheetCell", CELLS.row_schema), "/sheets/{int:id}"
    said = {
        "200": {"description": "The workbook.", "content": {_XLSX: {"schema": {"type": "string", "format": "binary"}}}}
    }
    routes.route(
        "GET",
        "/sheet-export",
        _export,
        "export",
        "A list as a workbook to edit",
        {200: None},
        description=_EXPORTED,
        responses=said,
    )
    routes.route(
        "POST", "/sheets", _upload(routes), "add", "Bring an edited workbook back", {201: record}, requestBody=_FORM
    )
    routes.route("GET", f"{where}/cells", cells, "cells", "What differs in an edited workbook, cell by cell", page)
    taken = body(SheetDecision)
    routes.route("POST", f"{where}/decide", _decide(routes), "decide", "Decide conflicts", record, requestBody=taken)
    routes.route("POST", f"{where}/apply", _apply(routes), "apply", "Take over what differs, as one batch", record)
    routes.route("DELETE", where, _forget(routes), "forget", "Forget an edited workbook", {204: None})
    return [routes.router]

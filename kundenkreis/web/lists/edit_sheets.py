"""A list as a workbook to edit: the view's rows, columns and order, with a key for each row."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.encoding import force_str
from django.utils.translation import gettext as _

from kundenkreis.core import clock
from kundenkreis.core.keyset import bounded_count
from kundenkreis.privacy.models import Way
from kundenkreis.quality.sheets import writing
from kundenkreis.quality.sheets.nouns import EDITABLE, Editable
from kundenkreis.staff import access
from kundenkreis.web import formats
from kundenkreis.web.lists import state
from kundenkreis.web.lists.columns import exported
from kundenkreis.web.lists.exporting import CHUNK, counted

if TYPE_CHECKING:
    from kundenkreis.web.lists.page import ListPage


def export(page: ListPage, request: HttpRequest) -> HttpResponseBase:
    """The workbook of the rows that match the address. Raises PermissionDenied for whoever may not export or change such records."""
    if not may_edit(page, request.user):
        raise PermissionDenied
    now = state.read(page, request)
    if now.problem:
        return HttpResponse(now.problem, status=400, content_type="text/plain; charset=utf-8")
    rows, editable = page.matching(request, now), EDITABLE[noun_of(page)]
    if bounded_count(rows, writing.MOST + 1) > writing.MOST:
        said = _("At most %(most)s rows can be edited in one workbook. Narrow the list by a filter.")
        text = said % {"most": formats.number(writing.MOST)}
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    now.columns = tuple(column for column in now.columns if not column.with_extra)
    columns = _columns(page, now, editable)
    address = request.GET.urlencode()
    mark = writing.mark_of(
        editable, [(label, name) for label, name, _read in columns], by=request.user, address=address, title=force_str(page.title)
    )  # fmt: skip
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 the response closes it
    sheet_rows = _rows(page, request, now, [read for _l, name, read in columns if not name])
    writing.write(file, mark, editable, counted(request, Way.SHEET, page.name, sheet_rows), by=request.user)  # type: ignore[arg-type]
    file.seek(0)
    name = f"{page.name}-{_('edit')}-{clock.today():%Y-%m-%d}.xlsx"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(file, as_attachment=True, filename=name, content_type=kind)


def noun_of(page: ListPage) -> str:
    """By what the workbook knows the list's records: that of all activities has another name than they."""
    return page.name if page.name in EDITABLE else page.fielded


def may_edit(page: ListPage, user: Any) -> bool:
    return bool(page.edited) and access.may(user, page.export) and access.may(user, f"{noun_of(page)}.change")


def _columns(page: ListPage, now: state.State, editable: Editable) -> list[tuple[str, str, Any]]:
    """(label, field or "", how a column that is only to be read is read) in the view's order."""
    found: list[tuple[str, str, Any]] = []
    custom = editable.custom_fields
    for column in now.columns:
        names = (column.key,) if column.key in custom else page.edited.get(column.key, ())
        if not names:
            found.append((force_str(column.label), "", column.read))
        for name in names:
            label = column.label if len(names) == 1 else editable.model._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            found.append((force_str(label), name, None))
    return found


def _rows(page: ListPage, request: HttpRequest, now: state.State, reads: list[Any]) -> Iterator[tuple[Any, list[Any]]]:
    """Whole records, because their fields are what is edited."""
    related = {name for column in now.columns for name in column.related}
    found: QuerySet = page.matching(request, now)
    found = found.select_related(*sorted(related)) if related else found
    way = "-" if now.descending else ""
    ordered = found.order_by(*[way + name for name, _way in page.order(now)])
    records = ordered.iterator(chunk_size=CHUNK)
    while some := list(islice(records, CHUNK)):
        page.spare(request, now, some)
        yield from ((record, [exported(read(record)) for read in reads]) for record in some)

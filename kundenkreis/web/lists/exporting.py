"""The list as a file: the same rows, columns and order as on the screen, as CSV or XLSX, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext as _

from kundenkreis.core import clock
from kundenkreis.privacy import watching
from kundenkreis.privacy.models import Way
from kundenkreis.staff import access
from kundenkreis.web import formats
from kundenkreis.web.lists import state
from kundenkreis.web.lists.columns import Column, exported

if TYPE_CHECKING:
    from kundenkreis.web.lists.page import ListPage

CHUNK = 1000
XLSX_ROWS = 1_048_575  # what a sheet holds beside its heading


def export(page: ListPage, request: HttpRequest) -> HttpResponseBase:
    """The rows that match the address, as `?format=csv` (streamed) or `xlsx`. Raises PermissionDenied for whoever may not export."""
    if not page.export or not access.may(request.user, page.export):
        raise PermissionDenied
    now = state.read(page, request)
    if now.problem:
        return HttpResponse(now.problem, status=400, content_type="text/plain; charset=utf-8")
    now.columns = tuple(column for column in now.columns if not column.with_extra)
    heads = [force_str(column.label) for column in now.columns]
    rows = counted(request, Way.LIST, page.name, _rows(page, request, now))
    return as_file(request, f"{page.name}-{clock.today():%Y-%m-%d}", heads, rows)


def counted(request: HttpRequest, way: str, what: str, rows: Iterator[Any]) -> Iterator[Any]:
    """The same rows; how many of them went out is noted once they have, or once whoever fetched them has hung up."""
    count = 0
    try:
        for row in rows:
            count += 1
            yield row
    finally:
        watching.went_out(request.user, way, what, count)


def as_file(request: HttpRequest, name: str, heads: list[str], rows: Iterator[list[Any]]) -> HttpResponseBase:
    """These rows as the file that the address asks for (`?format=csv`, streamed, or `xlsx`). `name` is that of the file, without its end."""
    if request.GET.get("format") == "xlsx":
        return _xlsx(name, heads, rows)
    response = StreamingHttpResponse(_csv(heads, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _rows(page: ListPage, request: HttpRequest, now: state.State) -> Iterator[list[Any]]:
    found: QuerySet = page.fetching(page.matching(request, now), now)
    way = "-" if now.descending else ""
    ordered = found.order_by(*[way + name for name, _way in page.order(now)])
    found_rows = ordered.iterator(chunk_size=CHUNK)
    while rows := list(islice(found_rows, CHUNK)):
        page.spare(request, now, rows)
        yield from ([_value(column, row) for column in now.columns] for row in rows)


def _value(column: Column, row: Any) -> Any:
    """A value of the export; a change in percent has one decimal, and a choice its name, as on the screen."""
    value = exported(column.show(row) if column.kind == "choice" else column.read(row))
    return round(value, 1) if column.kind == "delta" and isinstance(value, Decimal) else value


def harmless(text: str) -> str:
    """Text that a spreadsheet shows and does not run when it opens a CSV: what begins like a formula gets an apostrophe in front."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _csv(heads: list[str], rows: Iterator[list[Any]]) -> Iterator[str]:
    # German spreadsheets expect semicolons, because their comma is the decimal point.
    writer = csv.writer(_Echo(), delimiter=";" if formats.is_german() else ",")
    yield "\ufeff" + writer.writerow([harmless(head) for head in heads])
    for row in rows:
        yield writer.writerow([_written(value) for value in row])


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float | Decimal):
        return str(value).replace(".", ",") if formats.is_german() else str(value)
    if isinstance(value, dt.datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return harmless(value)


def _xlsx(name: str, heads: list[str], rows: Iterator[list[Any]]) -> FileResponse:
    import xlsxwriter

    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 the response closes it
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(file, options)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = _sheet(book, heads, bold)
    for number, row in enumerate(rows):
        line = number % XLSX_ROWS + 1
        if line == 1 and number:
            sheet = _sheet(book, heads, bold)  # no row is left out: the next sheet takes what this one cannot hold
        for position, value in enumerate(row):
            _put(sheet, line, position, value, day)
    book.close()
    file.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=kind)


def _sheet(book: Any, heads: list[str], bold: Any) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for position, head in enumerate(heads):
        sheet.write_string(0, position, head, bold)
    return sheet


def _put(sheet: Any, line: int, position: int, value: Any, day: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(line, position, _("yes") if value else _("no"))
    elif isinstance(value, dt.datetime):
        sheet.write_datetime(line, position, timezone.make_naive(value), day)
    elif isinstance(value, dt.date):
        sheet.write_datetime(line, position, dt.datetime.combine(value, dt.time()), day)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(line, position, float(value))
    else:
        # A cell that says of itself that it is text is never run, so it needs no guard: "+43 1 …" stays as it is.
        sheet.write_string(line, position, str(value))

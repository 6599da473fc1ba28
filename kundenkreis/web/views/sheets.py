"""Lists that were edited in a spreadsheet: brought back, looked at cell by cell, and taken over."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from kundenkreis.quality import importing, tasks
from kundenkreis.quality.messages import explain
from kundenkreis.quality.models import EditedSheet, SheetCell
from kundenkreis.quality.reading import Unreadable
from kundenkreis.quality.sheets import applying, bringing
from kundenkreis.quality.sheets.marks import NotOurs
from kundenkreis.quality.sheets.nouns import EDITABLE
from kundenkreis.staff import access
from kundenkreis.web import formats, htmx, uploads
from kundenkreis.web.lists import edit_sheets
from kundenkreis.web.lists.page import REGISTRY
from kundenkreis.web.views import import_pages as pages

SIZE = 50  # rows of the preview that are shown at once
State = EditedSheet.State
KINDS = ("conflict", "change", "problem")


@require_safe
def export(request: HttpRequest, noun: str) -> HttpResponseBase:
    """A list's rows as a workbook to edit."""
    return edit_sheets.export(REGISTRY[noun], request)


@csrf_exempt  # `_add` checks the token, after the place for the file is prepared
def add(request: HttpRequest) -> HttpResponse:
    """Bring an edited workbook back. What cannot be read is said in a sentence, and nothing of it is kept."""
    if not any(access.may(request.user, f"{noun}.change") for noun in EDITABLE):
        raise PermissionDenied
    try:
        uploads.to_disk(request, importing.folder())
        return _add(request)
    except (uploads.TooLarge, RequestDataTooBig):
        return _page(request, pages.too_large(), 413)
    except uploads.NoSpace:
        return _page(request, pages.no_space(), 507)


@csrf_protect
def _add(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, "", 200)
    file = request.FILES.get("file")
    if file is None:
        return _page(request, _("Choose a file."), 422)
    try:
        sheet = bringing.start(file, file.name or "", request.user)  # type: ignore[arg-type]
    except (Unreadable, NotOurs) as trouble:
        return _page(request, explain(trouble.code, getattr(trouble, "params", {})), 422)
    if bringing.is_small(sheet):
        bringing.compare(sheet)
    else:
        tasks.compare_sheet.enqueue(sheet.pk)
    return htmx.go(request, reverse("sheets:detail", args=[sheet.pk]))


def _page(request: HttpRequest, refused: str, status: int) -> HttpResponse:
    latest = EditedSheet.objects.visible_to(request.user).order_by("-pk")[:8]
    context = {"refused": refused, "limit": pages.limit(), "latest": latest}
    return render(request, "sheets/add.html", context, status=status)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What differs, cell by cell; `?kind=conflict|change|problem` one part of it, `?from=` further rows."""
    sheet = _own(request, pk)
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else _first_kind(sheet)
    context = _counts(sheet) | _rows(request, sheet, kind) | {
        "sheet": sheet,
        "kind": kind,
        "noun": capfirst(str(EDITABLE[sheet.noun].model._meta.verbose_name_plural)),
        "notes": [explain(code, params) for code, params in sheet.notes],
        "failure": explain(sheet.failure["code"], sheet.failure.get("params")) if sheet.failure else "",
        "is_busy": sheet.state in (State.COMPARING, State.APPLYING),
    }  # fmt: skip
    busy = htmx.is_htmx(request) and "poll" in request.GET
    return render(request, "sheets/_state.html" if busy else "sheets/detail.html", context)


def _own(request: HttpRequest, pk: int) -> EditedSheet:
    return get_object_or_404(EditedSheet.objects.visible_to(request.user).select_related("batch", "owner"), pk=pk)


def _first_kind(sheet: EditedSheet) -> str:
    """Conflicts are decided first; then what would change."""
    return next((kind for kind in KINDS if sheet.cells.filter(kind=kind, is_blocked=False).exists()), "change")


def _counts(sheet: EditedSheet) -> dict[str, Any]:
    cells = sheet.cells
    good = cells.filter(is_blocked=False)
    return {
        "changes": good.filter(kind="change").count(),
        "conflicts": good.filter(kind="conflict").count(),
        "undecided": sheet.open_conflicts,
        "problems": cells.filter(kind="problem").values("row").distinct().count(),
    }


def _rows(request: HttpRequest, sheet: EditedSheet, kind: str) -> dict[str, Any]:
    """The cells of one kind, some rows at a time, by row."""
    first = request.GET.get("from", "")
    after = min(int(first), 10**8) if first.isdecimal() else 0
    cells = sheet.cells.filter(kind=kind, row__gt=after).order_by("row", "pk")
    if kind != "problem":
        cells = cells.filter(is_blocked=False)
    numbers = list(cells.values_list("row", flat=True).distinct().order_by("row")[: SIZE + 1])
    shown = cells.filter(row__in=numbers[:SIZE])
    names = {name: capfirst(str(label)) for name, label in EDITABLE[sheet.noun].labels.items()}
    rows = []
    for (number, label, record), some in groupby(shown, lambda cell: (cell.row, cell.label, cell.record_id)):
        told = [(cell, names.get(cell.field, cell.field), _why(cell)) for cell in some]
        rows.append((number, label, _address(sheet, record), told))
    return {"rows": rows, "next": numbers[SIZE - 1] if len(numbers) > SIZE else 0}


def _why(cell: SheetCell) -> str:
    return explain(cell.code, cell.params) if cell.code else ""


def _address(sheet: EditedSheet, record: int | None) -> str:
    return reverse(f"{sheet.noun}:detail", args=[record]) if record else ""


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """One conflict (`cell`) or all that are left: keep what is here now, or take the workbook."""
    sheet = _own(request, pk)
    cell = request.POST.get("cell", "")
    try:
        number = min(int(cell), 2**62) if cell.isdecimal() else None
        applying.decide(sheet, request.POST.get("decision", ""), cell=number)
    except applying.CannotApply:
        messages.error(request, _("That is not possible now."))
    return htmx.go(request, reverse("sheets:detail", args=[pk]) + "?kind=conflict")


@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over what is shown."""
    sheet = _own(request, pk)
    here = reverse("sheets:detail", args=[pk])
    try:
        if bringing.apply(sheet):
            return htmx.go(request, here, _taken(sheet), undo_at=_undo_at(sheet))
        tasks.apply_sheet.enqueue(sheet.pk)
        return htmx.go(request, here, _("The changes are being taken over."))
    except applying.CannotApply as refused:
        messages.error(request, said_of(refused))
        return htmx.go(request, here)


def said_of(refused: applying.CannotApply) -> str:
    """Why nothing was taken over, in words."""
    if refused.code == "undecided":
        text = ngettext(
            "Decide about %(count)s cell first.", "Decide about %(count)s cells first.", refused.count
        )  # fmt: skip
        return text % {"count": formats.number(refused.count)}
    if refused.code == "changed_meanwhile":
        text = ngettext(
            "%(count)s cell has been changed here since you looked. Nothing was taken over yet: decide about it.",
            "%(count)s cells have been changed here since you looked. Nothing was taken over yet: decide about them.",
            refused.count,
        )
        return text % {"count": formats.number(refused.count)}
    if refused.code == "nothing":
        return _("There is nothing to take over.")
    return _("That is not possible now.")


def _taken(sheet: EditedSheet) -> str:
    count = sheet.counts.get("taken", 0)
    text = ngettext("%(count)s record was changed.", "%(count)s records were changed.", count)
    return text % {"count": formats.number(count)}


def _undo_at(sheet: EditedSheet) -> str:
    return reverse("history:undo_batch", args=[sheet.batch_id]) if sheet.batch_id else ""


@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """It is not wanted any more."""
    sheet = _own(request, pk)
    if sheet.state == State.APPLYING:
        messages.error(request, _("That is not possible now."))
        return htmx.go(request, reverse("sheets:detail", args=[pk]))
    bringing.forget(sheet)
    return htmx.go(request, reverse("sheets:add"), _("The workbook is forgotten; nothing was changed by that."))

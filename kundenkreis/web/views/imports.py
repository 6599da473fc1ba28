"""Imports: a file on its way in, step by step, and what became of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from kundenkreis.history.models import Batch
from kundenkreis.history.undo import undone_so_far
from kundenkreis.quality import importing, repairing, targets
from kundenkreis.quality.importing import CannotImport
from kundenkreis.quality.models import ImportRun
from kundenkreis.quality.reading import Unreadable
from kundenkreis.staff import access
from kundenkreis.staff.looking_back import may_undo_batch
from kundenkreis.web import foreseeing, undoing, uploads
from kundenkreis.web.forms.imports import MappingForm, NewImportForm, ReadingForm, allowed_targets
from kundenkreis.web.htmx import SeeOther, fragment, go, is_htmx
from kundenkreis.web.views import import_pages as pages
from kundenkreis.web.views import import_results as results
from kundenkreis.web.views.history import counts_of
from kundenkreis.web.views.import_list import BUSY, IMPORTS, target_label, visible

State = ImportRun.State
UNDO_BEGUN = frozenset({Batch.State.UNDOING, Batch.State.UNDONE})
PREPARED = frozenset({State.DRAFT, State.CHECKING, State.CHECKED, State.FAILED})


def seen(request: HttpRequest, pk: int) -> ImportRun:
    """The import, if the person may see it; 404 otherwise, also for what somebody else is still preparing."""
    return get_object_or_404(visible(request.user).select_related("owner", "batch"), pk=pk)


def own(request: HttpRequest, pk: int) -> ImportRun:
    """An import to prepare: it runs with its owner's rights, so nobody else prepares it."""
    run = get_object_or_404(visible(request.user).select_related("batch").filter(owner=request.user), pk=pk)
    if not access.may(request.user, "imports.run"):
        raise PermissionDenied
    return run


def begun(run: ImportRun) -> bool:
    """True once there is nothing left to prepare."""
    return run.batch_id is not None or run.state not in PREPARED


def may_run(request: HttpRequest, run: ImportRun) -> bool:
    return importing.may_run(request.user, targets.get(run.target))  # type: ignore[arg-type]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    if not access.may(request.user, "imports.see"):
        raise PermissionDenied
    return IMPORTS.answer(request)


# --- a new file --------------------------------------------------------------------------------------------------------


@csrf_exempt  # `_add` checks the token, after the place for the file is prepared
def add(request: HttpRequest) -> HttpResponse:
    """A file or pasted cells. What cannot be taken in is said in a sentence, and nothing of it is kept."""
    if not allowed_targets(request.user) or not access.may(request.user, "imports.run"):  # type: ignore[arg-type]
        raise PermissionDenied
    try:
        uploads.to_disk(request, importing.folder())
        return _add(request)
    except uploads.TooLarge:
        return _refused(request, pages.too_large(), 413)
    except RequestDataTooBig:
        return _refused(request, _("That is too much to paste. Save it as a file and choose the file."), 413)
    except uploads.NoSpace:
        return _refused(request, pages.no_space(), 507)
    except OSError as error:
        if not uploads.is_full(error):
            raise
        return _refused(request, pages.no_space(), 507)


@csrf_protect
def _add(request: HttpRequest) -> HttpResponse:
    form = NewImportForm(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        initial={"target": request.GET.get("target", "")},
    )
    if request.method != "POST" or not form.is_valid():
        return _add_page(request, form, 422 if request.method == "POST" else 200)
    given = form.cleaned_data
    try:
        if given["file"]:
            run = importing.start_draft(given["file"], given["file"].name, request.user, target=given["target"])  # type: ignore[arg-type]
        else:
            run = importing.start_pasted(given["pasted"], request.user, target=given["target"])  # type: ignore[arg-type]
    except Unreadable as trouble:
        form.add_error("file" if given["file"] else "pasted", pages.why(trouble))
        return _add_page(request, form, 422)
    if not may_run(request, run):
        found = target_label(run)
        importing.set_mapping(run, target=allowed_targets(request.user)[0][0])  # type: ignore[arg-type]
        messages.warning(
            request,
            _("This looks like “%(what)s”, which your role may not import. Say what else it is.") % {"what": found},
        )
    return go(request, reverse("imports:look", args=[run.pk]))


def _add_page(request: HttpRequest, form: NewImportForm, status: int, refused: str = "") -> HttpResponse:
    context = {"form": form, "refused": refused, "limit": pages.limit()}
    return render(request, "imports/add.html", context, status=status)


def _refused(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return _add_page(request, NewImportForm(user=request.user), status, refused=sentence)


# --- preparing ---------------------------------------------------------------------------------------------------------


def look(request: HttpRequest, pk: int) -> HttpResponse:
    """The first rows, and how the file is read. A change is read again at once."""
    run = own(request, pk)
    if begun(run):
        return go(request, reverse("imports:detail", args=[pk]))
    refused = ""
    if request.method == "POST":
        try:
            refused = _read_again(request, run)
        except (Unreadable, CannotImport) as trouble:
            refused = pages.why(trouble)
            run.refresh_from_db()
        if not refused and not is_htmx(request):
            return SeeOther(reverse("imports:map" if "next" in request.POST else "imports:look", args=[pk]))
    context = pages.look_of(run, request.user, refused)
    template = "imports/_look.html" if is_htmx(request) else "imports/look.html"
    return fragment(request, template, context, 422 if refused else 200)


def _read_again(request: HttpRequest, run: ImportRun) -> str:
    """Read as the form says; a sentence when that makes no sense."""
    page = pages.look_of(run, request.user)
    if page["form"] is None:
        return page["refused"]
    form = ReadingForm(request.POST, run=run, look=page["look"], decided=page["decided"], user=request.user)
    if not form.is_valid():
        return " ".join(str(e) for errors in form.errors.values() for e in errors)
    target, options = form.changes()
    if target or options:
        importing.set_mapping(run, target=target, options=options)
    return ""


def mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """What goes where. Each choice is kept at once; going on begins the check."""
    run = own(request, pk)
    if begun(run):
        return go(request, reverse("imports:detail", args=[pk]))
    form, status = None, 200
    if request.method == "POST":
        try:
            form = _map_as_said(request, run)
        except (Unreadable, CannotImport) as trouble:
            messages.error(request, pages.why(trouble))
            return go(request, reverse("imports:look", args=[pk]))
        if form.is_valid() and "next" in request.POST:
            return _begin_check(request, run)
        status = 200 if form.is_valid() else 422
        form = None if form.is_valid() else form
        if form is None and not is_htmx(request):
            return SeeOther(reverse("imports:map", args=[pk]))
    try:
        context = pages.mapping_of(run, form)
    except Unreadable:
        return SeeOther(reverse("imports:look", args=[pk]))
    return fragment(request, "imports/_map.html" if is_htmx(request) else "imports/map.html", context, status)


def _map_as_said(request: HttpRequest, run: ImportRun) -> MappingForm:
    target = targets.get(run.target)
    form = MappingForm(request.POST, run=run, look=importing.look(run), target=target)
    if form.is_valid() and form.changed():
        given = form.cleaned_data
        importing.set_mapping(
            run, mapping=form.mapping(), match_by=given["match_by"], mode=given["mode"], options=form.options()
        )
    return form


def _begin_check(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Rehearse in the background, unless that was done for just this mapping."""
    here = reverse("imports:check", args=[run.pk])
    if run.state in (State.CHECKED, State.CHECKING) and "again" not in request.POST:
        return go(request, here)
    if not may_run(request, run):
        raise PermissionDenied
    try:
        importing.check_later(run)
    except (Unreadable, CannotImport) as trouble:
        if trouble.code != "wrong_state":
            messages.error(request, pages.why(trouble))
            here = reverse("imports:map", args=[run.pk])
    return go(request, here)


def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The dry run: begin it by POST, watch it, read what would happen."""
    run = own(request, pk)
    here = reverse("imports:check", args=[pk])
    if begun(run):
        return go(request, reverse("imports:detail", args=[pk]))
    if request.method == "POST":
        return _begin_check(request, run)
    polls = is_htmx(request) and "poll" in request.GET
    if run.state == State.CHECKING:
        stop = reverse("imports:cancel", args=[pk])
        context = {
            "run": run,
            "step": "check",
            "label": target_label(run),
            "work": results.work_of(run),
            "poll": f"{here}?poll=1",
            "cancel": stop,
        }
        return fragment(request, "imports/_work.html" if polls else "imports/checking.html", context)
    if polls:
        return go(request, here)
    return render(request, "imports/check.html", pages.check_of(run, request))


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin, or go on where a cancel or a failure ended it. From two windows it begins once."""
    run = seen(request, pk)
    if not may_run(request, run):
        raise PermissionDenied
    there = reverse("imports:detail", args=[pk])
    try:
        importing.start(run)
    except (Unreadable, CannotImport) as trouble:
        if trouble.code != "wrong_state" or run.state not in BUSY | {State.DONE}:
            messages.error(request, pages.why(trouble))
    return go(request, there)


@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up what was prepared: the draft and its file go."""
    run = own(request, pk)
    name = run.file_name
    try:
        importing.forget(run)
    except CannotImport as trouble:
        messages.error(request, pages.why(trouble))
        return go(request, reverse("imports:detail", args=[pk]))
    return go(
        request, reverse("imports:list"), _("“%(name)s” was not imported, and the draft is gone.") % {"name": name}
    )


# --- at work, and afterwards -------------------------------------------------------------------------------------------


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress while it is at work, the result afterwards; before, the step it is at."""
    run = seen(request, pk)
    here = reverse("imports:detail", args=[pk])
    if not begun(run):
        step = "imports:look" if run.state == State.DRAFT else "imports:check"
        return SeeOther(reverse(step, args=[pk]))
    polls = is_htmx(request) and "poll" in request.GET
    if run.state in BUSY:
        cancel_url = reverse("imports:cancel", args=[pk]) if _may_stop(request, run) else ""
        context = {"run": run, "work": results.work_of(run), "poll": f"{here}?poll=1", "cancel": cancel_url}
        return fragment(request, "imports/_work.html" if polls else "imports/working.html", context)
    if polls:
        return go(request, here)
    rights = {
        "may_undo": _may_undo(request, run),
        "may_resume": run.state in (State.CANCELLED, State.FAILED)
        and not (run.batch and run.batch.state in UNDO_BEGUN)
        and may_run(request, run),
        "may_see_history": run.batch_id
        and (run.owner_id == request.user.pk or access.may(request.user, "history.see")),
    }
    kept = (
        undoing.kept_records(request.user, undone_so_far(run.batch)) if run.state == State.UNDONE and run.batch else []
    )  # type: ignore[arg-type]
    return render(request, "imports/result.html", results.result_of(run, request) | rights | {"kept_records": kept})


def _may_stop(request: HttpRequest, run: ImportRun) -> bool:
    return run.state in (State.WAITING, State.RUNNING, State.CHECKING) and access.may(request.user, "imports.run")


def _may_undo(request: HttpRequest, run: ImportRun) -> bool:
    undoable = run.batch is not None and run.state in (State.DONE, State.CANCELLED, State.FAILED)
    return undoable and may_undo_batch(request.user, run.batch)  # type: ignore[arg-type]


def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks first; then the import ends after the rows it is just storing."""
    run = seen(request, pk)
    if not access.may(request.user, "imports.run"):
        raise PermissionDenied
    here = reverse("imports:check" if run.state == State.CHECKING else "imports:detail", args=[pk])
    if request.method != "POST" or "sure" not in request.POST:
        if request.method == "POST":
            return SeeOther(reverse("imports:cancel", args=[pk]))
        return (
            render(request, "imports/cancel.html", {"run": run, "back": here})
            if run.state in BUSY
            else go(request, here)
        )
    try:
        importing.cancel(run)
    except CannotImport as trouble:
        messages.error(request, pages.why(trouble))
    return go(request, here)


@require_safe
def problems(request: HttpRequest, pk: int) -> HttpResponse:
    """Rows that were not stored (or, `?notes=1`, what was noticed), page by page."""
    run = seen(request, pk)
    context = results.problems_of(run, request) | {"run": run}
    more = is_htmx(request) and "after" in request.GET
    return fragment(request, "imports/_problem_rows.html" if more else "imports/problems.html", context)


@require_safe
def rejected(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rejected rows as a file to repair and import again."""
    run = seen(request, pk)
    name, pieces = repairing.problems_file(run)
    language = translation.get_language() or "en"

    def spoken() -> Any:
        with translation.override(language):
            yield from pieces

    response = StreamingHttpResponse(spoken(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """What an undo would take back and keep; by POST it is done, in the background."""
    run = seen(request, pk)
    if not access.may(request.user, "imports.undo", run):
        raise PermissionDenied
    here = reverse("imports:detail", args=[pk])
    if not _may_undo(request, run) or run.batch is None:
        return go(request, here)
    if request.method == "POST":
        try:
            importing.undo(run, request.user)  # type: ignore[arg-type]
        except CannotImport as trouble:
            messages.error(request, pages.why(trouble))
        return go(request, here)
    would = foreseeing.foreseen(run.batch)
    kept = undoing.kept_records(request.user, would) if would else []  # type: ignore[arg-type]
    context = {
        "run": run,
        "would": would,
        "kept": kept,
        "unnamed": would.kept - len(kept) if would else 0,
        "made": counts_of(run.batch),
    }
    return render(request, "imports/undo.html", context)

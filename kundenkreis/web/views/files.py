"""Documents on any record: the panel, uploads, versions, downloads."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.files import kinds, storing
from kundenkreis.files.models import Document, DocumentText, Version, may
from kundenkreis.history.models import Event
from kundenkreis.web import htmx
from kundenkreis.web.bodies import takes_uploads
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views.history import url_of

SHOWN = 100
AT_ONCE = 4 * storing.LIMIT  # bytes of all files that are dropped on a record together
FRAME = 1024 * 1024  # bytes around the file in a form
ICONS = {"image": "image", "text": "file-text"}


@takes_uploads(AT_ONCE)
@require_http_methods(["GET", "POST"])
def panel(request: HttpRequest, label: str, pk: int) -> HttpResponse:
    """The documents of one record. POST puts the dropped files on it; what is refused is said file by file, the others are kept."""
    subject = _subject(request, label, pk)
    refused: list[str] = []
    stored: list[Document] = []
    if request.method == "POST":
        if not may(request.user, "add", subject):
            raise PermissionDenied
        for upload in request.FILES.getlist("files"):
            try:
                stored.append(storing.store(upload, subject, by=request.user))
            except ValidationError as problem:
                refused += problem.messages
        if not request.FILES:
            refused.append(_("No file was chosen."))
    said = (
        ngettext("%(count)s document added.", "%(count)s documents added.", len(stored)) % {"count": len(stored)}
        if stored
        else ""
    )
    undo = Event.objects.about(stored[0]).latest("pk") if len(stored) == 1 else None
    if stored and not refused and not htmx.is_htmx(request):
        return htmx.go(
            request,
            request.POST.get("back") if _is_ours(request.POST.get("back", "")) else request.path,
            said,
            undo=undo,
        )
    context = panel_of(request, subject) | {"refused": refused}
    template = "documents/_list.html" if htmx.is_htmx(request) else "documents/page.html"
    response = render(request, template, context, status=422 if refused and not stored else 200)
    return htmx.toast(request, response, said, undo=undo) if stored else response


def panel_of(request: HttpRequest, subject: Any) -> dict[str, Any]:
    """What `documents/_list.html` shows."""
    rows = Document.objects.on(subject).living().for_list().order_by("-created_at", "-pk")[:SHOWN]
    label = subject._meta.label_lower
    return {
        "subject": subject,
        "subject_url": url_of(subject),
        "documents": [(d, icon_of(d.latest), kinds.named(d.latest.content_type) if d.latest else "") for d in rows],
        "address": reverse("documents:panel", args=[label, subject.pk]),
        "may_add": may(request.user, "add", subject),
        "may_discard": may(request.user, "discard", subject),
    }


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One document with all its versions."""
    document = _document(request, pk)
    subject = document.subject
    context = {
        "document": document,
        "subject": subject,
        "subject_url": url_of(subject) if subject is not None else "",
        "versions": [
            (v, icon_of(v), kinds.named(v.content_type))
            for v in document.versions.select_related("uploaded_by").order_by("-number")
        ],
        "read": DocumentText.objects.filter(document=document, version=document.latest).defer("text").first(),
        "may_change": may(request.user, "change", document),
        "may_discard": may(request.user, "discard", document),
        "refused": [],
    } | steps_of(request, document)
    return render(request, "documents/detail.html", context)


@takes_uploads(storing.LIMIT + FRAME)
@require_POST
def add_version(request: HttpRequest, pk: int) -> HttpResponse:
    document = _document(request, pk)
    if not may(request.user, "change", document):
        raise PermissionDenied
    upload = request.FILES.get("files")
    here = reverse("documents:detail", args=[pk])
    if upload is None:
        return htmx.toast(request, htmx.go(request, here), _("No file was chosen."), tone="bad")
    try:
        version = storing.add_version(document, upload, by=request.user)
    except ValidationError as problem:
        return htmx.toast(request, htmx.go(request, here), " ".join(problem.messages), tone="bad")
    return htmx.go(request, here, _("Version %(number)s is the newest now.") % {"number": version.number})


@require_POST
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    document = _document(request, pk)
    if not may(request.user, "change", document):
        raise PermissionDenied
    name = storing.clean_name(request.POST.get("name", "")) if request.POST.get("name", "").strip() else document.name
    event = document.change(by=request.user, name=name)
    return htmx.go(request, reverse("documents:detail", args=[pk]), _("Saved."), undo=event)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    document = _document(request, pk)
    if not may(request.user, "discard", document):
        raise PermissionDenied
    event = document.discard(by=request.user)
    said = _("%(name)s is in the bin.") % {"name": document}
    if htmx.is_htmx(request):
        return htmx.toast(
            request, render(request, "documents/_list.html", panel_of(request, document.subject)), said, undo=event
        )
    return htmx.go(request, url_of(document.subject) or reverse("day:home"), said, undo=event)


@require_safe
def download(request: HttpRequest, pk: int, number: int = 0) -> HttpResponseBase:
    """The content of the newest version, or of version `number`. Pictures and PDFs open in the browser with `?show=1`."""
    document = _document(request, pk)
    version = get_object_or_404(Version, document=document, number=number) if number else document.latest
    if version is None:
        raise Http404
    try:
        content = storing.open_version(version)
    except storing.Lost as problem:
        context = {"code": 410, "headline": _("The content is missing"), "sentence": str(problem)}
        return render(request, "shared/error.html", context, status=410)
    show = version.content_type in kinds.INLINE and "show" in request.GET
    safe_type = version.content_type if version.content_type not in (kinds.HTML, kinds.SVG) else kinds.UNKNOWN
    response = FileResponse(content, as_attachment=not show, filename=version.file_name, content_type=safe_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Whatever it holds runs nothing and reaches nothing, should a browser show it all the same. Browsers show a PDF in a viewer of
    # their own, which "sandbox" keeps out.
    sandbox = "" if show and version.content_type == kinds.PDF else "sandbox; "
    response.headers["Content-Security-Policy"] = (
        f"{sandbox}default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def icon_of(version: Version | None) -> str:
    if version is None:
        return "file"
    kind = version.content_type.partition("/")[0]
    return ICONS.get(kind) or (
        "file-spreadsheet"
        if version.content_type == kinds.XLSX
        else "file-text"
        if version.content_type in (kinds.PDF, kinds.DOCX)
        else "file"
    )


def _subject(request: HttpRequest, label: str, pk: int) -> Any:
    """The record, if the person may see it and its documents; 404 otherwise."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError) as unknown:
        raise Http404 from unknown
    visible = getattr(model._default_manager, "visible_to", None)
    has_documents = hasattr(model, "within") or hasattr(model, "documents_follow")
    if visible is None or not has_documents or label.startswith(("staff.", "lists.", "files.")):
        raise Http404
    subject = get_object_or_404(visible(request.user).living(), pk=pk)
    if not may(request.user, "see", subject):
        raise Http404
    return subject


def _document(request: HttpRequest, pk: int) -> Document:
    document = get_object_or_404(Document.objects.living().select_related("latest"), pk=pk)
    subject = document.subject
    if subject is None or not may(request.user, "see", subject):
        raise Http404
    if not type(subject)._default_manager.visible_to(request.user).filter(pk=subject.pk).exists():  # type: ignore[attr-defined]
        raise Http404
    return document


def _is_ours(address: str) -> bool:
    return address.startswith("/") and not address.startswith(("//", "/\\"))

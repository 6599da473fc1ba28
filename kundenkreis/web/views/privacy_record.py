"""The record of processing activities (Art. 30 GDPR): to read, to print, as a file; each purpose with its history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core import clock
from kundenkreis.history.models import Event
from kundenkreis.privacy import processing, saying, usual_purposes
from kundenkreis.privacy.models import Controller, Purpose
from kundenkreis.staff import access
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.privacy import ControllerForm, PurposeForm
from kundenkreis.web.htmx import go
from kundenkreis.web.lists.exporting import as_file
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing


def require(request: HttpRequest, action: str = "privacy.see") -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The whole record on one page that can be printed."""
    require(request)
    may_change = access.may(request.user, "privacy.change")
    context = {
        "record": processing.record(),
        "may_change": may_change,
        "may_begin": may_change and bool(usual_purposes.lacking()),
        "today": clock.today(),
    }
    return render(request, "privacy/record.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The record as a file: `?format=` xlsx, csv or json (with the texts of both languages)."""
    require(request)
    record = processing.record()
    name = f"{_('record-of-processing')}-{clock.today():%Y-%m-%d}"
    if request.GET.get("format") == "json":
        answer = JsonResponse(processing.as_json(record), json_dumps_params={"ensure_ascii": False, "indent": 2})
        answer["Content-Disposition"] = f'attachment; filename="{name}.json"'
        return answer
    heads = [
        _("Purpose"), _("Legal basis"), _("Legitimate interest or law"), _("Categories of people"), _("Categories of data"), _("Data"),
        _("Recipients"), _("Third countries and safeguard"), _("Kept how long"), _("What that rests on"), _("Measures"),
        _("Who answers for it"), _("Version"), _("Controller"), _("Address"), _("Representative"), _("Data protection officer"),
    ]  # fmt: skip
    return as_file(request, name, heads, _cells(record))


def _cells(record: processing.Record) -> Iterator[list[Any]]:
    head = record.controller
    for entry in record.entries:
        one = entry.purpose
        yield [
            one.said("name"), "; ".join(one.basis_names()), one.said("interest"), one.said("people"), "; ".join(entry.categories),
            "; ".join(entry.tables), one.said("recipients"), one.said("transfers"), one.said("retention"), one.retention_source,
            one.said("measures"), str(one.responsible or ""), one.version, str(head), head.address, head.representative, head.officer,
        ]  # fmt: skip


@require_POST
def take_over(request: HttpRequest) -> HttpResponse:
    """The usual purposes become the house's own."""
    require(request, "privacy.change")
    added = len(usual_purposes.take_over(request.user))
    said = ngettext("%(count)s purpose was added.", "%(count)s purposes were added.", added) % {"count": added}
    return go(request, reverse("privacy_record:index"), said)


@require_http_methods(["GET", "POST"])
def controller(request: HttpRequest) -> HttpResponse:
    """Who is responsible, and how she is reached."""
    require(request, "privacy.change")
    present = Controller.current()
    form = ControllerForm(request.POST or None, instance=present)
    if request.method == "POST" and form.is_valid():
        try:
            Controller.say(by=request.user, **form.cleaned_data)
            return go(request, reverse("privacy_record:index"), _("Saved."))
        except ValidationError as trouble:
            apply_errors(form, trouble)
    events = steps_of(request, present) if present.pk else {}
    context = {"form": form} | events
    return render(request, "privacy/controller.html", context, status=422 if form.is_bound else 200)


def seen(request: HttpRequest, pk: int) -> Purpose:
    return get_object_or_404(Purpose.objects.visible_to(request.user).select_related("responsible"), pk=pk)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    require(request, "privacy.change")
    form = PurposeForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        said = _("“%(name)s” was added.") % {"name": form.record}
        return go(request, reverse("privacy_record:detail", args=[form.record.pk]), said, undo=event)
    context = {"form": form, "record": None}
    return render(request, "privacy/purpose_edit.html", context, status=422 if form.is_bound else 200)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One purpose, the fields of the inventory that serve it, and its versions."""
    require(request)
    one = seen(request, pk)
    entry = next((e for e in processing.record().entries if e.purpose.pk == pk), processing.Entry(one))
    context = {
        "one": one,
        "entry": entry,
        "lines": [
            (saying.named(line), [saying.column(line, name) for name in line.fields], line.retention.label)
            for line in entry.lines
        ],
        "may_change": access.may(request.user, "privacy.change"),
    } | steps_of(request, one)
    return render(request, "privacy/purpose.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    one = seen(request, pk)
    require(request, "privacy.change")
    if one.deleted_at is not None:
        raise Http404
    form = PurposeForm(request.POST or None, instance=one, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, reverse("privacy_record:detail", args=[pk]), _("Saved."), undo=form.event)
    return editing.whole(request, form, one, "privacy/purpose_edit.html")


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """The house does not do this any more."""
    one = seen(request, pk)
    require(request, "privacy.change")
    try:
        event = one.discard(by=request.user)
    except ValidationError:
        return go(request, reverse("privacy_record:index"), _("It is in the bin already."))
    return go(request, reverse("privacy_record:index"), _("“%(name)s” is in the bin.") % {"name": one}, undo=event)

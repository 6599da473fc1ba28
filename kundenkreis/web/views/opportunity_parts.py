"""What an opportunity is made of, kept in small dialogs on its page: product lines, buying contacts, competitors, interviews."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST

from kundenkreis.history.models import Event
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.web.forms import pipeline as forms
from kundenkreis.web.forms.closing import InterviewForm
from kundenkreis.web.htmx import go
from kundenkreis.web.views import part_dialogs
from kundenkreis.web.views.editing import who_was_faster
from kundenkreis.web.views.opportunities import changeable


@dataclass(frozen=True)
class Part:
    """One kind of part: its form, and what its dialogs are called."""

    form: type[forms.PartForm]
    add: Any
    change: Any
    given: tuple[str, ...] = ()  # what the address may fill in


PARTS = {
    "lines": Part(forms.LineForm, lazy("Add a line"), lazy("Change the line")),
    "contacts": Part(forms.BuyerForm, lazy("Add a buying contact"), lazy("Change the buying contact")),
    "competitors": Part(forms.CompetitorForm, lazy("Add a competitor"), lazy("Change the competitor")),
    "qualification": Part(forms.QualificationForm, lazy("What is known"), lazy("What is known"), ("element",)),
    "interviews": Part(InterviewForm, lazy("Write an interview down"), lazy("Change the interview")),
}


def _part(name: str) -> Part:
    if name not in PARTS:
        raise Http404
    return PARTS[name]


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    one, part = changeable(request, pk), _part(name)
    given = {name: request.GET[name][:40] for name in part.given if name in request.GET}
    sent = request.POST if request.method == "POST" else None
    form = part.form(sent, user=request.user, whose=one, initial=given)
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        return go(request, _back(one), _("“%(name)s” was added.") % {"name": form.record}, undo=event)
    return part_dialogs.answer(request, form, one, part.add, _back(one))


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int, name: str, part_pk: int) -> HttpResponse:
    one, part = changeable(request, pk), _part(name)
    record = get_object_or_404(getattr(one, name).living(), pk=part_pk)
    form = part.form(request.POST if request.method == "POST" else None, instance=record, user=request.user, whose=one)
    if request.method == "POST" and form.save_by():
        return go(request, _back(one), _("Saved."), undo=form.event)
    address = reverse("opportunities:part_discard", args=[pk, name, part_pk])
    return part_dialogs.answer(request, form, one, part.change, _back(one), discard=address, who=who_was_faster(form))


@require_POST
def discard(request: HttpRequest, pk: int, name: str, part_pk: int) -> HttpResponse:
    one = changeable(request, pk)
    _part(name)
    record = get_object_or_404(getattr(one, name).living(), pk=part_pk)
    return part_dialogs.discard(request, record, _back(one))


def _back(one: Opportunity) -> str:
    return reverse("opportunities:detail", args=[one.pk])

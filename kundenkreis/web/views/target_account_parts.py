"""What is known of a target account, kept in small dialogs on its page: research, events, judgements."""

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
from kundenkreis.prospecting.models import TargetAccount
from kundenkreis.web.forms import prospecting as forms
from kundenkreis.web.htmx import go
from kundenkreis.web.views import part_dialogs
from kundenkreis.web.views.editing import who_was_faster
from kundenkreis.web.views.target_accounts import changeable


@dataclass(frozen=True)
class Part:
    """One kind of part: its form, and what its dialogs are called."""

    form: type[forms.OfTargetForm]
    title: Any


PARTS = {
    "answers": Part(forms.AnswerForm, lazy("What was found out")),
    "events": Part(forms.EventForm, lazy("Trigger event")),
    "judgements": Part(forms.JudgementForm, lazy("Judgement")),
}


def _part(name: str) -> Part:
    if name not in PARTS:
        raise Http404
    return PARTS[name]


def _about(request: HttpRequest, part: Part) -> Any:
    """What the address says that a new part is about (a question, a criterion); None where the form asks it."""
    if part.form.asks is None:
        return None
    name, model = part.form.asks
    if name not in request.GET:
        return None
    asked = request.GET[name]
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise Http404
    return get_object_or_404(model.objects.visible_to(request.user).living(), pk=int(asked))


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    one, part = changeable(request, pk), _part(name)
    about = _about(request, part)
    form = part.form(request.POST if request.method == "POST" else None, user=request.user, whose=one, about=about)
    if request.method == "POST" and form.save_by():
        return go(request, _back(one), _("Saved."), undo=Event.objects.about(form.record).latest("pk"))
    return part_dialogs.answer(request, form, one, str(about or part.title), _back(one))


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int, name: str, part_pk: int) -> HttpResponse:
    one, part = changeable(request, pk), _part(name)
    record = get_object_or_404(getattr(one, name).living(), pk=part_pk)
    form = part.form(request.POST if request.method == "POST" else None, instance=record, user=request.user, whose=one)
    if request.method == "POST" and form.save_by():
        return go(request, _back(one), _("Saved."), undo=form.event)
    address = reverse("target_accounts:part_discard", args=[pk, name, part_pk])
    return part_dialogs.answer(request, form, one, str(record), _back(one), discard=address, who=who_was_faster(form))


@require_POST
def discard(request: HttpRequest, pk: int, name: str, part_pk: int) -> HttpResponse:
    one = changeable(request, pk)
    _part(name)
    record = get_object_or_404(getattr(one, name).living(), pk=part_pk)
    return part_dialogs.discard(request, record, _back(one))


def _back(one: TargetAccount) -> str:
    return reverse("target_accounts:detail", args=[one.pk])

"""What belongs to a person on a map, in small dialogs: judgements, lines of influence, our counterparts."""

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
from kundenkreis.stakeholders.models import Judgement
from kundenkreis.stakeholders.models.judgements import VALUE_OF
from kundenkreis.web.forms import stakeholders as forms
from kundenkreis.web.htmx import go
from kundenkreis.web.views import part_dialogs
from kundenkreis.web.views.editing import who_was_faster
from kundenkreis.web.views.stakeholders import changeable, here, map_address


@dataclass(frozen=True)
class Part:
    """One kind of part: where it hangs, its form, and what its dialogs are called."""

    related: str
    form: type[forms.OfStakeholderForm]
    title: Any
    is_added: bool = True


PARTS = {
    "lines": Part("influences", forms.LineForm, lazy("Line of influence")),
    "counterparts": Part("counterparts", forms.CounterpartForm, lazy("Our counterpart")),
    # New ones of these come by their kind (`judge`).
    "judgements": Part("judgements", forms.SourceForm, lazy("Judgement"), is_added=False),
}


def _part(name: str) -> Part:
    if name not in PARTS:
        raise Http404
    return PARTS[name]


def _back(request: HttpRequest, one: Any) -> str:
    """To the map or the table for whoever came from there, as she had it before her."""
    before = getattr(getattr(request, "htmx", None), "current_url_abs_path", None)
    if request.GET.get("from") == "map":
        return before or map_address(one)
    return before or reverse("stakeholders:list") if request.GET.get("from") == "list" else here(one)


@require_http_methods(["GET", "POST"])
def judge(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """A new judgement of this kind; what stood before stands on, with its day."""
    if kind not in VALUE_OF:
        raise Http404
    one = changeable(request, pk)
    form = forms.judge_form(kind)(request.POST if request.method == "POST" else None, user=request.user, whose=one)
    back = _back(request, one)
    if request.method == "POST" and form.save_by():
        return go(request, back, _("Saved."), undo=Event.objects.about(form.record).latest("pk"))
    return part_dialogs.answer(request, form, one, f"{one}: {Judgement.Kind(kind).label}", back)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    one, part = changeable(request, pk), _part(name)
    if not part.is_added:
        raise Http404
    form = part.form(request.POST if request.method == "POST" else None, user=request.user, whose=one)
    if request.method == "POST" and form.save_by():
        return go(request, _back(request, one), _("Saved."), undo=Event.objects.about(form.record).latest("pk"))
    return part_dialogs.answer(request, form, one, f"{one}: {part.title}", _back(request, one))


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int, name: str, part_pk: int) -> HttpResponse:
    one, part = changeable(request, pk), _part(name)
    record = get_object_or_404(getattr(one, part.related).living(), pk=part_pk)
    form = part.form(request.POST if request.method == "POST" else None, instance=record, user=request.user, whose=one)
    if request.method == "POST" and form.save_by():
        return go(request, here(one), _("Saved."), undo=form.event)
    address = here(one) + f"{name}/{part_pk}/discard/"
    return part_dialogs.answer(
        request, form, one, str(record), here(one), discard=address, who=who_was_faster(form)
    )  # fmt: skip


@require_POST
def discard(request: HttpRequest, pk: int, name: str, part_pk: int) -> HttpResponse:
    one, part = changeable(request, pk), _part(name)
    return part_dialogs.discard(request, get_object_or_404(getattr(one, part.related).living(), pk=part_pk), here(one))

"""What the house arranges about target accounts: criteria with weights, and research questions."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.history.models import Event
from kundenkreis.prospecting import fitting
from kundenkreis.prospecting.models import CriteriaSet, FitCriterion, ResearchQuestion
from kundenkreis.staff import access
from kundenkreis.web.forms.prospecting import ARRANGED, MODELS
from kundenkreis.web.htmx import go
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.pipelines import ACTION, require


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Everything on one page: there is little of each."""
    require(request, "pipelines.see")
    below: dict[int, list[Any]] = {}
    for one in FitCriterion.objects.living():
        one.asked = _asked(one)  # type: ignore[attr-defined]
        below.setdefault(one.of_set_id, []).append(one)
    context = {
        "sets": [(one, below.get(one.pk, [])) for one in CriteriaSet.objects.living()],
        "questions": list(ResearchQuestion.objects.living()),
        "may_change": access.may(request.user, ACTION),
    }
    return render(request, "target_accounts/settings.html", context)


def _asked(one: FitCriterion) -> str:
    """What a criterion asks for, in words."""
    if one.measure in FitCriterion.LISTS:
        return fitting.said_values(one.measure, one.values)
    return fitting.said_range(one.low, one.high) if one.measure in FitCriterion.RANGES else ""


def _record(kind: str, pk: int) -> Any:
    if kind not in MODELS:
        raise Http404
    return get_object_or_404(MODELS[kind].objects.living(), pk=pk)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """A new set, criterion (`?of=` its set) or question."""
    require(request)
    if kind not in MODELS:
        raise Http404
    return _form(request, kind, None, **_of(request, kind))


def _of(request: HttpRequest, kind: str) -> dict[str, Any]:
    if kind != "criterion":
        return {}
    asked = request.GET.get("of", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise Http404
    return {"of_set": _record("set", int(asked))}


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    require(request)
    record = _record(kind, pk)
    return _form(request, kind, record, **({"of_set": record.of_set} if kind == "criterion" else {}))


@require_POST
def discard(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    require(request)
    record = _record(kind, pk)
    event = record.discard(by=request.user)
    return go(request, reverse("prospecting:index"), _("“%(name)s” is in the bin.") % {"name": record}, undo=event)


def _form(request: HttpRequest, kind: str, record: Any, **given: Any) -> HttpResponse:
    form = ARRANGED[kind](
        request.POST if request.method == "POST" else None, instance=record, user=request.user, **given
    )
    if request.method == "POST" and form.save_by():
        event = form.event or Event.objects.about(form.record).latest("pk")
        return go(request, reverse("prospecting:index"), _("Saved."), undo=event)
    titles = {"set": _("New set of criteria"), "criterion": _("New criterion"), "question": _("New question")}
    context: dict[str, Any] = {"title": record or titles[kind]}
    if record is not None:
        context |= steps_of(request, record) | {"discard_url": reverse("prospecting:discard", args=[kind, record.pk])}
    return editing.whole(request, form, record, "target_accounts/settings_edit.html", **context)

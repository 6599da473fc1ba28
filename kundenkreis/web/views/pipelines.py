"""How opportunities are arranged: pipelines with their stages, and the reasons of outcomes."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.history.models import Event
from kundenkreis.pipeline import criteria, velocity
from kundenkreis.pipeline import stages as stage_verbs
from kundenkreis.pipeline.models import CloseReason, Pipeline, Stage
from kundenkreis.staff import access
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.pipeline import PipelineForm, ReasonForm, RemovalForm, StageForm
from kundenkreis.web.htmx import go
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing

ACTION = "pipelines.change"


def require(request: HttpRequest, action: str = ACTION) -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All pipelines with their stages, and the tree of reasons."""
    require(request, "pipelines.see")
    of_stage = Count("opportunities", filter=Q(opportunities__deleted_at=None))
    stages = Stage.objects.living().annotate(cards=of_stage).order_by("pipeline", "position", "pk")
    below: dict[int, list[Stage]] = {}
    for stage in stages:
        stage.asked = [criteria.label(name) for name in [*stage.needs_to_enter, *stage.needs_to_leave]]  # type: ignore[attr-defined]
        stage.usual = velocity.usual(stage.pk) if stage.is_open else None  # type: ignore[attr-defined]
        below.setdefault(stage.pipeline_id, []).append(stage)
    reasons = list(CloseReason.objects.living().order_by("outcome", "position", "pk"))
    roots = [one for one in reasons if one.parent_id is None]
    context = {
        "pipelines": [(one, below.get(one.pk, [])) for one in Pipeline.objects.living()],
        "reasons": [(one, [each for each in reasons if each.parent_id == one.pk]) for one in roots],
        "may_change": access.may(request.user, ACTION),
    }
    return render(request, "pipelines/list.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new pipeline, or one changed."""
    require(request)
    record = get_object_or_404(Pipeline.objects.living(), pk=pk) if pk else None
    form = PipelineForm(request.POST if request.method == "POST" else None, instance=record, user=request.user)
    if request.method == "POST" and form.save_by():
        if record is None:
            _begin(form.record, request.user)
        return _done(request, form)
    discard = reverse("pipelines:discard", args=[pk]) if pk else ""
    return _form(request, form, record, _("New pipeline"), discard)


def _begin(pipeline: Pipeline, by: Any) -> None:
    """A new pipeline has a beginning and both ends."""
    for name_en, name_de, kind in (("New", "Neu", "open"), ("Won", "Gewonnen", "won"), ("Lost", "Verloren", "lost")):
        probability = 10 if kind == "open" else 0
        Stage.add(by=by, pipeline=pipeline, name_en=name_en, name_de=name_de, kind=kind, probability=probability)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    require(request)
    return _discard(request, get_object_or_404(Pipeline.objects.living(), pk=pk))


@require_http_methods(["GET", "POST"])
def stage(request: HttpRequest, pk: int, stage_pk: int | None = None) -> HttpResponse:
    """A new stage of a pipeline, or one changed."""
    require(request)
    pipeline = get_object_or_404(Pipeline.objects.living(), pk=pk)
    record = get_object_or_404(pipeline.stages.living(), pk=stage_pk) if stage_pk else None
    form = StageForm(
        request.POST if request.method == "POST" else None, instance=record, user=request.user, pipeline=pipeline
    )
    if request.method == "POST" and form.save_by():
        return _done(request, form)
    removal = reverse("pipelines:stage_discard", args=[pk, stage_pk]) if record and record.is_open else ""
    return _form(request, form, record, _("New stage"), removal, asks=True)


@require_http_methods(["GET", "POST"])
def stage_discard(request: HttpRequest, pk: int, stage_pk: int) -> HttpResponse:
    """A stage is given up; it is asked where its opportunities go."""
    require(request)
    record = get_object_or_404(Stage.objects.living().filter(pipeline_id=pk), pk=stage_pk)
    form = RemovalForm(request.POST if request.method == "POST" else None, stage=record)
    if request.method == "POST" and form.is_valid():
        try:
            event = stage_verbs.remove(record, by=request.user, to=form.cleaned_data["to"])
        except ValidationError as refused:
            apply_errors(form, refused)
        else:
            return go(request, _list(), _("“%(name)s” is in the bin.") % {"name": record}, undo=event)
    context = {"form": form, "record": record, "cards": record.opportunities.living().count()}
    return render(request, "pipelines/remove.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def reason(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new reason of an outcome, or one changed."""
    require(request)
    record = get_object_or_404(CloseReason.objects.living(), pk=pk) if pk else None
    form = ReasonForm(request.POST if request.method == "POST" else None, instance=record, user=request.user)
    if request.method == "POST" and form.save_by():
        return _done(request, form)
    discard = reverse("pipelines:reason_discard", args=[pk]) if pk else ""
    return _form(request, form, record, _("New reason"), discard)


@require_POST
def reason_discard(request: HttpRequest, pk: int) -> HttpResponse:
    require(request)
    return _discard(request, get_object_or_404(CloseReason.objects.living(), pk=pk))


def _discard(request: HttpRequest, record: Any) -> HttpResponse:
    try:
        event = record.discard(by=request.user)
    except ValidationError as refused:
        return go(request, _list(), " ".join(refused.messages))
    return go(request, _list(), _("“%(name)s” is in the bin.") % {"name": record}, undo=event)


def _list() -> str:
    return reverse("pipelines:list")


def _done(request: HttpRequest, form: Any) -> HttpResponse:
    event = form.event or Event.objects.about(form.record).latest("pk")
    return go(request, _list(), _("Saved."), undo=event)


def _form(request: HttpRequest, form: Any, record: Any, new: str, discard: str, *, asks: bool = False) -> HttpResponse:
    context: dict[str, Any] = {"title": record or new, "discard_url": discard, "discard_asks": asks}
    if record is not None:
        context |= steps_of(request, record)
    return editing.whole(request, form, record, "pipelines/edit.html", **context)

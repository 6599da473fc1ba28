"""From what mutual action plans are made: the house's templates with their steps."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.history.models import Event
from kundenkreis.pipeline.models import PlanTemplate, TemplateStep
from kundenkreis.staff import access
from kundenkreis.web.forms.plans import TemplateForm, TemplateStepForm
from kundenkreis.web.htmx import go
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.pipelines import ACTION, require


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request, "pipelines.see")
    below: dict[int, list[TemplateStep]] = {}
    for step in TemplateStep.objects.living():
        below.setdefault(step.template_id, []).append(step)
    templates = [(one, below.get(one.pk, [])) for one in PlanTemplate.objects.living()]
    context = {"templates": templates, "may_change": access.may(request.user, ACTION)}
    return render(request, "plans/templates.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new template, or one changed."""
    require(request)
    record = get_object_or_404(PlanTemplate.objects.living(), pk=pk) if pk else None
    form = TemplateForm(request.POST if request.method == "POST" else None, instance=record, user=request.user)
    if request.method == "POST" and form.save_by():
        return _done(request, form)
    return _form(request, form, record, _("New template"), reverse("plan_templates:discard", args=[pk]) if pk else "")


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    require(request)
    return _discard(request, get_object_or_404(PlanTemplate.objects.living(), pk=pk))


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, pk: int, step_pk: int | None = None) -> HttpResponse:
    """A new step of a template, or one changed."""
    require(request)
    template = get_object_or_404(PlanTemplate.objects.living(), pk=pk)
    record = get_object_or_404(template.steps.living(), pk=step_pk) if step_pk else None
    form = TemplateStepForm(
        request.POST if request.method == "POST" else None, instance=record, user=request.user, template=template
    )
    if request.method == "POST" and form.save_by():
        return _done(request, form)
    address = reverse("plan_templates:step_discard", args=[pk, step_pk]) if step_pk else ""
    return _form(request, form, record, _("New step"), address)


@require_POST
def step_discard(request: HttpRequest, pk: int, step_pk: int) -> HttpResponse:
    require(request)
    return _discard(request, get_object_or_404(TemplateStep.objects.living().filter(template_id=pk), pk=step_pk))


def _discard(request: HttpRequest, record: Any) -> HttpResponse:
    event = record.discard(by=request.user)
    return go(request, reverse("plan_templates:list"), _("“%(name)s” is in the bin.") % {"name": record}, undo=event)


def _done(request: HttpRequest, form: Any) -> HttpResponse:
    event = form.event or Event.objects.about(form.record).latest("pk")
    return go(request, reverse("plan_templates:list"), _("Saved."), undo=event)


def _form(request: HttpRequest, form: Any, record: Any, new: str, discard: str) -> HttpResponse:
    context: dict[str, Any] = {"title": record or new, "discard_url": discard}
    if record is not None:
        context |= steps_of(request, record)
    return editing.whole(request, form, record, "plans/template_edit.html", **context)

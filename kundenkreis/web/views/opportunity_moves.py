"""An opportunity goes to another stage, is won, lost or opened again, and gets a next step."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kundenkreis.activities.models import Activity
from kundenkreis.pipeline import criteria
from kundenkreis.pipeline.models import Opportunity, Stage
from kundenkreis.staff import access
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.activities import StepForm, step_of
from kundenkreis.web.forms.pipeline import CloseForm, ToStageForm
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.views.editing import who_was_faster
from kundenkreis.web.views.opportunities import changeable


@require_http_methods(["GET", "POST"])
def to_stage(request: HttpRequest, pk: int, stage_pk: int) -> HttpResponse:
    """To another stage. What it asks for, and what is not there yet, is asked in a dialog (a page without JavaScript)."""
    one = changeable(request, pk)
    stage = get_object_or_404(Stage.objects.living().filter(pipeline_id=one.pipeline_id), pk=stage_pk)
    if not stage.is_open:
        return _close(request, one, stage.kind)
    names = criteria.missing(one, criteria.asked(one.stage, stage), {})
    form = ToStageForm(
        request.POST if request.method == "POST" else None, instance=one, user=request.user, stage=stage, names=names
    )
    if request.method == "POST" and form.save_by():
        return go(request, _back(request, one), _moved(one, stage), undo=form.event)
    if form.conflict:
        return go(request, _back(request, one), _too_late())
    rest = [criteria.label(name) for name in names if not criteria.is_column(name)]
    title = _("To “%(stage)s”") % {"stage": stage}
    return _answer(request, one, form, title, elsewhere=rest)


@require_http_methods(["GET", "POST"])
def win(request: HttpRequest, pk: int) -> HttpResponse:
    return _close(request, changeable(request, pk), "won")


@require_http_methods(["GET", "POST"])
def lose(request: HttpRequest, pk: int) -> HttpResponse:
    return _close(request, changeable(request, pk), "lost")


def _close(request: HttpRequest, one: Opportunity, kind: str) -> HttpResponse:
    """What is asked when it ends, and what its stages ask for beside."""
    form = CloseForm(request.POST if request.method == "POST" else None, instance=one, user=request.user, kind=kind)
    if request.method == "POST" and form.save_by():
        said = _("“%(name)s” is won.") if kind == "won" else _("“%(name)s” is lost.")
        return go(request, _back(request, one), said % {"name": one}, undo=form.event)
    if form.conflict:
        return go(request, _back(request, one), _too_late())
    stage = one.pipeline.stage_of_kind(kind)
    names = criteria.missing(one, criteria.asked(one.stage, stage), {}) if stage else []
    rest = [criteria.label(name) for name in names if name not in form.fields]
    title = _("Close as won") if kind == "won" else _("Close as lost")
    return _answer(request, one, form, title, elsewhere=rest)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    one = changeable(request, pk)
    try:
        event = one.reopen(by=request.user)
    except ValidationError as refused:
        return go(request, _page(one), " ".join(refused.messages))
    return go(request, _page(one), _("“%(name)s” is open again.") % {"name": one}, undo=event)


@require_POST
def add_step(request: HttpRequest, pk: int) -> HttpResponse:
    """The next step, in place: an activity that belongs to the opportunity."""
    one = changeable(request, pk)
    if not access.may(request.user, "activities.add", one):
        raise PermissionDenied
    form = StepForm(request.POST, auto_id="step-%s")
    if form.is_valid():
        try:
            with transaction.atomic():
                step = step_of(form, one, request.user)
                one.attach([step], by=request.user)
        except ValidationError as error:
            apply_errors(form, error)
        else:
            return go(request, _page(one), _("“%(name)s” is on the list.") % {"name": step})
    context = {"form": form, "whose": one, "title": _("Next step"), "back": _page(one), "address": request.path}
    return render(request, "opportunities/step.html", context, status=422)


@require_POST
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """The activities that were ticked belong to the opportunity."""
    one = changeable(request, pk)
    asked = {int(each) for each in request.POST.getlist("activities")[:200] if _is_number(each)}
    found = list(Activity.objects.visible_to(request.user).living().filter(pk__in=asked))
    if not found:
        return go(request, _page(one), _("Tick the activities that belong to it."))
    return go(request, _page(one), _("Saved."), undo=one.attach(found, by=request.user))


@require_POST
def detach(request: HttpRequest, pk: int, activity_pk: int) -> HttpResponse:
    one = changeable(request, pk)
    activity = get_object_or_404(Activity.objects.visible_to(request.user).filter(opportunities=one), pk=activity_pk)
    event = one.detach(activity, by=request.user)
    return go(request, _page(one), _("“%(name)s” was taken out.") % {"name": activity}, undo=event)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _page(one: Opportunity) -> str:
    return reverse("opportunities:detail", args=[one.pk])


def _back(request: HttpRequest, one: Opportunity) -> str:
    """To the board from which the card was dragged, with its filters; else to the opportunity's page."""
    asked = request.GET.get("back", "")
    if "board" in request.GET and (not asked or asked.startswith("?")):
        return reverse("opportunities:list") + asked[:4000]
    return _page(one)


def _moved(one: Opportunity, stage: Stage) -> str:
    return _("%(name)s: %(value)s") % {"name": one, "value": stage}


def _too_late() -> str:
    return _("Somebody else was faster. Look at it as it is now.")


def _answer(request: HttpRequest, one: Opportunity, form: Any, title: str, **context: Any) -> HttpResponse:
    """The dialog, or a page of its own: empty, or with errors (422)."""
    context |= {
        "form": form, "whose": one, "title": title, "back": _back(request, one), "address": request.get_full_path(),
        "who": who_was_faster(form), "page": _page(one),
    }  # fmt: skip
    return fragment(request, "opportunities/to_stage.html", context, status=422 if form.is_bound else 200)

"""What the house asks in needs talks: sets of questions, and their editions."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core.records import Stale
from kundenkreis.history.models import Event
from kundenkreis.needs import answers
from kundenkreis.needs.models import AnswerKind, QuestionSet, Step
from kundenkreis.staff import access
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.needs import QuestionsForm, SetForm
from kundenkreis.web.htmx import go
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.pipelines import ACTION, require


def _set(pk: int) -> QuestionSet:
    return get_object_or_404(QuestionSet.objects.living(), pk=pk)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Everything on one page: there is little of it."""
    require(request, "pipelines.see")
    sets = []
    for one in QuestionSet.objects.living().prefetch_related("families", "editions"):
        editions = [each for each in one.editions.all() if each.deleted_at is None]
        current = max(editions, key=lambda each: each.edition, default=None)
        asked = (
            [(Step(q["step"]).label, answers.in_language(q), AnswerKind(q["kind"]).label) for q in current.questions]
            if current
            else []
        )
        sets.append((one, current, asked))
    context = {"sets": sets, "may_change": access.may(request.user, ACTION)}
    return render(request, "needs/question_sets.html", context)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new set; its questions come next."""
    require(request)
    form = SetForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        address = reverse("question_sets:questions", args=[form.record.pk])
        return go(request, address, _("“%(name)s” was added.") % {"name": form.record}, undo=event)
    return editing.whole(request, form, None, "needs/question_set_edit.html", title=_("New set of questions"))


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    require(request)
    one = _set(pk)
    form = SetForm(request.POST if request.method == "POST" else None, instance=one, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, reverse("question_sets:list"), _("Saved."), undo=form.event)
    context: dict[str, Any] = {"title": one.name} | steps_of(request, one)
    context["discard_url"] = reverse("question_sets:discard", args=[pk])
    return editing.whole(request, form, one, "needs/question_set_edit.html", **context)


@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest, pk: int) -> HttpResponse:
    """The questions of a set; once its edition was used, a change makes the next."""
    require(request)
    one = _set(pk)
    edition = one.current()
    form = QuestionsForm(request.POST if request.method == "POST" else None, edition=edition)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            event = one.revise(form.questions(), by=request.user, version=form.cleaned_data["version"])
        except Stale:
            form.add_error(
                None, _("Somebody else has changed these questions while you were writing. Reload the page.")
            )
            status = 409
        except ValidationError as refused:
            apply_errors(form, refused)
        else:
            return go(request, reverse("question_sets:list"), _("Saved."), undo=event)
    used = edition is not None and edition.talks.exists()
    context = {"form": form, "set": one, "edition": edition, "used": used}
    return render(request, "needs/questions.html", context, status=status)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    require(request)
    one = _set(pk)
    try:
        event = one.discard(by=request.user)
    except ValidationError as refused:
        return go(request, reverse("question_sets:list"), " ".join(refused.messages))
    return go(request, reverse("question_sets:list"), _("“%(name)s” is in the bin.") % {"name": one}, undo=event)

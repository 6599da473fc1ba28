"""After the end of an opportunity: the orders that it became, who is asked how it was decided, and by which questions."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kundenkreis.core.models import House
from kundenkreis.history.models import Event
from kundenkreis.pipeline import interviewing, ordering
from kundenkreis.pipeline.models import InterviewGuide, Opportunity
from kundenkreis.staff import access
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.closing import HandOverForm, PlanInterviewForm, QuestionsForm, TieForm
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.views.opportunities import changeable, seen


@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """What the order would be, and then the order. Why there can be none is said instead of the form."""
    one = seen(request, pk)
    if one.deleted_at is not None:
        raise Http404
    if not access.may(request.user, "orders.add"):
        raise PermissionDenied
    form = HandOverForm(request.POST if request.method == "POST" else None, opportunity=one)
    if request.method == "POST" and form.is_valid():
        try:
            tied = ordering.hand_over(one, by=request.user, **form.values())
        except ValidationError as refused:
            apply_errors(form, refused)
        else:
            event = Event.objects.about(tied).latest("pk")
            return go(
                request, _back(one), _("Order %(number)s was made of it.") % {"number": tied.order.number}, undo=event
            )
    context = {"form": form, "one": one, "refusal": ordering.refusal(one), "house": House.known().currency}
    return render(request, "opportunities/order.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def tie(request: HttpRequest, pk: int) -> HttpResponse:
    """An order of the customer is said to be this opportunity's."""
    one = changeable(request, pk)
    if not access.reach(request.user, "orders.see"):
        raise PermissionDenied
    form = TieForm(request.POST if request.method == "POST" else None, opportunity=one, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            tied = ordering.tie(one, form.cleaned_data["order"], by=request.user)
        except ValidationError as refused:
            apply_errors(form, refused)
        else:
            event = Event.objects.about(tied).latest("pk")
            return go(request, _back(one), _("“%(name)s” was added.") % {"name": tied}, undo=event)
    nothing = (
        "" if form.offered else _("There is no order of this customer from that time which belongs to no opportunity.")
    )
    return _dialog(request, form, one, _("Tie an order to it"), nothing=nothing)


@require_POST
def untie(request: HttpRequest, pk: int, tie_pk: int) -> HttpResponse:
    """The order stays as it is; it is only not this opportunity's any more."""
    one = changeable(request, pk)
    tied = get_object_or_404(one.orders.living().select_related("order"), pk=tie_pk)
    event = tied.discard(by=request.user)
    return go(request, _back(one), _("“%(name)s” was taken out.") % {"name": tied}, undo=event)


@require_http_methods(["GET", "POST"])
def plan_interview(request: HttpRequest, pk: int) -> HttpResponse:
    """A task to ask somebody, who may be asked."""
    one = changeable(request, pk)
    if not access.may(request.user, "activities.add", one):
        raise PermissionDenied
    sent = request.POST if request.method == "POST" else None
    form = PlanInterviewForm(sent, opportunity=one, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            task = interviewing.plan(one, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            apply_errors(form, refused)
        else:
            return go(request, _back(one), _("“%(name)s” is on the list.") % {"name": task})
    return _dialog(request, form, one, _("Plan an interview"), permissions=form.permissions)


@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest) -> HttpResponse:
    """The questions of interviews, for whoever arranges pipelines; those that were asked keep their edition."""
    if not access.may(request.user, "pipelines.change"):
        raise PermissionDenied
    guide = InterviewGuide.objects.current()
    form = QuestionsForm(request.POST if request.method == "POST" else None, guide=guide)
    if request.method == "POST" and form.is_valid():
        try:
            event = InterviewGuide.revise(form.questions(), by=request.user)
        except ValidationError as refused:
            form.add_error(None, " ".join(refused.messages))
        else:
            return go(request, reverse("pipelines:list"), _("Saved."), undo=event)
    context = {"form": form, "guide": guide}
    return render(request, "pipelines/questions.html", context, status=422 if form.is_bound else 200)


def _back(one: Opportunity) -> str:
    return reverse("opportunities:detail", args=[one.pk])


def _dialog(request: HttpRequest, form: Any, one: Opportunity, title: str, **context: Any) -> HttpResponse:
    """The dialog, or a page of its own: empty, or with errors (422)."""
    context |= {"form": form, "whose": one, "title": title, "back": _back(one), "address": request.get_full_path()}
    return fragment(request, "opportunities/ask.html", context, status=422 if form.is_bound else 200)

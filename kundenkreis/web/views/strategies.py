"""What a strategy's page shows beside its fields, and steps planned for its initiatives."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kundenkreis.core.models import House
from kundenkreis.market import carrying_through
from kundenkreis.market.models import Initiative, Strategy
from kundenkreis.staff import access
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.targets import StepForm
from kundenkreis.web.htmx import go


def of_strategy(request: HttpRequest, strategy: Strategy) -> dict[str, Any]:
    """Its sheet."""
    living = strategy.deleted_at is None
    may = living and access.may(request.user, "market.change") and access.may(request.user, "activities.add")
    return {
        "lines": carrying_through.sheet(strategy, request.user),
        "may_step": may,
        "currency": House.known().currency,
        "sees_all": access.reach(request.user, "orders.see").everything,
    }


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, pk: int, part_pk: int) -> HttpResponse:
    """An activity for an initiative: one event with the tie to it, and one undo."""
    strategy = get_object_or_404(Strategy.objects.visible_to(request.user), pk=pk)
    if not access.may(request.user, "market.change") or not access.may(request.user, "activities.add"):
        raise PermissionDenied
    if strategy.deleted_at is not None:
        raise Http404
    initiative = get_object_or_404(Initiative.objects.living(), strategy=strategy, pk=part_pk)
    form = StepForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                event = initiative.plan_step(by=request.user, **form.cleaned_data)
            return go(request, reverse("strategies:detail", args=[pk]), _("Saved."), undo=event)
        except ValidationError as error:
            apply_errors(form, error)
    context = {"form": form, "record": strategy, "initiative": initiative}
    return render(request, "market/step.html", context, status=422 if form.is_bound else 200)

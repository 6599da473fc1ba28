"""What of ours fits a need, and the opportunities that are about it: small dialogs on its page."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kundenkreis.history.models import Event
from kundenkreis.needs import selling
from kundenkreis.needs.models import Need
from kundenkreis.staff import access
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.needs import FitForm, SellForm, TieForm
from kundenkreis.web.htmx import go
from kundenkreis.web.views import part_dialogs
from kundenkreis.web.views.editing import who_was_faster
from kundenkreis.web.views.needs import changeable, here


@require_http_methods(["GET", "POST"])
def add_fit(request: HttpRequest, pk: int) -> HttpResponse:
    one = changeable(request, pk)
    form = FitForm(request.POST if request.method == "POST" else None, user=request.user, whose=one)
    if request.method == "POST" and form.save_by():
        return go(request, here(one), _("Saved."), undo=Event.objects.about(form.record).latest("pk"))
    return part_dialogs.answer(request, form, one, _("What fits"), here(one))


@require_http_methods(["GET", "POST"])
def change_fit(request: HttpRequest, pk: int, part_pk: int) -> HttpResponse:
    one = changeable(request, pk)
    fit = get_object_or_404(one.fits.living(), pk=part_pk)
    form = FitForm(request.POST if request.method == "POST" else None, instance=fit, user=request.user, whose=one)
    if request.method == "POST" and form.save_by():
        return go(request, here(one), _("Saved."), undo=form.event)
    address = reverse("needs:discard_fit", args=[pk, part_pk])
    return part_dialogs.answer(request, form, one, str(fit), here(one), discard=address, who=who_was_faster(form))


@require_POST
def discard_fit(request: HttpRequest, pk: int, part_pk: int) -> HttpResponse:
    one = changeable(request, pk)
    return part_dialogs.discard(request, get_object_or_404(one.fits.living(), pk=part_pk), here(one))


@require_http_methods(["GET", "POST"])
def sell(request: HttpRequest, pk: int) -> HttpResponse:
    """An opportunity is made of it, with lines of the products that fit."""
    one = _sellable(request, pk)
    form = SellForm(request.POST if request.method == "POST" else None, need=one)
    if request.method == "POST" and form.is_valid():
        try:
            made = selling.sell(one, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            apply_errors(form, refused)
        else:
            event = Event.objects.about(one).filter(verb="need.sold").latest("pk")
            said = _("“%(name)s” is an opportunity now.") % {"name": made}
            return go(request, reverse("opportunities:detail", args=[made.pk]), said, undo=event)
    return part_dialogs.answer(request, form, one, _("Make an opportunity of it"), here(one))


def _sellable(request: HttpRequest, pk: int) -> Need:
    one = changeable(request, pk)
    if not access.may(request.user, "opportunities.add"):
        raise PermissionDenied
    return one


@require_http_methods(["GET", "POST"])
def tie(request: HttpRequest, pk: int) -> HttpResponse:
    """An opportunity that there is already is about it."""
    one = changeable(request, pk)
    form = TieForm(request.POST if request.method == "POST" else None, need=one, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            event = one.tie(form.cleaned_data["opportunity"], by=request.user)
        except ValidationError as refused:
            apply_errors(form, refused)
        else:
            return go(request, here(one), _("Saved."), undo=event)
    return part_dialogs.answer(request, form, one, _("Link an opportunity"), here(one))


@require_POST
def untie(request: HttpRequest, pk: int, part_pk: int) -> HttpResponse:
    one = changeable(request, pk)
    opportunity: Any = get_object_or_404(one.opportunities.all(), pk=part_pk)
    return go(request, here(one), _("The link was taken out."), undo=one.untie(opportunity, by=request.user))

"""The legs of a trip, kept in small dialogs on its page."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kundenkreis.history.models import Event
from kundenkreis.trips.models import Leg, Trip
from kundenkreis.web.forms.trips import LegForm
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.views.editing import who_was_faster
from kundenkreis.web.views.trips import changeable


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """One more leg; it begins where and when the one before it has ended."""
    trip = changeable(request, pk)
    form = LegForm(
        request.POST if request.method == "POST" else None, user=request.user, trip=trip, initial=_next_after(trip)
    )
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        return go(request, _back(trip), _("“%(name)s” was added.") % {"name": form.record}, undo=event)
    return _answer(request, form, trip, _("Add a leg"))


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int, leg_pk: int) -> HttpResponse:
    trip = changeable(request, pk)
    leg = get_object_or_404(Leg.objects.living(), trip=trip, pk=leg_pk)
    form = LegForm(request.POST if request.method == "POST" else None, instance=leg, user=request.user, trip=trip)
    if request.method == "POST" and form.save_by():
        return go(request, _back(trip), _("Saved."), undo=form.event)
    address = reverse("trips:leg_discard", args=[pk, leg_pk])
    return _answer(request, form, trip, _("Change the leg"), discard=address, who=who_was_faster(form))


@require_POST
def discard(request: HttpRequest, pk: int, leg_pk: int) -> HttpResponse:
    trip = changeable(request, pk)
    leg = get_object_or_404(Leg.objects.living(), trip=trip, pk=leg_pk)
    try:
        event = leg.discard(by=request.user)
    except ValidationError:
        return go(request, _back(trip), _("It is in the bin already."))
    return go(request, _back(trip), _("“%(name)s” was taken out.") % {"name": leg}, undo=event)


def _next_after(trip: Trip) -> dict[str, Any]:
    last = trip.legs.living().order_by("on", "pk").last()
    if last is None:
        to = trip.destination or trip.end_place
        return {"on": trip.first_day, "means": trip.means, "start_place": trip.start_place, "end_place": to}
    return {
        "on": last.on,
        "means": last.means,
        "start_place": last.end_place,
        "end_place": trip.end_place if trip.end_place != last.end_place else "",
        "odometer_start": last.odometer_end,
        "passengers": last.passengers,
    }


def _back(trip: Trip) -> str:
    return reverse("trips:detail", args=[trip.pk])


def _answer(request: HttpRequest, form: LegForm, trip: Trip, title: str, **context: Any) -> HttpResponse:
    """The dialog, or a page of its own: empty, with errors (422) or with a conflict (409)."""
    context |= {"form": form, "whose": trip, "title": title, "back": _back(trip), "address": request.get_full_path()}
    status = 409 if form.conflict else 422 if form.is_bound else 200
    return fragment(request, "accounts/part.html", context, status=status)

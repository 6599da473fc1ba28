"""Business trips: the list, a trip with its legs and visits, adding and changing it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.customers.discretion import spare
from kundenkreis.history.models import Event
from kundenkreis.staff import access
from kundenkreis.trips.models import CARS, Trip, suggested_visits
from kundenkreis.web.forms.trips import TripForm
from kundenkreis.web.htmx import go
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.trip_list import TRIPS, route

INLINE = ("purpose", "destination", "means", "start_place", "end_place", "note")


def require(request: HttpRequest, action: str) -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


def seen(request: HttpRequest, pk: int) -> Trip:
    """The trip, in the bin too, if the person may see it; 404 otherwise."""
    return get_object_or_404(Trip.objects.visible_to(request.user).for_list(), pk=pk)


def changeable(request: HttpRequest, pk: int, action: str = "trips.change") -> Trip:
    trip = seen(request, pk)
    if trip.deleted_at is not None:
        raise Http404
    if not access.may(request.user, action, trip):
        raise PermissionDenied
    return trip


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request, "trips.see")
    return TRIPS.answer(request, more_links=[(_("Mileage list"), reverse("trips:mileage"), "car")])


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    return export_list(TRIPS, request)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    trip = seen(request, pk)
    may_change = trip.deleted_at is None and access.may(request.user, "trips.change", trip)
    visits = list(_visible_visits(request, trip).order_by("at", "pk"))
    spare(request.user, visits, "account", "contact")
    suggested = suggested_visits(trip, request.user) if may_change else []
    spare(request.user, suggested, "account", "contact")
    legs = list(trip.legs.living().order_by("on", "pk"))
    context: dict[str, Any] = {
        "trip": trip,
        "route": route(trip),
        "legs": legs,
        "km": sum((leg.km or 0 for leg in legs if leg.means in CARS), 0),
        "visits": visits,
        "suggested": suggested,
        "overlapping": trip.overlapping() if trip.deleted_at is None else [],
        "may_change": may_change,
        "may_restore": access.may(request.user, "trips.discard", trip),
        "minutes": int((trip.ends_at - trip.starts_at).total_seconds() // 60),
        "values": {name: _inline(trip, name, may_change) for name in INLINE},
    } | steps_of(request, trip)
    return render(request, "trips/detail.html", context)


def _inline(trip: Trip, name: str, may: bool) -> Any:
    label = trip._meta.get_field(name).verbose_name  # type: ignore[union-attr]
    address = reverse("trips:edit", args=[trip.pk])
    return editing.inline(trip, name, label, editing.shown(trip, name), address, may=may)


def _visible_visits(request: HttpRequest, trip: Trip) -> Any:
    rows = Activity.objects.visible_to(request.user).living().filter(trips=trip)
    return rows.select_related("account", "contact")


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new trip. `?visit=` or `?day=` fill in what follows from a visit or a day; the visit belongs to it then."""
    require(request, "trips.add")
    visit = _asked_visit(request)
    form = TripForm(
        request.POST if request.method == "POST" else None, user=request.user, initial=_presets(request, visit)
    )
    if request.method == "POST" and form.save_by():
        if visit is not None:
            form.record.link([visit], by=request.user)
        event = Event.objects.about(form.record).filter(verb="trip.added").latest("pk")
        said = _("“%(name)s” was added.") % {"name": form.record}
        return go(request, reverse("trips:detail", args=[form.record.pk]), said, undo=event)
    context = {"form": form, "record": None, "visit": visit}
    return render(request, "trips/edit.html", context, status=422 if form.is_bound else 200)


def _asked_visit(request: HttpRequest) -> Activity | None:
    asked = request.GET.get("visit", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return None
    found = Activity.objects.visible_to(request.user).living().filter(pk=int(asked)).select_related("account").first()
    if found is not None:
        spare(request.user, [found], "account")
    return found


def _presets(request: HttpRequest, visit: Activity | None) -> dict[str, Any]:
    """A working day, on the day asked for, from and to the place where her last trip began."""
    asked = request.GET.get("day", "")[:10]
    try:
        day = parse_date(asked)
    except ValueError:
        day = None
    day = visit.day if visit is not None else day or clock.today()
    last = Trip.objects.living().filter(person_id=request.user.pk).order_by("-starts_at").first()
    found: dict[str, Any] = {
        "starts_at": dt.datetime.combine(day, dt.time(8)),
        "ends_at": dt.datetime.combine(day, dt.time(17)),
    }
    if last is not None:
        found |= {"start_place": last.start_place, "end_place": last.start_place, "means": last.means}
    if visit is not None:
        found |= {"purpose": visit.subject, "destination": visit.account.place if visit.account else ""}
    return found


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """All fields, or one (`?field=purpose`) in its place on the page."""
    trip = changeable(request, pk)
    name = request.GET.get("field", "")
    if name:
        if name not in INLINE:
            raise Http404
        return editing.one_field(request, trip, name, TripForm, lambda field: editing.shown(trip, field))
    form = TripForm(request.POST if request.method == "POST" else None, instance=trip, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, reverse("trips:detail", args=[pk]), _("Saved."), undo=form.event)
    return editing.whole(request, form, trip, "trips/edit.html")


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    trip = changeable(request, pk, "trips.discard")
    try:
        event = trip.discard(by=request.user)
    except ValidationError:
        return go(request, reverse("trips:list"), _("It is in the bin already."))
    return go(request, reverse("trips:list"), _("“%(name)s” is in the bin.") % {"name": trip}, undo=event)


@require_POST
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """The visits that were ticked (`visits`) belong to the trip too."""
    trip = changeable(request, pk)
    back = reverse("trips:detail", args=[pk])
    asked = {
        int(one) for one in request.POST.getlist("visits")[:200] if one.isascii() and one.isdigit() and len(one) < 19
    }
    found = list(Activity.objects.visible_to(request.user).living().filter(pk__in=asked))
    if not found:
        return go(request, back, _("Tick the visits that belong to the trip."))
    return go(request, back, _("Saved."), undo=trip.link(found, by=request.user))


@require_POST
def unlink(request: HttpRequest, pk: int, activity_pk: int) -> HttpResponse:
    trip = changeable(request, pk)
    visit = get_object_or_404(Activity.objects.visible_to(request.user).filter(trips=trip), pk=activity_pk)
    event = trip.unlink(visit, by=request.user)
    return go(request, reverse("trips:detail", args=[pk]), _("“%(name)s” was taken out.") % {"name": visit}, undo=event)

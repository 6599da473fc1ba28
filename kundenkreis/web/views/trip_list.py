"""The list of trips: its columns and filters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kundenkreis.customers.asking import people
from kundenkreis.trips.models import CARS, Leg, Means, Trip
from kundenkreis.web import formats
from kundenkreis.web.lists import Column, Filter, ListPage
from kundenkreis.web.lists.calendars import Calendar


def _counted(count: int) -> str:
    return ngettext("%(count)s trip", "%(count)s trips", count) % {"count": formats.count(count)}


def _kilometres(rows: Sequence[Trip], request: HttpRequest) -> None:
    """What was driven in a car on each of these trips."""
    driven: dict[int, Decimal] = defaultdict(Decimal)
    legs = Leg.objects.living().filter(trip_id__listed=[row.pk for row in rows], means__in=CARS)
    for trip, km in legs.values_list("trip_id", "km"):
        driven[trip] += km or 0
    for row in rows:
        row.driven = driven.get(row.pk)  # type: ignore[attr-defined]


def route(trip: Trip) -> str:
    """ "Wels – Linz – Wels"."""
    return " – ".join(filter(None, (trip.start_place, trip.destination, trip.end_place)))


def _left(row: Trip) -> str:
    return formats.zoned_moment(row.starts_at, row.start_zone)


def _arrived(row: Trip) -> str:
    return formats.zoned_moment(row.ends_at, row.end_zone)


def _line(row: Any) -> str:
    return formats.clock_time(row.starts_at)


TRIPS = ListPage(
    name="trips",
    model=Trip,
    title=_("Trips"),
    icon="route",
    name_column="purpose",
    sort="-starts_at",
    columns=(
        Column("purpose", _("Purpose"), "name", always=True),
        Column("route", _("Route"), value=route, needs=("start_place", "destination", "end_place")),
        Column(
            "starts_at",
            _("Leaves"),
            "moment",
            cell=_left,
            sort="starts_at",
            needs=("starts_at", "start_zone"),
            first_down=True,
        ),
        Column("ends_at", _("Arrives"), "moment", cell=_arrived, needs=("ends_at", "end_zone")),
        Column("means", _("Means of travel"), "choice"),
        Column(
            "km",
            _("Kilometres"),
            "number",
            value=lambda row: row.driven,
            needs=(),
            with_extra=True,
        ),
        Column(
            "person", _("Who travels"), "person", related=("person",), needs=("person__first_name", "person__last_name")
        ),
    ),
    filters=(
        Filter("purpose", "text", _("Purpose")),
        Filter("starts_at", "moment", _("Leaves"), "starts_at"),
        Filter("means", "choice", _("Means of travel"), choices=Means.choices),
        Filter("destination", "text", _("Destination")),
        Filter("person", "person", _("Who travels"), "person_id", choices=people),
    ),
    annotate={"km": _kilometres},
    calendar=Calendar("starts_at", line=_line, needs=("starts_at",)),
    add_url="trips:add",
    add_label=_("Trip"),
    add_action="trips.add",
    export="trips.export",
    counted=_counted,
    empty=_(
        "No trips yet. Write down when you leave and where to; kilometres in your own car stand on the mileage list then."
    ),
)

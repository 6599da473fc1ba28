"""Business trips, their legs, and the rates of the mileage allowance."""

from __future__ import annotations

from typing import Any

from ninja import Router

from kundenkreis.api.noun import Noun, of, part_of
from kundenkreis.api.resource import Routes
from kundenkreis.api.shapes import named
from kundenkreis.core.filters import Filter
from kundenkreis.staff import access
from kundenkreis.trips.models import Leg, Means, MileageRate, Trip

_TRIP = (
    "purpose",
    "destination",
    "starts_at",
    "start_zone",
    "start_place",
    "ends_at",
    "end_zone",
    "end_place",
    "means",
    "visits",
    "note",
)
_LEG = ("on", "start_place", "end_place", "means", "km", "odometer_start", "odometer_end", "passengers")
_RATE = ("valid_from", "per_km", "per_passenger", "source")


def _known(user: Any, verb: str, record: Any) -> bool:
    """Everyone sees the rates; whoever keeps them may write them."""
    return user.is_authenticated if verb == "see" else access.may(user, "mileage_rates.change")


TRIPS = Noun(
    path="trips",
    title="Trip",
    model=Trip,
    area="trips",
    tag="Trips",
    about="The caller's business trips; whoever leads sees those of others while a works agreement is in force. `start_zone` and "
    "`end_zone` are IANA names such as Europe/London; empty is the house's zone. `visit_ids` are the activities that it is made for.",
    allowed=of("trips"),
    read=("person", *_TRIP, named("person_name", "person")),
    write=_TRIP,
    filters=(
        Filter("person", "person", "who travels", "person_id"),
        Filter("starts_at", "moment", "leaves", "starts_at"),
        Filter("means", "choice", "means of travel", choices=Means.choices),
        Filter("purpose", "text", "purpose"),
    ),
    sorts={"starts_at": "starts_at"},
)
LEGS = Noun(
    path="trip-legs",
    title="TripLeg",
    model=Leg,
    area="trips",
    tag="Trips",
    about="The ways of a trip. `km` follows from both readings of the odometer when it is left out; `passengers` are names with commas "
    "between them.",
    allowed=part_of("trips", "trip"),
    read=("trip", *_LEG),
    fixed=("trip",),
    write=_LEG,
    filters=(
        Filter("trip", "number", "trip", "trip_id"),
        Filter("on", "date", "day"),
        Filter("means", "choice", "means of travel", choices=Means.choices),
    ),
)
RATES = Noun(
    path="mileage-rates",
    title="MileageRate",
    model=MileageRate,
    area="trips",
    tag="Trips",
    about="What a kilometre in one's own car is worth from a day on, in the house's currency.",
    allowed=_known,
    read=_RATE,
    write=_RATE,
    filters=(Filter("valid_from", "date", "valid from"),),
    sorts={"valid_from": "valid_from"},
)

NOUNS = [TRIPS, LEGS, RATES]


def routers() -> list[Router]:
    return [Routes(noun).router for noun in NOUNS]

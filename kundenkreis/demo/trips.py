# ruff: noqa: E501 lists of words
"""How the demo's people got to their visits: by plane to Britain, by car on the continent, with kilometres from a fixed seed."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.demo.names import SEED
from kundenkreis.staff.models import User
from kundenkreis.trips.models import Leg, Means, Trip

HOME, AIRPORT = "Wels", {"en": "Vienna Airport", "de": "Flughafen Wien"}
FLOWN = frozenset({"GB", "IE"})
DAYS = 95  # so far back their visits have trips
MOST = 10  # trips of one person
WORDS = {
    "en": ("Visit to %s", "Visits around %s"),
    "de": ("Besuch bei %s", "Besuche rund um %s"),
}
TO_AIRPORT = Decimal("201.5")
# About how far one drives from Wels, one way; the kilometres themselves are made up.
FAR = {"AT": (25, 260), "DE": (130, 640), "CH": (420, 660)}


def add(people: list[User], today: dt.date) -> None:
    """A trip for each day on which one of these people visited somebody, and for the next one that is planned."""
    for person in people:
        dice = random.Random(f"{SEED}/trips/{person.email}")  # noqa: S311
        odometer = dice.randint(21_000, 64_000)
        for day, visits in _by_day(person, today)[-MOST:]:
            odometer += dice.randint(150, 900)
            country = visits[0].account.country if visits[0].account else ""
            if country in FLOWN:
                _fly(person, day, visits)
            else:
                odometer = _drive(person, day, visits, dice, odometer)


def _by_day(person: User, today: dt.date) -> list[tuple[dt.date, list[Activity]]]:
    visits = Activity.objects.living().filter(owner=person, kind=Activity.Kind.VISIT).select_related("account")
    found: dict[dt.date, list[Activity]] = defaultdict(list)
    for visit in visits.order_by("at", "pk"):
        if today - dt.timedelta(days=DAYS) <= visit.day <= today + dt.timedelta(days=7):
            found[visit.day].append(visit)
    return sorted(found.items())


def _purpose(person: User, visits: list[Activity]) -> str:
    one, many = WORDS[person.language]
    account = visits[0].account
    return (one % account.name if len(visits) == 1 else many % (account.place or account.name)) if account else one


def _at(day: dt.date, hour: int, minute: int, zone: str = "") -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), ZoneInfo(zone) if zone else timezone.get_default_timezone())


def _fly(person: User, day: dt.date, visits: list[Activity]) -> None:
    """Over on the evening before, back on the evening of the day: Vienna is an hour ahead of London."""
    place = visits[0].account.place if visits[0].account else ""
    airport, eve = AIRPORT[person.language], day - dt.timedelta(days=1)
    trip = Trip.add(
        by=person, now=_at(eve, 9, 0), purpose=_purpose(person, visits), destination=place, means=Means.PLANE,
        starts_at=_at(eve, 17, 20), start_place=HOME, ends_at=_at(day, 23, 45), end_place=HOME, visits=visits,
    )  # fmt: skip
    for on, start, end, means, km in (
        (eve, HOME, airport, Means.OWN_CAR, TO_AIRPORT),
        (eve, airport, place or "London", Means.PLANE, None),
        (day, place or "London", airport, Means.PLANE, None),
        (day, airport, HOME, Means.OWN_CAR, TO_AIRPORT),
    ):
        Leg.add(by=person, now=_at(day, 23, 50), trip=trip, on=on, start_place=start, end_place=end, means=means, km=km)


def _drive(person: User, day: dt.date, visits: list[Activity], dice: random.Random, odometer: int) -> int:
    """There and back on one day, by the odometer; every third time a colleague comes along. Returns the odometer afterwards."""
    place = visits[0].account.place if visits[0].account else ""
    country = visits[0].account.country if visits[0].account else ""
    way, along = dice.randint(*FAR.get(country, (180, 700))), "Lea Moser" if dice.random() < 0.34 else ""
    trip = Trip.add(
        by=person, now=_at(day, 6, 0), purpose=_purpose(person, visits), destination=place, means=Means.OWN_CAR,
        starts_at=_at(day, 6, 30), start_place=HOME, ends_at=_at(day, 19, 15), end_place=HOME, visits=visits,
    )  # fmt: skip
    for start, end in ((HOME, place or HOME), (place or HOME, HOME)):
        Leg.add(
            by=person, now=_at(day, 19, 30), trip=trip, on=day, start_place=start, end_place=end,
            odometer_start=odometer, odometer_end=odometer + way, passengers=along,
        )  # fmt: skip
        odometer += way
    return odometer

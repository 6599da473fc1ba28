"""A week of visits by day and place, and who else near them is due to be spoken with. Without a map: by country and postcode."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kundenkreis.activities.models import Activity
from kundenkreis.activities.suggesting import Suggestion, suggest
from kundenkreis.core.text import fold
from kundenkreis.customers.discretion import spare
from kundenkreis.customers.models import Account
from kundenkreis.staff.models import User

MOST_VISITS, MOST_DUE = 200, 60


@dataclass
class Stop:
    """A planned visit; `also` are the other days of that week on which somebody in the same area is visited."""

    visit: Activity
    area: str = ""
    also: list[dt.date] = field(default_factory=list)
    clashes: bool = False  # it begins before the one before it ends


@dataclass
class Place:
    """Accounts of one place that are due; `days` are those of that week on which one is in the area anyway."""

    name: str
    area: str
    days: list[dt.date]
    accounts: list[tuple[Account, Suggestion]]


@dataclass
class Week:
    """Monday to Sunday."""

    monday: dt.date
    days: list[tuple[dt.date, list[Stop]]]
    places: list[Place]

    @property
    def sunday(self) -> dt.date:
        return self.monday + dt.timedelta(days=6)

    @property
    def stops(self) -> list[Stop]:
        return [stop for _day, stops in self.days for stop in stops]


def area_of(country: str, postcode: str, place: str) -> str:
    """What lies near each other by its postcode: the first two digits ("AT 46"), the letters that it begins with ("GB SW"); the place without one."""
    begins = re.match(r"\s*(\d{2}|[A-Za-z]{1,2})", postcode)
    return f"{country} {begins[1].upper()}" if begins else f"{country} {fold(place)}" if place else ""


def monday_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def monday_of_week(text: str) -> dt.date | None:
    """The Monday of "2010-W49", a week as ISO 8601 writes it; None for what is none."""
    try:
        asked = dt.datetime.strptime(f"{text[:8]}-1", "%G-W%V-%u").date()  # noqa: DTZ007 (a day has no time zone)
    except ValueError:
        return None
    return asked if 1900 < asked.year < 2200 else None


def week_of(person: User, monday: dt.date) -> Week:
    """The visits that are planned for `person` in that week, at most 200, and her own accounts that are due until its end, at most 60.

    A fixed number of queries. Accounts and contacts outside her reach stay without a name.
    """
    stops = [Stop(visit) for visit in _visits(person, monday)]
    for stop in stops:
        account = stop.visit.account
        stop.area = area_of(account.country, account.postcode, account.place) if account else ""
    days_in: dict[str, set[dt.date]] = defaultdict(set)
    for stop in stops:
        days_in[stop.area].add(stop.visit.day)
    for stop in stops:
        stop.also = sorted(days_in[stop.area] - {stop.visit.day}) if stop.area else []
    week = [monday + dt.timedelta(days=n) for n in range(7)]
    days = [(day, _in_order([stop for stop in stops if stop.visit.day == day])) for day in week]
    due = _due(person, monday + dt.timedelta(days=6), {stop.visit.account_id for stop in stops})
    return Week(monday, [one for one in days if one[1] or one[0].weekday() < 5], _places(due, days_in))


def _visits(person: User, monday: dt.date) -> list[Activity]:
    rows = Activity.objects.visible_to(person).open_between(monday, monday + dt.timedelta(days=7))
    rows = rows.filter(owner=person, kind=Activity.Kind.VISIT)
    found = list(rows.select_related("account", "contact").order_by("due_on", "at", "pk")[:MOST_VISITS])
    spare(person, found, "account", "contact")
    return found


def _in_order(stops: list[Stop]) -> list[Stop]:
    """By the hour; those without one after them, by their place."""
    stops.sort(
        key=lambda stop: (not stop.visit.has_hour, stop.visit.at if stop.visit.has_hour else stop.area, stop.visit.pk)
    )
    timed = [stop for stop in stops if stop.visit.has_hour]
    for before, stop in itertools.pairwise(timed):
        stop.clashes = stop.visit.at < before.visit.at + dt.timedelta(minutes=before.visit.minutes or 60)
    return stops


def _due(person: User, sunday: dt.date, visited: Iterable[Any]) -> list[tuple[Account, Suggestion]]:
    rows = Account.objects.visible_to(person).living().filter(owner=person, next_touch_on__lte=sunday)
    accounts = list(rows.exclude(pk__in=set(visited) - {None}).order_by("next_touch_on", "pk")[:MOST_DUE])
    found = suggest([account.pk for account in accounts], person) if accounts else {}
    return [(account, found[account.pk]) for account in accounts]


def _places(due: list[tuple[Account, Suggestion]], days_in: dict[str, set[dt.date]]) -> list[Place]:
    """Places near a planned visit first, then by country and postcode; in each the longest overdue first."""
    found: dict[tuple[str, str, str], Place] = {}
    for account, suggestion in due:
        key = (account.country, account.postcode, account.place)
        if key not in found:
            area = area_of(*key)
            name = f"{account.postcode} {account.place}".strip()
            found[key] = Place(name, area, sorted(days_in.get(area, ())) if area else [], [])
        found[key].accounts.append((account, suggestion))
    return [found[key] for key in sorted(found, key=lambda key: (not found[key].days, key))]

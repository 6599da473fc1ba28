"""The mileage list: the kilometres that a person drove in a car, with the allowance for those in her own.

What it is worth is a kilometre's rate on that day and so much more for each passenger: km × (per km + passengers × per passenger), each line
rounded to the cent, so that the lines add up to the total.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from kundenkreis.core.models import House
from kundenkreis.core.money import rounded
from kundenkreis.customers.discretion import spare
from kundenkreis.staff.models import User
from kundenkreis.trips.models import Leg, Means, MileageRate, Trip

MOST = 2000  # lines; nobody drives more in a year


@dataclass(frozen=True)
class Rate:
    """From a day on: house currency for a kilometre, and for each passenger and kilometre."""

    valid_from: dt.date
    per_km: Decimal
    per_passenger: Decimal
    source: Any = ""


# What Austria pays its officials for the use of their own car (Reisegebührenvorschrift 1955 § 10), up to which an employer's allowance is
# free of tax (EStG 1988 § 26 Z 4). Until a house keeps rates of its own these hold, if it is in Austria.
AUSTRIA = (
    Rate(dt.date(2008, 7, 1), Decimal("0.42"), Decimal("0.05"), _("RGV 1955 § 10, until the end of 2024")),
    Rate(dt.date(2025, 1, 1), Decimal("0.50"), Decimal("0.15"), _("RGV 1955 § 10 as of BGBl. I 144/2024")),
)


@dataclass(frozen=True)
class Line:
    """One leg. `amount` is None for a company car, and where no rate holds."""

    leg: Leg
    customers: tuple[str, ...]
    rate: Rate | None
    amount: Decimal | None

    @property
    def why(self) -> str:
        """The purpose, with the customers who were seen that day as far as it does not name them."""
        purpose = self.leg.trip.purpose
        return ": ".join(filter(None, (purpose, ", ".join(name for name in self.customers if name not in purpose))))


@dataclass
class MileageList:
    person: User
    first: dt.date
    last: dt.date
    means: str
    lines: list[Line] = field(default_factory=list)
    is_cut: bool = False

    @property
    def is_paid(self) -> bool:
        """Only kilometres in one's own car are."""
        return self.means == Means.OWN_CAR

    @property
    def km(self) -> Decimal:
        return sum((line.leg.km or Decimal(0) for line in self.lines), Decimal(0))

    @property
    def amount(self) -> Decimal:
        return sum((line.amount or Decimal(0) for line in self.lines), Decimal(0))

    @property
    def without_rate(self) -> int:
        """How many of its lines no rate holds for."""
        return sum(1 for line in self.lines if self.is_paid and line.amount is None)


def kept_rates() -> list[MileageRate]:
    """The house's own rates, the oldest first."""
    return list(MileageRate.objects.living().order_by("valid_from"))


def rates() -> list[Rate]:
    """What counts, the oldest first: the house's own rates; Austria's as long as a house there keeps none."""
    kept = [Rate(one.valid_from, one.per_km, one.per_passenger, one.source) for one in kept_rates()]
    return kept or (list(AUSTRIA) if House.known().country == "AT" else [])


def rate_on(day: dt.date, known: Sequence[Rate]) -> Rate | None:
    """The last rate that began on or before the day; None before the first one."""
    return next((rate for rate in reversed(known) if rate.valid_from <= day), None)


def worth(km: Decimal, passengers: int, rate: Rate, currency: str = "EUR") -> Decimal:
    """What the kilometres come to, rounded once."""
    return rounded(km * (rate.per_km + passengers * rate.per_passenger), currency)


def mileage_list(user: Any, person: User, first: dt.date, last: dt.date, means: str = Means.OWN_CAR) -> MileageList:
    """A person's kilometres on these days in one kind of car, as far as `user` may see them. A fixed number of queries.

    Customers outside the reach of `user` stay without a name.
    """
    made = MileageList(person, first, last, means)
    legs = (
        Leg.objects.visible_to(user)
        .living()
        .filter(trip__person=person, trip__deleted_at=None, on__range=(first, last))
    )
    found = list(legs.filter(means=means).select_related("trip").order_by("on", "trip__starts_at", "pk")[: MOST + 1])
    made.is_cut = len(found) > MOST
    customers = _customers(user, {leg.trip_id for leg in found[:MOST]})
    known, currency = rates(), House.known().currency
    for leg in found[:MOST]:
        rate = rate_on(leg.on, known) if made.is_paid else None
        amount = worth(leg.km or Decimal(0), len(leg.names), rate, currency) if rate else None
        made.lines.append(Line(leg, tuple(customers.get((leg.trip_id, leg.on), ())), rate, amount))
    return made


def people_with_trips(user: Any) -> list[User]:
    """Whose lists this person may look at, by name; herself always."""
    others = Trip.objects.visible_to(user).living().order_by().values("person_id")
    seen = User.objects.filter(pk__in=others) | User.objects.filter(pk=user.pk)
    return list(seen.order_by("last_name", "first_name", "pk"))


def _customers(user: Any, trips: set[int]) -> dict[tuple[int, dt.date], list[str]]:
    """(trip, day) → the names of the accounts that were seen, each once."""
    links = Trip.visits.through.objects.filter(trip_id__listed=trips, activity__deleted_at=None)
    visits = list(links.select_related("activity__account").order_by("activity__at", "activity_id"))
    spare(user, [link.activity for link in visits], "account")
    found: dict[tuple[int, dt.date], list[str]] = defaultdict(list)
    for link in visits:
        account = link.activity.account
        here = found[link.trip_id, link.activity.day]
        if account is not None and account.name not in here:
            here.append(account.name)
    return found


def take_over(by: Any) -> list[MileageRate]:
    """Austria's rates as the house's own, to be changed there."""
    house = House.current()
    return [
        MileageRate.add(
            by=by,
            valid_from=one.valid_from,
            per_km=one.per_km,
            per_passenger=one.per_passenger,
            source=house.say(one.source),
        )
        for one in AUSTRIA
    ]

"""Trips, their legs, and the rates of the mileage allowance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock, zones
from kundenkreis.core.models import House
from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access, explaining
from kundenkreis.staff.models import User

LONGEST = dt.timedelta(days=366)
MOST_KM = Decimal(9999)
_KM = [MinValueValidator(Decimal(0)), MaxValueValidator(MOST_KM)]
_AMOUNT = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(10))]


def sees_others(user: Any) -> bool:
    """Whether this person is shown the trips of others: to whoever leads, and under a works agreement only, because a trip tells
    when a colleague left her home and when she came back.
    """
    return access.reach(user, "trips.see").everything and House.known().counts_people(clock.today())


class TripQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        if not access.reach(user, "trips.see"):
            return self.none()
        return self if sees_others(user) else self.filter(person_id=user.pk)

    def for_list(self) -> Self:
        return self.select_related("person")

    def meeting(self, person: int, starts_at: dt.datetime, ends_at: dt.datetime) -> Self:
        """A person's living trips of which a part lies between two moments."""
        return self.living().filter(person_id=person, starts_at__lt=ends_at, ends_at__gt=starts_at)


class Means(models.TextChoices):
    OWN_CAR = "own_car", _("own car")
    COMPANY_CAR = "company_car", _("company car")
    TRAIN = "train", _("train")
    PLANE = "plane", _("plane")
    BUS = "bus", _("bus, tram or underground")
    TAXI = "taxi", _("taxi or hired car")
    OTHER = "other", _("something else")


CARS = (Means.OWN_CAR, Means.COMPANY_CAR)  # whose kilometres are written down


class Trip(Recorded):
    """A person's business trip. `visits` are the calls, visits and meetings that it was made for."""

    person = models.ForeignKey(
        User, verbose_name=_("who travels"), on_delete=models.PROTECT, related_name="trips", db_index=False
    )
    purpose = models.CharField(_("purpose"), max_length=200)
    destination = models.CharField(_("destination"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("leaves"))
    start_zone = models.CharField(_("time zone of the start"), max_length=64, blank=True, validators=[zones.check])
    start_place = models.CharField(_("place of departure"), max_length=200)
    ends_at = models.DateTimeField(_("arrives"))
    end_zone = models.CharField(_("time zone of the end"), max_length=64, blank=True, validators=[zones.check])
    end_place = models.CharField(_("place of arrival"), max_length=200)
    means = models.CharField(_("means of travel"), max_length=12, choices=Means, default=Means.OWN_CAR)
    visits = models.ManyToManyField(Activity, verbose_name=_("visits and meetings"), blank=True, related_name="trips")
    note = models.TextField(_("note"), blank=True)

    objects = TripQuerySet.as_manager()

    class Meta:
        verbose_name = _("trip")
        verbose_name_plural = _("trips")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gte=models.F("starts_at")),
                name="trips_trip_period",
                violation_error_message=_("The trip ends before it begins."),
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-starts_at", "-id"], name="trips_trip_person"),
            models.Index(fields=["-starts_at", "-id"], name="trips_trip_start"),
            bin_index("trips_trip_bin"),
        ]

    def __str__(self) -> str:
        return self.purpose

    @classmethod
    def complete(cls, rows: Sequence[dict[str, Any]], by: Any) -> None:
        """A trip is hers who writes it down."""
        for row in rows:
            row.setdefault("person", by)

    def within(self, reach: access.Reach) -> bool:
        return self.person_id in reach.owners

    def grounds(self) -> tuple[explaining.Ground, ...]:
        return (explaining.Ground(explaining.By.OWNER, self.person_id),)

    def access_rule(self) -> explaining.Rule:
        """Her own; of others under a works agreement (see `sees_others`)."""
        agreed = explaining.If(
            House.known().counts_people(clock.today()), explaining.Want.AGREEMENT, explaining.Kind.AGREEMENT
        )
        others = explaining.Every((explaining.Within("trips.see"), agreed))
        whose = explaining.AnyOf((explaining.Only(self.person_id), others))
        return explaining.Every((explaining.Role("trips.see"), whose), told=(1,))

    @property
    def first_day(self) -> dt.date:
        """The first of its days by the calendars of its places. Over the date line a trip may end on the day before."""
        return min(self._days())

    @property
    def last_day(self) -> dt.date:
        return max(self._days())

    def _days(self) -> tuple[dt.date, dt.date]:
        return zones.local(self.starts_at, self.start_zone).date(), zones.local(self.ends_at, self.end_zone).date()

    def clean(self) -> None:
        if self.starts_at is None or self.ends_at is None:
            return
        if self.ends_at < self.starts_at:
            here = zones.local(self.ends_at, self.start_zone)
            said = _("That is before it begins: it is %(time)s in %(place)s then.")
            shown = {"time": f"{here:%d.%m.%Y %H:%M}", "place": zones.city(self.start_zone)}
            raise ValidationError({"ends_at": ValidationError(said, params=shown)})
        if self.ends_at - self.starts_at > LONGEST:
            raise ValidationError({"ends_at": _("A trip takes a year at most.")})
        if self.pk and (outside := self._legs_outside()):
            said = _("There is a leg on %(day)s: move it or take it out first.")
            raise ValidationError({"ends_at": ValidationError(said, params={"day": f"{outside.on:%d.%m.%Y}"})})

    def _legs_outside(self) -> Leg | None:
        inside = models.Q(on__gte=self.first_day, on__lte=self.last_day)
        return Leg.objects.living().filter(~inside, trip_id=self.pk).first()

    def overlapping(self) -> list[Trip]:
        """Other trips of the same person at the same time: no mistake (a trip within a trip), but worth a look. At most five."""
        others = Trip.objects.meeting(self.person_id, self.starts_at, self.ends_at).exclude(pk=self.pk)
        return list(others.order_by("starts_at", "pk")[:5])

    def link(self, activities: Sequence[Activity], *, by: Any) -> Event | None:
        """These visits and meetings belong to it too."""
        return self.change(by=by, visits=[*self.visits.all(), *activities])

    def unlink(self, activity: Activity, *, by: Any) -> Event | None:
        return self.change(by=by, visits=[one for one in self.visits.all() if one.pk != activity.pk])


class LegQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        if not access.reach(user, "trips.see"):
            return self.none()
        return self if sees_others(user) else self.filter(trip__person_id=user.pk)

    def for_list(self) -> Self:
        return self.select_related("trip")


class Leg(Recorded):
    """One way of a trip on one day. For a car its kilometres: as typed, or the difference of the two readings of the odometer."""

    part_of: ClassVar[tuple[str, ...]] = ("trip",)

    trip = models.ForeignKey(Trip, verbose_name=_("trip"), on_delete=models.CASCADE, related_name="legs")
    on = models.DateField(_("day"))
    start_place = models.CharField(_("place of departure"), max_length=200)
    end_place = models.CharField(_("place of arrival"), max_length=200)
    means = models.CharField(_("means of travel"), max_length=12, choices=Means, default=Means.OWN_CAR)
    km = models.DecimalField(_("kilometres"), max_digits=6, decimal_places=1, null=True, blank=True, validators=_KM)
    odometer_start = models.PositiveIntegerField(_("odometer at the start"), null=True, blank=True)
    odometer_end = models.PositiveIntegerField(_("odometer at the end"), null=True, blank=True)
    passengers = models.CharField(_("passengers"), max_length=200, blank=True)

    objects = LegQuerySet.as_manager()

    class Meta:
        verbose_name = _("leg")
        verbose_name_plural = _("legs")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(km=None) | models.Q(km__gte=0),
                name="trips_leg_km",
                violation_error_message=_("Kilometres are not below zero."),
            ),
            models.CheckConstraint(
                condition=models.Q(odometer_end=None)
                | models.Q(odometer_start=None)
                | models.Q(odometer_end__gte=models.F("odometer_start")),
                name="trips_leg_odometer",
                violation_error_message=_("The odometer does not run backwards."),
            ),
        ]
        indexes = [bin_index("trips_leg_bin")]

    def __str__(self) -> str:
        return f"{self.start_place} – {self.end_place}"

    @property
    def names(self) -> list[str]:
        """Who came along: the passengers are written with commas between them."""
        return [name for part in self.passengers.split(",") if (name := part.strip())]

    @property
    def driven(self) -> int | None:
        """Kilometres by the odometer; None without both readings."""
        if self.odometer_start is None or self.odometer_end is None:
            return None
        return self.odometer_end - self.odometer_start

    def within(self, reach: access.Reach) -> bool:
        return self.trip.within(reach)

    def prepare(self, touched: set[str]) -> set[str]:
        if self.driven is None or self.driven < 0:
            return set()
        if self.km is None or (touched & {"odometer_start", "odometer_end"} and "km" not in touched):
            self.km = Decimal(self.driven)
            return {"km"}
        return set()

    def clean(self) -> None:
        wrong = self._wrong_odometer() | self._wrong_km()
        if self.on is not None and self.trip_id and not self.trip.first_day <= self.on <= self.trip.last_day:
            said = _("The trip is from %(first)s to %(last)s.")
            days = {"first": f"{self.trip.first_day:%d.%m.%Y}", "last": f"{self.trip.last_day:%d.%m.%Y}"}
            wrong["on"] = ValidationError(said, params=days)
        if wrong:
            raise ValidationError(wrong)

    def _wrong_odometer(self) -> dict[str, Any]:
        if (self.odometer_start is None) != (self.odometer_end is None):
            missing = "odometer_start" if self.odometer_start is None else "odometer_end"
            return {missing: _("Write both readings, or none.")}
        if self.driven is not None and self.driven < 0:
            return {"odometer_end": _("The odometer does not run backwards.")}
        return {}

    def _wrong_km(self) -> dict[str, Any]:
        if self.km is None:
            return {"km": _("Write the kilometres, or both readings of the odometer.")} if self.means in CARS else {}
        if self.driven is not None and self.driven >= 0 and abs(self.km - self.driven) >= 1:
            said = _("By the odometer it is %(count)s km. Leave the kilometres empty, or correct the readings.")
            return {"km": ValidationError(said, params={"count": self.driven})}
        return {}


class MileageRateQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Everyone of the house: whoever is paid by it may know the rate."""
        known = getattr(user, "is_authenticated", False) and user.is_active and user.deleted_at is None
        return self.all() if known else self.none()


class MileageRate(Recorded):
    """What a kilometre in one's own car is worth from a day on, in the house's currency, and each passenger on top of it."""

    valid_from = models.DateField(_("valid from"))
    per_km = models.DecimalField(_("for a kilometre"), max_digits=6, decimal_places=4, validators=_AMOUNT)
    per_passenger = models.DecimalField(
        _("for a passenger and kilometre"), max_digits=6, decimal_places=4, default=Decimal(0), validators=_AMOUNT
    )
    source = models.CharField(_("source"), max_length=200, blank=True)

    objects = MileageRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("mileage rate")
        verbose_name_plural = _("mileage rates")
        constraints = [
            models.UniqueConstraint(
                fields=["valid_from"],
                condition=models.Q(deleted_at=None),
                name="trips_rate_day",
                violation_error_message=_("There is a rate from this day on already. Change that one."),
            ),
            models.CheckConstraint(
                condition=models.Q(per_km__gte=0, per_passenger__gte=0), name="trips_rate_not_negative"
            ),
        ]
        indexes = [bin_index("trips_rate_bin")]

    def __str__(self) -> str:
        return f"{self.valid_from}"


def suggested_visits(trip: Trip, user: Any, most: int = 50) -> list[Activity]:
    """The traveller's visits and meetings on the trip's days that belong to no living trip of hers yet, as far as `user` sees them."""
    first, after = trip.first_day, trip.last_day + dt.timedelta(days=1)
    kinds = (Activity.Kind.VISIT, Activity.Kind.MEETING)
    hers = Activity.objects.visible_to(user).living().filter(owner_id=trip.person_id, kind__in=kinds)
    taken = Trip.objects.living().filter(person_id=trip.person_id, visits=models.OuterRef("pk"))
    hers = hers.filter(~models.Exists(taken)).select_related("account", "contact")
    took_place = hers.filter(is_open=False, at__gte=clock.midnight(first), at__lt=clock.midnight(after))
    planned = hers.open_between(first, after)
    rows = [*took_place.order_by("at", "pk")[:most], *planned.order_by("due_on", "at", "pk")[:most]]
    return sorted(rows, key=lambda one: (one.day, timezone.localtime(one.at), one.pk))[:most]

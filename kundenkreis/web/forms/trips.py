"""Forms of trips, their legs, the period of a mileage list, and the rates of the house."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import zones
from kundenkreis.trips.models import Leg, MileageRate, Trip
from kundenkreis.web.forms import DateField, VerbForm
from kundenkreis.web.forms.zones import ClockField, ZoneField, on_clock


class TripForm(VerbForm):
    """All fields of a trip. What is typed as a time is what the clock of its place shows."""

    starts_at = ClockField(label=_("leaves"))
    start_zone = ZoneField(label=_("time zone of the start"))
    ends_at = ClockField(label=_("arrives"))
    end_zone = ZoneField(label=_("time zone of the end"))

    class Meta:
        model = Trip
        fields = [
            "purpose", "destination", "means", "start_place", "end_place", "starts_at", "ends_at", "start_zone", "end_zone", "note",
        ]  # fmt: skip
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        for name, zone in (("starts_at", "start_zone"), ("ends_at", "end_zone")):
            if name in self.fields and self.instance.pk:
                self.fields[name].zone = getattr(self.instance, zone)  # type: ignore[attr-defined]
            if zone in self.fields:
                self.fields[zone].help_text = _("Empty: %(place)s. The time is the one there.") % {
                    "place": zones.city("")
                }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        on_clock(self, "starts_at", cleaned.get("start_zone", ""))
        begin = self.cleaned_data.get("starts_at")
        on_clock(self, "ends_at", cleaned.get("end_zone", ""), not_before=begin)
        return self.cleaned_data


class LegForm(VerbForm):
    class Meta:
        model = Leg
        fields = ["on", "means", "start_place", "end_place", "km", "odometer_start", "odometer_end", "passengers"]

    def __init__(self, *args: Any, user: Any, trip: Trip, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.trip = trip
        self.fields["km"].help_text = _("For a car; leave it empty when both readings of the odometer are there.")
        self.fields["passengers"].help_text = _("Their names, with commas between them.")

    def values(self) -> dict[str, Any]:
        return super().values() | ({} if self.instance.pk else {"trip": self.trip})


class PeriodForm(forms.Form):
    """The days of a mileage list, both included."""

    first = DateField(label=_("from"))
    last = DateField(label=_("until"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        for name in ("first", "last"):
            if cleaned.get(name) and not 1900 <= cleaned[name].year < 2200:  # the month beside it has to exist too
                self.add_error(name, DateField.default_error_messages["invalid"])
        if first and last and last < first:
            self.add_error("last", _("The end lies before the beginning."))
        elif first and last and last - first > dt.timedelta(days=366):
            self.add_error("last", _("A list is of a year at most."))
        return cleaned


class MileageRateForm(VerbForm):
    class Meta:
        model = MileageRate
        fields = ["valid_from", "per_km", "per_passenger", "source"]

"""The mileage list: a person's kilometres of a month or another period, to print and as a file."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.staff import access
from kundenkreis.staff.models import User
from kundenkreis.trips import mileage
from kundenkreis.trips.mileage import MileageList
from kundenkreis.trips.models import CARS, Means, sees_others
from kundenkreis.web import formats
from kundenkreis.web.forms.trips import PeriodForm
from kundenkreis.web.lists.exporting import as_file
from kundenkreis.web.views.trips import require


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """`?first=2010-12-01&last=2010-12-31&means=own_car&person=3`; this month and one's own without them."""
    require(request, "trips.see")
    form, first, last = _period(request)
    people = mileage.people_with_trips(request.user)
    shown = mileage.mileage_list(request.user, _person(request, people), first, last, _means(request))
    own = [] if shown.person.pk == request.user.pk else [("person", shown.person.pk)]
    context = {
        "shown": shown,
        "titled": titled,
        "form": form,
        "people": [(one.pk, one.get_full_name()) for one in people],
        "sees_others": sees_others(request.user),
        "leads": access.reach(request.user, "trips.see").everything,
        "may_export": access.may(request.user, "trips.export"),
        "may_rates": access.may(request.user, "mileage_rates.change"),
        "currency": House.known().currency,
        "rates": sorted({line.rate for line in shown.lines if line.rate}, key=lambda rate: rate.valid_from),
        "kinds": [(Means(one).label, _address(first, last, one, own), one == shown.means) for one in CARS],
        "before": _address(*_month(first - dt.timedelta(days=1)), shown.means, own),
        "after": _address(*_month(last + dt.timedelta(days=1)), shown.means, own),
        "as_csv": _address(first, last, shown.means, own, "csv"),
        "as_xlsx": _address(first, last, shown.means, own, "xlsx"),
    }
    return render(request, "trips/mileage.html", context, status=422 if form.errors else 200)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The same lines and the total as `?format=csv` or `xlsx`."""
    require(request, "trips.export")
    form, first, last = _period(request)
    if form.errors:
        return HttpResponse(
            " ".join(form.errors[next(iter(form.errors))]), status=400, content_type="text/plain; charset=utf-8"
        )
    person = _person(request, mileage.people_with_trips(request.user))
    shown = mileage.mileage_list(request.user, person, first, last, _means(request))
    name = f"{_('mileage')}-{person.last_name}-{first:%Y-%m-%d}-{last:%Y-%m-%d}"
    heads, rows = _table(shown)
    return as_file(request, name, heads, rows)


def _table(shown: MileageList) -> tuple[list[str], Iterator[list[Any]]]:
    currency = House.known().currency
    heads = [
        _("Day"),
        _("Place of departure"),
        _("Place of arrival"),
        _("Purpose and customers"),
        _("Odometer at the start"),
        _("Odometer at the end"),
    ]
    heads += [_("Kilometres"), _("Passengers")]
    paid = [_("Per kilometre (%(currency)s)"), _("Per passenger (%(currency)s)"), _("Amount (%(currency)s)")]
    heads += [text % {"currency": currency} for text in paid] if shown.is_paid else []

    def rows() -> Iterator[list[Any]]:
        for line in shown.lines:
            leg, rate = line.leg, line.rate
            row = [leg.on, leg.start_place, leg.end_place, line.why, leg.odometer_start, leg.odometer_end, leg.km]
            row += [", ".join(leg.names)]
            paid = [rate.per_km, rate.per_passenger if leg.names else None] if rate else [None, None]
            yield row + ([*paid, line.amount] if shown.is_paid else [])
        total = [_("Total"), shown.person.get_full_name(), "", "", None, None, shown.km, ""]
        yield total + ([None, None, shown.amount] if shown.is_paid else [])

    return heads, rows()


def _period(request: HttpRequest) -> tuple[PeriodForm, dt.date, dt.date]:
    """The form as it was sent, and the days that count: this month until it is right."""
    first, last = _month(clock.today())
    given = request.GET if {"first", "last"} & set(request.GET) else None
    form = PeriodForm(given, initial={"first": first, "last": last})
    if given is not None and form.is_valid():
        return form, form.cleaned_data["first"], form.cleaned_data["last"]
    return form, first, last


def _month(day: dt.date) -> tuple[dt.date, dt.date]:
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _means(request: HttpRequest) -> str:
    asked = request.GET.get("means", "")
    return asked if asked in CARS else Means.OWN_CAR


def _person(request: HttpRequest, people: list[User]) -> User:
    """Whom the address asks for, if her list may be seen; else oneself."""
    asked = request.GET.get("person", "")
    return next((one for one in people if str(one.pk) == asked), request.user)  # type: ignore[arg-type, return-value]


def _address(first: dt.date, last: dt.date, means: str, more: list[tuple[str, Any]], form: str = "") -> str:
    path = reverse("trips:mileage_export" if form else "trips:mileage")
    query = [("first", first.isoformat()), ("last", last.isoformat()), ("means", str(means)), *more]
    return f"{path}?{urlencode([*query, ('format', form)] if form else query)}"


def titled(shown: MileageList) -> str:
    """ "December 2010", or the two days."""
    if (shown.first, shown.last) == _month(shown.first):
        return f"{formats.month(shown.first.month, wide=True)} {shown.first.year}"
    return _("%(first)s to %(last)s") % {"first": formats.day(shown.first), "last": formats.day(shown.last)}

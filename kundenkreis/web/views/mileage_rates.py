"""The rates of the mileage allowance: list, page with the change and its history, adding, taking over Austria's, to the bin."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.history.models import Event
from kundenkreis.staff import access
from kundenkreis.trips import mileage
from kundenkreis.trips.models import MileageRate
from kundenkreis.web import formats
from kundenkreis.web.forms.trips import MileageRateForm
from kundenkreis.web.htmx import go
from kundenkreis.web.lists import Column, Filter, ListPage
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing

ACTION = "mileage_rates.change"


def _counted(count: int) -> str:
    return ngettext("%(count)s mileage rate", "%(count)s mileage rates", count) % {"count": formats.count(count)}


def _amount(value: object) -> str:
    return formats.number(value, 4 if formats.number(value, 4)[-2:] != "00" else 2)


RATES = ListPage(
    name="mileage_rates",
    model=MileageRate,
    title=lazy("Mileage rates"),
    icon="car",
    name_column="valid_from",
    sort="-valid_from",
    columns=(
        Column(
            "valid_from",
            lazy("Valid from"),
            "name",
            cell=lambda rate: formats.day(rate.valid_from),
            needs=("valid_from",),
            sort="valid_from",
            always=True,
        ),
        Column("per_km", lazy("For a kilometre"), "number", cell=lambda rate: _amount(rate.per_km), needs=("per_km",)),
        Column(
            "per_passenger",
            lazy("For a passenger and kilometre"),
            "number",
            cell=lambda rate: _amount(rate.per_passenger),
            needs=("per_passenger",),
        ),
        Column("source", lazy("Source")),
        Column("changed_at", lazy("Last change"), "moment", shown=False),
    ),
    filters=(Filter("valid_from", "date", lazy("Valid from")), Filter("source", "text", lazy("Source"))),
    add_url="mileage_rates:add",
    add_label=lazy("Mileage rate"),
    add_action=ACTION,
    counted=_counted,
    empty=lazy("No rates of your own yet."),
)


def seen(request: HttpRequest, pk: int) -> MileageRate:
    return get_object_or_404(MileageRate.objects.visible_to(request.user), pk=pk)


def require(request: HttpRequest) -> None:
    if not access.may(request.user, ACTION):
        raise PermissionDenied


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    kept = bool(mileage.kept_rates())
    return RATES.answer(
        request,
        head_part="mileage_rates/_head.html",
        preset=[] if kept or House.known().country != "AT" else mileage.AUSTRIA,
        currency=House.known().currency,
        may_take_over=not kept and access.may(request.user, ACTION),
    )


@require_POST
def take_over(request: HttpRequest) -> HttpResponse:
    """Austria's rates become the house's own, to be changed there."""
    require(request)
    if mileage.kept_rates():
        return go(request, reverse("mileage_rates:list"), _("The house keeps rates of its own already."))
    mileage.take_over(request.user)
    return go(request, reverse("mileage_rates:list"), _("The rates are taken over. You can change them now."))


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    require(request)
    form = MileageRateForm(request.POST or None, user=request.user, initial={"valid_from": clock.today()})
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        said = _("The rate from %(day)s on is added.") % {"day": formats.day(form.record.valid_from)}
        return go(request, reverse("mileage_rates:list"), said, undo=event)
    context = {"form": form, "record": None}
    return render(request, "mileage_rates/edit.html", context, status=422 if form.is_bound else 200)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One rate, and who changed it when."""
    rate = seen(request, pk)
    context = {
        "rate": rate,
        "currency": House.known().currency,
        "may_change": access.may(request.user, ACTION),
    } | steps_of(request, rate)
    return render(request, "mileage_rates/detail.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    rate = seen(request, pk)
    require(request)
    if rate.deleted_at is not None:
        raise Http404
    form = MileageRateForm(request.POST or None, instance=rate, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, reverse("mileage_rates:detail", args=[pk]), _("Saved."), undo=form.event)
    return editing.whole(request, form, rate, "mileage_rates/edit.html")


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    rate = seen(request, pk)
    require(request)
    try:
        event = rate.discard(by=request.user)
    except ValidationError:
        return go(request, reverse("mileage_rates:list"), _("It is in the bin already."))
    said = _("The rate from %(day)s on is in the bin.") % {"day": formats.day(rate.valid_from)}
    return go(request, reverse("mileage_rates:list"), said, undo=event)

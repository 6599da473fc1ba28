"""Exchange rates: list, page with the change and its history, adding, to the bin."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core import clock
from kundenkreis.history.models import Event
from kundenkreis.rates.models import ExchangeRate
from kundenkreis.staff import access
from kundenkreis.web.forms.house import RateForm
from kundenkreis.web.htmx import go
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.rate_list import RATES


def seen(request: HttpRequest, pk: int) -> ExchangeRate:
    return get_object_or_404(ExchangeRate.objects.visible_to(request.user), pk=pk)


def require(request: HttpRequest) -> None:
    if not access.may(request.user, "rates.change"):
        raise PermissionDenied


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    may = access.may(request.user, "rates.change") and access.may(request.user, "imports.run")
    many = [(_("Import or paste"), reverse("imports:add") + "?target=rates", "upload")] if may else []
    return RATES.answer(request, head_part="rates/_head.html", more_links=many)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    require(request)
    form = RateForm(request.POST or None, user=request.user, initial={"on": clock.today()})
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        return go(
            request, reverse("rates:list"), _("The rate of %(rate)s is added.") % {"rate": form.record}, undo=event
        )
    return render(request, "rates/edit.html", {"form": form, "record": None}, status=422 if form.is_bound else 200)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One rate, and who changed it when."""
    rate = seen(request, pk)
    context = {
        "rate": rate,
        "may_change": access.may(request.user, "rates.change"),
    } | steps_of(request, rate)
    return render(request, "rates/detail.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    rate = seen(request, pk)
    require(request)
    if rate.deleted_at is not None:
        raise Http404
    form = RateForm(request.POST or None, instance=rate, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, reverse("rates:detail", args=[pk]), _("Saved."), undo=form.event)
    return editing.whole(request, form, rate, "rates/edit.html")


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    rate = seen(request, pk)
    require(request)
    try:
        event = rate.discard(by=request.user)
    except ValidationError:
        return go(request, reverse("rates:list"), _("It is in the bin already."))
    return go(request, reverse("rates:list"), _("“%(name)s” is in the bin.") % {"name": rate}, undo=event)

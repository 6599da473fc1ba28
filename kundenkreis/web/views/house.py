"""The house's own settings: name, currency, country, language; and what stands in for today in a demo house."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kundenkreis.core import clock
from kundenkreis.core.models import ExchangeRate, House
from kundenkreis.history.recording import plain, record_event
from kundenkreis.staff import access
from kundenkreis.web.forms.house import HouseForm

RATES_SHOWN = 24


def home(request: HttpRequest) -> HttpResponse:
    """Where people land: their accounts, until My day is built."""
    return redirect("accounts:list")


def settings(request: HttpRequest) -> HttpResponse:
    """See, and as an administrator change, the house's settings."""
    if not access.may(request.user, "house.change"):
        raise PermissionDenied
    house = House.current()
    form = HouseForm(request.POST or None, instance=house)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            changes = {name: [plain(form.initial[name]), plain(form.cleaned_data[name])] for name in form.changed_data}
            form.save()
            if changes:
                record_event(house, "house.changed", by=request.user, changes=changes)
        clock.forget()
        messages.success(request, _("The settings are saved."))
        return redirect("house:settings")
    rates = ExchangeRate.objects.order_by("-on", "currency")[:RATES_SHOWN]
    return render(request, "house/settings.html", {"form": form, "house": house, "rates": rates})

"""The house's own settings: name, currency, country, language; and what stands in for today in a demo house."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kundenkreis.activities.tasks import touch_all
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.customers import cadence, registers
from kundenkreis.customers.models import Register
from kundenkreis.orders import house_currency
from kundenkreis.rates.models import ExchangeRate
from kundenkreis.staff import access
from kundenkreis.trips import mileage
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.house import HouseForm

RATES_SHOWN = 6


def settings(request: HttpRequest) -> HttpResponse:
    """See, and as an administrator change, the house's settings."""
    if not access.may(request.user, "house.change"):
        raise PermissionDenied
    house = House.current()
    form = HouseForm(request.POST or None, instance=House.current())
    if request.method == "POST" and form.is_valid():
        try:
            changed = house_currency.settle(house, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except ValidationError as refused:
            apply_errors(form, refused)
        else:
            if any(name.startswith("touch_days_") for name in changed):
                cadence.forget()
                touch_all.enqueue()
            messages.success(request, _("The settings are saved."))
            return redirect("house:settings")
    rates = ExchangeRate.objects.visible_to(request.user).living().order_by("-on", "currency")[:RATES_SHOWN]
    context = {
        "form": form,
        "house": house,
        "rates": rates,
        "may_rates": access.may(request.user, "rates.change"),
        "lists": [
            (Register.Kind(kind).label, registers.is_old(one)) for kind, one in registers.current().items() if one
        ],
        "mileage": mileage.rate_on(clock.today(), mileage.rates()),
    }
    return render(request, "house/settings.html", context, status=422 if form.errors else 200)

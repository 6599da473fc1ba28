"""Which rate holds on a day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _

from kundenkreis.rates.models import ExchangeRate


class NoRate(LookupError):
    """There is no rate on or before the day."""


def rate_on(currency: str, on: dt.date, house_currency: str = "EUR") -> Decimal:
    """Units of the house currency for one unit of `currency` on a day: the last quoted rate on or before it.

    Cross rates go through the euro, as the ECB quotes them. Before the first quoted day the first one serves.
    Raises NoRate when the currency was never quoted.
    """
    if currency == house_currency:
        return Decimal(1)
    return _per_euro(house_currency, on) / _per_euro(currency, on)


def _per_euro(currency: str, on: dt.date) -> Decimal:
    if currency == "EUR":
        return Decimal(1)
    rates = ExchangeRate.objects.living().filter(currency=currency)
    found = rates.filter(on__lte=on).order_by("-on").first() or rates.order_by("on").first()
    if found is None:
        raise NoRate(
            _("There is no exchange rate for %(currency)s. An administrator adds it under Settings, Exchange rates.")
            % {"currency": currency}
        )
    return found.rate

"""Which rate holds on a day."""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Iterable
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


def rates_for(wanted: Iterable[tuple[str, dt.date]], house_currency: str) -> dict[tuple[str, dt.date], Decimal | None]:
    """`rate_on` for many currencies and days at once, in one query as long as each was quoted within a month; None without a rate."""
    pairs = set(wanted)
    foreign = {pair for pair in pairs if pair[0] != house_currency}
    if not foreign:
        return dict.fromkeys(pairs, Decimal(1))
    days = [on for _currency, on in foreign]
    quoted: dict[str, list[tuple[dt.date, Decimal]]] = {}
    rows = ExchangeRate.objects.living().filter(
        currency__in={currency for currency, _on in foreign} | {house_currency},
        on__gte=min(days) - dt.timedelta(days=31),
        on__lte=max(days),
    )
    for currency, on, rate in rows.order_by("on").values_list("currency", "on", "rate"):
        quoted.setdefault(currency, []).append((on, rate))
    found: dict[tuple[str, dt.date], Decimal | None] = {}
    unknown: set[str] = set()
    for currency, on in pairs:
        theirs, ours = (_last(quoted, code, on) for code in (currency, house_currency))
        if currency == house_currency:
            found[currency, on] = Decimal(1)
        elif currency in unknown:
            found[currency, on] = None
        elif theirs and ours:
            found[currency, on] = ours / theirs
        else:
            try:
                found[currency, on] = rate_on(currency, on, house_currency)
            except NoRate:
                unknown.add(currency)
                found[currency, on] = None
    return found


def _last(quoted: dict[str, list[tuple[dt.date, Decimal]]], currency: str, on: dt.date) -> Decimal | None:
    """The last of these rates on or before the day; None when there is none of them."""
    if currency == "EUR":
        return Decimal(1)
    rates = quoted.get(currency, [])
    place = bisect.bisect_right(rates, on, key=lambda one: one[0])
    return rates[place - 1][1] if place else None

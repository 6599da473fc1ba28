"""What a euro buys in pounds sterling in the demo house, while its sales were made."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kundenkreis.core.models import House
from kundenkreis.rates.models import ExchangeRate

# One for each month from December 2009 on, quoted as the ECB quotes. They are near what the pound cost then, and nobody's official
# rates: the page of rates says so beside each. A real house brings in the ECB's file (docs/guide).
GBP_PER_EURO = (
    ".89972", ".88305", ".87604", ".90160", ".87456", ".85714", ".82771",
    ".83566", ".82363", ".83987", ".87638", ".85510", ".84813",
)  # fmt: skip
FIRST = dt.date(2009, 12, 1)
SOURCE = _("Demo rate, not an official one")


def add() -> None:
    """One rate for each month, valid from its first day, with a source in the house's language that says what it is."""
    source = House.current().say(SOURCE)
    months = [
        dt.date(FIRST.year + (FIRST.month - 1 + n) // 12, (FIRST.month - 1 + n) % 12 + 1, 1)
        for n in range(len(GBP_PER_EURO))
    ]
    for month, rate in zip(months, GBP_PER_EURO, strict=True):
        ExchangeRate.add(by=None, currency="GBP", on=month, rate=Decimal(rate), source=source)

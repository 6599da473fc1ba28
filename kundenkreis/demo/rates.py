"""What a euro bought in pounds sterling while the demo's sales were made."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from kundenkreis.rates.models import ExchangeRate

# Monthly averages in the ECB's way of quoting, from December 2009 on. Good enough for a demo; before figures of this
# house are compared with anything, check them against the ECB's daily reference rates.
GBP_PER_EURO = (
    ".89972", ".88305", ".87604", ".90160", ".87456", ".85714", ".82771",
    ".83566", ".82363", ".83987", ".87638", ".85510", ".84813",
)  # fmt: skip
FIRST = dt.date(2009, 12, 1)
SOURCE = "monthly average, to be checked against the ECB"


def add() -> None:
    """One rate for each month, valid from its first day."""
    months = [
        dt.date(FIRST.year + (FIRST.month - 1 + n) // 12, (FIRST.month - 1 + n) % 12 + 1, 1)
        for n in range(len(GBP_PER_EURO))
    ]
    for month, rate in zip(months, GBP_PER_EURO, strict=True):
        ExchangeRate.add(by=None, currency="GBP", on=month, rate=Decimal(rate), source=SOURCE)

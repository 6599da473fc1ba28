"""Amounts of money: the one place where they are rounded and converted."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel.numbers import get_currency_precision

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥"}
"""What is written in place of a currency's code."""


@cache
def minor_units(currency: str) -> int:
    """How many decimal places the currency has (CLDR): EUR 2, JPY 0, TND 3; 2 for one that is not known."""
    return get_currency_precision(currency)


@cache
def _smallest(currency: str) -> Decimal:
    return Decimal(1).scaleb(-minor_units(currency))


def rounded(amount: Decimal | int, currency: str = "EUR") -> Decimal:
    """The amount to the currency's smallest unit, halves away from zero (commercial rounding, DIN 1333)."""
    return Decimal(amount).quantize(_smallest(currency), rounding=ROUND_HALF_UP)


def convert(amount: Decimal | int, rate: Decimal, currency: str = "EUR") -> Decimal:
    """`amount` times `rate` (units of `currency` for one unit of the amount's own), rounded once, at the end."""
    return rounded(Decimal(amount) * rate, currency)

"""Money is rounded in one place."""

from decimal import Decimal

import pytest

from kundenkreis.core.money import convert, minor_units, rounded


@pytest.mark.parametrize(
    ("amount", "currency", "cents"),
    [
        ("0.005", "EUR", "0.01"),
        ("-0.005", "EUR", "-0.01"),
        ("2.675", "EUR", "2.68"),
        ("2.665", "EUR", "2.67"),
        ("99.5", "JPY", "100"),
        ("1.0005", "TND", "1.001"),
        ("7", "EUR", "7.00"),
    ],
)
def test_halves_are_rounded_away_from_zero_in_the_currencys_smallest_unit(amount, currency, cents):
    result = rounded(Decimal(amount), currency)
    assert result == Decimal(cents)
    assert -result.as_tuple().exponent == minor_units(currency)


def test_an_amount_is_converted_and_rounded_once():
    assert convert(Decimal("10.005"), Decimal("1.1594"), "EUR") == Decimal("11.60")
    assert convert(Decimal("100.00"), Decimal("130.55"), "JPY") == Decimal("13055")


def test_an_unknown_currency_has_two_places():
    assert rounded(Decimal("1.234"), "XYZ") == Decimal("1.23")

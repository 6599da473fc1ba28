"""Telephone numbers of a whole column: those written in the usual way in one pass, the others one by one by Google's rules.

A number is usual when nothing about it is a question: a plus, a country's code, and so many digits as numbers of that country have, or the
zero before the area code in a country of `AT_HOME`. What comes out for it is what the library says, which a test compares.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# A text without one of these has no digits between which nothing but blanks, slashes and hyphens stand.
_ABROAD, _AT_HOME = r"^\+[1-9][0-9 /-]*[0-9]$", r"^0[1-9][0-9 /-]*[0-9]$"
# Where a number with one zero before it is one of the country itself, whatever follows.
AT_HOME = frozenset({"AT", "DE", "CH"})


def usual(series: pl.Series, country: str) -> pl.Series:
    """The texts that are numbers written in the usual way as E.164 ("+43 7242 123-45" → "+43724212345"), null for all others."""
    import polars as pl

    shaped = series.set(~series.str.contains(_ABROAD).fill_null(False), None)
    if country in AT_HOME:
        here = series.str.contains(_AT_HOME).fill_null(False)
        if here.any():
            shaped = series.str.replace("^0", f"+{_code_at_home(country)}").zip_with(here, shaped)
    bare = shaped.str.replace_all("[ /-]", "")
    begins = bare.str.slice(1, 3).drop_nulls().unique().to_list()
    codes = frozenset(code for begin in begins if (code := _code(begin)))
    if not codes:
        return pl.Series(series.name, [None], dtype=pl.String).new_from_index(0, len(series))
    return bare.set(~bare.str.contains(_pattern(codes)).fill_null(False), None)


@lru_cache(maxsize=50_000)
def one(text: str, country: str) -> tuple[str | None, str]:
    """A number in any way of writing as E.164, with its extension behind ";ext=", and "" or `not_a_phone`."""
    import phonenumbers

    digits = text.replace("(0)", "") if text.lstrip().startswith(("+", "00")) else text
    try:
        number = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return None, "not_a_phone"
    if not phonenumbers.is_possible_number(number):
        return None, "not_a_phone"
    form = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{form};ext={number.extension}" if number.extension else form, ""


def _code_at_home(country: str) -> int:
    import phonenumbers

    return phonenumbers.country_code_for_region(country)


def _code(begin: str) -> int:
    """The country's code with which these three digits begin (no code begins another one), 0 for none."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE as KNOWN

    return next((code for length in (1, 2, 3) if (code := int(begin[:length] or 0)) in KNOWN), 0)


@lru_cache(maxsize=100)
def _pattern(codes: frozenset[int]) -> str:
    """What a usual number of these countries looks like without its blanks; matches nothing when there is none."""
    each = [national for code in sorted(codes) if (national := _national(code))]
    return rf"^\+(?:{'|'.join(each)})$" if each else r"^\+$"


@cache
def _national(code: int) -> str:
    """The code and national numbers of a usual length that do not begin as if they had a prefix for calls inside the country.

    Empty where that prefix is no plain digits, so that only the library can tell.
    """
    from phonenumbers import PhoneMetadata, region_code_for_country_code

    data = PhoneMetadata.metadata_for_region_or_calling_code(code, region_code_for_country_code(code))
    if data is None or data.general_desc is None:
        return ""
    prefix = data.national_prefix_for_parsing or ""
    lengths = set(data.general_desc.possible_length) - set(data.general_desc.possible_length_local_only)
    if not re.fullmatch("[0-9]*", prefix) or not lengths:
        return ""
    first = "".join(digit for digit in "123456789" if not prefix.startswith(digit))
    return rf"{code}[{first}](?:{'|'.join(f'[0-9]{{{length - 1}}}' for length in sorted(lengths))})"

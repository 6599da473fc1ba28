"""Telephone numbers that are read by the column are what the library makes of each of them."""

import random

import polars as pl
import pytest
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from kundenkreis.quality import phones
from kundenkreis.quality.values import Hints, parse


def _written(chance: random.Random) -> str:
    """A number as somebody might write it: of any country, too short or too long, with and without its code, in groups."""
    digits = "".join(chance.choice("0123456789") for _ in range(chance.randint(1, 15)))
    mark = chance.choice(["", " ", "/", "-", "  ", " - ", "(0)", ".", " ext. "])
    place = chance.randint(0, len(digits))
    digits = digits[:place] + mark + digits[place:]
    code = chance.choice(list(COUNTRY_CODE_TO_REGION_CODE))
    return chance.choice([f"+{code} {digits}", f"+{code}{digits}", f"0{digits}", f"00{code} {digits}", digits])


@pytest.mark.parametrize("country", ["AT", "DE", "CH", "IT", "US", "HU"])
def test_a_usual_number_is_what_the_library_says(country):
    chance = random.Random(country)
    texts = [_written(chance) for _ in range(5_000)]
    found = phones.usual(pl.Series(texts), country).to_list()
    read = [(text, number) for text, number in zip(texts, found, strict=True) if number]
    assert len(read) > 100
    assert read == [(text, phones.one(text, country)[0]) for text, _number in read]


def test_the_usual_ways_of_writing_need_no_library():
    texts = ["+43 7242 12345", "+43-664-1234567", "07242/12345", "0664 12 34 567", "+49 30 901820", "+41 44 668 18 00"]
    assert phones.usual(pl.Series(texts), "AT").null_count() == 0


def test_odd_numbers_stand_beside_usual_ones():
    parsed = parse(
        pl.Series(["+43 7242 12345", "+43 (0)1 / 234 56 78 ext. 9", None, "call me", "07242 12345"]),
        "phone",
        hints=Hints(),
    )
    assert parsed.values.to_list() == ["+43724212345", "+4312345678;ext=9", None, None, "+43724212345"]
    assert [(error.index, error.code) for error in parsed.errors] == [(3, "not_a_phone")]


def test_a_column_without_any_number_is_empty():
    assert phones.usual(pl.Series(["x", None, "+999 1"]), "AT").to_list() == [None, None, None]

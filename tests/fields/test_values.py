"""One value of each kind, in and out: whatever is given is stored exactly, or refused in words."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kundenkreis.fields import converting, values
from kundenkreis.fields.known import Choice, Field

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine takes its time
CHOICES = tuple(Choice(f"c{n}", f"Choice {n}", f"Auswahl {n}") for n in range(5))


def field(kind, **more):
    return Field(1, "accounts", "key", kind, "Key", "", **more)


NUMBER, MONEY, DATE, TEXT = field("number", decimals=6), field("money", decimals=2), field("date"), field("text")
CHOICE, SEVERAL = field("choice", choices=CHOICES), field("several", choices=CHOICES)
WITHIN = st.decimals(min_value=-999_999_999, max_value=999_999_999, places=6)


def through_json(value):
    return json.loads(json.dumps(value))


@CALM
@given(WITHIN)
def test_a_number_is_kept_to_the_last_digit(number):
    for given_as in (number, str(number), str(number).replace(".", ",")):
        kept = through_json(values.stored(NUMBER, given_as))
        assert values.as_decimal(kept) == number


@CALM
@given(WITHIN, WITHIN)
def test_two_numbers_are_kept_in_their_order(one, other):
    kept = [values.stored(NUMBER, number) for number in (one, other)]
    assert (kept[0] < kept[1], kept[0] == kept[1]) == (one < other, one == other)


@CALM
@given(
    st.one_of(st.text(max_size=40), st.floats(), st.integers(), st.booleans(), st.none(), st.lists(st.text(max_size=5)))
)
def test_anything_is_read_or_refused_in_words_and_nothing_else(anything):
    for one in (NUMBER, MONEY, DATE, TEXT, CHOICE, SEVERAL):
        try:
            kept = values.stored(one, anything)
        except ValidationError:
            continue
        assert through_json(kept) == kept
        assert values.stored(one, kept) == kept, "what is stored is read as itself"


@CALM
@given(st.dates(min_value=values.FIRST_DAY, max_value=values.LAST_DAY))
def test_a_day_is_kept_as_iso_text_that_sorts(day):
    kept = values.stored(DATE, day)
    assert values.python(DATE, kept) == day
    assert (kept < "2000-01-01") == (day < dt.date(2000, 1, 1))


@pytest.mark.parametrize("given_as", ["c1", "Choice 1", "auswahl 1", " CHOICE 1 "])
def test_a_choice_is_named_by_its_key_or_a_label(given_as):
    assert values.stored(CHOICE, given_as) == "c1"


@CALM
@given(st.lists(st.sampled_from([one.key for one in CHOICES]), min_size=1))
def test_several_choices_are_kept_once_and_in_their_order(keys):
    assert values.stored(SEVERAL, keys) == sorted(set(keys))
    assert values.stored(SEVERAL, "; ".join(keys)) == sorted(set(keys))


@pytest.mark.parametrize(
    ("one", "bad"),
    [(MONEY, "1.234"), (MONEY, 10**13), (NUMBER, "1e3"), (NUMBER, "1.234,5"), (NUMBER, float("inf")), (DATE, "31.1.2026"), (DATE, "0999-01-01"),
     (TEXT, "a" * 1001), (TEXT, "a\0"), (CHOICE, "c9"), (SEVERAL, ["c1", "c9"]), (SEVERAL, 7)],
)  # fmt: skip
def test_what_does_not_fit_is_refused(one, bad):
    with pytest.raises(ValidationError):
        values.stored(one, bad)


KINDS = {"text": TEXT, "number": NUMBER, "money": MONEY, "date": DATE, "choice": CHOICE, "several": SEVERAL}


@CALM
@given(st.sampled_from(sorted(KINDS)), st.sampled_from(sorted(KINDS)), st.data())
def test_another_kind_keeps_a_value_that_the_kind_can_hold_or_loses_it(before, after, data):
    given_as = {
        "text": st.text(min_size=1, max_size=20), "number": WITHIN, "money": st.decimals(min_value=-999, max_value=999, places=2),
        "date": st.dates(min_value=values.FIRST_DAY, max_value=values.LAST_DAY), "choice": st.sampled_from(["c1", "c2"]),
        "several": st.lists(st.sampled_from(["c1", "c2"]), min_size=1),
    }  # fmt: skip
    try:
        kept = values.stored(KINDS[before], data.draw(given_as[before]))
    except ValidationError:
        return
    if before == after or kept is None:
        return
    made = converting.converted(KINDS[before], KINDS[after], kept)
    if made is not None:
        assert values.stored(KINDS[after], made, present=made) == made
    if after == "text":
        assert made, "every kind can be told as a text"
    if {before, after} == {"number", "money"} and made is not None:
        assert Decimal(repr(made)) == Decimal(repr(kept))
    if after == "text" and before in ("number", "money", "date"):
        assert converting.converted(KINDS[after], KINDS[before], made) == kept, "and back again"

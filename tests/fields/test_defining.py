"""Definitions of custom fields: keys, choices, formulas, and what must not happen to what is in use."""

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.fields import known
from kundenkreis.fields.models import CustomField
from tests.fields.defining import define

pytestmark = pytest.mark.django_db


def refused(label, kind="text", **values):
    with pytest.raises(ValidationError) as wrong:
        define(label, kind, **values)
    return {name: " ".join(errors) for name, errors in wrong.value.message_dict.items()}


def test_the_key_is_made_of_the_label_and_no_other_field_has_it():
    assert define("Opening hours").key == "opening_hours"
    assert define("Opening hours").key == "opening_hours_2"
    assert define("Name").key != "name", "a column of the record itself has that name"
    assert define("Öffnung / Zeiten!").key == "oeffnung_zeiten"
    assert define("123").key == "f_123"
    assert define("中").key == "field"


def test_the_key_never_changes():
    field = define("Hours")
    with pytest.raises(ValidationError):
        field.change(by=None, key="other")


@pytest.mark.parametrize("key", ["a__b", "A", "1a", "a-b", "a_", "x" * 41, "a'b", 'a"b'])
def test_a_key_that_could_be_something_else_is_refused(key):
    assert "key" in refused("Hours", key=key)


def test_a_field_of_a_noun_that_has_none_is_refused():
    assert "belongs_to" in refused("Hours", noun="planets")


def test_ten_thousand_choices_are_kept_and_one_more_is_refused():
    many = [{"en": f"Choice {n}"} for n in range(10_000)]
    field = define("Many", "choice", choices=many)
    assert len(known.of("accounts").by_key[field.key].choices) == 10_000
    assert "At most" in refused("More", "choice", choices=[*many, {"en": "One more"}])["choices"]


@pytest.mark.parametrize(
    "choices", [[], "text", [1], [{"en": ""}], [{"en": "A"}, {"en": "a"}], [{"key": "x y", "en": "A"}], [{"en": "\0"}]]
)
def test_choices_that_cannot_be_told_apart_are_refused(choices):
    assert "choices" in refused("Window", "choice", choices=choices)


def test_a_choice_is_retired_and_not_taken_away():
    field = define("Window", "choice", choices=[{"key": "a", "en": "A"}, {"key": "b", "en": "B"}])
    with pytest.raises(ValidationError):
        field.change(by=None, choices=[{"key": "a", "en": "A"}])


def test_a_formula_that_reads_itself_or_in_a_loop_is_refused_and_the_loop_named():
    assert "loop: x → x" in refused("X", "formula", key="x", formula="x + 1")["formula"]
    one = define("One", "formula", formula="1 + 1")
    define("Two", "formula", formula="one + 1")
    with pytest.raises(ValidationError) as wrong:
        one.change(by=None, formula="two + 1")
    assert "two → one → two" in str(wrong.value.message_dict["formula"])


def test_a_field_that_a_formula_reads_cannot_be_retired():
    seats = define("Seats", "number")
    define("Double", "formula", formula="seats * 2")
    with pytest.raises(ValidationError) as wrong:
        seats.retire(by=None)
    assert "double" in str(wrong.value)


def test_a_formula_that_comes_to_a_comparison_is_refused():
    assert "formula" in refused("Truth", "formula", formula="1 < 2")


def test_fields_are_put_into_an_order():
    for label in ("A1", "B1", "C1"):
        define(label)
    CustomField.order("accounts", ["c1", "a1"], by=None)
    assert [one.key for one in known.of("accounts").all] == ["c1", "a1", "b1"]
    with pytest.raises(ValidationError):
        CustomField.order("accounts", ["nothing"], by=None)


def test_so_many_fields_can_be_fast_and_no_more():
    for number in range(30):
        define(f"Number {number}", "number")
    assert "is_indexed" in refused("One more", "number")
    define("One more", "number", is_indexed=False)

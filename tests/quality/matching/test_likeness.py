"""Names, sounds, numbers and streets in the one spelling in which they are compared."""

import pytest

from kundenkreis.core.text import fold
from kundenkreis.customers.likeness import names, reaching, sounds
from kundenkreis.customers.likeness.companies import COMPANIES
from kundenkreis.customers.likeness.persons import PERSONS


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("maier", "67"),
        ("meyer", "67"),
        ("mayr", "67"),
        ("wikipedia", "3412"),
        ("breschnew", "17863"),
        ("clasen", "4586"),
        ("", ""),
    ],
)
def test_words_that_sound_the_same_have_one_code(word, code):
    assert sounds.cologne(word) == code


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [
        ("huber", "huber", 0),
        ("huber", "hubre", 1),
        ("huber", "hube", 1),
        ("maier", "mayr", 2),
        ("ca", "abc", 2),
        ("", "ab", 2),
    ],
)
def test_typing_errors_are_counted(one, other, steps):
    assert sounds.edits(one, other) == sounds.edits(other, one) == steps


@pytest.mark.parametrize(
    ("pet", "whole"),
    [
        ("Hansi", "Johann"),
        ("Sepp", "Josef"),
        ("Poldi", "Leopold"),
        ("Resi", "Theresia"),
        ("Kathi", "Katharina"),
        ("Joseph", "Josef"),
    ],
)
def test_a_pet_form_stands_for_its_name(pet, whole):
    assert names.called(pet) == names.called(whole)


def test_titles_are_no_part_of_a_name_unless_nothing_else_is():
    assert names.family("Mag. Dr. Müller") == names.family("Mueller") == names.family("Muller")
    assert names.family("Ma") == "ma"


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Huber Ges.m.b.H.", "gmbh"), ("Huber Gesellschaft m.b.H.", "gmbh"), ("Huber GmbH & Co KG", "kg"), ("Huber e.U.", "eu"),
        ("Huber AG", "ag"), ("Huber OHG", "og"), ("Huber", None),
    ],
)  # fmt: skip
def test_legal_forms_are_told_in_every_writing(written, form):
    assert names.legal_form(written) == form


@pytest.mark.parametrize(
    "written", ["+43 (0) 7242 / 123-456", "07242 123456", "0043 7242 123456", "+437242123456;ext=12"]
)
def test_a_number_is_one_in_every_writing(written):
    assert reaching.digits(written, "AT") == "437242123456"


def test_a_mobile_number_is_one_in_whichever_column_it_was_typed():
    assert reaching.lines("0664 1234567", "", "AT") == (None, "436641234567")
    assert reaching.lines("07242 12345", "0664 1234567", "AT") == ("43724212345", "436641234567")


@pytest.mark.parametrize("written", ["Linzer Straße 12/3", "Linzer Str. 12", "Linzerstrasse 12"])
def test_a_street_is_one_in_every_writing(written):
    assert (reaching.street(written), reaching.house_number(written)) == ("linzerstr", "12")


def test_hosts_at_which_anybody_has_mail_are_nobody_s():
    assert reaching.own_host("office@huber.at") == "huber.at"
    assert reaching.own_host("huber@gmx.at") is None
    assert reaching.own_host("huber@gmx.at", "https://www.huber.at/shop") == "huber.at"


def test_one_company_in_two_writings_has_a_key_in_common():
    one = {"name": "Kaufhaus Müller Ges.m.b.H.", "postcode": "4600", "place": "Wels"}
    other = {"name": "Mueller Kaufhaus GmbH & Co KG", "postcode": "4600", "place": "Wels"}
    keys = [set(COMPANIES.keys_of(COMPANIES.traits_of(_company(raw)))) for raw in (one, other)]
    assert keys[0] & keys[1]


def test_nothing_known_makes_no_key():
    assert COMPANIES.keys_of(COMPANIES.traits_of(dict.fromkeys(COMPANIES.columns, ""))) == []
    assert PERSONS.keys_of(PERSONS.traits_of(dict.fromkeys(PERSONS.columns))) == []


def _company(raw):
    return dict.fromkeys(COMPANIES.columns, "") | raw | {"key": fold(raw["name"])}

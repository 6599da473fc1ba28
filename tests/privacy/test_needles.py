"""A person is found in texts however she is written, and others are not."""

import json

import pytest

from kundenkreis.privacy.needles import Needles, Replacer

ANNA = Needles(
    (("Anna", "Müller-Groß"),),
    ("anna.mueller@huber.test",),
    ("6641234567",),
    ("Anna Müller-Groß", "Teststraße 5"),
    True,
)


@pytest.mark.parametrize(
    "text",
    [
        "Anna Müller-Groß",
        "anna mueller gross hat angerufen",
        "MÜLLER-GROSS, Anna",
        "Sehr geehrte Frau Mag. Müller-Groß!",
        "Frau Müller-Groß",
        "Ms Müller-Groß",
        "Anna M. Müller-Groß' Büro",
        "mail an Anna.Mueller@huber.test bitte",
        "q=anna+m%C3%BCller+gro%C3%9F",
        "+43 664 123 45 67",
        "0664/1234567",
        "0043 (0)664 - 12 34 567",
        "Tel. 0664 12 34 567!",
        "Teststrasse 5",
        json.dumps("Anna Müller-Groß"),
    ],
)
def test_she_is_found(text):
    assert ANNA.pattern(own=False).search(text), text


@pytest.mark.parametrize(
    "text",
    [
        "Anna",
        "Müller",
        "Hannanna Müller-Große",
        "Frau Müller",
        "x.anna.mueller@huber.test",
        "0664 12345678",
        "Gross und Klein",
    ],
)
def test_others_are_not(text):
    assert not ANNA.pattern(own=False).search(text), text


def test_in_her_own_records_the_bare_last_name_is_enough():
    assert ANNA.pattern(own=True).search("Müller-Groß war da")
    assert not ANNA.pattern(own=True).search("Müller war da")


def test_of_two_with_one_name_the_form_of_address_says_nothing():
    shared = Needles((("Anna", "Huber"),), is_rare=False)
    assert not shared.pattern(own=False).search("Frau Huber")
    assert shared.pattern(own=False).search("Frau Anna Huber")


def test_a_mark_takes_the_place_in_whatever_json_holds():
    replacer = Replacer(ANNA.pattern(own=False), "[erased]")
    value = {"a": ["Anna Müller-Groß rief an", 5, None], "anna.mueller@huber.test": True}
    assert replacer.any(value) == {"a": ["[erased] rief an", 5, None], "[erased]": True}


def test_nobody_has_no_pattern():
    assert Needles().pattern(own=True) is None
    assert Needles((("", "X"),)).pattern(own=False) is None

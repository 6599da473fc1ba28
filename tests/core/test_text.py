"""Folding: one key for everything that people type differently."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kundenkreis.core.text import KEY_LENGTH, fold, fold_and_words, fold_and_words_many, fold_many, words

NAMES = st.text(max_size=160) | st.lists(
    st.sampled_from(
        ["Müller", "Hofer", "Groß", "See", "AEG", "GmbH", "AG", "&", "Co", "KG", "e.U.", "S.p.A.", "Österreichische"]
        + ["kgaa", "llc", "ass", "ge", "s", "m", "b", "h", "aa", "ee", "Łódź", "mit", "und"]
    ),
    max_size=8,
).map(" ".join)


@pytest.mark.parametrize("name", ["Müller", "Mueller", "Muller", "MÜLLER", "Mu\u0308ller", " muller. ", "Müler"])
def test_an_umlaut_its_transliteration_and_its_bare_letter_are_one_key(name):
    assert fold(name) == "muler"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Hofer Metallbau Ges.m.b.H. & Co KG", "hofer metalbau"),
        ("Müller & Söhne GmbH", "muler sohne"),
        ("Österreichische Post Aktiengesellschaft", "ostereichische post"),
        ("Ölz e.U.", "olz"),
        ("Huber GmbH Wien", "huber wien"),
        ("Carlo Rossi S.p.A.", "carlo rosi"),
        ("Weiß OG", "weis"),
        ("Łódzka Spółka Sp. z o.o.", "lodzka spolka"),
        ("L'Oréal S.A.R.L.", "loreal"),
        ("McDonald’s Inc.", "mcdonalds"),
        ("Van den Berg B.V.", "van den berg"),
        ("Işık Ltd. Şti.", "isik ltd sti"),
        ("Søren Ærø ApS", "soren aro"),
        ("Æther Ltd", "ather"),
    ],
)
def test_marks_doubled_letters_and_legal_forms_are_away(name, key):
    assert fold(name) == key


@pytest.mark.parametrize(
    ("name", "key"),
    [("GmbH", "gmbh"), ("AG", "ag"), ("Co. KG", "co"), ("gmbh & co kg", "co"), ("Company Ltd", "company")],
)
def test_a_name_of_legal_forms_only_keeps_a_word(name, key):
    assert fold(name) == key


def test_a_word_that_only_looks_like_a_legal_form_when_folded_stays():
    assert fold("Hotel am See") == "hotel am see"
    assert fold("Strabag SE") == "strabag"
    assert fold("Foto AEG") == "foto aeg"


def test_numbers_keep_their_doubled_digits():
    assert fold("Studio 1100") == "studio 1100"
    assert words("K-10023") == ["k", "10023"]


def test_other_scripts_keep_their_letters_and_emoji_leave_nothing():
    assert fold("Москва") == "москва"
    assert fold("😀") == ""
    assert words("😀 Wien") == ["wien"]


def test_words_keep_legal_forms_and_split_addresses():
    assert words("Anna.Huber@lindner.at GmbH") == ["ana", "huber", "lindner", "at", "gmbh"]


@given(NAMES)
def test_folding_a_key_changes_nothing(name):
    assert fold(fold(name)) == fold(name)


@given(NAMES)
def test_a_key_is_short_and_plain(name):
    key = fold(name)
    assert len(key) <= KEY_LENGTH
    assert key == " ".join(key.split())
    assert not any(mark in key for mark in "'\"*&.,;%_\\\0\n")


@given(NAMES)
def test_a_name_with_a_letter_never_folds_to_nothing(name):
    if any(letter.isascii() and letter.isalnum() for letter in name):
        assert fold(name)


@given(NAMES)
def test_umlauts_may_be_written_out(name):
    written_out = name
    for umlaut, letters in {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}.items():
        written_out = written_out.replace(umlaut, letters)
    assert fold(written_out) == fold(name)


@given(st.lists(NAMES))
def test_a_column_of_names_folds_like_each_of_them(names):
    assert fold_many(names) == [fold(name) for name in names]


@given(st.text())
def test_words_are_letters_and_digits_only(text):
    assert all(word.isalnum() or not word.isascii() for word in words(text))
    assert all(not set(word) & set("\"'*:&|()!\0 ") for word in words(text))


@given(NAMES, NAMES)
def test_key_and_words_together_are_the_same_as_apart(name, more):
    assert fold_and_words(name, more) == (fold(name), words(name) + words(more))


@given(st.lists(st.tuples(NAMES, NAMES), max_size=4))
def test_many_keys_and_words_are_those_of_each(pairs):
    assert fold_and_words_many(pairs) == [fold_and_words(*pair) for pair in pairs]


def test_many_keys_and_words_are_those_of_each_also_where_lines_and_long_words_are_inside():
    pairs = [
        ("Weinhofer Handel GmbH", "B-1 Wels"), ("am See", "x" * 50), ("two\nlines GmbH", ""), ("", ""), ("AG", "AG"),
        ("A" * 5_000, "b"), ("Müller & Co KG", "o'hara's"), (" ", "only more"), ("G.m.b.H. und Co", "ss\x1fs"), ("aab bcc", "ee"),
    ]  # fmt: skip
    assert fold_and_words_many(pairs) == [fold_and_words(*pair) for pair in pairs]

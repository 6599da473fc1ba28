"""Titles and forms of address, as Austria uses them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kundenkreis.customers.salutation import Person, address_lines, highest_title, opening, parse_name, written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anna Huber", Person("", "", "Anna", "Huber", "")),
        ("Huber", Person("", "", "", "Huber", "")),
        ("Mag. Anna Huber, MBA", Person("", "Mag.", "Anna", "Huber", "MBA")),
        (
            "Univ.-Prof. DI Dr. Anna Maria von Huber-Müller, MSc",
            Person("", "Univ.-Prof. DI Dr.", "Anna Maria", "von Huber-Müller", "MSc"),
        ),
        ("Frau mag. anna huber mba", Person("ms", "Mag.", "anna", "huber", "MBA")),
        ("Herrn Dipl. Ing. (FH) Karl Maier BSc MSc", Person("mr", "Dipl.-Ing. (FH)", "Karl", "Maier", "BSc, MSc")),
        ("Dr.Huber", Person("", "Dr.", "", "Huber", "")),
        ("KommR Ing. Josef Steiner", Person("", "KommR Ing.", "Josef", "Steiner", "")),
        ("HR Dr. Eva Berger", Person("", "HR Dr.", "Eva", "Berger", "")),
        ("hr. eva berger", Person("mr", "", "eva", "berger", "")),
        ("Huber, Anna", Person("", "", "Anna", "Huber", "")),
        ("von Huber, Mag. Anna, MBA", Person("", "Mag.", "Anna", "von Huber", "MBA")),
        ("Mr. John Smith, PhD", Person("mr", "", "John", "Smith", "PhD")),
        ("Mag.a Eva Lang", Person("", "Mag.ᵃ", "Eva", "Lang", "")),
        ("Mag.ᵃ Drⁱⁿ Eva Lang, Bakk. phil.", Person("", "Mag.ᵃ Dr.ⁱⁿ", "Eva", "Lang", "Bakk.phil.")),
        ("Dr. med. univ. Eva Lang", Person("", "Dr. med. univ.", "Eva", "Lang", "")),
        ("DI Di Caprio", Person("", "DI", "Di", "Caprio", "")),
        ("Ma Li", Person("", "", "Ma", "Li", "")),
        ("J. R. Ewing", Person("", "", "J. R.", "Ewing", "")),
        ("Ludwig van der Berg", Person("", "", "Ludwig", "van der Berg", "")),
        ("Dr.", Person("", "", "", "Dr.", "")),
        ("", Person()),
        ("   ", Person()),
    ],
)
def test_a_name_is_taken_apart(text, expected):
    assert parse_name(text) == expected


def test_a_form_of_address_that_is_known_wins_over_the_text():
    assert parse_name("Frau Robin Huber", "diverse").form_of_address == "diverse"


BEFORE = [
    "Univ.-Prof.",
    "DI",
    "Dipl.-Ing.",
    "Dr.",
    "DDr.",
    "Mag.",
    "Mag.ᵃ",
    "Ing.",
    "KommR",
    "HR",
    "Prof.",
    "Mag. (FH)",
    "Bmst.",
]
AFTER = ["BSc", "MSc", "MBA", "MA", "PhD", "LL.M.", "Bakk.phil."]
GIVEN = ["Anna", "Maria", "Karl-Heinz", "Željko", "Eva", "Þóra", "Di", "J.", "Mag"]
FAMILY = ["Huber", "Huber-Müller", "von Huber", "van der Berg", "O'Neill", "Öz", "di Stefano", "Mr"]


@given(
    st.sampled_from(["", "ms", "mr", "diverse"]),
    st.lists(st.sampled_from(BEFORE), max_size=4),
    st.lists(st.sampled_from(GIVEN[:-1]), max_size=3),
    st.sampled_from(FAMILY),
    st.lists(st.sampled_from(AFTER), max_size=3),
)
def test_a_name_written_out_is_taken_apart_into_the_same_parts(form, before, given_names, family, after):
    person = Person(form, " ".join(before), " ".join(given_names), family, ", ".join(after))
    assert parse_name(written(person), form) == person


@given(st.text(max_size=80), st.sampled_from(["", "ms", "mr", "diverse"]), st.sampled_from(["de", "en"]))
def test_no_text_breaks_it_and_no_word_of_a_name_is_lost(text, form, language):
    person = parse_name(text, form)
    assert opening(person, language).endswith(",")
    assert isinstance(address_lines(person, language), str)
    again = parse_name(written(person), form)
    assert opening(again, language).endswith(",")


@given(st.lists(st.sampled_from(["Anna", "Huber", "Xaver", "Quendler", "Ybbs"]), min_size=1, max_size=5))
def test_words_that_are_no_titles_all_stay_in_the_name(names):
    assert written(parse_name(" ".join(names))) == " ".join(names)


HUBER = {"given_name": "Anna", "family_name": "Huber"}


@pytest.mark.parametrize(
    ("form", "before", "after", "expected"),
    [
        ("ms", "", "", "Sehr geehrte Frau Huber,"),
        ("mr", "", "", "Sehr geehrter Herr Huber,"),
        ("ms", "Mag.", "MBA", "Sehr geehrte Frau Mag. Huber,"),
        ("mr", "Mag. Dr.", "", "Sehr geehrter Herr Dr. Huber,"),
        ("mr", "Dr. Mag.", "MSc", "Sehr geehrter Herr Dr. Huber,"),
        ("mr", "DI Dr. techn.", "", "Sehr geehrter Herr Dr. Huber,"),
        ("ms", "Ing. DI", "", "Sehr geehrte Frau DI Huber,"),
        ("mr", "Ing.", "BSc", "Sehr geehrter Herr Ing. Huber,"),
        ("mr", "Mag. (FH)", "", "Sehr geehrter Herr Mag. Huber,"),
        ("ms", "", "MSc, PhD", "Sehr geehrte Frau Huber,"),
        ("mr", "Univ.-Prof. DI Dr.", "", "Sehr geehrter Herr Professor,"),
        ("ms", "Prof. Mag.", "", "Sehr geehrte Frau Professorin,"),
        ("mr", "HR Dr.", "", "Sehr geehrter Herr Hofrat,"),
        ("ms", "HR Dr.", "", "Sehr geehrte Frau Hofrätin,"),
        ("mr", "KommR Ing.", "", "Sehr geehrter Herr Kommerzialrat,"),
        ("mr", "Bmst.", "", "Sehr geehrter Herr Huber,"),
        ("diverse", "", "", "Guten Tag Anna Huber,"),
        ("", "Mag. Dr.", "", "Guten Tag Dr. Anna Huber,"),
        ("", "Univ.-Prof.", "", "Guten Tag Anna Huber,"),
    ],
)
def test_a_german_letter_opens_with_the_highest_title(form, before, after, expected):
    assert opening(Person(form, before, title_after=after, **HUBER)) == expected


@pytest.mark.parametrize(
    ("form", "before", "after", "expected"),
    [
        ("ms", "", "", "Dear Ms Huber,"),
        ("mr", "Mag.", "", "Dear Mr Huber,"),
        ("ms", "Mag. Dr.", "", "Dear Dr Huber,"),
        ("", "Dr.ⁱⁿ", "", "Dear Dr Huber,"),
        ("ms", "", "PhD", "Dear Dr Huber,"),
        ("ms", "Univ.-Prof. Dr.", "", "Dear Professor Huber,"),
        ("diverse", "", "", "Dear Anna Huber,"),
        ("", "DI", "", "Dear Anna Huber,"),
    ],
)
def test_an_english_letter_knows_doctors_and_professors_only(form, before, after, expected):
    assert opening(Person(form, before, title_after=after, **HUBER), "en") == expected


def test_nobody_in_particular_is_addressed_when_there_is_no_name():
    assert opening(Person("ms", "Dr.")) == "Sehr geehrte Damen und Herren,"
    assert opening(Person(), "en") == "Dear Sir or Madam,"


def test_a_noble_or_foreign_name_is_kept_whole():
    assert opening(Person("mr", "", "Ludwig", "van der Berg")) == "Sehr geehrter Herr van der Berg,"


def test_the_address_names_the_person_with_all_titles():
    anna = Person("ms", "Mag.", "Anna", "Huber", "MBA")
    assert address_lines(anna) == "Frau\nMag. Anna Huber, MBA"
    assert address_lines(Person("mr", "", "Karl", "Maier")) == "Herrn\nKarl Maier"
    assert address_lines(Person("diverse", "", "Robin", "Huber")) == "Robin Huber"
    assert address_lines(anna, "en") == "Ms Mag. Anna Huber, MBA"
    assert address_lines(Person("ms", "Dr.", "Anna", "Huber"), "en") == "Dr Anna Huber"
    assert address_lines(Person("", "", "Robin", "Huber"), "en") == "Robin Huber"


def test_the_highest_title_is_an_academic_one():
    assert highest_title(Person("mr", "KommR Ing. Mag.", "Karl", "Maier")) == "Mag."
    assert highest_title(Person("mr", "KommR", "Karl", "Maier")) == ""

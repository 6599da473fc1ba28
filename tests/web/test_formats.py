"""Figures and times as people read them, in both languages."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from kundenkreis.core import clock
from kundenkreis.web import formats

HARD = "\N{NO-BREAK SPACE}"
TODAY = dt.date(2010, 12, 9)


@pytest.fixture
def in_german():
    with translation.override("de"):
        yield


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def _demo_day(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.mark.parametrize(
    ("amount", "english", "german"),
    [
        (Decimal("1234.56"), "€1,234.56", f"1.234,56{HARD}€"),
        (Decimal("-0.5"), "−€0.50", f"−0,50{HARD}€"),
        (0, "€0.00", f"0,00{HARD}€"),
        (Decimal("1234567.005"), "€1,234,567.01", f"1.234.567,01{HARD}€"),
        (Decimal("-0.001"), "€0.00", f"0,00{HARD}€"),
        (None, "–", "–"),
    ],
)
def test_money_stands_as_each_language_writes_it(amount, english, german):
    assert formats.money(amount) == english
    with translation.override("de"):
        assert formats.money(amount) == german


def test_a_currency_without_a_sign_of_its_own_is_named_by_its_code():
    assert formats.money(5, "CHF") == f"CHF{HARD}5.00"
    with translation.override("de"):
        assert formats.money(5, "CHF") == f"5,00{HARD}CHF"


def test_yen_have_no_cents():
    assert formats.money(Decimal("1200"), "JPY") == "¥1,200"


def test_a_plus_is_written_only_where_it_is_asked_for_and_true():
    assert [formats.number(n, 0, sign=True) for n in (3, 0, -3)] == ["+3", "0", "−3"]
    assert formats.money(3, sign=True) == "+€3.00"


def test_a_number_shows_the_digits_it_has_but_at_most_three():
    assert [formats.number(n) for n in (1200, Decimal("1.50"), 0.12345)] == ["1,200", "1.5", "0.123"]


def test_half_a_cent_is_rounded_away_from_zero():
    assert formats.number(Decimal("2.345"), 2) == "2.35"
    assert formats.number(Decimal("-2.345"), 2) == "−2.35"


def test_percent_has_a_space_in_german_only(in_german):
    assert formats.percent(3.14) == f"3,1{HARD}%"
    with translation.override("en"):
        assert formats.percent(3.14) == "3.1%"


def test_a_rise_is_good_unless_less_is_better():
    assert formats.delta(8.4) == '<span class="delta-up">+8.4%</span>'
    assert formats.delta(-8.4) == '<span class="delta-down">−8.4%</span>'
    assert formats.delta(-2, unit="", digits=0, good="down") == '<span class="delta-up">−2</span>'
    assert "delta" not in formats.delta(0)


def test_a_change_from_nothing_is_no_percentage():
    assert formats.change(5, 0) is None
    assert formats.change(5, None) is None
    assert formats.change(110, 100) == 10
    assert formats.change(-50, -100) == 50  # a smaller loss is a rise


def test_large_numbers_are_shortened():
    assert [formats.short(n) for n in (999, 60_000, 8_140_000)] == ["999", f"60{HARD}k", f"8.1{HARD}m"]
    assert formats.short(8_100_000, "EUR") == f"€8.1{HARD}m"


def test_a_bounded_count_says_that_there_are_more():
    assert formats.count(10_000) == "10,000"
    assert formats.count(10_001) == "10,000+"


@pytest.mark.usefixtures("_demo_day")
@pytest.mark.parametrize(
    ("days", "spoken"),
    [(0, "today"), (1, "tomorrow"), (-1, "yesterday"), (12, "in 12 days"), (-3, "3 days ago"), (-20, f"19{HARD}Nov")],
)
def test_a_day_is_named_as_people_speak(days, spoken):
    assert f">{spoken}<" in formats.when(TODAY + dt.timedelta(days=days))


@pytest.mark.usefixtures("_demo_day")
def test_the_exact_day_stands_in_the_title():
    assert f'title="Wednesday, 8{HARD}December 2010"' in formats.when(dt.date(2010, 12, 8))
    assert 'datetime="2010-12-08"' in formats.when(dt.date(2010, 12, 8))


@pytest.mark.usefixtures("_demo_day")
def test_a_day_in_another_year_names_its_year(in_german):
    assert formats.when(dt.date(2009, 1, 6)).endswith(f">6.{HARD}Jän.{HARD}2009</time>")


@pytest.mark.usefixtures("_demo_day")
def test_what_happened_just_now_is_told_by_the_real_clock_even_in_a_demo_house():
    assert ">just now<" in formats.when(timezone.now())
    assert ">5 min<" in formats.when(timezone.now() - dt.timedelta(minutes=5, seconds=10))


@pytest.mark.usefixtures("_demo_day")
def test_a_moment_of_the_demo_year_is_told_by_the_demo_day():
    assert ">yesterday<" in formats.when(dt.datetime(2010, 12, 8, 14, 0, tzinfo=dt.UTC))


def test_nothing_is_a_dash():
    assert formats.day(None) == formats.moment(None) == formats.duration(None) == formats.percent(None) == "–"
    assert "–" in formats.when(None)


def test_sizes_and_durations_are_short():
    assert [formats.size(n) for n in (840, 12_000, 3_400_000)] == [f"840{HARD}B", f"12{HARD}kB", f"3.4{HARD}MB"]
    assert [formats.duration(n) for n in (40, 190, 4800)] == ["40 s", "3 min", "1 h 20 min"]


def test_initials_are_those_of_the_first_and_the_last_name():
    assert [formats.initials(n) for n in ("Ada Huber", "Univ.-Prof. Dr. Eva Hofreiter", "Zoë", "", "12")] == [
        "AH",
        "UH",
        "Z",
        "?",
        "?",
    ]


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+43724212345", "+43 7242 12345"),
        ("+441632960154", "+44 1632 960154"),
        ("+4312345678;ext=12", "+43 1 2345678 ext. 12"),
        ("see website", "see website"),
        ("", ""),
    ],
)
def test_a_phone_number_is_read_in_groups(number, shown):
    assert formats.telephone(number) == shown

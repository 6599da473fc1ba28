"""Text to typed values: every shape people write, and every cell that cannot be read is named."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kundenkreis.quality.messages import CELLS, NOTES, explain
from kundenkreis.quality.values import Hints, decide_dates, decide_decimal, hints_for, parse


def one(kind, text, **hints):
    """The value of one cell; a code when it is wrong."""
    parsed = parse(pl.Series("x", [text], dtype=pl.String), kind, hints=Hints(**hints))
    assert all(note.code in NOTES for note in parsed.notes)
    if parsed.errors:
        (error,) = parsed.errors
        assert error.original == text.strip()
        assert error.code in CELLS
        assert "%(" not in explain(error.code, error.params, value=error.original)
        assert parsed.values.to_list() == [None]
        return error.code
    return parsed.values.to_list()[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("1’234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234\u202f567,8", "1234567.8"),
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("0,123", "0.123"),
        (",5", "0.5"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("1.234.567,891", "1234567.891"),
        ("1234,567", "1234.567"),
        ("-5", "-5"),
        ("−5", "-5"),
        ("+5", "5"),
        ("(5)", "-5"),
        ("(1.234,50)", "-1234.50"),
        ("5-", "-5"),
        ("1.234,56-", "-1234.56"),
        ("€ 5", "5"),
        ("5,00 €", "5"),
        ("-€5", "-5"),
        ("€ -5,20", "-5.20"),
        ("EUR -5,20", "-5.20"),
        ("CHF -5.20", "-5.20"),
        ("-EUR 5,20", "-5.20"),
        ("5,20 EUR-", "-5.20"),
        ("5,20- EUR", "-5.20"),
        ("(5,20) €", "-5.20"),
        ("€ (5,20)", "-5.20"),
        ("(€ 5,20)", "-5.20"),
        ("EUR 3,20", "3.20"),
        ("CHF 1’000.—", "1000"),
        ("5,-", "5"),
        ("-5,--", "-5"),
        ("12,5 %", "12.5"),
        ("1,5E+3", "1500"),
        ("0", "0"),
        ("007", "7"),
    ],
)
@pytest.mark.parametrize("mark", [",", "."])
def test_a_number_that_can_be_read_in_one_way_is_read_so_under_both_conventions(text, value, mark):
    assert one("decimal", text, decimal_mark=mark) == Decimal(value)


def test_a_number_that_can_be_read_in_two_ways_follows_its_column():
    assert one("decimal", "1,234", decimal_mark=",") == Decimal("1.234")
    assert one("decimal", "1,234", decimal_mark=".") == 1234
    assert one("decimal", "1.234", decimal_mark=",") == 1234
    assert one("decimal", "1.234", decimal_mark=".") == Decimal("1.234")


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "12 5",
        "1,23,4",
        "1.2.3",
        "--5",
        "(5",
        "5)",
        "-5-",
        "1,234.5.6",
        "=1+1",
        "12a",
        "1/2",
        "€",
        "-",
        "1.23.456,7",
    ],
)
def test_what_is_no_number_is_named(text):
    assert one("decimal", text) == "not_a_number"
    assert one("decimal", text, decimal_mark=".") == "not_a_number"


def test_a_number_too_large_for_its_field_is_named():
    assert one("decimal", "9" * 40) == "number_too_large"
    assert one("decimal", "1234567", whole_digits=6) == "number_too_large"
    assert one("decimal", "123456", whole_digits=6) == 123456


def test_decimals_beyond_the_scale_are_rounded_and_noted():
    parsed = parse(pl.Series(["0,1234567", "0,5000000"]), "decimal", hints=Hints(scale=4))
    assert parsed.values.to_list() == [Decimal("0.1235"), Decimal("0.5")]
    assert [(note.index, note.code) for note in parsed.notes] == [(0, "rounded")]


def test_the_decimal_mark_is_decided_by_the_sample():
    assert decide_decimal(["1,234", "12,5", "3"]).mark == ","
    assert decide_decimal(["1,234", "12.5", "3"], default=",").mark == "."
    assert decide_decimal(["1.234.567"]).mark == ","
    assert decide_decimal(["€ 1,234.00-"]).mark == "."
    assert not decide_decimal(["1,234", "12,5"]).ambiguous
    assert not decide_decimal(["1", "2"]).ambiguous


def test_a_sample_that_settles_nothing_is_reported_and_can_be_overruled():
    decision = decide_decimal(["1,234", "2,500", None, ""], default=".")
    assert (decision.mark, decision.ambiguous, decision.unclear) == (".", True, 2)
    hints, (note,) = hints_for(pl.Series(["1,234"]), "decimal", Hints(decimal_mark=","))
    assert hints.decimal_mark == ","
    assert "“,” is taken as the decimal mark" in explain(note.code, note.params)
    assert decide_decimal(["1,234", "1,5", "1.5"]).ambiguous


def test_whole_numbers():
    assert one("integer", "12") == 12
    assert one("integer", "12,00") == 12
    assert one("integer", "13085.0") == 13085
    assert one("integer", "1.000", decimal_mark=",") == 1000
    assert one("integer", "-3") == -3
    assert one("integer", "2,5") == "not_whole"
    assert one("integer", "x") == "not_a_number"
    assert one("integer", "9" * 25) == "number_too_large"


@pytest.mark.parametrize(
    "text",
    [
        "2010-12-31",
        "2010/12/31",
        "31.12.2010",
        "31. 12. 2010",
        "31.12.10",
        "31/12/2010",
        "31-12-2010",
        "20101231",
        "40543",
        "31. Dez. 2010",
        "31. Dezember 2010",
        "31 Dec 2010",
        "31-Dec-2010",
        "Dec 31, 2010",
        "December 31st, 2010",
        "Fr, 31.12.2010",
        "Friday, 31 December 2010",
        "2010-12-31T08:00:00Z",
        "2010-12-31 08:00",
        "31.12.2010 08:00 Uhr",
    ],
)
def test_dates_in_many_shapes(text):
    assert one("date", text) == dt.date(2010, 12, 31)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2010-12-31 07:45:00", dt.datetime(2010, 12, 31, 7, 45)),
        ("2010-12-31T07:45", dt.datetime(2010, 12, 31, 7, 45)),
        ("2010-12-31T07:45:10.123", dt.datetime(2010, 12, 31, 7, 45, 10)),
        ("31.12.2010 7:45", dt.datetime(2010, 12, 31, 7, 45)),
        ("31/12/2010 02:30 PM", dt.datetime(2010, 12, 31, 14, 30)),
        ("31/12/2010 12:30 am", dt.datetime(2010, 12, 31, 0, 30)),
        ("20101231T074500", dt.datetime(2010, 12, 31, 7, 45)),
        ("40543,5", dt.datetime(2010, 12, 31, 12)),
        ("2010-12-31T23:30:00Z", dt.datetime(2011, 1, 1, 0, 30)),
        ("2010-12-31T23:30:00-0100", dt.datetime(2011, 1, 1, 1, 30)),
        ("2010-07-01T00:00:00+00:00", dt.datetime(2010, 7, 1, 2)),
    ],
)
def test_moments_are_given_in_the_zone_of_the_house(text, value):
    assert one("datetime", text, zone="Europe/Vienna") == value


def test_days_that_do_not_exist_and_words_are_named():
    assert one("date", "31.02.2010") == "no_such_day"
    assert one("date", "2010-13-01") == "no_such_day"
    assert one("datetime", "2010-12-31 25:00") == "no_such_day"
    assert one("date", "1. Foo 2010") == "no_such_day"
    assert one("date", "morgen") == "not_a_date"
    assert one("date", "5") == "not_a_date"


def test_the_order_of_day_and_month_is_decided_by_the_sample():
    assert decide_dates(["03/04/2010", "14/04/2010"]).order == "dmy"
    assert decide_dates(["03/04/2010", "03/14/2010"]).order == "mdy"
    unclear = decide_dates(["03/04/2010", "04/04/2010"], default="mdy")
    assert (unclear.order, unclear.ambiguous) == ("mdy", True)
    assert not decide_dates(["31.12.2010", "2010-03-04", None]).ambiguous
    _, (note,) = hints_for(["03/04/2010"], "date", Hints())
    assert "day before month is assumed" in explain(note.code, note.params)


def test_a_date_in_the_other_order_is_named_instead_of_turned():
    assert one("date", "03/14/2010", date_order="dmy") == "other_date_order"
    assert one("date", "03/04/2010", date_order="dmy") == dt.date(2010, 4, 3)
    assert one("date", "03/04/2010", date_order="mdy") == dt.date(2010, 3, 4)


def test_yes_and_no():
    assert [one("boolean", text) for text in ("ja", "YES", "x", "1", "wahr", "True")] == [True] * 6
    assert [one("boolean", text) for text in ("nein", "No", "0", "falsch", "-")] == [False] * 5
    assert one("boolean", "vielleicht") == "not_yes_or_no"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Österreich", "AT"), ("OESTERREICH", "AT"), ("Austria", "AT"), ("AUT", "AT"), ("at", "AT"), ("A", "AT"),
        ("EIRE", "IE"), ("RSA", "ZA"), ("USA", "US"), ("U.S.A.", "US"), ("Channel Islands", "JE"), ("Korea", "KR"),
        ("España", "ES"), ("Magyarország", "HU"), ("Česko", "CZ"), ("the Netherlands", "NL"), ("UK", "GB"), ("Unspecified", None),
        ("West Indies", None), ("Ελλάδα", "GR"), ("Côte d’Ivoire", "CI"), ("Nirgendwo", "unknown_country"),
    ],
)  # fmt: skip
def test_countries_by_any_name(text, code):
    assert one("country", text) == code


def test_a_country_that_is_none_is_noted_and_left_empty():
    parsed = parse(pl.Series(["Unspecified", "West Indies", "Channel Islands"]), "country")
    assert parsed.errors == ()
    assert {(note.original, note.code) for note in parsed.notes} == {
        ("Unspecified", "country_unspecified"),
        ("West Indies", "country_region"),
        ("Channel Islands", "country_collective"),
    }


def test_currencies_and_languages():
    assert [one("currency", text) for text in ("€", "eur", "Euro", "US-Dollar", "£")] == [
        "EUR",
        "EUR",
        "EUR",
        "USD",
        "GBP",
    ]
    assert one("currency", "Muscheln") == "unknown_currency"
    assert [one("language", text) for text in ("Deutsch", "de-AT", "English", "français")] == ["de", "de", "en", "fr"]
    assert one("language", "Quatschisch") == "unknown_language"


def test_mail_addresses():
    assert one("email", "Anna.Huber@Firma.AT") == "Anna.Huber@firma.at"
    assert one("email", "Anna Huber <anna@firma.at>") == "anna@firma.at"
    assert one("email", "mailto:anna@firma.at") == "anna@firma.at"
    assert one("email", "müller@österreich.at") == "müller@österreich.at"
    assert one("email", "a@firma.at; b@firma.at") == "several_emails"
    for wrong in ("kaputt", "a@b", "a..b@firma.at", "@firma.at", "a b@firma.at", "a@-firma.at"):
        assert one("email", wrong) == "not_an_email"


def test_telephone_numbers_by_the_country_of_the_house():
    assert one("phone", "0664 / 123 45 67") == "+436641234567"
    assert one("phone", "+43 (0)1 234 56 78") == "+4312345678"
    assert one("phone", "089 123456", country="DE") == "+4989123456"
    assert one("phone", "ruf mich an") == "not_a_phone"


def test_text_is_tidied_and_formulas_and_html_stay_what_they_are():
    assert one("text", "  Huber \t &\u00a0 Söhne ") == "Huber & Söhne"
    assert one("text", "a\nb") == "a b"
    assert one("text", " a  b \r\n c ", multiline=True) == "a b \n c"
    assert one("text", "a\x00\u202eb") == "ab"
    assert one("text", "zu lang", max_length=5) == "too_long"
    for text, code in (
        ("=cmd|' /C calc'!A0", "formula"),
        ("@SUM(A1)", "formula"),
        ("<script>alert(1)</script>", "markup"),
    ):
        parsed = parse(pl.Series([text]), "text")
        assert parsed.values.to_list() == [text]
        assert [note.code for note in parsed.notes] == [code]
    assert parse(pl.Series(["+43 1 234", "-5", "a < b"]), "text").notes == ()


@pytest.mark.parametrize(
    "kind", ["text", "integer", "decimal", "percent", "date", "datetime", "boolean", "country", "email", "phone"]
)
def test_empty_cells_are_no_errors(kind):
    parsed = parse(pl.Series(["", "  ", "\u00a0", None], dtype=pl.String), kind)
    assert parsed.values.to_list() == [None] * 4
    assert parsed.errors == ()
    assert parse(pl.Series([], dtype=pl.String), kind).values.to_list() == []


@pytest.mark.parametrize(
    "kind", ["integer", "decimal", "date", "datetime", "boolean", "country", "currency", "email", "phone"]
)
def test_every_cell_is_a_value_or_empty_or_an_error(kind):
    cells = ["1", "abc", "", "2010-12-31", "1.234,5", None, "ja", "AT", "a@b.at", "=1", "<b>", "31.02.2010", "x" * 500]
    parsed = parse(pl.Series(cells, dtype=pl.String), kind)
    wrong = {error.index for error in parsed.errors}
    assert len(wrong) == len(parsed.errors)
    for index, (cell, value) in enumerate(zip(cells, parsed.values.to_list(), strict=True)):
        assert (value is not None) + (not cell) + (index in wrong) == 1


amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False)


@settings(max_examples=200, deadline=None)
@given(
    values=st.lists(amounts, min_size=1, max_size=20),
    style=st.sampled_from([(".", ","), (",", "."), ("'", "."), (" ", ","), ("", ",")]),
)
def test_amounts_come_back_as_they_were_written(values, style):
    group, mark = style
    texts = [f"{value:,.2f}".replace(",", "G").replace(".", mark).replace("G", group) for value in values]
    parsed = parse(pl.Series(texts), "decimal", hints=Hints(decimal_mark=decide_decimal(texts, default=mark).mark))
    assert parsed.errors == ()
    assert parsed.values.to_list() == values


@settings(max_examples=200, deadline=None)
@given(
    values=st.lists(st.dates(dt.date(1970, 1, 1), dt.date(2068, 12, 31)), min_size=1, max_size=20),
    form=st.sampled_from(
        ["%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%Y%m%d", "%d %b %Y", "%B %d, %Y", "%Y-%m-%dT00:00:00"]
    ),
)
def test_dates_come_back_as_they_were_written(values, form):
    parsed = parse(pl.Series([value.strftime(form) for value in values]), "date")
    assert parsed.errors == ()
    assert parsed.values.to_list() == values


@settings(max_examples=200, deadline=None)
@given(
    cells=st.lists(st.text(max_size=20), max_size=10),
    kind=st.sampled_from(["decimal", "integer", "datetime", "text", "country", "email"]),
)
def test_no_text_makes_the_reader_stumble(cells, kind):
    parsed = parse(pl.Series(cells, dtype=pl.String), kind)
    assert len(parsed.values) == len(cells)

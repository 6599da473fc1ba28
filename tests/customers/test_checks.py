"""Numbers with a check: right ones come back in their usual spelling, wrong ones with a sentence that says why."""

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from kundenkreis.customers.checks import BadValue, email, gln, iban, phone, phone_display, register_number, uid


def code_of(check, *args):
    with override("en"), pytest.raises(BadValue) as refused:
        check(*args)
    assert refused.value.message.endswith(".") or refused.value.message.endswith(").")
    assert "%(" not in refused.value.message
    return refused.value.code


@pytest.mark.parametrize(
    ("typed", "country", "expected"),
    [
        ("ATU13585627", "", "ATU13585627"),
        ("atu 1358-5627", "", "ATU13585627"),
        ("U13585627", "AT", "ATU13585627"),
        ("DE 136 695 976", "", "DE136695976"),
        ("136695976", "DE", "DE136695976"),
        ("IT00743110157", "", "IT00743110157"),
        ("CHE-107.787.577 MWST", "", "CHE107787577MWST"),
        ("GB980780684", "", "GB980780684"),
        ("EL094259216", "", "EL094259216"),
        ("094259216", "GR", "EL094259216"),
        ("NL004495445B01", "", "NL004495445B01"),
    ],
)
def test_a_vat_id_is_tidied_and_checked_by_its_countrys_rule(typed, country, expected):
    assert uid(typed, country) == expected


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ATU13585626", "uid_check"),
        ("DE136695978", "uid_check"),
        ("ATU1358562", "uid_length"),
        ("XX123456789", "uid_country"),
        ("US123456789", "uid_country"),
        ("12345678", "uid_form"),
        ("", "uid_form"),
        ("ATU1358562７", "uid_form"),
        ("'; --", "uid_form"),
    ],
)
def test_a_wrong_vat_id_says_what_is_wrong(typed, code):
    assert code_of(uid, typed) == code


# Published numbers of Erste Group, OMV, voestalpine, Red Bull, Österreichische Post and Wienerberger.
@pytest.mark.parametrize("number", ["33209m", "93363z", "66209t", "56247t", "180219d", "77676f"])
def test_published_register_numbers_pass(number):
    assert register_number(f"FN {number}") == f"FN {number}"
    assert register_number(f"fn{number[:-1]} {number[-1].upper()}", "AT") == f"FN {number}"
    assert register_number(f"0{number}") == f"FN {number}" or len(number) == 7


@given(st.integers(1, 999_999), st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
def test_every_number_has_exactly_one_letter(number, letter):
    right = "abdfghikmpstvwxyz"[number % 17]
    assert register_number(f"{number}{right}") == f"FN {number}{right}"
    if letter != right:
        with pytest.raises(BadValue) as refused:
            register_number(f"{number}{letter}")
        assert (refused.value.code, refused.value.params["letter"]) == ("register_check", right)


@pytest.mark.parametrize("place", range(6))
def test_every_wrong_digit_of_a_register_number_is_noticed(place):
    for digit in "0123456789":
        number = "180219"[:place] + digit + "180219"[place + 1 :]
        if number != "180219":
            assert code_of(register_number, f"FN {number}d") == "register_check"


@pytest.mark.parametrize(
    ("typed", "country", "code"),
    [
        ("FN 33209x", "", "register_check"),
        ("FN 1234567a", "", "register_form"),
        ("HRB 12345", "AT", "register_form"),
        ("FN", "", "register_form"),
        ("x" * 50, "DE", "register_form"),
        ("<b>", "", "register_form"),
    ],
)
def test_a_wrong_register_number_says_what_is_wrong(typed, country, code):
    assert code_of(register_number, typed, country) == code


def test_register_numbers_of_other_countries_are_only_tidied():
    assert register_number(" HRB  12345 B ", "DE") == "HRB 12345 B"
    assert register_number("HRB 12345") == "HRB 12345"
    assert register_number("123456a", "DE") == "123456a"


def test_a_gln_has_thirteen_digits_and_a_check_digit():
    assert gln(" 9 110000 00000 7 ") == "9110000000007"
    assert gln("4006381-333931") == "4006381333931"
    assert code_of(gln, "4006381333932") == "gln_check"
    assert code_of(gln, "400638133393") == "gln_form"
    assert code_of(gln, "0000000000000") == "gln_form"
    assert code_of(gln, "٤٠٠٦٣٨١٣٣٣٩٣١") == "gln_form"


def test_an_iban_is_checked_by_its_digits():
    assert iban("AT61 1904 3002 3457 3201") == "AT611904300234573201"
    assert iban("de89370400440532013000") == "DE89370400440532013000"
    assert code_of(iban, "AT62 1904 3002 3457 3201") == "iban_check"
    assert code_of(iban, "AT61") == "iban_form"
    assert code_of(iban, "") == "iban_form"
    assert code_of(iban, "ÄÖ61 1904") == "iban_form"


def test_a_mail_address_has_its_domain_in_lower_case():
    assert email(" Anna.Huber@Lindner.AT ") == "Anna.Huber@lindner.at"
    assert email("büro@müller.at") == "büro@müller.at"
    for wrong in ["anna", "anna@", "@x.at", "a b@x.at", "anna@x..at", "a@b@c.at", "x" * 400 + "@x.at", "a\n@x.at", ""]:
        assert code_of(email, wrong) == "email"


@pytest.mark.parametrize(
    ("typed", "country", "expected"),
    [
        ("0664 123 45 67", "AT", "+436641234567"),
        ("+43 (0) 664/1234567", "AT", "+436641234567"),
        ("0043 1 53115-0", "AT", "+431531150"),
        ("030 901820", "DE", "+4930901820"),
        ("+49 30 901820", "AT", "+4930901820"),
        ("044 668 18 00", "CH", "+41446681800"),
        ("+44 20 7946 0958 ext. 12", "AT", "+442079460958;ext=12"),
    ],
)
def test_a_phone_number_becomes_international(typed, country, expected):
    assert phone(typed, country) == expected
    assert phone(expected, country) == expected


@pytest.mark.parametrize("typed", ["", "abc", "12", "+", "0" * 40, "+999 123456789", "\0", "+43"])
def test_what_is_no_phone_number_is_refused(typed):
    assert code_of(phone, typed) == "phone"


def test_a_phone_number_is_shown_as_one_dials_it():
    assert phone_display("+436641234567") == "0664 1234567"
    assert phone_display("+4930901820") == "+49 30 901820"
    assert phone_display("+4930901820", "DE") == "030 901820"
    assert phone_display("see website") == "see website"


@given(st.text(max_size=60))
def test_no_text_breaks_a_check(text):
    for check in (uid, register_number, gln, iban, email, phone):
        try:
            value = check(text)
        except BadValue as refused:
            assert refused.message  # noqa: PT017
        else:
            assert check(value) == value
    assert phone_display(text) is not None

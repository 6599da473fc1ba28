"""Numbers and addresses with a built-in check: each function returns the usual spelling or says what is wrong.

Nothing here asks a server: a number that passes is well-formed, not proven to exist.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_MESSAGES = {
    "uid_form": _("“%(value)s” is no VAT ID: it begins with the country (like ATU12345675)."),
    "uid_country": _("VAT IDs that begin with “%(country)s” are not known."),
    "uid_check": _("The VAT ID “%(value)s” has a typing error: its check digit does not fit."),
    "uid_length": _("The VAT ID “%(value)s” has a wrong length or sign for its country."),
    "register_form": _("“%(value)s” is no company register number (like FN 123456d)."),
    "register_check": _("The register number “%(value)s” has a typing error: its letter would be “%(letter)s”."),
    "gln_form": _("A GLN has 13 digits; “%(value)s” does not."),
    "gln_check": _("The GLN “%(value)s” has a typing error: its check digit does not fit."),
    "iban_form": _("“%(value)s” is no IBAN (like AT61 1904 3002 3457 3201)."),
    "iban_check": _("The IBAN “%(value)s” has a typing error: its check digits do not fit."),
    "email": _("“%(value)s” is no e-mail address (like name@company.at)."),
    "phone": _("“%(value)s” is no phone number (like +43 1 234 56 78)."),
}


class BadValue(ValueError):
    """A value that cannot be right. `code` says why, `message` says it in the language of the moment."""

    def __init__(self, code: str, value: str, **more: Any):
        self.code = code
        self.params = {"value": value[:60], **more}
        super().__init__(code)

    @property
    def sentence(self) -> StrOrPromise:
        """The sentence in no language yet, to be filled with `params`."""
        return _MESSAGES[self.code]

    @property
    def message(self) -> str:
        return str(self.sentence) % self.params

    def __str__(self) -> str:
        return self.message


_EU_PREFIX = {"GR": "EL"}


def uid(text: str, country: str = "") -> str:
    """A VAT ID (UID) without spaces and dots, checked by its country's rule: "ATU13585627".

    EU, Switzerland, Norway and the United Kingdom, by python-stdnum. `country` (ISO code) is used when the number is
    written without its own. Raises `BadValue` uid_form, uid_country, uid_length or uid_check.
    """
    from stdnum import exceptions
    from stdnum.util import get_cc_module

    number = re.sub(r"[\s.\-/_]", "", text).upper()
    prefix = _EU_PREFIX.get(country.upper(), country.upper())
    if prefix and not number.startswith(prefix) and not re.match(r"[A-Z]{2}", number):
        number = prefix + number
    if not re.fullmatch(r"[A-Z]{2}[A-Z0-9+*]{2,16}", number):
        raise BadValue("uid_form", text)
    code = {"EL": "GR", "XI": "GB"}.get(number[:2], number[:2])
    module = get_cc_module(code.lower(), "vat") if code in _VAT_COUNTRIES else None
    if module is None:
        raise BadValue("uid_country", text, country=number[:2])
    try:
        checked = module.validate(number[2:] if number.startswith("XI") else number)
    except exceptions.InvalidChecksum as error:
        raise BadValue("uid_check", text) from error
    except exceptions.ValidationError as error:
        raise BadValue("uid_length", text) from error
    return checked if checked.startswith(number[:2]) else number[:2] + checked


_VAT_COUNTRIES = frozenset(re.findall("..", "ATBEBGCHCYCZDEDKEEESFIFRGBGRHRHUIEITLTLULVMTNLNOPLPTROSESISK"))

_FN_LETTERS = "abdfghikmpstvwxyz"
_FN = re.compile(r"(?:fn)?\s*0*(\d{1,6})\s*([a-z])", re.IGNORECASE)


def register_number(text: str, country: str = "") -> str:
    """A company register number as it is usually written: "FN 33209m".

    Austria's is checked by its letter: the number modulo 17 chooses among abdfghikmpstvwxyz. (The register's rule is
    not published as a norm; this one is in public use and true of every published number it was tried on, such as
    FN 33209m and FN 93363z.) Numbers of other countries are only tidied, and so is anything that does not look like an
    Austrian one when `country` is empty. Raises `BadValue` register_form or register_check.
    """
    tidy = " ".join(text.split())
    match = _FN.fullmatch(tidy)
    if country.upper() not in ("", "AT") and not tidy.upper().startswith("FN"):
        match = None
    elif match is None and (country.upper() == "AT" or tidy.upper().startswith("FN")):
        raise BadValue("register_form", text)
    if match is None:
        if not re.fullmatch(r"[\w .,/()-]{2,40}", tidy):
            raise BadValue("register_form", text)
        return tidy
    number, letter = int(match[1]), match[2].lower()
    expected = _FN_LETTERS[number % len(_FN_LETTERS)]
    if not number or letter != expected:
        raise BadValue("register_check", text, letter=expected)
    return f"FN {number}{letter}"


def gln(text: str) -> str:
    """A Global Location Number: 13 digits, the last one checking the others (GS1 General Specifications, 7.9)."""
    number = re.sub(r"[\s.\-]", "", text)
    if not re.fullmatch(r"[0-9]{13}", number) or not int(number):
        raise BadValue("gln_form", text)
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(number))
    if weighted % 10:
        raise BadValue("gln_check", text)
    return number


def iban(text: str) -> str:
    """An IBAN without spaces, checked by ISO 13616 and its country's own account rule."""
    from stdnum import exceptions
    from stdnum import iban as standard

    number = re.sub(r"[\s.\-]", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", number):
        raise BadValue("iban_form", text)
    try:
        return standard.validate(number)
    except exceptions.InvalidChecksum as error:
        raise BadValue("iban_check", text) from error
    except exceptions.ValidationError as error:
        raise BadValue("iban_form", text) from error


def iban_display(number: str, *, whole: bool) -> str:
    """An IBAN in groups of four; without `whole` its country and last four signs only, as on a receipt."""
    if not whole:
        return f"{number[:2]}•• … {number[-4:]}" if len(number) > 8 else ""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def email(text: str) -> str:
    """An e-mail address, its domain in lower case (RFC 5321 and 6531, without asking the domain)."""
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise BadValue("email", text) from error


def phone(text: str, country: str = "AT") -> str:
    """A phone number in E.164: "0664 123 45 67" → "+436641234567"; an extension follows as ";ext=12" (RFC 3966).

    Numbers without a country code are read as dialled in `country` (ISO code). Raises `BadValue` phone.
    """
    import phonenumbers

    try:
        number = phonenumbers.parse(text[:60], country.upper() or "AT")
    except phonenumbers.NumberParseException as error:
        raise BadValue("phone", text) from error
    if not phonenumbers.is_valid_number(number):
        raise BadValue("phone", text)
    extension = f";ext={number.extension}" if number.extension else ""
    number.extension = None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) + extension


def phone_display(number: str, country: str = "AT") -> str:
    """How an E.164 number is shown to somebody in `country`: "0664 1234567" at home, "+49 30 901820" from abroad.

    Whatever is no such number is shown as it is.
    """
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    at_home = phonenumbers.region_code_for_number(parsed) == country.upper()
    style = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)

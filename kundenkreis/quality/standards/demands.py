"""What can be demanded of the fields of accounts and contacts, and whether a value keeps to it. Nothing here asks the database.

Completeness, validity, uniqueness and currency are dimensions of data quality in the sense of ISO/IEC 25012 (2008) and DAMA-DMBOK 2,
chapter 13; a proven number is one that an authority confirmed on a day.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.text import fold
from kundenkreis.customers import checks
from kundenkreis.fields import known


class Kind(TextChoices):
    FILLED = "filled", _("is filled in")
    VALID = "valid", _("is valid")
    UNIQUE = "unique", _("is there once only")
    RECENT = "recent", _("is up to date")
    PROVEN = "proven", _("is proven by a look-up")


DIMENSIONS: Mapping[str, Any] = {
    Kind.FILLED: _("Completeness"),
    Kind.VALID: _("Validity"),
    Kind.UNIQUE: _("Uniqueness"),
    Kind.RECENT: _("Timeliness"),
    Kind.PROVEN: _("Proof"),
}
"""What the rules of a kind measure together."""


class Reason(TextChoices):
    """Why a record fails a rule."""

    EMPTY = "empty", _("It is empty.")
    WRONG = "wrong", _("It cannot be right.")
    POSTCODE = "postcode", _("There is no such postcode in that country.")
    PLACE = "place", _("The post knows this postcode under another place.")
    SHARED = "shared", _("Another record has the same.")
    OLD = "old", _("Nobody has changed or confirmed the record for too long.")
    UNPROVEN = "unproven", _("No look-up has confirmed this number lately.")
    DENIED = "denied", _("The last look-up said that the number is not valid.")


@dataclass(frozen=True)
class Demand:
    """One field of a noun: what it is called, the condition under which it counts as filled, and how its value is checked.

    `columns` are what `check` reads, the field itself first; it gives "" for a good value, else why it is none. `is_text` columns can be
    held against each other, so they can be unique.
    """

    name: str
    label: Any
    filled: Q
    columns: tuple[str, ...] = ()
    check: Callable[..., str] | None = None
    is_text: bool = False

    def kinds(self) -> list[str]:
        """What a rule can demand of it."""
        found = [Kind.FILLED.value]
        found += [Kind.VALID.value] if self.check else []
        found += [Kind.UNIQUE.value] if self.is_text else []
        return found + ([Kind.PROVEN.value] if self.name == "vat_id" else [])


def _by(function: Callable[..., str]) -> Callable[..., str]:
    """A check that raises `BadValue`, as one that says why."""

    @lru_cache(maxsize=20_000)
    def said(value: str, *more: str) -> str:
        try:
            function(value, *more)
        except checks.BadValue:
            return Reason.WRONG.value
        return ""

    return said


_WEBSITE = re.compile(r"https?://[^\s/@]+\.[^\s/@]{2,}(/\S*)?", re.IGNORECASE)


def _website(value: str) -> str:
    return "" if _WEBSITE.fullmatch(value) else Reason.WRONG.value


# Digits of a postcode where a country has nothing but digits (Universal Postal Union, addressing systems).
_DIGITS = {
    "AT": 4,
    "CH": 4,
    "LI": 4,
    "HU": 4,
    "SI": 4,
    "BE": 4,
    "DK": 4,
    "LU": 4,
    "DE": 5,
    "IT": 5,
    "FR": 5,
    "ES": 5,
    "HR": 5,
}


# Numbers that postcodes have where no list of them is at hand: Swiss and Liechtenstein's share one system (Die Post, 1000 Lausanne to
# 9658 Wildhaus; Liechtenstein 9485 to 9498), Germany's run from 01067 Dresden to 99998 Mühlhausen.
_LIECHTENSTEIN = range(9485, 9499)
_RANGES = {"CH": range(1000, 9659), "LI": _LIECHTENSTEIN, "DE": range(1067, 99999)}
_UNUSED_IN_GERMANY = frozenset({"00", "05", "43", "62"})  # regions that were never given out


def _in_range(country: str, code: str) -> bool:
    """Whether there can be such a postcode; of a country that is not known here anything can be."""
    if country == "DE" and code[:2] in _UNUSED_IN_GERMANY:
        return False
    if country == "CH" and int(code) in _LIECHTENSTEIN:
        return False
    return country not in _RANGES or int(code) in _RANGES[country]


@lru_cache(maxsize=20_000)
def postcode(value: str, country: str = "", place: str = "") -> str:
    """ "" for a postcode that there is in that country; in Austria also that it is the place's, by the list of the Austrian post.

    In Germany, Switzerland and Liechtenstein only that the number is one that is given out: no list of places is at hand.

    The list (of python-stdnum) has one place for each postcode. A place counts as that one when one of the two names begins with the
    other, word by word: "Linz" and "Linz an der Donau", "Wien" and "Wien-Liesing". Of a country that is not known here nothing is said.
    """
    digits = _DIGITS.get(country)
    bare = re.sub(rf"^(?:{country}|A|D|FL)[ -]", "", value.strip()) if digits else value
    if digits and (not re.fullmatch(rf"[0-9]{{{digits}}}", bare) or not _in_range(country, bare)):
        return Reason.POSTCODE.value
    if country != "AT":
        return ""
    known = _austrian(bare)
    if known is None:
        return Reason.POSTCODE.value
    return "" if not place.strip() or _same_place(fold(place), known) else Reason.PLACE.value


@lru_cache(maxsize=5_000)
def _austrian(code: str) -> str | None:
    """The folded name of the place of an Austrian postcode; None when there is no such postcode."""
    from stdnum.at import postleitzahl
    from stdnum.exceptions import ValidationError

    try:
        return fold(postleitzahl.info(postleitzahl.validate(code)).get("location", ""))
    except ValidationError:
        return None


def _same_place(one: str, other: str) -> bool:
    first, second = _words(one), _words(other)
    short = min(len(first), len(second))
    return not short or first[:short] == second[:short]


def _words(place: str) -> list[str]:
    saint = {"st": "sankt", "skt": "sankt"}
    return [saint.get(word, word) for word in re.findall(r"\w+", place)]


def _text(name: str, label: Any, check: Callable[..., str] | None = None, *more: str, unique: bool = False) -> Demand:
    return Demand(name, label, ~Q(**{name: ""}), (name, *more), check, unique)


def _reference(name: str, label: Any) -> Demand:
    return Demand(name, label, Q(**{f"{name}__isnull": False}))


# The whole record, of which only its age can be asked.
RECORD = Demand("", _("Record"), Q())

ACCOUNT = (
    _text("vat_id", _("VAT ID (UID)"), _by(checks.uid), "country", unique=True),
    _text("register_number", _("Company register number"), _by(checks.register_number), "country", unique=True),
    _text("gln", _("GLN"), _by(checks.gln), unique=True),
    _text("iban", _("IBAN"), _by(checks.iban), unique=True),
    _text("email", _("E-mail"), _by(checks.email), unique=True),
    _text("phone", _("Phone"), _by(checks.phone), "country", unique=True),
    _text("website", _("Website"), _website, unique=True),
    _text("street", _("Street")),
    _text("postcode", _("Postcode"), postcode, "country", "place"),
    _text("place", _("Place")),
    _text("country", _("Country")),
    _text("industry", _("Industry")),
    _text("tier", _("Tier")),
    _reference("employees", _("Employees")),
    _reference("customer_since", _("Customer since")),
    _reference("owner", _("Owner")),
    _reference("team", _("Team")),
    _reference("territory", _("Territory")),
)
CONTACT = (
    _text("form_of_address", _("Form of address")),
    _text("given_name", _("First name")),
    _text("email", _("E-mail"), _by(checks.email), unique=True),
    _text("phone", _("Phone"), _by(checks.phone), unique=False),
    _text("mobile", _("Mobile"), _by(checks.phone), unique=True),
    _text("job_title", _("Position")),
    _reference("main_account", _("Account")),
    _reference("owner", _("Owner")),
)
BY_NOUN: Mapping[str, Mapping[str, Demand]] = {
    noun: {one.name: one for one in demands} for noun, demands in (("account", ACCOUNT), ("contact", CONTACT))
}


def of(noun: str) -> dict[str, Demand]:
    """Everything of which something can be demanded: the fields of the noun, and those that the house has added to it."""
    return {**BY_NOUN.get(noun, {}), **_custom(noun)}


def _custom(noun: str) -> dict[str, Demand]:
    """The house's own fields, of which it can be demanded that they are filled in; a retired one is asked for no more."""
    return {
        one.name: Demand(one.name, one.label, Q(**{f"{one.path}__isnull": False}))
        for one in known.of(f"{noun}s").active
    }


def demand(noun: str, field: str) -> Demand | None:
    """What is known of a field; None for one of which nothing can be demanded."""
    return RECORD if not field else BY_NOUN.get(noun, {}).get(field) or _custom(noun).get(field)


def too_old(days: int, now: dt.datetime) -> Q:
    """That a record was last changed or confirmed longer ago than that. `now` knows its time zone."""
    return Q(changed_at__lt=now - dt.timedelta(days=days))

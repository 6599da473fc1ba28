"""Phones, mail addresses and streets in the one spelling in which they are compared."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from kundenkreis.core.text import words

_DATA = Path(__file__).parent / "data"
_CODES = {
    "AT": "43",
    "DE": "49",
    "CH": "41",
    "LI": "423",
    "IT": "39",
    "FR": "33",
    "GB": "44",
    "HU": "36",
    "CZ": "420",
    "SK": "421",
    "SI": "386",
}
_ZERO = re.compile(r"\(0\)")
_NO_DIGIT = re.compile(r"\D")
_NO_SIGN = re.compile(r"[^0-9A-Z]")
# Mobile numbers begin so: RTR's KEM-V 2009 for Austria, the Federal Network Agency's plan for Germany, BAKOM's for Switzerland.
_MOBILE = re.compile(r"43(?:650|651|652|653|655|657|659|66\d|67\d|68\d|69\d)|49(?:15|16|17)|417[4-9]")
SHORTEST = 7
_STREET = re.compile(r"^(.*?)[\s,]*(\d+.*)?$", re.DOTALL)
_ENDS = re.compile(r"(?:strase|strasse|str)\b")


def digits(text: str, country: str = "AT") -> str | None:
    """A number's digits with its country's code and without extension: "+43 (0) 7242 / 123-0" → 4372421230; None for none.

    `country` (ISO code) is that of numbers written without code. By the signs alone, so that a million are read in seconds.
    """
    if text[:1] == "+" and text[1:].isdecimal() and text.isascii():  # E.164, as most are kept
        return text[1:] if SHORTEST < len(text) <= 18 else None
    written = _ZERO.sub("", text.partition(";")[0]).strip()
    found = _NO_DIGIT.sub("", written)
    if written.startswith("+"):
        pass
    elif found.startswith("00"):
        found = found[2:]
    elif found.startswith("0"):
        found = _CODES.get(country or "AT", "43") + found[1:]
    return found if SHORTEST <= len(found) <= 17 else None


def is_mobile(number: str) -> bool:
    """Whether digits with a country's code are those of a mobile phone in Austria, Germany or Switzerland."""
    return _MOBILE.match(number) is not None


def lines(phone: str, mobile: str, country: str) -> tuple[str | None, str | None]:
    """(fixed line, mobile) of the two columns, whatever was typed into which."""
    fixed = hand = None
    for text in (phone, mobile):
        number = digits(text, country) if text else None
        if number is None:
            continue
        if is_mobile(number):
            hand = number  # the column made for it comes last, and wins
        else:
            fixed = fixed or number
    return fixed, hand


def trunk(number: str | None) -> str | None:
    """A number without its last three digits, which may be an extension."""
    return number[:-3] if number and len(number) >= SHORTEST + 3 else None


@lru_cache(maxsize=1)
def _hosts() -> frozenset[str]:
    return frozenset(json.loads((_DATA / "mail_hosts.json").read_text(encoding="utf-8"))["hosts"])


def mail(text: str) -> str | None:
    """A mail address in lower case; None without."""
    return text.strip().lower() or None


def own_host(email: str, website: str = "") -> str | None:
    """The host of a company's mail or page; None for hosts at which anybody can have an address."""
    host = email.strip().lower().rpartition("@")[2] if email else ""
    if host and host not in _hosts():
        return host
    if not website:
        return None
    site = website.strip().lower()
    host = (urlsplit(site if "://" in site else f"//{site}").hostname or "") if site else ""
    host = host.removeprefix("www.")
    return host if host and host not in _hosts() else None


def street(text: str) -> str | None:
    """A street without its number, in one word: "Linzer Str. 12/3" and "Linzerstraße 12" → linzerstr; None without."""
    match = _STREET.match(text.strip())
    found = "".join(words(match[1] if match and match[1] else text))
    return _ENDS.sub("str", found) or None


def house_number(text: str) -> str | None:
    """The first number behind a street: "Linzer Str. 12/3" → 12; None without."""
    match = re.search(r"\d+", text)
    return match[0] if match else None


def place(text: str) -> str | None:
    """A place in one word, folded; None without."""
    return "".join(words(text)) or None


def code(text: str) -> str | None:
    """A number with its signs alone, in capitals: "ATU 1234" → ATU1234; None without."""
    upper = text.upper()
    return upper if upper.isascii() and upper.isalnum() else _NO_SIGN.sub("", upper) or None

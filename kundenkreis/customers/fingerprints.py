"""Addresses as hashes: what is compared when we must know an address again without keeping it. A sum: no database.

The house's own suppression list keeps HMAC-SHA-256 (RFC 2104) of the usual spelling under the house's key, so that a stranger with the
list alone cannot try addresses. The ECG list brings hashes of its own, without a key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass

from kundenkreis.core.text import fold
from kundenkreis.customers.dialling import Number

_STREET = re.compile(r"strase\b")  # as `fold` writes "Straße" and "Strasse"; people write "Str." as well


@dataclass(frozen=True)
class Postal:
    """To whom and where a letter goes."""

    family_name: str
    given_name: str
    street: str
    postcode: str
    place: str


def mail(address: str) -> str:
    """The usual spelling of a mail address: lower case, the domain in its ASCII form; "" for what is none."""
    text = unicodedata.normalize("NFC", address).strip().lower()
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain or any(sign.isspace() for sign in text):
        return ""
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            return ""
    return f"{local}@{domain}"


def number(text: str, country: str) -> str:
    """A phone number in E.164 without its extension, as dialled in `country`; "" for what is none."""
    read = Number.read(text, country) if text.strip() else None
    return f"+{read.code}{read.national}" if read else ""


def line(text: str, country: str) -> str:
    """A phone number in E.164 with its extension behind ";": one person's telephone, not the switchboard; "" for what is none."""
    read = Number.read(text, country) if text.strip() else None
    return f"+{read.code}{read.national};{read.extension}" if read else ""


def letter(postal: Postal) -> str:
    """Name, street, postcode and place, folded: spelling, titles and umlauts make no difference; "" when a part is missing."""
    name = fold(f"{postal.family_name} {postal.given_name}")
    street = _STREET.sub("str", fold(postal.street))
    where = fold(f"{postal.postcode} {postal.place}")
    return f"{name}|{street}|{where}" if name and street and where and postal.postcode.strip() else ""


def digest(key: str, kind: str, spelling: str) -> str:
    """HMAC-SHA-256 of an address in its usual spelling, 64 hexadecimal digits; `kind` keeps the kinds apart."""
    return hmac.digest(key.encode(), f"{kind}:{spelling}".encode(), "sha256").hex()


def ecg(address: str) -> tuple[str, ...]:
    """The hashes under which an address may stand on the ECG list: itself and its whole domain ("@domain"), SHA-1 in hexadecimal digits.

    So the RTR's file `ecg-liste.hash` is read by the programs that are known to read it; the RTR's own description was not at hand.
    """
    spelling = mail(address)
    if not spelling:
        return ()
    return tuple(_sha1(text) for text in (spelling, f"@{spelling.rpartition('@')[2]}"))


def ecg_line(text: str) -> str:
    """The hash of one line of a list in plain words: an address, or "@domain"; "" for what is neither."""
    written = text.strip().lower()
    if written.startswith("@") and "." in written and " " not in written and written.count("@") == 1:
        return _sha1(written)
    spelling = mail(written)
    return _sha1(spelling) if spelling and spelling.count("@") == 1 else ""


def _sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

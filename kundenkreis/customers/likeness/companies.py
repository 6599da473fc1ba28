"""Companies: the traits in which two accounts are compared, and the keys by which candidates are found."""

from __future__ import annotations

from kundenkreis.customers.likeness import names, reaching
from kundenkreis.customers.likeness.traits import Key, Kind, Making


def _line(phone: str, country: str) -> tuple[str | None, str | None]:
    number = reaching.digits(phone, country)
    return number, reaching.trunk(number)


def _street(street: str) -> tuple[str | None, str | None]:
    return reaching.street(street), reaching.house_number(street)


def _filled(text: str) -> str | None:
    return text or None


COMPANIES = Kind(
    "account",
    makings=(
        Making(("joined", "sorted", "words", "rarest", "rarest_sound", "sound"), ("key",), names.of_company),
        Making(("form",), ("name",), names.legal_form),
        Making(("uid",), ("vat_id",), reaching.code),
        Making(("register",), ("register_number",), reaching.code),
        Making(("gln",), ("gln",), reaching.code),
        Making(("email",), ("email",), reaching.mail),
        Making(("host",), ("email", "website"), reaching.own_host),
        Making(("line", "trunk"), ("phone", "country"), _line),
        Making(("street", "house"), ("street",), _street),
        Making(("postcode",), ("postcode",), _filled),
        Making(("place",), ("place",), reaching.place),
    ),
    keys=(
        Key(("uid",)),
        Key(("register",)),
        Key(("gln",)),
        Key(("email",)),
        Key(("line",)),
        Key(("host",)),
        Key(("joined",), most=6),
        Key(("sorted", "place"), is_kept=False),
        Key(("sound", "postcode"), is_kept=False),
        Key(("rarest_sound", "postcode"), most=6),
        Key(("trunk", "rarest"), is_kept=False),
        Key(("street", "house", "postcode")),
    ),
    lists=frozenset({"words"}),
)

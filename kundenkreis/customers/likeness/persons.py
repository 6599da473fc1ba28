"""People: the traits in which two contacts are compared, and the keys by which candidates are found."""

from __future__ import annotations

from kundenkreis.customers.likeness import names, reaching
from kundenkreis.customers.likeness.sounds import cologne
from kundenkreis.customers.likeness.traits import Key, Kind, Making


def _given(given_name: str) -> tuple[str | None, str | None, str | None]:
    called = names.called(given_name)
    return names.given(given_name), called, names.sound(called)


def _family(family_name: str) -> tuple[str | None, list[str] | None, str | None]:
    family = names.family(family_name)
    return family, names.family_parts(family_name), names.sound(family)


def _pair(given_name: str, family_name: str) -> str | None:
    """How both names sound, in no order: a first name in the last name's column is a common mistake."""
    given, family = names.called(given_name), names.family(family_name)
    return " ".join(sorted((cologne(given), cologne(family)))) if given and family else None


def _filled(text: str) -> str | None:
    return text or None


def _sex(form_of_address: str) -> str | None:
    return form_of_address if form_of_address in ("ms", "mr") else None


def _mail(email: str) -> tuple[str | None, str | None]:
    return reaching.mail(email), reaching.own_host(email)


def _street(street: str) -> tuple[str | None, str | None]:
    return reaching.street(street), reaching.house_number(street)


PERSONS = Kind(
    "contact",
    makings=(
        Making(("given", "called", "called_sound"), ("given_name",), _given),
        Making(("family", "family_parts", "family_sound"), ("family_name",), _family),
        Making(("pair",), ("given_name", "family_name"), _pair),
        Making(("sex",), ("form_of_address",), _sex),
        Making(("email", "host"), ("email",), _mail),
        Making(("line", "mobile"), ("phone", "mobile", "country"), reaching.lines),
        Making(("employer",), ("account_key",), names.joined),
        Making(("street", "house"), ("street",), _street),
        Making(("postcode",), ("postcode",), _filled),
    ),
    keys=(
        Key(("email",)),
        Key(("mobile",)),
        Key(("pair", "employer")),
        Key(("pair", "postcode")),
        Key(("line", "called"), is_kept=False),
        Key(("line", "family_sound")),
        Key(("family_sound", "host"), is_kept=False),
        Key(("called", "employer"), is_kept=False),
        Key(("called", "street", "postcode"), is_kept=False),
        Key(("family_sound", "street", "postcode"), is_kept=False),
        Key(("pair",), most=5),
    ),
    lists=frozenset({"family_parts"}),
)

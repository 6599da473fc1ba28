"""How the same person or company comes into a house a second time: heard on the phone, typed from a card, married, moved, by another form.

Records are mappings of the columns of a contact or an account. Everything follows from the dice that the caller throws.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from kundenkreis.customers import likeness

Record = dict[str, Any]
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
_BARE = {"ä": "a", "ö": "o", "ü": "u", "Ä": "A", "Ö": "O", "Ü": "U", "ß": "s"}
_HEARD = (
    ("ei", "ai"), ("ai", "ei"), ("ay", "ei"), ("tt", "t"), ("ck", "k"), ("th", "t"), ("ph", "f"), ("nn", "n"), ("mm", "m"), ("er", "ar"),
    ("dt", "t"), ("ie", "i"), ("z", "tz"), ("v", "f"), ("c", "k"), ("ll", "l"), ("ss", "s"), ("hr", "r"), ("b", "p"), ("d", "t"),
)  # fmt: skip
FORMS = {
    "GmbH": ("GmbH", "Ges.m.b.H.", "GesmbH", "Gesellschaft m.b.H.", "gmbh", ""), "GmbH & Co KG": ("GmbH & Co KG", "GmbH & Co. KG", "KG", ""),
    "KG": ("KG", "K.G.", ""), "OG": ("OG", "OHG", ""), "AG": ("AG", "Aktiengesellschaft"), "e.U.": ("e.U.", "e. U.", ""), "": ("",),
}  # fmt: skip
TITLES = ("", "", "", "Mag.", "Dr.", "DI", "Ing.", "Mag. Dr.", "Dipl.-Ing.")


@lru_cache(maxsize=1)
def _pet_names() -> Mapping[str, Sequence[str]]:
    file = Path(likeness.__file__).parent / "data" / "given_names.json"
    return json.loads(file.read_text(encoding="utf-8"))["names"]


def mistyped(dice: random.Random, text: str) -> str:
    """One typing error: two letters swapped, one left out, doubled, or another one than the first."""
    if len(text) < 4:
        return text
    place = dice.randrange(1, len(text) - 1)
    return dice.choice(
        (
            text[:place] + text[place + 1] + text[place] + text[place + 2 :],
            text[:place] + text[place + 1 :],
            text[:place] + text[place] + text[place:],
            text[:place] + dice.choice("aeinrstl") + text[place + 1 :],
        )
    )


def heard(dice: random.Random, text: str) -> str:
    """Written as it sounds: "Maier" for "Meier"; the same when nothing in it can be heard otherwise."""
    ways = [(was, now) for was, now in _HEARD if was in text[1:]]
    if not ways:
        return text
    was, now = dice.choice(ways)
    return text[0] + text[1:].replace(was, now, 1)


def without_umlauts(dice: random.Random, text: str) -> str:
    """With ae, oe, ue and ss, or with bare letters."""
    letters = dice.choice((_UMLAUTS, _UMLAUTS, _BARE))
    return "".join(letters.get(letter, letter) for letter in text)


def written_otherwise(dice: random.Random, number: str) -> str:
    """An E.164 number of Austria or Germany as people write it."""
    if not number.startswith(("+43", "+49")):
        return number
    rest = number[3:]
    return dice.choice(
        (
            number,
            f"0{rest}",
            f"0{rest[:3]}/{rest[3:]}",
            f"{number[:3]} (0) {rest[:3]} {rest[3:]}",
            f"00{number[1:3]} {rest}",
        )
    )


def name_again(dice: random.Random, text: str) -> str:
    """A name as it comes in the second time: mostly the same, else without umlauts, as heard, or with a typing error."""
    chance = dice.random()
    if chance < 0.1:
        return mistyped(dice, text)
    if chance < 0.2:
        return heard(dice, text)
    return without_umlauts(dice, text) if chance < 0.5 else text


def person_again(
    dice: random.Random, person: Record, surnames: Sequence[str], moved_to: Record | None = None
) -> Record:
    """The same person as another record. `moved_to` has the address (`street`, `postcode`, `place`) to which she may have moved."""
    again = dict(person)
    pets = _pet_names().get(person["given_name"].lower(), ())
    if pets and dice.random() < 0.2:
        again["given_name"] = dice.choice(pets).title()
    elif dice.random() < 0.03:
        again["given_name"] = f"{person['given_name'][0]}."
    else:
        again["given_name"] = name_again(dice, person["given_name"])
    again["family_name"] = name_again(dice, person["family_name"])
    if person["form_of_address"] == "ms" and dice.random() < 0.07:
        other = dice.choice(surnames)
        again["family_name"] = dice.choice(
            (other, f"{other}-{person['family_name']}", f"{person['family_name']}-{other}")
        )
    if dice.random() < 0.03:
        again["given_name"], again["family_name"] = again["family_name"], again["given_name"]
    again["title_before"] = dice.choice(TITLES)
    if dice.random() < 0.2:
        again["form_of_address"] = ""
    _reached_otherwise(dice, again)
    if moved_to and dice.random() < 0.12:
        again.update({name: moved_to[name] for name in ("street", "postcode", "place")})
    elif again.get("street"):
        again["street"] = street_again(dice, again["street"])
    return again


def _reached_otherwise(dice: random.Random, again: Record) -> None:
    """Her mail and phones as somebody else has noted them."""
    chance = dice.random()
    if chance < 0.2:
        again["email"] = ""
    elif chance < 0.27 and again["email"]:
        again["email"] = again["email"].partition("@")[0] + dice.choice(("@gmx.at", "@gmail.com", "@aon.at"))
    elif chance < 0.32 and again["email"]:
        name, _at, host = again["email"].partition("@")
        again["email"] = f"{mistyped(dice, name)}@{host}"
    elif chance < 0.38 and again["email"]:
        again["email"] = (
            f"{dice.choice(('mail', 'kontakt', 'privat', 'post'))}{dice.randint(1, 9999)}@{dice.choice(('gmx.at', 'gmail.com'))}"
        )
    for column in ("phone", "mobile"):
        if again[column]:
            number = other_number(dice, again[column]) if dice.random() < 0.08 else again[column]
            again[column] = "" if dice.random() < 0.25 else written_otherwise(dice, number)
    if dice.random() < 0.01 and again["form_of_address"]:
        again["form_of_address"] = {"ms": "mr", "mr": "ms"}.get(again["form_of_address"], "")
    if again["mobile"] and not again["phone"] and dice.random() < 0.3:
        again["phone"], again["mobile"] = again["mobile"], ""


def other_number(dice: random.Random, number: str) -> str:
    """Another number of the same length and area or network."""
    return number[:6] + "".join(dice.choice("0123456789") for _digit in number[6:])


def street_again(dice: random.Random, street: str) -> str:
    """A street as another one writes it: abbreviated, with a door number, without umlauts, sometimes with a typing error."""
    street = street.replace("straße", dice.choice(("straße", "str.", "strasse"))).replace(
        "Straße", dice.choice(("Straße", "Str.", "Strasse"))
    )
    chance = dice.random()
    if chance < 0.08:
        street = mistyped(dice, street)
    elif chance < 0.2:
        street = f"{street}/{dice.randint(1, 20)}"
    return without_umlauts(dice, street) if dice.random() < 0.2 else street


def company_again(dice: random.Random, company: Record, moved_to: Record | None = None) -> Record:
    """The same company as another record. Its `core` is the name without the legal form `form`."""
    again = dict(company)
    core = name_again(dice, company["core"])
    if dice.random() < 0.06 and " " in core:
        first, _space, rest = core.partition(" ")
        core = f"{rest} {first}"
    again["core"] = core
    form = dice.choice(FORMS[company["form"] if dice.random() > 0.03 else dice.choice(list(FORMS))])
    again["name"] = f"{core} {form}".strip()
    _company_reached_otherwise(dice, again)
    if moved_to and dice.random() < 0.1:
        again.update({name: moved_to[name] for name in ("street", "postcode", "place")})
    else:
        again["street"] = street_again(dice, again["street"])
    return again


def _company_reached_otherwise(dice: random.Random, again: Record) -> None:
    """Its numbers, mail and phone as somebody else has noted them."""
    for column, missing in (
        ("vat_id", 0.35),
        ("register_number", 0.5),
        ("gln", 0.5),
        ("website", 0.4),
        ("phone", 0.2),
        ("email", 0.25),
    ):
        if dice.random() < missing:
            again[column] = ""
    if again["email"] and dice.random() < 0.3:
        again["email"] = (
            dice.choice(("info", "office", "einkauf", "buchhaltung")) + "@" + again["email"].partition("@")[2]
        )
    if again["vat_id"] and dice.random() < 0.03:
        again["vat_id"] = mistyped(dice, again["vat_id"])
    elif again["email"] and dice.random() < 0.06:
        again["email"] = (
            f"{dice.choice(('mail', 'firma', 'buero'))}{dice.randint(1, 9999)}@{dice.choice(('gmx.at', 'aon.at'))}"
        )
    if again["phone"]:
        chance = dice.random()
        if chance < 0.1:
            again["phone"] = other_number(dice, again["phone"])
        elif chance < 0.2:
            again["phone"] = again["phone"][:-2] + f"{dice.randint(10, 99)}"
        again["phone"] = written_otherwise(dice, again["phone"])

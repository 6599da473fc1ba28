"""Names of people and companies in the one spelling in which they are compared: titles, pet forms, legal forms, parts of double names."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from kundenkreis.core.text import words
from kundenkreis.customers.likeness.sounds import cologne

_DATA = Path(__file__).parent / "data"
# Academic grades and titles of office, folded (Universitätsgesetz 2002 § 88, Berufs- und Ehrentitel in everyday use): never part of a name.
TITLES = frozenset(
    word
    for title in """mag dr di dipl dipling ing prof univ univprof msc bsc ma ba mba llm mmag ddr doz priv hofrat hr dkfm dkfr komr kommr
    kommerzialrat techn phd dpt fh habil hc med iur jur rer nat phil theol mont soc oec oek vet dent bakk msca bed med mr ms mag(fh) mrs
    herr frau fr hrn familie fam firma fa""".split()
    for word in words(title)
)
# Kinds of legal forms by the folded words that tell them in a company's name, and by those that tell them together; "GmbH & Co KG" is a KG.
_FORMS = {
    "kg": "kg", "komanditgeselschaft": "kg", "kgaa": "kg", "ag": "ag", "aktiengeselschaft": "ag", "se": "se", "flexco": "flexco", "gmbh": "gmbh",
    "gesmbh": "gmbh", "mbh": "gmbh", "ug": "gmbh", "og": "og", "ohg": "og", "eu": "eu", "ek": "ek", "ev": "ev", "verein": "ev", "egen": "gen",
    "genosenschaft": "gen", "gbr": "gbr", "gesbr": "gbr", "ltd": "ltd", "limited": "ltd", "plc": "plc", "inc": "inc", "srl": "srl", "sarl": "sarl",
}  # fmt: skip
# As most are written; "co kg" is a KG too. Only what cannot be told otherwise by the words before it.
_AT_THE_END = {"kg": "kg", "gmbh": "gmbh", "og": "og", "ag": "ag", "e.u.": "eu", "ges.m.b.h.": "gmbh", "gesmbh": "gmbh"}
_SPELT_OUT = (
    ("gmbh", {"m", "b", "h"}),
    ("gmbh", {"beschrankter", "haftung"}),
    ("eu", {"e", "u"}),
    ("ek", {"e", "k"}),
    ("og", {"ofene"}),
)
# Words in company names that tell nobody apart, and those that many have.
_SMALL = frozenset({"und", "u", "and", "the", "der", "die", "das", "in", "am", "im", "an", "zum", "zur", "fur", "co"})
_COMMON = frozenset(
    word
    for name in """handel handels handelsgesellschaft grosshandel einzelhandel kaufhaus vertrieb vertriebs service services technik holding group
    gruppe international trading beteiligungs verwaltungs consulting beratung beratungs solutions systems systeme immobilien bau betriebs
    gesellschaft management media design transport transporte spedition autohaus gasthof gasthaus hotel restaurant baeckerei fleischerei
    tischlerei installationen elektro apotheke ordination praxis kanzlei steuerberatung rechtsanwaelte versicherung versicherungs austria
    oesterreich deutschland gmbh wien salzburg linz graz tirol handwerk werkstatt produktions produktion industrie logistik maschinenbau
    metallbau stahlbau holzbau papeterie geschenkhaus gartencenter wohnkultur floristik geschenke spielwaren distribution wholesale""".split()
    for word in words(name)
)


_TO_LEAVE_OUT = TITLES | _SMALL


@lru_cache(maxsize=1)
def _pet_forms() -> dict[str, str]:
    """Folded pet form → the folded name for which it stands. One that stands for several keeps the first, so that both still meet."""
    told = json.loads((_DATA / "given_names.json").read_text(encoding="utf-8"))["names"]
    known: dict[str, str] = {}
    for name, forms in told.items():
        whole = "".join(words(name))
        known[whole] = whole
        for form in forms:
            known.setdefault("".join(words(form)), whole)
    return known


def plain(text: str) -> str:
    """A name's words folded, without titles: "Mag. Müller-Huber" → "muler huber"; titles alone stay ("Ma" is a family name too)."""
    found = words(text)
    return " ".join([word for word in found if word not in TITLES] or found)


def given(text: str) -> str | None:
    """The first of a person's given names, folded: "Anna Maria" → ana; None without."""
    found = plain(text).split()
    return found[0] if found else None


@lru_cache(maxsize=50_000)
def called(text: str) -> str | None:
    """The given name for which a pet form stands: "Hansi" → johan; else itself."""
    name = given(text)
    return _pet_forms().get(name, name) if name else None


@lru_cache(maxsize=200_000)
def family(text: str) -> str | None:
    """A family name in one word: "Huber-Maier" → hubermaier; None without."""
    return plain(text).replace(" ", "") or None


def family_parts(text: str) -> list[str] | None:
    """The parts of a family name of at least three letters, so that a married name meets its double name; None for none."""
    return [part for part in plain(text).split() if len(part) > 2] or None


def sound(word: str | None) -> str | None:
    """How it sounds; None when there is nothing to be heard."""
    return (cologne(word) or None) if word else None


def legal_form(name: str) -> str | None:
    """The kind of legal form that a company's name tells: "Huber Ges.m.b.H." → gmbh; None when it tells none."""
    last = name.rpartition(" ")[2].lower()
    if last in _AT_THE_END:
        return _AT_THE_END[last]
    found = words(name)
    told = [_FORMS[word] for word in found if word in _FORMS]
    if told:
        return "kg" if "kg" in told else told[-1]
    there = set(found)
    return next((form for form, telling in _SPELT_OUT if telling <= there), None)


def of_company(key: str) -> tuple[str | None, str | None, list[str] | None, str | None, str | None, str | None]:
    """A folded company name: (joined, sorted, words, telling word, its sound, sound of all words); all None for an empty one.

    Joined: "wohn kultur" meets "wohnkultur". Sorted: "kaufhaus huber" meets "huber kaufhaus". The telling word is the longest of those that
    not many companies have. Titles are left out, for persons who buy for themselves are accounts too.
    """
    found = key.split()
    if not found:
        return None, None, None, None, None, None
    if not _TO_LEAVE_OUT.isdisjoint(found):
        whole = [word for word in found if word not in TITLES] or found
        found = [word for word in whole if word not in _SMALL] or whole
    some = sorted(set(found))
    rarest, longest = "", -1
    for word in some:
        length = len(word) if word not in _COMMON and not word.isdigit() else 0
        if length >= longest:
            rarest, longest = word, length
    sounds = [cologne(word) or word for word in found]
    return "".join(found), " ".join(some), some, rarest, cologne(rarest) or None, "-".join(sounds)


def joined(key: str) -> str | None:
    """A folded company name in one word, as `of_company` has it."""
    found = key.split()
    if not _TO_LEAVE_OUT.isdisjoint(found):
        whole = [word for word in found if word not in TITLES] or found
        found = [word for word in whole if word not in _SMALL] or whole
    return "".join(found) or None

"""Names of countries, currencies and languages in many tongues, to their ISO codes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

LANGUAGES_KNOWN = (
    "en", "de", "fr", "it", "es", "nl", "pl", "cs", "sk", "hu", "sl", "hr", "sr", "bs", "mk", "sq", "sv", "da", "nb", "fi",
    "et", "lv", "lt", "pt", "ro", "bg", "el", "tr", "ru", "uk", "is", "mt", "ga", "lb", "ca", "ja", "ko", "zh", "ar", "he",

)  # fmt: skip
NO_COUNTRIES = {"EU", "UN", "EZ", "XA", "XB", "ZZ", "QO", "AC", "CP", "DG", "EA", "IC", "TA", "CQ", "QU"}

# Common in address lists and in no dictionary: trade names, abbreviations, vehicle signs, former and partial names.
ALIASES = {
    "eire": "IE", "ireland republic": "IE", "republic of ireland": "IE", "rsa": "ZA", "suedafrika": "ZA", "usa": "US",
    "u s a": "US", "us": "US", "u s": "US", "united states of america": "US", "america": "US", "amerika": "US",
    "vereinigte staaten von amerika": "US", "uk": "GB", "u k": "GB", "great britain": "GB", "grossbritannien": "GB",
    "england": "GB", "scotland": "GB", "schottland": "GB", "wales": "GB", "northern ireland": "GB", "britain": "GB",
    "nordirland": "GB", "korea": "KR", "south korea": "KR", "suedkorea": "KR", "republic of korea": "KR",
    "north korea": "KP", "nordkorea": "KP", "holland": "NL", "the netherlands": "NL", "niederlande": "NL",
    "czech republic": "CZ", "tschechische republik": "CZ", "tschechei": "CZ", "slovak republic": "SK",
    "uae": "AE", "u a e": "AE", "vae": "AE", "emirates": "AE", "bundesrepublik deutschland": "DE", "brd": "DE",
    "federal republic of germany": "DE", "swiss": "CH", "schweizerische eidgenossenschaft": "CH",
    "republik oesterreich": "AT", "russia": "RU", "russian federation": "RU", "russische foederation": "RU",
    "macedonia": "MK", "mazedonien": "MK", "moldawien": "MD", "weissrussland": "BY", "burma": "MM", "persia": "IR",
    "iran islamic republic of": "IR", "viet nam": "VN", "hongkong": "HK", "hong kong": "HK", "macao": "MO",
    "channel islands": "JE", "kanalinseln": "JE", "saudi": "SA", "ksa": "SA", "prc": "CN", "pr china": "CN",
    "volksrepublik china": "CN", "peoples republic of china": "CN", "taiwan r o c": "TW", "roc": "TW",
    "a": "AT", "d": "DE", "i": "IT", "f": "FR", "b": "BE", "l": "LU", "e": "ES", "p": "PT", "h": "HU", "s": "SE",
    "n": "NO", "fl": "LI", "slo": "SI", "cro": "HR", "srb": "RS", "irl": "IE", "fin": "FI", "rus": "RU", "j": "JP",
    "bih": "BA", "ks": "XK", "kosovo": "XK", "gr": "GR", "el": "GR", "bosnien": "BA", "serbia": "RS",
}  # fmt: skip
COLLECTIVE = {"channel islands", "kanalinseln"}
NOWHERE = {
    "unspecified", "unknown", "not specified", "none", "n a", "na?", "nicht angegeben", "unbekannt", "keine angabe",
    "k a", "ohne", "x", "various", "diverse", "sonstige", "other", "andere", "null", "nan",
}  # fmt: skip
REGIONS = {"west indies", "european community", "europe", "europa", "eu", "asia", "asien", "africa", "afrika", "world",
           "karibik", "caribbean", "scandinavia", "skandinavien", "benelux", "dach"}  # fmt: skip

CURRENCY_NAMES = {
    "€": "EUR", "$": "USD", "us$": "USD", "£": "GBP", "¥": "JPY", "fr": "CHF", "fr.": "CHF", "sfr": "CHF", "sfr.": "CHF",
    "kč": "CZK", "ft": "HUF", "zł": "PLN", "kr": "SEK", "euro": "EUR", "euros": "EUR", "dollar": "USD", "dollars": "USD",
    "pfund": "GBP", "pound": "GBP", "pounds": "GBP", "franken": "CHF", "us-dollar": "USD", "stg": "GBP", "₺": "TRY",
}  # fmt: skip
LANGUAGE_NAMES = {"ger": "de", "deu": "de", "eng": "en", "fra": "fr", "fre": "fr", "ita": "it", "spa": "es", "d": "de",
                  "e": "en", "f": "fr", "i": "it"}  # fmt: skip


def fold(text: str) -> str:
    """A name without case, accents and punctuation: "Österreich" and "OESTERREICH" become one."""
    lowered = text.strip().lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    lowered = lowered.replace("&", " and ")
    letters = unicodedata.normalize("NFKD", lowered.replace("'", "").replace("’", ""))
    kept = "".join(one if one.isalnum() else " " for one in letters if not unicodedata.combining(one))
    return " ".join(kept.split())


@cache
def _countries(languages: tuple[str, ...] = LANGUAGES_KNOWN) -> dict[str, str]:
    from babel import Locale
    from babel.core import get_global

    known: dict[str, str] = {}
    for language in languages:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES:
                known.setdefault(fold(name), code)
                known.setdefault(code.lower(), code)
    for code, now in get_global("territory_aliases").items():
        if len(code) == 3 and code.isalpha() and len(now) == 1 and len(now[0]) == 2:
            known.setdefault(code.lower(), now[0])
    return known | ALIASES


def _by_language() -> Iterator[dict[str, str]]:
    yield _countries(("en", "de"))
    yield _countries()


@lru_cache(maxsize=10_000)
def country(text: str) -> tuple[str | None, str]:
    """ISO 3166 code of a country's name, and a code for what to say: "" (fine), `country_unspecified` and
    `country_region` (left empty), `country_collective` (the nearest country taken) or `unknown_country`."""
    folded = fold(text)
    if folded in NOWHERE or not folded:
        return None, "country_unspecified"
    if folded in REGIONS:
        return None, "country_region"
    short = folded.removeprefix("the ").removeprefix("republic of ")
    # Most files speak English or German; the names in forty languages take half a second to load.
    found = next((found for known in _by_language() if (found := known.get(folded) or known.get(short))), None)
    if found:
        return found, "country_collective" if folded in COLLECTIVE else ""
    return None, "unknown_country"


@cache
def _currencies() -> dict[str, str]:
    from babel import Locale

    known: dict[str, str] = {}
    for language in ("en", "de"):
        for code, name in Locale(language).currencies.items():
            known.setdefault(name.lower(), code)
            known[code.lower()] = code
    return known | CURRENCY_NAMES


@lru_cache(maxsize=10_000)
def currency(text: str) -> tuple[str | None, str]:
    """ISO 4217 code of a currency's code, sign or name, and `unknown_currency` where there is none."""
    found = _currencies().get(text.strip().lower())
    return found, "" if found else "unknown_currency"


@cache
def _languages() -> dict[str, str]:
    from babel import Locale

    known: dict[str, str] = {}
    for language in LANGUAGES_KNOWN:
        for code, name in Locale(language).languages.items():
            if len(code) in (2, 3) and code.isalpha():
                known.setdefault(fold(name), code)
                known.setdefault(code, code)
    return known | LANGUAGE_NAMES


@lru_cache(maxsize=10_000)
def language(text: str) -> tuple[str | None, str]:
    """Language code ("de", "en") of a language's name or locale, and `unknown_language` where there is none."""
    folded = fold(text)
    found = _languages().get(folded) or (_languages().get(folded.split(" ")[0]) if folded else None)
    return found, "" if found else "unknown_language"

"""Made-up companies and people for accounts that their file knows by number only.

Each account's names follow from its number and the seed alone, so every build and every machine gives the same house.
"""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import dataclass

from kundenkreis.demo.words import BY_COUNTRY, INDUSTRIES, JOBS, MOBILES, PHONES, PLACES, WORLD, Words

SEED = "kundenkreis-2010"
GERMAN_SPEAKING = ("AT", "DE", "CH", "LI")


@dataclass(frozen=True)
class Company:
    name: str
    industry: str
    street: str
    postcode: str
    place: str
    domain: str
    phone: str
    employees: int
    language: str


@dataclass(frozen=True)
class Person:
    form: str
    title: str
    given: str
    family: str
    job: str
    email: str
    phone: str
    mobile: str


class Names:
    """Gives names out and never gives a company's name twice."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._domains: set[str] = set()

    def company(self, number: str, country: str, large: bool) -> Company:
        """A shop, or (`large`) a wholesaler or department store, in a country (ISO code, or "")."""
        dice = random.Random(f"{SEED}/{number}")  # noqa: S311 made-up names are no secret
        words = BY_COUNTRY.get(country, WORLD)
        place, _, postcode = dice.choice(PLACES.get(country) or words.places or ("",)).partition("|")
        name = self._unused(dice, words, place or "the World", large)
        street, house = dice.choice(words.streets), dice.randint(1, 148)
        return Company(
            name=name,
            industry=dice.choice(INDUSTRIES["large" if large else "small"]),
            street=f"{street} {house}" if words.house_number_last else f"{house} {street}",
            postcode=re.sub("[X9](?=[A-Z9X]*$)", lambda m: _like(dice, m[0]), postcode)
            if country in ("GB", "IE", "JE", "")
            else postcode,
            place=place,
            domain=self._domain(name),
            phone=_number(dice, PHONES.get(country, ())),
            employees=dice.choice((30, 45, 60, 90, 120, 250, 400))
            if large
            else dice.choice((1, 2, 2, 3, 4, 5, 6, 8, 11, 14, 20)),
            language="de" if country in GERMAN_SPEAKING else "en",
        )

    def _unused(self, dice: random.Random, words: Words, place: str, large: bool) -> str:
        for attempt in range(40):
            one, two = dice.sample(words.surnames, 2)
            pattern = dice.choice(words.large if large else words.small)
            halves = {"a": dice.choice(words.first_half or ("",)), "n": dice.choice(words.second_half or ("",))}
            name = pattern.format(s=one, t=two, p=place, **halves)
            if attempt > 20:
                name = f"{name}, {place}"
            if name not in self._taken:
                break
        else:
            name = f"{name} {len(self._taken)}"
        self._taken.add(name)
        return name

    def _domain(self, name: str) -> str:
        plain = (
            unicodedata.normalize("NFKD", name.lower().replace("ß", "ss").replace("ø", "o").replace("’", ""))
            .encode("ascii", "ignore")
            .decode()
        )
        slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40]
        domain = f"{slug}.example"
        while domain in self._domains:
            slug += "-2"
            domain = f"{slug}.example"
        self._domains.add(domain)
        return domain

    def people(self, number: str, country: str, company: Company, how_many: int) -> list[Person]:
        """The first is the owner or managing director."""
        dice = random.Random(f"{SEED}/{number}/people")  # noqa: S311
        words = BY_COUNTRY.get(country, WORLD)
        jobs = JOBS[company.language]
        found: dict[str, Person] = {}
        while len(found) < how_many:
            woman = dice.random() < 0.6
            given, family = dice.choice(words.women if woman else words.men), dice.choice(words.surnames)
            email = f"{_plain(given)}.{_plain(family)}@{company.domain}"
            job = jobs[min(len(found), 1)] if len(found) < 2 and how_many > 2 else dice.choice(jobs)
            found.setdefault(
                email,
                Person(
                    "ms" if woman else "mr",
                    dice.choice(words.titles or ("",)) if country == "AT" or dice.random() < 0.2 else "",
                    given, family, job, email, company.phone if dice.random() < 0.3 else _number(dice, PHONES.get(country, ())),
                    _number(dice, (MOBILES[country],)) if country in MOBILES and dice.random() < 0.4 else "",
                ),
            )  # fmt: skip
        return list(found.values())


def _number(dice: random.Random, patterns: tuple[str, ...]) -> str:
    return re.sub("#", lambda _match: str(dice.randint(0, 9)), dice.choice(patterns)) if patterns else ""


def _like(dice: random.Random, sign: str) -> str:
    return dice.choice("23456789") if sign == "9" else dice.choice("ACDEFHKNPRTVWXY")


def _plain(name: str) -> str:
    text = unicodedata.normalize(
        "NFKD", name.lower().replace("ß", "ss").replace("ø", "o").replace("ł", "l").replace("ı", "i")
    )
    return re.sub(r"[^a-z0-9]+", "-", text.encode("ascii", "ignore").decode()).strip("-")

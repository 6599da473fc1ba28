# ruff: noqa: E501 lists of words
"""Made-up people and companies of Austria and Germany, some of them twice, of which it is known which are the same.

Beside the twins there are those who only look like it: couples and families at one address and line, people of one name, companies of one
group with a common host and address, shops of one chain. The same seed gives the same records.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

from kundenkreis.core.text import fold
from kundenkreis.demo.misspelling import company_again, mistyped, person_again
from kundenkreis.demo.words import GERMAN

TWICE = 0.1  # of all records are a second or third one
SURNAMES = """Gruber Huber Bauer Wagner Müller Pichler Steiner Moser Mayer Hofer Leitner Berger Fuchs Eder Fischer Schmid Winkler Weber Schwarz Maier
Schneider Reiter Mayr Schmidt Wimmer Egger Brunner Lang Baumgartner Auer Binder Lechner Wolf Wallner Aigner Ebner Koller Lehner Haas Schuster Heilig
Böhm König Schäfer Kröll Pölzl Hölzl Grünwald Köck Stöckl Jäger Böck Schütz Kübler Weiß Größing Strauß Preiß Meier Meyer Hoffmann Koch Richter Klein
Schröder Neumann Zimmermann Braun Krüger Hartmann Lange Krause Lehmann Köhler Herrmann Walter Peters Scholz Möller Jung Hahn Vogel Friedrich Günther Roth
Novak Horvath Nemeth Yilmaz Öztürk Kovacs Dvorak Svoboda Jovanovic Petrovic Nikolic Markovic Kaya Demir""".split()
_FRONT = "Ober Unter Nieder Hoch Stein Mitter Neu Alt Kirch Berg Wald Grün Schön Lang Kalten Wein Wies Moos Birn Dorn Eber Feld Gold Hasel Buch Linden Kreuz".split()
_BACK = "hofer huber mayr bauer egger lehner berger bacher brunner thaler leitner reiter auer eder steiner hammer kofler gruber maier wimmer müller".split()
WOMEN = (
    *GERMAN.women,
    *"Margarete Theresia Helga Monika Susanne Renate Brigitte Karin Andrea Sandra Stefanie Daniela Melanie Verena Sophie Lena Hannah Laura Christine Gertraud Ingeborg Rosemarie Doris Manuela Bettina Cornelia Eveline Helene Hermine Waltraud".split(),
)
MEN = (
    *GERMAN.men,
    *"Johann Karl Friedrich Heinrich Leopold Anton Matthias Philipp Sebastian Maximilian Wilhelm Rudolf Robert Herbert Gerhard Manfred Alfred Ferdinand Ernst Helmut Kurt Werner Walter Günther Jürgen Harald Dietmar Christoph David Tobias Simon Dominik Benjamin Oskar Emil".split(),
)
_STREETS = (
    *GERMAN.streets,
    *"Wiener Straße;Salzburger Straße;Ringstraße;Feldgasse;Wiesenweg;Am Bach;Mozartstraße;Schillerstraße;Goethestraße;Industriestraße;Gewerbepark;Dorfplatz;Kaiserstraße;Parkstraße;Waldweg;Sonnenweg;Blumengasse;Grazer Straße;Franz-Josef-Straße;Raiffeisenstraße;Flurweg;Bergstraße".split(
        ";"
    ),
)
_TRADES = "Bau Holzbau Metallbau Elektro Installationen Transporte Handels Maschinenbau Consulting Immobilien Technik Logistik Design Medien Software Gastro Weinbau Mühlen Druck Textil Optik Fenster Dach Garten Auto".split()
_FANCY = (
    "Nova Alpin Vita Terra Aqua Solar Primus Optima Delta Sigma Centra Medi Bio Eco Duo Trio Inno Pro Multi Uni".split()
)
_FANCY_BACK = (
    "tec plan net form line werk kraft pack data med food bau trans print lab soft cura stil plast dent".split()
)


class Makers:
    """Gives records by the dice; what a house of `size` has many of, it has more of when it is larger."""

    def __init__(self, seed: int, size: int) -> None:
        self.dice = random.Random(seed)
        composed = [front + back for front, back in itertools.product(_FRONT, _BACK)]
        self.dice.shuffle(composed)
        self.surnames = [*SURNAMES, *composed]
        # A few names are of very many people (Zipf).
        self._shares = list(itertools.accumulate(1 / (rank + 8) for rank in range(len(self.surnames))))
        self._places = [
            f"{self.dice.choice(_FRONT)}{self.dice.choice('dorf bach berg kirchen stadt hofen'.split())}"
            for _n in range(400)
        ]
        self._postcodes = [str(self.dice.randint(1000, 9999)) for _place in self._places]
        self._hosts = itertools.count(1)

    def surname(self) -> str:
        return self.dice.choices(self.surnames, cum_weights=self._shares)[0]

    def address(self) -> dict[str, str]:
        place = self.dice.randrange(len(self._places))
        return {
            "street": f"{self.dice.choice(_STREETS)} {self.dice.randint(1, 180)}",
            "postcode": self._postcodes[place],
            "place": self._places[place],
        }

    def line(self) -> str:
        return f"+437{self.dice.randint(200, 989)}{self.dice.randint(10_000, 999_999)}"

    def mobile(self) -> str:
        return f"+43{self.dice.choice(('664', '676', '650', '660', '699'))}{self.dice.randint(1_000_000, 9_999_999)}"

    def company(self) -> dict[str, Any]:
        dice = self.dice
        name, form = self.surname(), dice.choice(("GmbH", "GmbH", "GmbH", "GmbH & Co KG", "KG", "OG", "AG", "e.U.", ""))
        core = dice.choice(
            (
                f"{name} {dice.choice(_TRADES)}", f"{dice.choice(_TRADES)} {name}", f"{name} & {self.surname()}", f"{name} & Söhne",
                f"{dice.choice(WOMEN + MEN)} {name}", f"{dice.choice(_FANCY)}{dice.choice(_FANCY_BACK)} {dice.choice(_TRADES)}",
                f"{name} {dice.choice(_TRADES)} {dice.choice(self._places)}",
            )
        )  # fmt: skip
        number = next(self._hosts)
        host = f"{fold(core).replace(' ', '-')[:30]}{number}.example"
        digits = dice.randint(10_000_000, 99_999_999)
        return {
            "core": core, "form": form, "name": f"{core} {form}".strip(), "country": "AT", "host": host,
            "vat_id": f"ATU{digits}" if dice.random() < 0.6 else "",
            "register_number": f"FN {dice.randint(10_000, 699_999)}{dice.choice('abdfghikmpstvwxyz')}" if form and dice.random() < 0.4 else "",
            "gln": str(9_100_000_000_000 + number * 10) if dice.random() < 0.1 else "",
            "email": f"office@{host}" if dice.random() < 0.8 else "", "phone": self.line() if dice.random() < 0.8 else "",
            "website": f"https://www.{host}" if dice.random() < 0.5 else "", **self.address(),
        }  # fmt: skip

    def sister(self, company: dict[str, Any]) -> dict[str, Any]:
        """Another company of the same group: same address, host and switchboard, other trade, numbers of its own."""
        other, name = self.company(), company["core"].split()[0]
        other["core"] = (
            f"{name} {self.dice.choice(('Holding', 'Immobilien', 'Beteiligungs', 'Logistik', 'Service', 'Vertriebs', 'Produktions'))}"
        )
        other["name"] = f"{other['core']} {other['form']}".strip()
        other.update({k: company[k] for k in ("street", "postcode", "place", "host", "website")})
        other["email"] = f"{self.dice.choice(('holding', 'service', 'logistik', 'zentrale'))}@{company['host']}"
        other["phone"] = f"{company['phone'][:-2]}{self.dice.randint(10, 99)}" if company["phone"] else ""
        return other

    def person(self, employer: dict[str, Any] | None) -> dict[str, Any]:
        dice = self.dice
        is_woman = dice.random() < 0.5
        given, family = dice.choice(WOMEN if is_woman else MEN), self.surname()
        given = f"{given[0]}." if dice.random() < 0.01 else given
        host = (
            employer["host"]
            if employer
            else dice.choice(("gmx.at", "gmail.com", "aon.at", "hotmail.com", "outlook.com"))
        )
        box = f"{fold(given)}.{fold(family).replace(' ', '')}" + ("" if employer else str(dice.randint(1, 9999)))
        person = {
            "form_of_address": "ms" if is_woman else "mr", "title_before": "", "given_name": given, "family_name": family,
            "email": f"{box}@{host}" if dice.random() < 0.75 else "",
            "phone": "", "mobile": self.mobile() if dice.random() < 0.6 else "", "country": "AT",
            "account_key": fold(employer["name"]) if employer else "", "street": "", "postcode": "", "place": "",
        }  # fmt: skip
        if employer:
            person["phone"] = (
                (employer["phone"] + str(dice.randint(10, 99)))[:15]
                if employer["phone"] and dice.random() < 0.6
                else ""
            )
            if dice.random() < 0.2:
                person["phone"] = employer["phone"]
        else:
            person["phone"] = self.line() if dice.random() < 0.4 else ""
            person.update(self.address())
        return person

    def relative(self, person: dict[str, Any]) -> dict[str, Any]:
        """Her husband, his daughter: another first name and mobile, the same family name, address and line."""
        other = self.person(None)
        while other["given_name"] == person["given_name"]:
            other = self.person(None)
        other.update({k: person[k] for k in ("family_name", "phone", "street", "postcode", "place")})
        return other


def companies(size: int, seed: int = 7) -> Iterator[tuple[int, dict[str, Any]]]:
    """`size` companies with the number of the real one that each is."""
    makers, real, given = Makers(seed, size), 0, 0
    while given < size:
        company = makers.company()
        family = [company]
        if makers.dice.random() < 0.08:
            family.append(makers.sister(company))
        for one in family:
            real += 1
            yield real, one
            given += 1
            if makers.dice.random() < TWICE:
                given += 1
                yield real, company_again(makers.dice, one, makers.address())


def people(size: int, seed: int = 7) -> Iterator[tuple[int, dict[str, Any]]]:
    """`size` people with the number of the real one that each is; two thirds work at companies, of which large ones have most."""
    makers, real, given = Makers(seed, size), 0, 0
    employers = [makers.company() for _n in range(max(size // 5, 5))]
    while given < size:
        place = int(len(employers) * makers.dice.random() ** 2)
        employer = employers[place] if makers.dice.random() < 0.66 else None
        person = makers.person(employer)
        family = [person]
        if employer is None and makers.dice.random() < 0.25:
            family.append(makers.relative(person))
        for one in family:
            real += 1
            yield real, one
            given += 1
            if makers.dice.random() < TWICE:
                given += 1
                again = person_again(makers.dice, one, makers.surnames, makers.address() if employer is None else None)
                if employer is not None and makers.dice.random() < 0.1:
                    other = makers.dice.choice(
                        (makers.dice.choice(employers)["name"], mistyped(makers.dice, employer["name"]))
                    )
                    again["account_key"] = fold(other)
                yield real, again

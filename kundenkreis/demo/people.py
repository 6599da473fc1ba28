"""Who works in the demo house: one person for each role, their teams and territories."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kundenkreis.staff.models import Deputy, Team, Territory, User
from kundenkreis.staff.roles import Role

PASSWORD = "kundenkreis-demo"  # noqa: S105 printed by `kundenkreis demo`, for a house of made-up names
DOMAIN = "wholesale.example"


@dataclass(frozen=True)
class Person:
    first: str
    last: str
    position: str
    role: str
    team: str
    language: str = "en"

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def email(self) -> str:
        return f"{self.first.lower()}@{DOMAIN}"


PEOPLE = (
    Person("Ada", "Huber", "Key account manager, Britain and Ireland", Role.KEY_ACCOUNT_MANAGER, "Key accounts"),
    Person(
        "Cem", "Yıldız", "Key account manager, German-speaking countries", Role.KEY_ACCOUNT_MANAGER, "Continent", "de"
    ),
    Person("Noah", "Byrne", "Key account manager, rest of the world", Role.KEY_ACCOUNT_MANAGER, "Continent"),
    Person(
        "Dora",
        "Steiner",
        "Customer relationship manager",
        Role.CUSTOMER_RELATIONSHIP_MANAGER,
        "Customer relations",
        "de",
    ),
    Person("Ben", "Kern", "Head of sales", Role.HEAD_OF_SALES, "Sales", "de"),
    Person("Gerda", "Wolf", "Inside sales", Role.INSIDE_SALES, "Customer relations", "de"),
    Person("Hana", "Novak", "Complaint manager", Role.COMPLAINT_MANAGER, "Customer relations"),
    Person("Lea", "Moser", "Marketing", Role.MARKETING, "Marketing", "de"),
    Person("Alma", "Adler", "Administrator", Role.ADMINISTRATOR, "Office"),
    Person("Rita", "Lang", "Trainee, may only read", Role.READ_ONLY, "Key accounts", "de"),
)
TEAMS = {
    "Sales": None,
    "Key accounts": "Sales",
    "Continent": "Sales",
    "Customer relations": "Sales",
    "Marketing": None,
    "Office": None,
}
TERRITORIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Britain and Ireland": (("GB", "IE", "JE", "GG", "IM"), ("Ada", "Rita")),
    "German-speaking countries": (("DE", "AT", "CH", "LI"), ("Cem",)),
    "France and Benelux": (("FR", "BE", "NL", "LU"), ("Noah",)),
    "Southern Europe": (("ES", "PT", "IT", "GR", "MT", "CY"), ("Noah",)),
    "North and Baltic": (("SE", "DK", "NO", "FI", "IS", "LT", "LV", "EE", "PL"), ("Noah",)),
    "Overseas": ((), ("Noah",)),
}


@dataclass(frozen=True)
class House:
    """The people by first name, the territories by country ("" for all others)."""

    people: dict[str, User]
    territories: dict[str, Territory]

    def territory(self, country: str) -> Territory | None:
        return self.territories.get(country, self.territories[""]) if country else None


def add(now: dt.datetime) -> House:
    """Teams, people with the demo's password, territories, and a deputy over the Christmas weeks."""
    teams: dict[str, Team] = {}
    for name, parent in TEAMS.items():
        teams[name] = Team.add(by=None, now=now, name=name, parent=teams[parent] if parent else None)
    people = {
        p.first: User.objects.create_user(
            p.email, PASSWORD, now=now, first_name=p.first, last_name=p.last, role=p.role, team=teams[p.team],
            job_title=p.position, language=p.language, is_demo=True,
        )
        for p in PEOPLE
    }  # fmt: skip
    by = people["Alma"]
    by_country: dict[str, Territory] = {}
    for name, (countries, named) in TERRITORIES.items():
        territory = Territory.add(by=by, now=now, name=name, countries=list(countries))
        territory.people.set([people[first] for first in named])
        by_country |= dict.fromkeys(countries or ("",), territory)
    Deputy.add(
        by=by,
        now=now,
        person=people["Cem"],
        deputy=people["Noah"],
        starts_on=dt.date(2010, 12, 1),
        ends_on=dt.date(2010, 12, 24),
    )
    return House(people, by_country)

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
# Name → (part of, countries, postcodes, who works there, whose it is)
TERRITORIES: dict[str, tuple[str, str, str, str, str]] = {
    "Europe": ("", "", "", "", ""),
    "Britain and Ireland": ("Europe", "GB IE JE GG IM", "", "Ada Rita", "Ada"),
    "London": ("Britain and Ireland", "GB", "EC WC NW SE SW E1-E9 N1-N9 W1-W9", "", ""),
    "German-speaking countries": ("Europe", "DE AT CH LI", "", "Cem", "Cem"),
    "France and Benelux": ("Europe", "FR BE NL LU", "", "Noah", "Noah"),
    "Southern Europe": ("Europe", "ES PT IT GR MT CY", "", "Noah", "Noah"),
    "North and Baltic": ("Europe", "SE DK NO FI IS LT LV EE PL", "", "Noah", "Noah"),
    "Overseas": ("", "US CA AU NZ JP SG HK KR TH IL LB AE SA BH BR ZA NG BM", "", "Noah", "Noah"),
}


@dataclass(frozen=True)
class House:
    """The people by first name, the territories by theirs."""

    people: dict[str, User]
    territories: dict[str, Territory]


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
    territories: dict[str, Territory] = {}
    for name, (above, countries, postcodes, named, owner) in TERRITORIES.items():
        territories[name] = Territory.add(
            by=by, now=now, name=name, parent=territories.get(above), countries=countries.split(), postcodes=postcodes.split(),
            people=[people[first] for first in named.split()], owner=people.get(owner),
        )  # fmt: skip
    Deputy.add(
        by=by,
        now=now,
        person=people["Cem"],
        deputy=people["Noah"],
        starts_on=dt.date(2010, 12, 1),
        ends_on=dt.date(2010, 12, 24),
    )
    return House(people, territories)

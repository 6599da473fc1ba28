"""One cast for tests, demo and docs: a small wholesaler in Wels, its people and a few customers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from kundenkreis.customers.models import Account, Contact, Position
from kundenkreis.staff.models import Team, Territory, User
from kundenkreis.staff.roles import Role

PASSWORD = "kundenkreis-tests"  # noqa: S105
TODAY = dt.date(2026, 3, 2)


@dataclass
class World:
    """Ada (key accounts, team North) owns Lindner; Cem (team South) owns Brauneis; Ben leads both; Rita may only read."""

    north: Team
    south: Team
    wels: Territory
    ada: User
    ben: User
    cem: User
    dora: User
    gerda: User
    rita: User
    admin: User
    lindner: Account
    brauneis: Account
    maria: Contact
    extra: dict[str, Any] = field(default_factory=dict)


def person(email: str, first: str, last: str, role: str, team: Team | None = None, **values: Any) -> User:
    return User.objects.create_user(
        f"{email}@example.test",
        PASSWORD,
        first_name=first,
        last_name=last,
        role=role,
        team=team,
        language="en",
        **values,
    )


def build() -> World:
    sales = Team.add(by=None, name="Sales")
    north = Team.add(by=None, name="North", parent=sales)
    south = Team.add(by=None, name="South", parent=sales)
    wels = Territory.add(by=None, name="Wels", countries=["AT"], postcodes=["46"])
    ada = person("ada", "Ada", "Huber", Role.KEY_ACCOUNT_MANAGER, north)
    ben = person("ben", "Ben", "Kern", Role.HEAD_OF_SALES, sales)
    cem = person("cem", "Cem", "Yıldız", Role.KEY_ACCOUNT_MANAGER, south)
    dora = person("dora", "Dora", "Steiner", Role.CUSTOMER_RELATIONSHIP_MANAGER, sales)
    gerda = person("gerda", "Gerda", "Wolf", Role.INSIDE_SALES, sales)
    rita = person("rita", "Rita", "Lang", Role.READ_ONLY, north)
    admin = person("admin", "Alma", "Admin", Role.ADMINISTRATOR)
    lindner = Account.add(
        by=ada, name="Lindner & Söhne GmbH", owner=ada, country="AT", postcode="4600", place="Wels", territory=wels
    )
    brauneis = Account.add(
        by=cem, name="Brauneis Wohnkultur", owner=cem, country="AT", postcode="5020", place="Salzburg"
    )
    maria = Contact.add(
        by=ada,
        form_of_address="ms",
        title_before="Mag.",
        given_name="Maria",
        family_name="Lindner",
        email="maria@lindner.test",
    )
    Position.add(by=ada, contact=maria, account=lindner, job_title="Managing director")
    return World(north, south, wels, ada, ben, cem, dora, gerda, rita, admin, lindner, brauneis, maria)

"""One cast for tests, demo and docs: a small wholesaler in Wels, its people and a few customers."""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, transaction

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


class Remembered:
    """The cast as the rows that `build` wrote, laid again for each test that wants it: a tenth of the time, and the same cast.

    It is built once, in a transaction that is taken back. Nothing that was there before may have changed.
    """

    def __init__(self) -> None:
        with transaction.atomic():
            before = _rows()
            self._world = build()
            after = _rows()
            transaction.set_rollback(True)
        self._written = {}
        for (table, columns), rows in after.items():
            known = set(before[table, columns])
            assert known <= set(rows), f"{table} had rows, and the cast changed them"
            if new := [row for row in rows if row not in known]:
                names = ", ".join(f'"{name}"' for name in columns)
                places = ", ".join(["%s"] * len(columns))
                self._written[f'INSERT INTO "{table}" ({names}) VALUES ({places})'] = new  # noqa: S608

    def lay(self) -> World:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement, rows in self._written.items():
                cursor.executemany(statement, rows)
            if connection.vendor == "sqlite":  # PostgreSQL's word index is a column of the entries
                cursor.execute("INSERT INTO core_searchindex (rowid, words) SELECT id, words FROM core_searchentry")
        return copy.deepcopy(self._world)


def _rows() -> dict[tuple[str, tuple[str, ...]], list[tuple[Any, ...]]]:
    """What stands in each model's table: by table and columns, rows."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if not model._meta.managed or model._meta.proxy:
                continue
            columns = tuple(field.column for field in model._meta.local_concrete_fields)
            cursor.execute(f'SELECT {", ".join(map(connection.ops.quote_name, columns))} FROM "{model._meta.db_table}"')  # noqa: S608
            found[model._meta.db_table, columns] = cursor.fetchall()
    return found

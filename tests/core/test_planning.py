"""What the planners are told of the tables."""

import pytest
from django.db import connection

from kundenkreis.core import planning
from kundenkreis.customers.models import Account
from tests.quality.imports import imported

pytestmark = pytest.mark.django_db


def accounts_known() -> int:
    """How many accounts the planner believes there are."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'customers_account'")
            return round(cursor.fetchone()[0])
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = 'customers_account'")
        return max(int(stat.split()[0]) for (stat,) in cursor.fetchall())


def test_it_knows_of_the_accounts_once_it_has_looked(world):
    planning.learn([Account])
    assert accounts_known() == 2


def test_after_an_import_it_has_looked_again(world):
    imported("Name\nEins\nZwei\nDrei\n", target="accounts", match_by="name")
    assert accounts_known() == 5

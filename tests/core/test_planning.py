"""What SQLite's planner is told of the tables."""

import pytest
from django.db import connection

from kundenkreis.core import planning
from tests.quality.imports import imported

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its statistics by itself."),
]


def accounts_known() -> int:
    """How many accounts the planner believes there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = 'customers_account'")
        return max(int(stat.split()[0]) for (stat,) in cursor.fetchall())


def test_it_knows_of_the_accounts_once_it_has_looked(world):
    planning.learn()
    assert accounts_known() == 2


def test_after_an_import_it_has_looked_again(world):
    imported("Name\nEins\nZwei\nDrei\n", target="accounts", match_by="name")
    assert accounts_known() == 5

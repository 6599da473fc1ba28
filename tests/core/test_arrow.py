"""Rows of the database as Arrow, without harm to those who write at the same time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection

from kundenkreis.core import arrow
from kundenkreis.customers.models import Tag

pytestmark = pytest.mark.django_db(transaction=True)

_COUNT = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM customers_tag').fetchone()[0])"


def test_what_is_committed_is_read_by_column(world):
    for name in ("Fair", "Messe"):
        Tag.add(by=world.ada, name=name)
    table = arrow.read("SELECT id, name FROM customers_tag ORDER BY name", numbers=("id",))
    assert table["name"].to_pylist() == ["Fair", "Messe"]
    assert all(isinstance(one, int) for one in table["id"].to_pylist())


def test_two_statements_see_the_same_moment(world):
    if connection.vendor == "postgresql":
        pytest.skip("there the reader asks for it itself")
    Tag.add(by=world.ada, name="Fair")
    with arrow.connect() as other, other.cursor() as fast:
        fast.execute("SELECT count(*) AS n FROM customers_tag")
        first = fast.fetch_arrow_table()["n"].to_pylist()
        Tag.add(by=world.ada, name="Messe")
        fast.execute("SELECT count(*) AS n FROM customers_tag")
        assert first == fast.fetch_arrow_table()["n"].to_pylist() == [1]


def test_what_is_left_of_an_answer_is_not_taken_for_the_next_one(world):
    if connection.vendor == "postgresql":
        pytest.skip("the driver's own business")
    for name in ("Fair", "Messe"):
        Tag.add(by=world.ada, name=name)
    with arrow.connect() as other, other.cursor() as fast:
        fast.execute("SELECT name FROM customers_tag")
        fast.fetch_record_batch()
        fast.execute("SELECT 7 AS n")
        assert fast.fetch_arrow_table()["n"].to_pylist() == [7]


def test_a_statement_that_makes_no_sense_is_an_error_and_the_next_one_is_answered(world):
    if connection.vendor == "postgresql":
        pytest.skip("the driver's own business")
    with arrow.connect() as other, other.cursor() as fast:
        with pytest.raises(DatabaseError, match="no such table"):
            fast.execute("SELECT * FROM nowhere")
        fast.execute("SELECT 7 AS n")
        assert fast.fetch_arrow_table()["n"].to_pylist() == [7]
        fast._process.kill()
        with pytest.raises(DatabaseError):
            fast.execute("SELECT 7 AS n")


def test_who_reads_takes_nothing_from_under_who_writes(world):
    """Two copies of the SQLite library in one process do: the log is deleted, and what is written then nobody else sees."""
    if connection.vendor == "postgresql":
        pytest.skip("SQLite's files")
    path = str(settings.DATABASES["default"]["NAME"])
    Tag.add(by=world.ada, name="Fair")
    arrow.read("SELECT id FROM customers_tag", numbers=("id",))
    assert Path(f"{path}-wal").exists()
    Tag.add(by=world.ada, name="Messe")
    seen = subprocess.run([sys.executable, "-c", _COUNT, path], capture_output=True, text=True, check=True).stdout
    assert int(seen) == 2
    assert "adbc_driver_sqlite" not in sys.modules

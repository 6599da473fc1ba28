"""Waiting for one's turn to write on SQLite."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from django.db import OperationalError, connection, transaction

from kundenkreis.core.sqlite import base
from kundenkreis.staff.models import Team

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL queues by itself"),
]


@pytest.fixture
def other():
    """Another program's connection, which is writing."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def busy_timeout() -> int:
    with connection.cursor() as cursor:
        return cursor.execute("PRAGMA busy_timeout").fetchone()[0]


def test_who_waits_asks_again_until_the_other_is_done(other, monkeypatch):
    asked = []

    def pause(seconds: float) -> None:
        asked.append(seconds)
        if len(asked) == 3:
            other.execute("COMMIT")

    monkeypatch.setattr(base.time, "sleep", pause)
    Team.add(by=None, name="North")
    assert asked == [base.PAUSE] * 3
    assert Team.objects.filter(name="North").exists()
    assert busy_timeout() == 20_000


def test_she_is_told_when_her_patience_is_over_and_nothing_is_written(other, monkeypatch):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
    with pytest.raises(OperationalError, match="locked"):
        Team.add(by=None, name="North")
    other.execute("ROLLBACK")
    assert not Team.objects.exists()
    Team.add(by=None, name="North")
    assert Team.objects.count() == 1


def test_another_trouble_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(base.time, "sleep", lambda _seconds: pytest.fail("waited"))
    with transaction.atomic(), pytest.raises(OperationalError, match="within a transaction"):
        connection._start_transaction_under_autocommit()

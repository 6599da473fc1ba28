"""Whoever saves does not wait for SQLite's log to be brought into the database."""

import sqlite3

import pytest

from kundenkreis.cli import checkpoints


def house(path):
    file = sqlite3.connect(path, isolation_level=None)
    file.execute("PRAGMA journal_mode=WAL")
    file.execute("PRAGMA wal_autocheckpoint=0")
    file.execute("CREATE TABLE notes (body TEXT)")
    return file


def in_the_database_itself(path, tmp_path):
    """What the file holds without its log."""
    bare = tmp_path / "bare.sqlite3"
    bare.write_bytes(path.read_bytes())
    try:
        return sqlite3.connect(bare).execute("SELECT count(*) FROM notes").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def test_what_was_saved_reaches_the_database_while_somebody_is_writing(tmp_path):
    path = tmp_path / "ä house?.sqlite3"
    file = house(path)
    file.executemany("INSERT INTO notes VALUES (?)", [("called",)] * 500)
    assert in_the_database_itself(path, tmp_path) == 0
    file.execute("BEGIN IMMEDIATE")
    file.execute("INSERT INTO notes VALUES ('half')")
    assert checkpoints.checkpoint(str(path))
    file.execute("COMMIT")
    assert in_the_database_itself(path, tmp_path) == 500
    assert file.execute("SELECT count(*) FROM notes").fetchone()[0] == 501


def test_a_house_that_is_not_there_is_not_made(tmp_path):
    path = tmp_path / "none.sqlite3"
    with pytest.raises(sqlite3.OperationalError):
        checkpoints.checkpoint(str(path))
    assert not path.exists()

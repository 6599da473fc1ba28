"""Backup and restore, as a round trip and with everything that can be wrong with a file."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
import tarfile
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from kundenkreis.cli import restoring

RENAME = "from kundenkreis.staff.models import User; User.objects.update(last_name='{}')"
NAME = "from kundenkreis.staff.models import User; print(User.objects.get().last_name)"


def name_in(folder: Path, file: str = "kundenkreis.sqlite3") -> str:
    with closing(sqlite3.connect(folder / file)) as database:
        return database.execute("SELECT last_name FROM staff_user").fetchone()[0]


def rename(folder: Path, name: str) -> None:
    with closing(sqlite3.connect(folder / "kundenkreis.sqlite3")) as database, database:
        database.execute("UPDATE staff_user SET last_name=?", [name])


@pytest.mark.parametrize("ending", ["tar.gz", "zip"])
def test_a_house_comes_back_as_it_was(house, tmp_path, ending):
    saved = tmp_path / f"house.{ending}"
    done = house.run("backup", saved, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["files"] == 2
    rename(house.folder, "Changed")
    (house.folder / "files" / "letter.txt").write_text("scribbled over")
    done = house.run("restore", saved, "--yes", "--json")
    assert done.returncode == 0, done.stderr
    assert name_in(house.folder) == "Adler"
    assert (house.folder / "files" / "letter.txt").read_text() == "Dear Ada"
    kept = json.loads(done.stdout)["kept"]
    assert kept == [f"{house.folder}/kundenkreis.sqlite3.before-restore", f"{house.folder}/files.before-restore"]
    assert (house.folder / "files.before-restore" / "letter.txt").read_text() == "scribbled over"
    assert name_in(house.folder, Path(kept[0]).name) == "Changed"


def test_a_backup_is_restored_on_a_new_machine(backup_of_prepared, empty):
    done = empty.run("restore", backup_of_prepared, "--yes")
    assert done.returncode == 0, done.stderr
    assert name_in(empty.folder) == "Adler"
    assert "there was none" in done.stdout


def test_a_backup_is_readable_by_its_owner_only(backup_of_prepared):
    assert backup_of_prepared.stat().st_mode & 0o077 == 0


def test_a_backup_holds_what_is_committed_but_not_yet_in_the_main_file(house, empty, tmp_path):
    writer = sqlite3.connect(house.folder / "kundenkreis.sqlite3")
    writer.execute("PRAGMA wal_autocheckpoint=0")
    writer.execute("UPDATE staff_user SET last_name='InTheLog'")
    writer.commit()
    writer.execute("UPDATE staff_user SET last_name='NotCommitted'")  # somebody is writing while we back up
    assert house.run("backup", tmp_path / "house.zip").returncode == 0
    writer.rollback()
    writer.close()
    empty.run("restore", tmp_path / "house.zip", "--yes")
    assert name_in(empty.folder) == "InTheLog"


def test_an_existing_file_is_not_overwritten(house, tmp_path):
    (tmp_path / "house.zip").write_text("precious")
    done = house.run("backup", tmp_path / "house.zip")
    assert done.returncode == 1
    assert "exists already and is not overwritten" in done.stderr
    assert (tmp_path / "house.zip").read_text() == "precious"


def test_a_backup_that_fails_leaves_no_file(house, tmp_path):
    with (house.folder / "kundenkreis.sqlite3").open("r+b") as database:
        database.seek(200_000)
        database.write(b"\xff" * 100_000)
    done = house.run("backup", tmp_path / "house.zip")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*house.zip*"))
    assert not list(tmp_path.glob(".backup-*"))


def test_a_missing_folder_is_named(house, tmp_path):
    assert "no does not exist" in house.run("backup", tmp_path / "no" / "house.zip").stderr


def test_other_endings_are_refused(house, tmp_path):
    assert "ends with .tar.gz or .zip" in house.run("backup", tmp_path / "house.rar").stderr


# --- files that are not what they say -------------------------------------------------------------------------------


@pytest.fixture
def saved(house, backup_of_prepared, tmp_path) -> Path:
    """A backup of the house, which has changed since."""
    rename(house.folder, "Present")
    return Path(shutil.copy(backup_of_prepared, tmp_path / "house.zip"))


def rewritten(path: Path, change) -> Path:
    """A copy of the backup with its manifest and members changed by `change(manifest, members)`."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    manifest = json.loads(members.pop("manifest.json"))
    change(manifest, members)
    changed = path.with_name("changed.zip")
    with zipfile.ZipFile(changed, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        for name, content in members.items():
            archive.writestr(name, content)
    return changed


def refused(house, path: Path, words: str) -> None:
    done = house.run("restore", path, "--yes")
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert name_in(house.folder) == "Present"
    assert (house.folder / "files" / "letter.txt").read_text() == "Dear Ada"
    assert not list(house.folder.glob("*before-restore*"))
    assert not list(house.folder.glob("restore-*"))


def test_a_file_that_is_no_archive_is_refused(house, saved, tmp_path):
    (tmp_path / "note.tar.gz").write_text("hello")
    refused(house, tmp_path / "note.tar.gz", "is not a backup of Kundenkreis")


def test_a_foreign_archive_is_refused(house, saved, tmp_path):
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        archive.writestr("cat.jpg", b"meow")
    refused(house, tmp_path / "photos.zip", "is not a backup of Kundenkreis")


def test_an_archive_that_ends_too_early_is_refused(house, saved, tmp_path):
    assert house.run("backup", tmp_path / "house.tar.gz").returncode == 0
    whole = (tmp_path / "house.tar.gz").read_bytes()
    (tmp_path / "half.tar.gz").write_bytes(whole[: len(whole) // 2])
    refused(house, tmp_path / "half.tar.gz", "damaged")


def test_a_changed_byte_is_noticed(house, saved):
    def change(manifest, members):
        members["files/letter.txt"] = b"Dear Bob"

    refused(house, rewritten(saved, change), "files/letter.txt is not what was saved")


def test_a_missing_file_is_noticed(house, saved):
    def change(manifest, members):
        del members["files/letter.txt"]

    refused(house, rewritten(saved, change), "files/letter.txt is missing")


def test_a_file_that_was_slipped_in_is_noticed(house, saved):
    def change(manifest, members):
        members["files/virus"] = b"boo"

    refused(house, rewritten(saved, change), "a file that its manifest does not know")


def test_a_bomb_is_not_unpacked_beyond_its_stated_size(house, saved):
    def change(manifest, members):
        members["files/letter.txt"] = b"0" * 50_000_000

    refused(house, rewritten(saved, change), "is not what was saved")


@pytest.mark.parametrize("name", ["../outside.txt", "/tmp/outside.txt", "files/../../outside.txt", "files\\..\\x"])
def test_a_name_that_leads_out_of_the_folder_is_refused(house, saved, name, tmp_path):
    def change(manifest, members):
        members[name] = b"boo"
        manifest["files"][name] = [hashlib.sha256(b"boo").hexdigest(), 3]

    refused(house, rewritten(saved, change), "unsafe file name")
    assert not list(tmp_path.rglob("outside.txt"))


def test_a_link_in_a_tar_file_is_refused(house, saved, tmp_path):
    with zipfile.ZipFile(saved) as archive:
        manifest = archive.read("manifest.json")
    path = tmp_path / "link.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        entry = tarfile.TarInfo("manifest.json")
        entry.size = len(manifest)
        tar.addfile(entry, io.BytesIO(manifest))
        link = tarfile.TarInfo("files/letter.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    refused(house, path, "something that is no file")


def test_a_backup_of_a_newer_version_is_refused(house, saved):
    def change(manifest, members):
        manifest["migrations"].append("core.9999_from_the_future")
        manifest["version"] = "99.0"

    refused(house, rewritten(saved, change), "made by a newer Kundenkreis (99.0")


def test_a_newer_format_is_refused(house, saved):
    def change(manifest, members):
        manifest["format"] = 2

    refused(house, rewritten(saved, change), "Update this one first")


def test_a_backup_of_another_kind_of_database_is_refused(house, saved):
    def change(manifest, members):
        manifest["engine"] = "postgresql"

    refused(house, rewritten(saved, change), "made on PostgreSQL, and this house uses SQLite")


def test_a_house_that_is_open_elsewhere_is_not_replaced(house, saved):
    reader = sqlite3.connect(house.folder / "kundenkreis.sqlite3")
    reader.execute("SELECT count(*) FROM staff_user").fetchone()
    refused(house, saved, "Kundenkreis is running. Stop it first")
    reader.close()


def test_nobody_is_asked_where_nobody_is(house, saved):
    done = house.run("restore", saved)
    assert done.returncode == 1
    assert "Add --yes" in done.stderr
    assert name_in(house.folder) == "Present"


def test_an_older_backup_says_what_comes_next(house, saved):
    def change(manifest, members):
        manifest["migrations"] = manifest["migrations"][:-1]
        path = saved.with_name("older.sqlite3")
        path.write_bytes(members["database.sqlite3"])
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("DELETE FROM django_migrations WHERE app='sessions'")
        members["database.sqlite3"] = path.read_bytes()
        manifest["files"]["database.sqlite3"] = [
            hashlib.sha256(path.read_bytes()).hexdigest(),
            len(path.read_bytes()),
        ]

    done = house.run("restore", rewritten(saved, change), "--yes")
    assert done.returncode == 0, done.stderr
    assert "from an older version" in done.stdout
    assert "kundenkreis migrate" in done.stdout


# --- cut off ---------------------------------------------------------------------------------------------------------


class CutOff(Exception):
    pass


STEPS = [f"{did} {what}" for what in ("kundenkreis.sqlite3", "files", "imports") for did in ("moved", "placed")] + [
    "kept"
]


@pytest.mark.parametrize("at", STEPS)
def test_a_restore_that_is_cut_off_is_brought_to_its_end(tmp_path, settings, at):
    settings.DATA_DIR, settings.FILES_DIR = tmp_path, tmp_path / "files"
    database, staged = tmp_path / "kundenkreis.sqlite3", tmp_path / "restore-x"
    for place, text in ((tmp_path, "old"), (staged, "new")):
        (place / "files").mkdir(parents=True)
        (place / "files" / "letter.txt").write_text(text)
        (place / "imports").mkdir()
        (place / "imports" / text).touch()
    database.write_text("old")
    (staged / "database.sqlite3").write_text("new")
    (tmp_path / "restore.json").write_text(json.dumps({"staged": "restore-x", "database": str(database)}))

    def cut(step: str) -> None:
        if step == at:
            raise CutOff

    with pytest.raises(CutOff):
        restoring.finish(cut)
    if not database.exists():
        database.write_text("an empty one that somebody's start made")
    kept = restoring.finish()
    assert database.read_text() == "new"
    assert (tmp_path / "files" / "letter.txt").read_text() == "new"
    assert (tmp_path / "imports" / "new").exists()
    assert kept == [f"{path}.before-restore" for path in (database, tmp_path / "files", tmp_path / "imports")]
    assert Path(kept[0]).read_text() == "old"
    assert (Path(kept[1]) / "letter.txt").read_text() == "old"
    everything = {"kundenkreis.sqlite3", "files", "imports"}
    assert {p.name for p in tmp_path.iterdir()} == everything | {f"{name}.before-restore" for name in everything}


def test_the_next_command_finishes_a_restore_that_was_cut_off(house, saved):
    staged = house.folder / "restore-cut"
    (staged / "files").mkdir(parents=True)
    with zipfile.ZipFile(saved) as archive:
        archive.extract("database.sqlite3", staged)
    note = {"staged": staged.name, "database": str(house.folder / "kundenkreis.sqlite3")}
    (house.folder / "restore.json").write_text(json.dumps(note))
    done = house.run("token", "list")
    assert done.returncode == 0, done.stderr
    assert "brought to its end" in done.stderr
    assert name_in(house.folder) == "Adler"


def test_what_a_killed_unpacking_left_is_cleared_away(house, saved):
    (house.folder / "restore-left").mkdir()
    (house.folder / "restore-left" / "database.sqlite3").write_text("half")
    assert house.run("restore", saved, "--yes").returncode == 0
    assert not list(house.folder.glob("restore-*"))
    assert name_in(house.folder) == "Adler"


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


@pytest.fixture
def on_postgres(tmp_path, transactional_db):
    """A house on a PostgreSQL database of its own."""
    import psycopg
    from django.db import connection

    from tests.cli.conftest import Installation

    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL (KUNDENKREIS_TEST_URL)")
    if not shutil.which("pg_dump"):
        pytest.skip("needs pg_dump")
    given = connection.settings_dict
    name = f"{given['NAME']}_backup"
    admin = psycopg.connect(**{**connection.get_connection_params(), "dbname": "postgres"}, autocommit=True)
    admin.execute(f'DROP DATABASE IF EXISTS "{name}"')
    admin.execute(f'CREATE DATABASE "{name}"')
    host, port = (given["HOST"] or "127.0.0.1").replace("/", "%2F"), given["PORT"] or 5432
    user = f"{given['USER']}:{given['PASSWORD']}@" if given["USER"] else ""
    folder = tmp_path / "house"
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "letter.txt").write_text("Dear Ada")
    house = Installation(folder, KUNDENKREIS_DATABASE_URL=f"postgres://{user}{host}:{port}/{name}")
    done = house.run("migrate", "--skip-checks", "--verbosity", "0", timeout=180)
    assert done.returncode == 0, done.stderr
    yield house
    admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    admin.close()


@pytest.mark.postgres
@pytest.mark.slow
def test_a_house_on_postgresql_comes_back_as_it_was(on_postgres, tmp_path):
    from tests.cli.conftest import PREPARE

    house, saved = on_postgres, tmp_path / "house.tar.gz"
    house.python(PREPARE)
    assert house.run("backup", saved).returncode == 0
    for changed in ("Changed", "Again"):
        house.python(RENAME.format(changed))
        (house.folder / "files" / "letter.txt").write_text("scribbled over")
        done = house.run("restore", saved, "--yes")
        assert done.returncode == 0, done.stderr
        assert "schema before_restore" in done.stdout
        assert house.python(NAME) == "Adler"
        assert (house.folder / "files" / "letter.txt").read_text() == "Dear Ada"
    # As if a third restore had been killed after it moved the tables away.
    house.python("from django.db import connection as c; c.cursor().execute('ALTER SCHEMA public RENAME TO gone')")
    done = house.run("token", "list")
    assert done.returncode == 0, done.stderr
    assert "the old data is back in its place" in done.stderr
    assert house.python(NAME) == "Again"

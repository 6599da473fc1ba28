"""A copy of the house in which administrators try things out: marked as such before anybody can start it, and without whatever leads outside.

What is taken out: sessions, tokens and calendar addresses, links to set a password (they hang on the last sign-in), the queue of jobs. What
is put in: the configuration that the copy begins with, by which it can say later what was changed in it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dj_database_url
from django.conf import settings
from django.db import connection, connections, transaction
from django.utils import timezone

from kundenkreis.cli import archive, backing_up
from kundenkreis.cli.backing_up import CannotBackUp
from kundenkreis.configuration import document
from kundenkreis.configuration.models import Loaded, Origin
from kundenkreis.core.models import House
from kundenkreis.staff.models import ApiToken, User

ALIAS = "test_copy"
DATABASE = "kundenkreis.sqlite3"
ENVIRONMENT = "test-copy.env"


class CannotCopy(Exception):
    """The message says why, in one sentence; there is no copy then."""


@dataclass(frozen=True)
class Copied:
    """Where the copy lies, and with which environment it is started."""

    folder: Path
    environment: dict[str, str]
    files: int
    taken_out: dict[str, int]


def make(folder: Path, progress: archive.Progress, *, database_url: str = "", with_files: bool = True) -> Copied:
    """A test copy in a new folder; on PostgreSQL its database is a new, empty one at `database_url`. Raises CannotCopy."""
    _refuse(folder, database_url)
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    began = document.as_json()["parts"]  # before the copy: what is changed in between is the live house's
    try:
        part.mkdir(parents=True, mode=0o700)
        progress("Copying the database", 0, 0)
        database = _copy_database(part, database_url)
        with _opened(database):
            taken_out = mark(ALIAS, began)
        files = _copy_files(part, progress) if with_files else 0
        environment = (
            {"KUNDENKREIS_DATA_DIR": str(folder), "KUNDENKREIS_DATABASE_URL": database_url}
            if database_url
            else {"KUNDENKREIS_DATA_DIR": str(folder)}
        )
        _write_environment(part / ENVIRONMENT, environment)
        part.replace(folder)
    except CannotBackUp as error:
        raise CannotCopy(str(error)) from error
    except OSError as error:
        raise CannotCopy(f"The copy could not be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Copied(folder, environment, files, taken_out)


def _refuse(folder: Path, database_url: str) -> None:
    live = Path(settings.DATA_DIR).resolve()
    if House.current().is_test_copy:
        raise CannotCopy("This house is a test copy itself. Make another one from the live house.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotCopy(f"{folder} exists already and is not empty. Choose another folder, or remove that one.")
    if folder.resolve() == live or live in folder.resolve().parents:
        raise CannotCopy("The copy must lie outside the live house's data.")
    if connection.vendor == "sqlite" and database_url:
        raise CannotCopy("A house on SQLite has its database in the folder; leave --database-url out.")
    if connection.vendor == "postgresql" and not database_url:
        raise CannotCopy("A house on PostgreSQL needs a new, empty database for its copy: add --database-url.")
    if database_url and _same(dj_database_url.parse(database_url), connection.settings_dict):
        raise CannotCopy("--database-url names the live house's own database.")


def _same(one: Any, other: dict[str, Any]) -> bool:
    keys = ("NAME", "HOST", "PORT")
    return all(str(one.get(key) or "") == str(other.get(key) or "") for key in keys)


def _copy_database(part: Path, database_url: str) -> dict[str, Any]:
    """The settings of the copy's database."""
    if connection.vendor == "sqlite":
        backing_up.copy_sqlite(Path(connection.settings_dict["NAME"]), part / DATABASE)
        return connection.settings_dict | {"NAME": str(part / DATABASE)}
    dump = part / "database.dump"
    backing_up.copy_database(dump)
    target = connection.settings_dict | dict(dj_database_url.parse(database_url))
    _refuse_full(target)
    _restore(dump, target)
    dump.unlink()
    return target


@contextmanager
def _opened(database: dict[str, Any]) -> Iterator[None]:
    """The copy's database under a name of its own, closed afterwards."""
    connections.databases[ALIAS] = database | {"ATOMIC_REQUESTS": False}
    try:
        yield
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.databases[ALIAS]


def _refuse_full(target: dict[str, Any]) -> None:
    with _opened(target), connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
        if cursor.fetchone()[0]:
            raise CannotCopy("The database at --database-url is not empty. Make a new one (createdb).")


def _restore(dump: Path, target: dict[str, Any]) -> None:
    if not shutil.which("pg_restore"):
        raise CannotCopy("pg_restore is needed for this. On Debian or Ubuntu: sudo apt install postgresql-client")
    pairs = (("DATABASE", "NAME"), ("USER", "USER"), ("PASSWORD", "PASSWORD"), ("HOST", "HOST"), ("PORT", "PORT"))
    environment = os.environ | {f"PG{name}": str(target[key]) for name, key in pairs if target.get(key)}
    arguments = ["--no-owner", "--no-privileges", "--clean", "--if-exists", "--single-transaction", "--exit-on-error"]
    done = subprocess.run(  # noqa: S603
        ["pg_restore", *arguments, f"--dbname={target['NAME']}", str(dump)],  # noqa: S607
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise CannotCopy(f"pg_restore failed: {(done.stderr.strip().splitlines() or ['no reason given'])[0]}")


def mark(alias: str, began: document.Parts) -> dict[str, int]:
    """Make of the database behind `alias` a test copy: marked, without what leads outside or in. How many rows of what were taken out."""
    with transaction.atomic(using=alias):
        now = timezone.now()
        live = House.objects.using(alias).values_list("name", flat=True).first() or "Kundenkreis"
        House.objects.using(alias).update(is_test_copy=True, copied_at=now)
        taken_out = {
            "tokens and calendar addresses": ApiToken.objects.using(alias).delete()[0],
            "sessions": _emptied(alias, "django_session") + _emptied(alias, "usersessions_usersession"),
        }
        _emptied(alias, "api_keptanswer")
        # On PostgreSQL the queue lies beside the house; on SQLite it is a file of its own, which is not copied.
        for table in connections[alias].introspection.table_names():
            if table.startswith("jobs_"):
                _emptied(alias, table)
        # A link to set a password holds as long as its person has not signed in since it was made.
        User._base_manager.using(alias).update(last_login=now)
        Loaded.objects.using(alias).delete()
        Origin.objects.using(alias).delete()
        Origin.objects.using(alias).create(document=began, house=live, at=now)
    return taken_out


def _emptied(alias: str, table: str) -> int:
    """Empty a table that this program or one of its packages keeps; 0 when it is not there."""
    if table not in connections[alias].introspection.table_names():
        return 0
    with connections[alias].cursor() as cursor:
        cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608 (a name of our own)
        return max(cursor.rowcount, 0)


def _copy_files(part: Path, progress: archive.Progress) -> int:
    """Documents, files being imported, and the list of erasures, by which whoever was erased stays so."""
    found = backing_up.files()
    size, done = sum(path.stat().st_size for path in found.values()), 0
    for name, path in found.items():
        target = part / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        done += path.stat().st_size
        progress("Copying the documents", done, size)
    return len(found)


def _write_environment(path: Path, environment: dict[str, str]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # the address may hold a password
    with os.fdopen(handle, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in environment.items())

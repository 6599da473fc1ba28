"""A backup of a house while people work in it: a consistent copy of the database, then the files it refers to.

The copy comes first: files are never changed, only added, so whatever the copy refers to is there afterwards. Not in it are the
signing key (on another machine people sign in again) and the queue of background jobs.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from kundenkreis import __version__
from kundenkreis.cli import archive
from kundenkreis.core.models import House
from kundenkreis.privacy import erasures_kept

DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


class CannotBackUp(Exception):
    """The message says why, in one sentence."""


def back_up(target: Path, progress: archive.Progress) -> archive.Manifest:
    """Write a backup to `target` (.tar.gz or .zip). Raises CannotBackUp."""
    if not target.name.endswith((".tar.gz", ".tgz", ".zip")):
        raise CannotBackUp("A backup's name ends with .tar.gz or .zip.")
    if target.exists():
        raise CannotBackUp(f"{target} exists already and is not overwritten.")
    if not target.parent.is_dir():
        raise CannotBackUp(f"The folder {target.parent} does not exist.")
    progress("Copying the database", 0, 0)
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as scratch:
            name = DATABASE[connection.vendor]
            copy = Path(scratch) / name
            copy_database(copy)
            sources = {name: copy} | files()
            manifest = describe(sources)
            archive.write(target, manifest, sources, progress)
    except OSError as error:
        raise CannotBackUp(f"The backup could not be written: {error.strerror or error}.") from error
    return manifest


def describe(sources: dict[str, Path]) -> archive.Manifest:
    return archive.Manifest(
        version=__version__,
        engine=connection.vendor,
        made_at=timezone.now().isoformat(timespec="seconds"),
        house=House.objects.values_list("name", flat=True).first() or "Kundenkreis",
        migrations=applied_migrations(),
        files={name: archive.digest_of(path) for name, path in sources.items()},
    )


def applied_migrations() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def folders() -> dict[str, Path]:
    """What belongs to a house besides its database, by its name in a backup: documents, and files being imported."""
    return {"files": Path(settings.FILES_DIR), "imports": Path(settings.DATA_DIR) / "imports"}


def files() -> dict[str, Path]:
    """Every file of a house by its name in a backup, without what is just being uploaded."""
    erased = {erasures_kept.FILE: erasures_kept.path()} if erasures_kept.path().exists() else {}
    return erased | {
        f"{name}/{path.relative_to(folder).as_posix()}": path
        for name, folder in folders().items()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def copy_database(target: Path) -> None:
    """A consistent copy as of now; nobody has to wait for it."""
    if connection.vendor == "sqlite":
        copy_sqlite(Path(connection.settings_dict["NAME"]), target)
    else:
        run_tool("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--schema=public", f"--file={target}")


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy by SQLite's backup interface, in one read transaction, and see that the copy is sound."""
    reader = sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=60)
    writer = sqlite3.connect(target)
    try:
        reader.backup(writer)
        writer.execute("PRAGMA journal_mode=DELETE")
        verdict = writer.execute("PRAGMA quick_check").fetchone()[0]
    finally:
        writer.close()
        reader.close()
    if verdict != "ok":
        raise CannotBackUp(f"The database is damaged ({verdict}). Restore an earlier backup.")


def run_tool(tool: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs against the house's database. Raises CannotBackUp."""
    if not shutil.which(tool):
        raise CannotBackUp(f"{tool} is needed for this. On Debian or Ubuntu: sudo apt install postgresql-client")
    given = connection.settings_dict
    environment = os.environ | {
        f"PG{key}": str(value)
        for key, value in (
            ("DATABASE", given["NAME"]),
            ("USER", given["USER"]),
            ("PASSWORD", given["PASSWORD"]),
            ("HOST", given["HOST"]),
            ("PORT", given["PORT"]),
        )
        if value
    }
    done = subprocess.run([tool, *arguments], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise CannotBackUp(f"{tool} failed: {last}")

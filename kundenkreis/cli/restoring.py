"""A house as it was when a backup was made.

First the whole backup is unpacked beside the data and compared with its manifest; until then nothing is touched. Then the two are
exchanged. A note (`restore.json`) says that the exchange has begun, so that one that was cut off is brought to its end by the next
command. The old house stays beside the new one, as `….before-restore`.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection, connections, transaction
from huey.contrib.djhuey import HUEY

from kundenkreis.cli import archive
from kundenkreis.cli.backing_up import DATABASE, CannotBackUp, folders, run_tool
from kundenkreis.core import readiness
from kundenkreis.jobs import heartbeat
from kundenkreis.privacy import compacting, erasing, erasures_kept

NOTE = "restore.json"
KEPT = ".before-restore"
KEPT_SCHEMA = "before_restore"


class CannotRestore(Exception):
    """Nothing was touched; the message says why, in one sentence."""


def examine(path: Path) -> archive.Manifest:
    """What the backup holds, if it can be restored here. Raises CannotRestore."""
    if not path.is_file():
        raise CannotRestore(f"There is no file {path}.")
    try:
        manifest = archive.read_manifest(path)
    except archive.BadArchive as error:
        raise CannotRestore(str(error)) from error
    if manifest.engine != connection.vendor:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise CannotRestore(
            f"The backup was made on {names.get(manifest.engine, manifest.engine)}, and this house uses "
            f"{names.get(connection.vendor, connection.vendor)}."
        )
    if DATABASE[manifest.engine] not in manifest.files:
        raise CannotRestore("The backup is damaged: it holds no database.")
    known = {".".join(key) for key in readiness.known_migrations()}
    ours = {name.partition(".")[0] for name in known}
    newer = [name for name in manifest.migrations if name not in known and name.partition(".")[0] in ours]
    if newer:
        raise CannotRestore(
            f"The backup was made by a newer Kundenkreis ({manifest.version}, it knows {newer[-1]}). Update this one first."
        )
    return manifest


def restore(path: Path, manifest: archive.Manifest, progress: archive.Progress) -> list[str]:
    """Put the backup in the place of the present house; where the old one is kept. Raises CannotRestore."""
    refuse_while_served()
    folder = Path(settings.DATA_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("restore-*"):
        shutil.rmtree(left, ignore_errors=True)
    if (
        connection.vendor == "sqlite"
        and Path(connection.settings_dict["NAME"]).parent.stat().st_dev != folder.stat().st_dev
    ):
        raise CannotRestore("The database and KUNDENKREIS_DATA_DIR lie on two disks; a restore needs them on one.")
    if shutil.disk_usage(folder).free < manifest.size * 1.1:
        raise CannotRestore(
            f"Not enough disk space: the backup needs {manifest.size // 1_000_000 + 1:,} MB in {folder}."
        )
    staged = Path(tempfile.mkdtemp(prefix="restore-", dir=folder))
    try:
        archive.unpack(path, manifest, staged, progress)
        # Before anything is exchanged: whoever was erased here or there is erased anew afterwards (`erase_again`).
        erasures_kept.join(staged / erasures_kept.FILE)
        for name in folders():
            (staged / name).mkdir(exist_ok=True)
        if manifest.engine == "postgresql":
            load_postgresql(staged / DATABASE["postgresql"])
            write_note(staged, database=None)
            return [f"schema {KEPT_SCHEMA}", *finish()]
        check_sqlite(staged / DATABASE["sqlite"])
        write_note(staged, database=Path(connection.settings_dict["NAME"]))
        return finish()
    except archive.BadArchive as error:
        raise CannotRestore(str(error)) from error
    finally:
        if not note().exists():
            shutil.rmtree(staged, ignore_errors=True)


def erase_again() -> int:
    """Erase whom the backup has brought back, now; how many they were. Belongs after a restore whose tables are up to date."""
    count = erasing.again()
    erasing.finish_all()
    if compacting.is_due():
        compacting.compact()
    return count


def refuse_while_served() -> None:
    """Raise CannotRestore while a worker lives or anything else has the database open."""
    trouble = "Kundenkreis is running. Stop it first (Ctrl-C, or systemctl stop kundenkreis)."
    try:
        if heartbeat.alive():
            raise CannotRestore(trouble)
    except CannotRestore:
        raise
    except Exception:  # the queue's store is not there yet, as on a new machine: then nobody works
        connections.close_all()
    HUEY.storage.close()
    connections.close_all()
    database = Path(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or not database.exists():
        return
    probe = sqlite3.connect(database, timeout=2)
    try:
        # Leaving WAL needs the file for oneself alone, and takes the log into the database.
        probe.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise CannotRestore(trouble) from error
    except sqlite3.DatabaseError:
        return  # a damaged database is what one restores for
    finally:
        probe.close()


def check_sqlite(path: Path) -> None:
    probe = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        verdict = probe.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        verdict = str(error)
    finally:
        probe.close()
    if verdict != "ok":
        raise CannotRestore(f"The database in the backup is damaged ({verdict}).")


def note() -> Path:
    return Path(settings.DATA_DIR) / NOTE


def write_note(staged: Path, database: Path | None) -> None:
    """From here on the exchange is brought to its end, whatever happens in between."""
    part = note().with_suffix(".part")
    part.write_text(json.dumps({"staged": staged.name, "database": str(database) if database else None}))
    part.replace(note())


def finish(step: Callable[[str], None] = lambda name: None) -> list[str]:
    """Exchange old and new by renaming; each step may be repeated, so that one that was cut off can go on.

    The old ones wait in the staging folder until everything new is in place, and then become `….before-restore`.
    """
    plan = json.loads(note().read_text())
    staged = Path(settings.DATA_DIR) / plan["staged"]
    pairs = [(staged / name, folder) for name, folder in folders().items()]
    if plan["database"]:
        pairs.insert(0, (staged / DATABASE["sqlite"], Path(plan["database"])))
    for new, old in pairs:
        waiting = staged / f"old-{old.name}"
        if new.exists():
            if old.exists():
                # With the old one waiting already, this is an empty one that somebody's start made meanwhile.
                remove(old) if waiting.exists() else old.rename(waiting)
            step(f"moved {old.name}")
            for ending in ("-wal", "-shm"):
                old.with_name(old.name + ending).unlink(missing_ok=True)
            new.rename(old)
            step(f"placed {old.name}")
    kept = [keep(staged / f"old-{old.name}", old.with_name(old.name + KEPT)) for _new, old in pairs]
    step("kept")
    note().unlink()
    shutil.rmtree(staged, ignore_errors=True)
    return [path for path in kept if path]


def keep(waiting: Path, place: Path) -> str:
    """Move the old one to where it is kept, instead of one from an earlier restore; its path, or "" if there is none."""
    if waiting.exists():
        remove(place)
        waiting.rename(place)
    return str(place) if place.exists() else ""


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def finish_if_cut_off() -> str:
    """Bring an exchange that was cut off to its end; a sentence that says so, or an empty string."""
    if note().exists():
        connections.close_all()
        finish()
        return "A restore that was cut off was brought to its end."
    if connection.vendor == "postgresql" and load_was_cut_off():
        put_schema_back()
        return "A restore was cut off; the old data is back in its place."
    return ""


def load_postgresql(dump: Path) -> None:
    """Move the present tables into a schema of their own and load the backup's; put them back if that fails."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        if cursor.fetchone()[0]:
            raise CannotRestore("Somebody is connected to the database. Stop Kundenkreis first.")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {KEPT_SCHEMA} CASCADE")
        cursor.execute(f"ALTER SCHEMA public RENAME TO {KEPT_SCHEMA}")  # the dump brings its own
    database = f"--dbname={connection.settings_dict['NAME']}"
    connections.close_all()
    try:
        run_tool(
            "pg_restore",
            "--no-owner",
            "--no-privileges",
            "--single-transaction",
            "--exit-on-error",
            database,
            str(dump),
        )
    except (CannotBackUp, KeyboardInterrupt) as error:
        put_schema_back()
        raise CannotRestore(f"{error} The old data is back in its place.") from error


def load_was_cut_off() -> bool:
    """True if the old tables were moved and no new ones came."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_regnamespace(%s) IS NOT NULL AND to_regclass('public.django_migrations') IS NULL", [KEPT_SCHEMA]
        )
        return cursor.fetchone()[0]


def put_schema_back() -> None:
    """Undo the first half of `load_postgresql`."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS public CASCADE")
        cursor.execute(f"ALTER SCHEMA {KEPT_SCHEMA} RENAME TO public")

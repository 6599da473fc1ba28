"""What `kundenkreis doctor` looks at. Each look returns one Finding: how it is and, unless all is well, what to do."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from kundenkreis.core import readiness, search, search_texts
from kundenkreis.core.search_models import SearchEntry
from kundenkreis.fields import indexing
from kundenkreis.files import texts
from kundenkreis.files.models import Document, DocumentText

OK, WARNING, ERROR = "ok", "warning", "error"
LITTLE_DISK, MORE_DISK = 500, 2000  # MB: an error below the first, a warning below the second
LOCALE = Path(settings.LOCALE_PATHS[0])
DIST = Path(settings.STATICFILES_DIRS[0]) / "dist"


@dataclass(frozen=True)
class Finding:
    what: str
    level: str
    says: str
    do: str = ""


def examine() -> Iterator[Finding]:
    """All looks; those that need the database are left out when it does not answer."""
    yield python()
    found = readiness.look(thorough=True)
    yield database(found)
    if not found.database:
        yield migrations(found)
    for look in (data_directory, disk, secret_key, web_settings, front_end, translations):
        yield look()
    if not found.trouble:
        for look in (worker, search_index, custom_fields, clock):
            yield guarded(look)


def guarded(look: Callable[[], Finding]) -> Finding:
    """A look that breaks is a finding too."""
    try:
        return look()
    except Exception as error:
        return Finding(
            look.__name__.replace("_", " "), ERROR, f"could not be examined: {error}", "Read the server's log."
        )


def python() -> Finding:
    return Finding("python", OK, f"Python {platform.python_version()}")


def database(found: readiness.Readiness) -> Finding:
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(connection.vendor, connection.vendor)
    if found.database:
        return Finding("database", ERROR, found.database, "Start it, or check KUNDENKREIS_DATABASE_URL.")
    if connection.vendor == "postgresql" and connection.pg_version < 150000:  # type: ignore[attr-defined]
        return Finding(
            "database", WARNING, "PostgreSQL is older than 15.", "Upgrade PostgreSQL; tests run on 15 and newer."
        )
    return Finding("database", OK, f"{name} answers ({connection.settings_dict['NAME']})")


def migrations(found: readiness.Readiness) -> Finding:
    if found.migrations:
        return Finding("migrations", ERROR, found.migrations, "Make a backup, then follow the sentence.")
    return Finding("migrations", OK, "the database is as this version wants it")


def data_directory() -> Finding:
    folder = settings.DATA_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Finding(
            "data directory",
            ERROR,
            f"{folder}: {error.strerror}",
            "Let the server's user write there, or change KUNDENKREIS_DATA_DIR.",
        )
    if folder.stat().st_mode & stat.S_IWOTH:
        return Finding("data directory", WARNING, f"everybody may write in {folder}", f"chmod o-rwx {folder}")
    return Finding("data directory", OK, f"{folder} can be written")


def disk() -> Finding:
    folder = next(path for path in [settings.DATA_DIR, *settings.DATA_DIR.parents] if path.exists())
    free = shutil.disk_usage(folder).free // 1_000_000
    says = f"{free:,} MB free"
    if free < LITTLE_DISK:
        return Finding("disk", ERROR, says, "Free some space before anything is written.")
    if free < MORE_DISK:
        return Finding("disk", WARNING, says, "Free some space: backups and imports need it.")
    return Finding("disk", OK, says)


def secret_key() -> Finding:
    if given := os.environ.get("KUNDENKREIS_SECRET_KEY"):
        if len(given) < 32:
            return Finding("secret key", WARNING, "KUNDENKREIS_SECRET_KEY is short", "Use 50 random characters.")
        return Finding("secret key", OK, "from KUNDENKREIS_SECRET_KEY")
    path = settings.DATA_DIR / "secret_key"
    if not path.exists():
        return Finding(
            "secret key", ERROR, f"{path} is gone", "Restart the server; everybody will have to sign in again."
        )
    if path.stat().st_mode & 0o077:
        return Finding("secret key", ERROR, f"others may read {path}", f"chmod 600 {path}")
    return Finding("secret key", OK, f"{path}, for its owner only")


def web_settings() -> Finding:
    local = {"127.0.0.1", "localhost", "[::1]", "testserver"}
    if set(settings.ALLOWED_HOSTS) <= local:
        return Finding("web settings", OK, "for this machine only")
    if settings.DEBUG:
        return Finding("web settings", ERROR, "others can reach a server in debug mode", "Unset KUNDENKREIS_DEBUG.")
    if not settings.SESSION_COOKIE_SECURE:
        return Finding(
            "web settings",
            WARNING,
            "passwords and sessions travel unprotected",
            "Serve by TLS and set KUNDENKREIS_SECURE_COOKIES=1.",
        )
    return Finding("web settings", OK, f"for {', '.join(sorted(set(settings.ALLOWED_HOSTS) - local))}, by TLS")


def front_end() -> Finding:
    advice = "Run `python frontend/build_hook.py`, or install the package again."
    try:
        files = json.loads((DIST / "manifest.json").read_text())["files"].values()
    except (OSError, ValueError, KeyError):
        return Finding("front end", ERROR, "it has not been built", advice)
    if gone := [name for name in files if not (DIST.parent / name).exists()]:
        return Finding("front end", ERROR, f"{gone[0]} is missing", advice)
    return Finding("front end", OK, f"{len(files)} files built")


def translations() -> Finding:
    sources = list(LOCALE.glob("*/LC_MESSAGES/*.po"))
    stale = [
        s
        for s in sources
        if not s.with_suffix(".mo").exists() or s.with_suffix(".mo").stat().st_mtime < s.stat().st_mtime
    ]
    if stale or not (sources or list(LOCALE.glob("*/LC_MESSAGES/*.mo"))):
        return Finding("translations", WARNING, "they are not compiled", "Run `python frontend/build_hook.py`.")
    return Finding("translations", OK, "compiled")


def worker() -> Finding:
    from kundenkreis.jobs import heartbeat

    living = heartbeat.alive()
    if not living:
        return Finding(
            "worker",
            WARNING,
            "none is running, so imports and the timetable wait",
            "Start `kundenkreis serve` or `kundenkreis worker`.",
        )
    return Finding("worker", OK, f"{len(living)} running")


def searchable() -> list[Any]:
    """The models whose records the search box finds."""
    return [model for model in apps.get_models() if getattr(model, "search_kind", None) is not None]


def search_index() -> Finding:
    for model in searchable():
        there = model._base_manager.filter(deleted_at=None).count()
        found = SearchEntry.objects.filter(kind=model.search_kind).count()
        if there != found:
            name = model._meta.verbose_name_plural
            return Finding(
                "search index",
                ERROR,
                f"it knows {found:,} of {there:,} {name}",
                "Run `kundenkreis doctor --rebuild-search`.",
            )
    return Finding("search index", OK, "in step with the records")


def custom_fields() -> Finding:
    lacking = indexing.missing()
    if not lacking:
        return Finding("custom fields", OK, "every index is there")
    says = f"without their index, so that lists by them are slow: {', '.join(field.key for field in lacking[:5])}"
    return Finding("custom fields", WARNING, says, "The worker makes them at 02:50 UTC, or after the field is saved.")


def rebuild_search() -> int:
    """Write the search index anew, texts included, in one transaction; how many records it knows then."""
    with transaction.atomic():
        search.rebuild(
            {
                m.search_kind: (r.search_row() for r in m._base_manager.filter(deleted_at=None).iterator(5000))
                for m in searchable()
            }
        )
        count = rebuild_texts()
    return SearchEntry.objects.count() + count


def rebuild_texts() -> int:
    """Write the index of long texts anew; how many texts it knows then."""
    with transaction.atomic():
        search_texts.clear()
        count = 0
        models: list[Any] = apps.get_models()
        for model in models:
            if (kind := getattr(model, "text_kind", None)) is not None:
                records = model._base_manager.filter(deleted_at=None).order_by("pk")
                if model is Document:
                    records = records.select_related("read")
                count += search_texts.put(kind, ((r.pk, r.search_text()) for r in records.iterator(2000)))
        search_texts.merge()
    return count


def read_documents_again() -> int:
    """Read all documents anew, as after a newer version knows how to read more kinds of file; how many were read."""
    DocumentText.objects.all().delete()
    count = 0
    while some := texts.read_rest():
        count += some
    return count


def clock() -> Finding:
    from kundenkreis.history.models import Event

    now = timezone.now()
    last = Event.objects.order_by("-pk").values_list("at", flat=True).first()
    if last and last - now > dt.timedelta(minutes=5):
        return Finding(
            "clock", ERROR, f"it says {now:%Y-%m-%d %H:%M} UTC, before the last entry in the history", "Set the clock."
        )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT now()")
            theirs = cursor.fetchone()[0]
        if abs(theirs - now) > dt.timedelta(seconds=30):
            return Finding(
                "clock", WARNING, "this machine and the database disagree about the time", "Keep both by NTP."
            )
    return Finding("clock", OK, f"{timezone.localtime(now):%Y-%m-%d %H:%M} in {settings.TIME_ZONE}")

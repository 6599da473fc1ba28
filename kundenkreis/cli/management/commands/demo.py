"""`kundenkreis demo`: a house full of real sales, to look at and to play with."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import connection, connections

from kundenkreis.cli import ports
from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.commanding import refuse_unless_ready
from kundenkreis.cli.management.commands.serve import serve
from kundenkreis.cli.progress import Progress
from kundenkreis.core import readiness

MARK = "demo.json"


class Command(BaseCommand):
    help = "Build the demo house if there is none yet, tell whom to sign in as, and serve it."
    examples = "demo\ndemo --port 8080\ndemo --reset"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen at (127.0.0.1: this machine only)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen at (8000)")
        parser.add_argument("--reset", action="store_true", help="throw the demo house away and build it anew")
        parser.add_argument("--no-serve", action="store_true", help="build, but do not serve")

    def handle(self, *, host: str, port: int, reset: bool, no_serve: bool, **_options: Any) -> None:
        if not no_serve and (trouble := ports.why_not(host, port)):
            raise CommandError(trouble)
        with only_one():
            state = read_mark()
            if reset or state == "building":
                throw_away(state)
                state = ""
            migrate(self.say)
            is_new = state != "ready"
            if is_new:
                self.build()
        self.introduce()
        if no_serve:
            self.say("The demo house is ready. `bin/demo` serves it.")
        elif is_new:
            # The web workers are forks, and what has counted in several threads (Polars) hangs in a fork: they get a fresh parent.
            sys.stdout.flush()
            connections.close_all()
            again = [sys.executable, "-m", "kundenkreis", "serve", "--host", host, "--port", str(port)]
            os.execv(again[0], again)  # noqa: S606
        else:
            serve(host, port, None, with_worker=True, say=self.say)

    def build(self) -> None:
        from kundenkreis.core.models import House

        if House.objects.filter(is_demo=True).exists():
            return
        if get_user_model().objects.exists():
            raise CommandError(
                f"{where()} holds a house that is not a demo. `kundenkreis serve` serves it; "
                "for a demo beside it set KUNDENKREIS_DATA_DIR to another directory."
            )
        from kundenkreis.demo import building

        write_mark("building")
        progress = Progress()
        building.build(progress)
        progress.end_line()
        write_mark("ready")

    def introduce(self) -> None:
        from kundenkreis.demo import people

        self.say("\nSign in as one of these people (the password of all is " + f"{people.PASSWORD}):")
        for person in people.PEOPLE:
            self.say(f"  {person.email:<28} {person.name}, {person.position}")
        self.say("")

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """CommandError while another process builds in the same data directory."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.DATA_DIR / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CommandError(f"Another `demo` is building in {settings.DATA_DIR}. Wait until it is done.") from error
        yield


def migrate(say: Any) -> None:
    """Bring the database up to date if it is not; refuse one that a newer program made."""
    found = readiness.look(thorough=True)
    if not found.trouble:
        return
    if not found.database and "migrate`" in found.migrations:
        say("· Preparing the database")
        call_command("migrate", verbosity=0, interactive=False)
    refuse_unless_ready()


def read_mark() -> str:
    """How far the demo in this data directory is: "", "building" or "ready"."""
    try:
        return json.loads(mark().read_text())["state"]
    except (OSError, ValueError, KeyError):
        return ""


def write_mark(state: str) -> None:
    mark().write_text(json.dumps({"state": state}))


def mark() -> Path:
    return settings.DATA_DIR / MARK


def where() -> str:
    if connection.vendor == "sqlite":
        return str(settings.DATA_DIR)
    return f"The database {connection.settings_dict['NAME']}"


def throw_away(state: str) -> None:
    """Delete the demo house; CommandError if it is none, is in use, or is not ours to delete."""
    if not state:
        if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
            return
        raise CommandError(f"{where()} holds no demo house that this command made, so it is not deleted.")
    if connection.vendor != "sqlite":
        raise CommandError(f"Drop and create {where()[4:]} yourself, delete {mark()}, then run this again.")
    from huey.contrib.djhuey import HUEY

    from kundenkreis.jobs import heartbeat

    if heartbeat.alive():
        raise CommandError("The demo house is being served. End that first (Ctrl-C there).")
    connections.close_all()
    HUEY.storage.close()
    database = Path(connection.settings_dict["NAME"])
    for name in (database.name, "jobs.sqlite3"):
        for ending in ("", "-wal", "-shm"):
            (database.parent / f"{name}{ending}").unlink(missing_ok=True)
    shutil.rmtree(settings.FILES_DIR, ignore_errors=True)
    mark().unlink(missing_ok=True)

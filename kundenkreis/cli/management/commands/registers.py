"""`kundenkreis registers`: the ECG and Robinson lists: which are in force, and bringing one in by file."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.commanding import person, refuse_unless_ready
from kundenkreis.cli.progress import Progress
from kundenkreis.core import clock
from kundenkreis.customers import registers
from kundenkreis.customers.models import Register


class Command(BaseCommand):
    help = (
        "Say which edition of the ECG list (RTR, § 7 ECG) and the Robinson list (§ 151 GewO) is in force. With --load a file takes the "
        "place of the whole list once it is in; lines that were not understood are told by their numbers."
    )
    examples = "registers\nregisters --load ecg ecg-liste.hash --as-of 2026-03-01\nregisters --json"
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--load", choices=Register.Kind.values, metavar="LIST", help="ecg or robinson")
        parser.add_argument("file", nargs="?", type=Path, help="the file")
        parser.add_argument("--as-of", type=dt.date.fromisoformat, metavar="DAY", help="of which day it is; else today")
        parser.add_argument("--user", metavar="EMAIL", help="whom the history names; else the house")

    def handle(self, *, load: str | None, file: Path | None, as_json: bool, **given: Any) -> None:
        refuse_unless_ready()
        if load and file is None:
            raise CommandError("Name the file.", returncode=2)
        if load and file is not None:
            self._load(load, file, given)
        current = {kind: self._shown(one) for kind, one in registers.current().items()}
        if as_json:
            self.print_json(current)
            return
        for kind, one in current.items():
            said = f"{one['count']:,} entries as of {one['as_of']}" if one else "none has come in"
            old = " Fetch a new one." if one is None or one["is_old"] else ""
            self.stdout.write(f"{kind}: {said}.{old}")

    def _load(self, kind: str, file: Path, given: dict[str, Any]) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.", returncode=2)
        by = person(given["user"]) if given["user"] else None
        progress = Progress(sys.stderr)
        try:
            register = registers.begin(kind, given["as_of"] or clock.today(), file.name, by=by)
            read = registers.load(register, file, by=by, tell=lambda count: progress(f"Reading {file.name}", count, 0))
        except ValidationError as trouble:
            raise CommandError(" ".join(trouble.messages)) from trouble
        finally:
            progress.end_line()
        if read.bad_count:
            lines = ", ".join(map(str, read.bad_lines[:20])) + (" …" if read.bad_count > 20 else "")
            self.stderr.write(f"{read.bad_count:,} lines were not understood: {lines}")

    @staticmethod
    def _shown(one: Register | None) -> dict[str, Any] | None:
        if one is None:
            return None
        return {
            "as_of": one.as_of,
            "count": one.count,
            "file": one.file_name,
            "bad_lines": one.bad_lines,
            "is_old": registers.is_old(one),
        }

"""`kundenkreis restore`: the house as it was when a backup was made."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from kundenkreis.cli import restoring
from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.progress import Progress
from kundenkreis.core import readiness


class Command(BaseCommand):
    help = "Put a backup in the place of the present house, which is kept beside it as .before-restore."
    examples = "restore /backups/2026-11-22.tar.gz\nrestore house.zip --yes --json"
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a file that `kundenkreis backup` wrote")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *, file: Path, yes: bool, as_json: bool, **_options: Any) -> None:
        progress = Progress(sys.stderr, log=False)
        try:
            if did := restoring.finish_if_cut_off():
                self.stderr.write(did)
            manifest = restoring.examine(file)
            if not yes:
                self.ask(
                    f"{manifest.house}, saved {manifest.made_at[:16].replace('T', ' ')} by version {manifest.version}"
                )
            kept = restoring.restore(file, manifest, progress)
        except restoring.CannotRestore as error:
            raise CommandError(str(error)) from error
        finally:
            progress.end_line()
        what_next = readiness.look(thorough=True).trouble
        # With tables of an older version the worker does it as soon as they are up to date.
        erased = 0 if what_next else restoring.erase_again()
        if as_json:
            self.print_json(
                {
                    "restored": str(file),
                    "made_at": manifest.made_at,
                    "version": manifest.version,
                    "kept": kept,
                    "erased_again": erased,
                    "next": what_next,
                }
            )
            return
        self.stdout.write(f"Restored {file}. The house from before is kept: {', '.join(kept) or 'there was none'}.")
        if erased:
            self.stdout.write(f"Erased anew, as they were erased after the backup: {erased} people.")
        if what_next:
            self.stdout.write(f"The backup is from an older version. {what_next}")

    def ask(self, what: str) -> None:
        if not sys.stdin.isatty():
            raise CommandError("Nobody is there to be asked. Add --yes.")
        if input(f"Replace the present house by {what}? [y/N] ").strip().lower() not in {"y", "yes"}:
            raise CommandError("Nothing was changed.")

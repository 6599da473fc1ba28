"""`kundenkreis testcopy`: a copy of the house in which administrators try things out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from kundenkreis.cli import restoring, test_copying
from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.commanding import refuse_unless_ready
from kundenkreis.cli.progress import Progress
from kundenkreis.core.models import House
from kundenkreis.privacy import erasures_kept


class Command(BaseCommand):
    help = "Copy the house into a folder as a test copy, from which nothing leaves: no mails, no tokens, no sessions of the live house."
    examples = (
        "testcopy /srv/kundenkreis-test\ntestcopy /srv/kundenkreis-test --database-url postgres:///kundenkreis_test --json\n"
        "testcopy --erasures /srv/kundenkreis/erasures.jsonl"
    )
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", type=Path, nargs="?", help="a new folder, which becomes the copy's KUNDENKREIS_DATA_DIR"
        )
        parser.add_argument("--database-url", default="", help="on PostgreSQL: a new, empty database for the copy")
        parser.add_argument("--without-files", action="store_true", help="leave the documents out")
        parser.add_argument(
            "--erasures",
            type=Path,
            metavar="FILE",
            help="in a test copy: erase whom the live house has erased since; its erasures.jsonl",
        )

    def handle(
        self,
        *,
        folder: Path | None,
        database_url: str,
        without_files: bool,
        erasures: Path | None,
        as_json: bool,
        **_options: Any,
    ) -> None:
        refuse_unless_ready()
        if erasures is not None:
            self.erase(erasures, as_json)
            return
        if folder is None:
            raise CommandError("Name the folder of the copy.")
        progress = Progress(sys.stderr, log=False)
        try:
            made = test_copying.make(
                folder.absolute(), progress, database_url=database_url, with_files=not without_files
            )
        except test_copying.CannotCopy as error:
            raise CommandError(str(error)) from error
        finally:
            progress.end_line()
        if as_json:
            self.print_json(
                {
                    "folder": str(made.folder),
                    "files": made.files,
                    "taken_out": made.taken_out,
                    "environment": sorted(made.environment),
                }
            )
            return
        self.stdout.write(f"{made.folder} is a test copy with {made.files:,} files.")
        self.stdout.write(
            f"Start it with: set -a; . {made.folder / test_copying.ENVIRONMENT}; kundenkreis serve --port 8001"
        )

    def erase(self, file: Path, as_json: bool) -> None:
        """Whoever was erased in the live house after the copy was made is erased here too."""
        if not House.current().is_test_copy:
            raise CommandError("This house is no test copy.")
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        erasures_kept.join(file)
        count = restoring.erase_again()
        if as_json:
            self.print_json({"erased_again": count})
        else:
            self.stdout.write(f"Erased as in the live house: {count} people.")

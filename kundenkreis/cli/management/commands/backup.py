"""`kundenkreis backup`: the whole house in one file, while people work."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from kundenkreis.cli import backing_up
from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.commanding import refuse_unless_ready
from kundenkreis.cli.progress import Progress


class Command(BaseCommand):
    help = "Write database and documents to one file, consistently, while the server runs."
    examples = "backup /backups/$(date +%F).tar.gz\nbackup house.zip --json"
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a new file, .tar.gz or .zip")

    def handle(self, *, file: Path, as_json: bool, **_options: Any) -> None:
        refuse_unless_ready()
        progress = Progress(sys.stderr, log=False)
        try:
            manifest = backing_up.back_up(file.absolute(), progress)
        except backing_up.CannotBackUp as error:
            raise CommandError(str(error)) from error
        finally:
            progress.end_line()
        size = file.stat().st_size
        if as_json:
            self.print_json(
                {
                    "file": str(file.absolute()),
                    "size": size,
                    "content_size": manifest.size,
                    "files": len(manifest.files),
                    "version": manifest.version,
                    "made_at": manifest.made_at,
                }
            )
        else:
            documents = len(manifest.files) - 1
            self.stdout.write(f"{file}: {size / 1_000_000:,.1f} MB, the database and {documents:,} documents.")

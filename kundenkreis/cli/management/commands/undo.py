"""`kundenkreis undo`: takes a batch (an import, a bulk edit) back as a whole."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError, CommandParser

from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.commanding import person, refuse_unless_ready
from kundenkreis.cli.progress import Progress
from kundenkreis.history import undo
from kundenkreis.history.models import Batch
from kundenkreis.quality import importing
from kundenkreis.quality.messages import explain
from kundenkreis.quality.models import ImportRun
from kundenkreis.staff.models import User


def take_back(batch: Batch, by: User | None, progress: Callable[[float], None]) -> undo.Undone:
    """Undo a batch; an import by its own verb, which brings the figures of its accounts up to date too."""
    run = ImportRun.objects.filter(batch=batch).first()
    if run is not None:
        return importing.undo_now(run, by, progress)
    return undo.undo_batch(batch, by=by, progress=progress)


class Command(BaseCommand):
    help = "Take a batch back: what it added is removed, what it changed gets its old values. Later changes are kept."
    examples = "undo 42 --dry-run\nundo 42 --by ada@example.com --json"
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch", type=int, help="the batch's number, as the import page shows it")
        parser.add_argument("--dry-run", action="store_true", help="only count what would be undone and kept")
        parser.add_argument("--by", metavar="EMAIL", help="the person whom the history names; else the house itself")

    def handle(self, *, batch: int, dry_run: bool, by: str | None, as_json: bool, **_options: Any) -> None:
        refuse_unless_ready()
        found = Batch.objects.filter(pk=batch).first()
        if found is None:
            raise CommandError(f"There is no batch {batch}.")
        actor = person(by) if by else None
        progress = Progress(sys.stderr, log=False)
        try:
            if dry_run:
                result = undo.preview_batch(found)
            else:
                result = take_back(
                    found, actor, lambda share: progress(f"Undoing {found.label}", round(share * 100), 100)
                )
        except undo.CannotUndo as error:
            raise CommandError(str(error)) from error
        except importing.CannotImport as error:
            raise CommandError(explain(error.code, error.params)) from error
        finally:
            progress.end_line()
        if as_json:
            self.print_json(
                {
                    "batch": batch,
                    "label": found.label,
                    "dry_run": dry_run,
                    "undone": result.undone,
                    "kept": result.kept,
                    "kept_records": [{"model": model, "id": pk} for model, pk in result.kept_records],
                }
            )
            return
        would = "would be " if dry_run else ""
        self.stdout.write(f"{found.label}: {result.undone:,} records {would}undone, {result.kept:,} {would}kept.")
        if result.kept:
            self.stdout.write("Kept are records that somebody changed or used since.")

"""`kundenkreis duplicates`: holds accounts and contacts against each other."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.commanding import refuse_unless_ready
from kundenkreis.quality.alone import Busy
from kundenkreis.quality.matching import running
from kundenkreis.quality.pairs import DuplicatePair


class Command(BaseCommand):
    help = (
        "Search for accounts and contacts that may be the same one. The server does this by itself every few minutes, for what has changed; "
        "--full holds all records against each other and fits the weights to the house."
    )
    examples = "duplicates\nduplicates --full\nduplicates --full --json"
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--full", action="store_true", help="hold all records against each other instead of those that changed"
        )

    def handle(self, *, full: bool, as_json: bool, **_options: Any) -> None:
        refuse_unless_ready()
        try:
            run = running.run(full=full)
        except Busy as busy:
            raise CommandError("Another search is at work; try again when it has ended.") from busy
        waiting = DuplicatePair.objects.waiting().count()
        if as_json:
            told = {
                "run": run.pk,
                "full": run.is_full,
                "seconds": run.seconds,
                "waiting": waiting,
                "learnt": run.learnt,
            }
            self.print_json(told | run.counts)
            return
        for kind, counts in run.counts.items():
            self.stdout.write(
                f"{kind}: {counts['records']:,} records, {counts['found']:,} pairs found; {counts['added']:,} new, {counts['gone']:,} gone, "
                f"{counts['reopened']:,} to be looked at again."
            )
        self.stdout.write(f"{waiting:,} pairs wait, after {run.seconds:.1f} s.")

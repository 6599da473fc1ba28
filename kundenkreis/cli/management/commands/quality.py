"""`kundenkreis quality`: holds accounts and contacts against the house's rules."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.commanding import refuse_unless_ready
from kundenkreis.quality.alone import Busy
from kundenkreis.quality.rules import QualityRule
from kundenkreis.quality.standards import judging, measuring
from kundenkreis.quality.standards.usual import take_over


class Command(BaseCommand):
    help = (
        "Hold all accounts and contacts against the house's data quality rules. The server does this by itself every night, and follows "
        "what people change within a minute."
    )
    examples = "quality\nquality --usual\nquality --json"
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--usual", action="store_true", help="add those of the usual rules that the house lacks first"
        )

    def handle(self, *, usual: bool, as_json: bool, **_options: Any) -> None:
        refuse_unless_ready()
        if usual:
            take_over(None)
        try:
            run = measuring.measure()
        except Busy as busy:
            raise CommandError("Another measurement is at work; try again when it has ended.") from busy
        rules = {rule.pk: rule for rule in QualityRule.objects.living()}
        told = {pk: run.totals.get(str(pk), [0, 0]) for pk in rules}
        if as_json:
            lines = [
                {
                    "rule": pk,
                    "name": rules[pk].name,
                    "asked": asked,
                    "failed": failed,
                    "trouble": judging.unreadable(rules[pk]),
                }
                for pk, (asked, failed) in told.items()
            ]
            self.print_json({"run": run.pk, "seconds": run.seconds, "rules": lines})
            return
        for pk, (asked, failed) in told.items():
            self.stdout.write(f"{rules[pk].name}: {failed:,} of {asked:,} fail.")
        self.stdout.write(f"{len(rules):,} rules, {run.seconds:.1f} s.")

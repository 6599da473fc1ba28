"""`kundenkreis forecast`: says what history expects of this and the next periods; with --take keeps how the forecast stands today."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.commanding import refuse_unless_ready
from kundenkreis.core import clock
from kundenkreis.forecast import learning, taking
from kundenkreis.forecast.models import Snapshot


class Command(BaseCommand):
    help = (
        "Work out what history says of this and the next month and quarter. With --take the forecast is kept as it stands today (once a day; "
        "the server does this by itself each week), and snapshots that are older than two years go but for the last of each month."
    )
    examples = "forecast\nforecast --take\nforecast --take --json"
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--take", action="store_true", help="take a snapshot of today")

    def handle(self, *, take: bool, as_json: bool, **_options: Any) -> None:
        refuse_unless_ready()
        found: dict[str, Any] = {"as_of": clock.today()}
        if take:
            was_there = Snapshot.objects.filter(taken_on=clock.today()).exists()
            found |= {"opportunities": taking.take().number, "is_new": not was_there, "forgotten": taking.forget_old()}
        found["baselines"] = {row.period: learning.told(row).house for row in learning.compute()}
        if as_json:
            self.print_json(found)
            return
        if take:
            said = "taken" if found["is_new"] else "there already"
            self.stdout.write(f"Snapshot of {found['as_of']}: {said}; opportunities: {found['opportunities']:,}.")
        for period, band in found["baselines"].items():
            low, expected, high = band or (None, None, None)
            told = "too few to say" if expected is None else f"{expected:,.0f}"
            sure = "" if low is None else f" (80 %: {low:,.0f} to {high:,.0f})"
            self.stdout.write(f"{period}: {told}{sure}")

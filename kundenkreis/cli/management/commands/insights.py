"""`kundenkreis insights`: recomputes scores and signals, or shows the signals of a past day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from django.core.management.base import CommandError, CommandParser

from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.commanding import refuse_unless_ready
from kundenkreis.customers.models import Account
from kundenkreis.insights import running
from kundenkreis.insights.models import Kind

SHOWN = 20


def _date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


class Command(BaseCommand):
    help = (
        "Recompute scores and signals from the orders. The server does this by itself after orders have changed, and every night. "
        "With --as-of a past day is looked at: later orders are hidden, and nothing is stored."
    )
    examples = "insights\ninsights --back-test 2010-09-01\ninsights --full\ninsights --as-of 2010-09-01 --json"
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--full", action="store_true", help="read all orders again instead of those that changed")
        parser.add_argument("--as-of", type=_date, metavar="DATE", help="show the signals of a past day (2010-09-01)")

        parser.add_argument(
            "--back-test",
            type=_date,
            metavar="DATE",
            help="compare the missed orders of a past day with the 90 days after it",
        )

    def handle(
        self, *, full: bool, as_of: dt.date | None, back_test: dt.date | None, as_json: bool, **_options: Any
    ) -> None:
        refuse_unless_ready()
        if back_test is not None:
            self._test_back(back_test, as_json)
            return
        if as_of is not None:
            self._look_back(as_of, as_json)
            return
        try:
            run = running.run(full=full)
        except running.Busy as busy:
            raise CommandError("Another recomputation is at work; try again when it has ended.") from busy
        if as_json:
            self.print_json({"run": run.pk, "as_of": run.as_of, "full": run.is_full, **run.counts})
            return
        counts = Counter(run.counts)
        self.stdout.write(
            f"As of {run.as_of}: {counts['accounts']:,} accounts, {counts['computed']:,} computed; signals: "
            f"{counts['raised']:,} raised, {counts['changed']:,} changed, {counts['closed']:,} closed."
        )

    def _test_back(self, as_of: dt.date, as_json: bool) -> None:
        tested = running.test_back(as_of)
        if tested is None:
            raise CommandError(
                f"There is nothing to compare: no order was missed on {as_of}, or the 90 days after it are not over."
            )
        if as_json:
            self.print_json(tested.as_kept())
            return
        self.stdout.write(f"As of {tested.as_of}, held against what was ordered until {tested.until}:")
        for name, compared in (("all watched accounts", tested.all_), ("ordered in the 90 days before", tested.recent)):
            self.stdout.write(f"  {name}:")
            for label, share in (
                ("stayed away, of all", compared.watched),
                ("of those alerted", compared.alerted),
                ("of the longest silent, as many", compared.longest),
            ):
                low, high = share.interval or (0, 0)
                self.stdout.write(
                    f"    {label:<32}{share.hits:>6,} of {share.cases:>6,} = {share.value or 0:6.1%} ({low:.1%} to {high:.1%})"
                )
            for label, lift in (
                ("over all", compared.over_watched),
                ("over the longest silent", compared.over_longest),
            ):
                low, high = lift.interval or (0, 0)
                self.stdout.write(f"    lift {label:<27}{lift.value or 0:6.2f} ({low:.2f} to {high:.2f})")

    def _look_back(self, as_of: dt.date, as_json: bool) -> None:
        signals = running.look_back(as_of)
        if as_json:
            self.print_json({"as_of": as_of, "signals": signals})
            return
        counts = Counter(one["kind"] for one in signals)
        self.stdout.write(f"As of {as_of}: {len(signals):,} signals.")
        for kind in Kind.values:
            if counts[kind]:
                self.stdout.write(f"  {kind}: {counts[kind]:,}")
        names = Account._base_manager.in_bulk({one["account"] for one in signals[:SHOWN]})
        for one in signals[:SHOWN]:
            self.stdout.write(f"{one['value']:>14,} {one['kind']:<14} {names[one['account']].number} {one['figures']}")

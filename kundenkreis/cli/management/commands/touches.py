"""`kundenkreis touches`: how many accounts are due to be spoken with; with --recompute, work all of it out anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from kundenkreis.activities import touching
from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.commanding import refuse_unless_ready
from kundenkreis.core import clock
from kundenkreis.customers.cadence import NOT_DUE
from kundenkreis.customers.models import Account


class Command(BaseCommand):
    help = (
        "Say how many accounts have a day on which the next touch is due. With --recompute the last and next touch of every account and "
        "person is worked out anew from the activities and rules, 5,000 accounts at a time; the server does this by itself every night. "
        "With --check nothing is written, and the exit code is 1 if something differs."
    )
    examples = "touches\ntouches --recompute\ntouches --check --json"
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        do = parser.add_mutually_exclusive_group()
        do.add_argument("--recompute", action="store_true", help="work out all last and next touches anew")
        do.add_argument("--check", action="store_true", help="count the records that a recomputation would change")

    def handle(self, *, recompute: bool, check: bool, as_json: bool, **_options: Any) -> None:
        refuse_unless_ready()
        differing = touching.push_down(dry=check) if recompute or check else None
        accounts = Account.objects.living()
        due = accounts.filter(next_touch_on__lt=NOT_DUE)
        found = {"as_of": clock.today(), "with_a_day": due.count()}
        found["overdue"] = due.filter(next_touch_on__lt=clock.today()).count()
        if differing is not None:
            found["differing" if check else "changed"] = differing
        if as_json:
            self.print_json(found)
        else:
            self.stdout.write(
                f"As of {found['as_of']}: {found['with_a_day']:,} accounts with a day for the next touch, "
                f"{found['overdue']:,} of them overdue."
            )
            if recompute:
                self.stdout.write(f"Accounts and positions that had another day before: {differing:,}.")
        if check and differing:
            raise CommandError(f"{differing:,} accounts and positions differ; run kundenkreis touches --recompute.")

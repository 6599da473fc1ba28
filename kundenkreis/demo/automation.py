"""Two rules of the demo house, and what they have done: customers who became tier A, and large ones that have not ordered."""

from __future__ import annotations

import datetime as dt
from typing import Any

from kundenkreis.automation import working
from kundenkreis.automation.models import AutomationRule, AutomationRun
from kundenkreis.customers.models import Account
from kundenkreis.staff.models import User

PROMOTED = 2


def add(by: User, now: dt.datetime) -> None:
    """The rules, before the signals of the last day are raised."""
    of: dict[str, Any] = {"by": by, "now": now, "responsible": by, "is_on": True}
    AutomationRule.add(
        **of, key="tier-a-visit", name="Visit who has become tier A", belongs_to="accounts", when="changed", field="tier", to_value="A",
        conditions=["relation:in:customer"],
        actions=[
            {"do": "task", "kind": "visit", "title": "First visit as a tier A customer: {account}", "days": 5, "working": True, "who": "owner",
             "text": "Agree on how often we meet, and who comes along."},
            {"do": "notify", "to": ["lead"], "text": "{account} is tier A now ({owner})."},
        ],
        note="Whoever is promoted should hear it from us in person.",
    )  # fmt: skip
    AutomationRule.add(
        **of, key="missed-order-call", name="Call large customers that have not ordered", belongs_to="signals", when="added",
        conditions=["kind:in:missed_order", "value:over:2000"],
        actions=[{"do": "task", "kind": "call", "title": "{account} has not ordered: ask why", "days": 2, "working": True, "who": "owner"}],
        note="The signal waits in the list; a task with a day is done.", most_a_day=50,
    )  # fmt: skip


def act(by: User, now: dt.datetime) -> None:
    """Two good customers become tier A, and the rules have their turn."""
    good = Account.objects.living().filter(tier=Account.Tier.B).exclude(owner=None)
    for account in good.order_by("-revenue_12m", "pk")[:PROMOTED]:
        account.change(by=by, now=now, tier=Account.Tier.A)
    working.go()
    AutomationRun.objects.update(at=now, done_at=now)

"""When an account was last spoken with: the day of its last call, visit or meeting that took place and reached somebody.

It stands on the account (`last_touch_on`, and from it `next_touch_on`): every verb of an activity brings its account in step at once, the
timetable all of them by night.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Max
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.customers import cadence
from kundenkreis.customers.models import Account

KINDS = (Activity.Kind.CALL, Activity.Kind.VISIT, Activity.Kind.MEETING)


def touches() -> Any:
    """The activities that count as a touch."""
    return (
        Activity.objects.living()
        .filter(kind__in=KINDS, is_open=False)
        .exclude(outcome=Activity.Outcome.NOT_REACHED)
        .exclude(account=None)
    )


def push_down(accounts: Iterable[int] | None = None) -> int:
    """Bring the last and next touch of these accounts (of all when None) up to date. Returns how many changed.

    What was done before its hour counts from today, not from the day for which it was planned.
    """
    today = clock.today()
    changed = 0
    for some in cadence.chunks_of(Account, accounts):
        rows = touches().filter(account_id__in=some.order_by().values("pk"))
        found = rows.order_by().values_list("account_id").annotate(Max("at"))
        last = {account: min(timezone.localdate(at), today) for account, at in found}
        changed += cadence.bring_in_step(some, last)
    return changed

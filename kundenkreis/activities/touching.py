"""When an account was last spoken with: the day of its last call, visit or meeting that took place and reached somebody.

It stands on the account (`last_touch_on`, and from it `next_touch_on`), and of each person who works there on her position: every verb
of an activity brings its account in step at once, the timetable all of them by night.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
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
        .exclude(outcome__in=Activity.MISSED)
        .exclude(account=None)
    )


def push_down(accounts: Iterable[int] | None = None, *, dry: bool = False) -> int:
    """Bring the last and next touch of these accounts (of all when None) and of their people up to date, 5,000 accounts in a transaction.

    Returns how many records changed, or, `dry`, would. What was done before its hour counts from today, not from the day for which it
    was planned.
    """
    today = clock.today()
    changed = 0
    for some in cadence.chunks_of(Account, accounts):
        with transaction.atomic():
            spoken = _last_days(some, today)
            changed += cadence.bring_people_in_step(some, spoken)
            last: dict[int, dt.date] = {}
            for (account, _contact), day in spoken.items():
                last[account] = max(day, last.get(account, day))
            changed += cadence.bring_in_step(some, last)
            if dry:
                transaction.set_rollback(True)
    return changed


def _last_days(accounts: Any, today: dt.date) -> dict[tuple[int, int | None], dt.date]:
    """(account, contact) → the day of the last touch, for these accounts (a QuerySet); without a contact as None."""
    rows = touches().filter(account_id__in=accounts.order_by().values("pk"))
    alone = rows.order_by().values_list("account_id", "contact_id").annotate(Max("at"))
    among = (
        rows.filter(participants__isnull=False).order_by().values_list("account_id", "participants").annotate(Max("at"))
    )
    days: dict[tuple[int, int | None], dt.date] = {}
    for account, contact, at in [*alone, *among]:
        day = min(timezone.localdate(at), today)
        days[account, contact] = max(day, days.get((account, contact), day))
    return days

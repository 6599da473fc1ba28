"""How well all accounts fit that never ordered: figured at night in chunks, so that the best ones can be put on the list.

One walk over the accounts by their numbers, each chunk a transaction of its own; only what has changed is written.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import NEVER
from kundenkreis.prospecting.fitting import COLUMNS, Yardstick, facts_of, yardstick
from kundenkreis.prospecting.models import Fit

CHUNK = 5000
# Who is this to us is no customer to be won.
NO_CUSTOMERS = ("supplier", "shareholder", "press")


def figure_all() -> int:
    """Bring the fits of all accounts into step; how many rows were written or deleted."""
    measure = yardstick(judged=False)
    if not measure.criteria:
        return Fit.objects.all().delete()[0]
    last = Account._base_manager.aggregate(last=Max("pk"))["last"] or 0
    written, start = 0, 0
    while start <= last:
        written += _chunk(measure, start, start + CHUNK)
        start += CHUNK
    return written


@transaction.atomic
def _chunk(measure: Yardstick, first: int, end: int) -> int:
    """Accounts from number `first` up to, without, `end`."""
    rows = Account._base_manager.filter(pk__gte=first, pk__lt=end, deleted_at=None, restricted_at=None)
    rows = rows.filter(last_order_on=NEVER, kind=Account.Kind.COMPANY).exclude(relation__in=NO_CUSTOMERS)
    wanted: dict[int, tuple[int, int]] = {}
    for pk, *values in rows.order_by("pk").values_list("pk", *COLUMNS):
        found = measure.fit(facts_of(values), {})
        if found is not None and found[0] > 0:
            wanted[pk] = found
    kept = Fit.objects.filter(account_id__gte=first, account_id__lt=end)
    there = {account: (fit, still) for account, fit, still in kept.values_list("account_id", "fit", "open")}
    gone = [account for account, values in there.items() if wanted.get(account) != values]
    new = [account for account, values in wanted.items() if there.get(account) != values]
    if gone:
        Fit.objects.filter(account_id__listed=gone).delete()
    Fit.objects.bulk_create([Fit(account_id=pk, fit=wanted[pk][0], open=wanted[pk][1]) for pk in new], batch_size=2000)
    return len({*gone, *new})

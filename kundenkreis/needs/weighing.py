"""What stands behind wishes: who asks, what these customers have bought in twelve months, and what may still be sold to them.

Only accounts that a person sees are named and added up, each once for a wish however many of its people ask. Revenue is the account's own
figure of the last twelve months, which every booked order brings into step (`orders.figures`); value is that of open opportunities.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum, Value

from kundenkreis.customers.models import Account
from kundenkreis.needs.models import Wish, WishAsk, WishTelling
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.staff import access


@dataclass
class Behind:
    """`hidden`: how many more accounts ask that the person does not see. `waiting`: how many of those she sees are still to be told."""

    accounts: dict[int, Decimal] = field(default_factory=dict)  # account → revenue of 12 months
    open_values: dict[int, Decimal] = field(default_factory=dict)
    hidden: int = 0
    waiting: int = 0

    @property
    def revenue(self) -> Decimal:
        return sum(self.accounts.values(), Decimal(0))

    @property
    def open_value(self) -> Decimal:
        return sum((self.open_values.get(pk, Decimal(0)) for pk in self.accounts), Decimal(0))


def behind(wishes: Iterable[Wish], person: Any) -> dict[int, Behind]:
    """What stands behind each of these wishes, as far as `person` sees it. A constant number of queries."""
    found = {wish.pk: Behind() for wish in wishes}
    asks = WishAsk.objects.living().filter(wish_id__listed=list(found), account__deleted_at=None).order_by()
    pairs = set(asks.values_list("wish_id", "account_id"))
    numbers = sorted({account for _wish, account in pairs})
    seen = Account.objects.visible_to(person).living().filter(pk__listed=numbers)
    revenue = dict(seen.values_list("pk", "revenue_12m")) if access.reach(person, "wishes.see") else {}
    values = _open_values(list(revenue), person)
    for wish, account in pairs:
        one = found[wish]
        if account not in revenue:
            one.hidden += 1
            continue
        one.accounts[account] = revenue[account]
        if account in values:
            one.open_values[account] = values[account]
    waiting = WishTelling.objects.visible_to(person).waiting().filter(wish_id__listed=list(found)).order_by()
    for wish in waiting.values_list("wish_id", flat=True):
        found[wish].waiting += 1
    return found


def _open_values(accounts: Sequence[int], person: Any) -> dict[int, Decimal]:
    """Account → value of its open opportunities in house currency, each project once."""
    rows = Opportunity.objects.visible_to(person).open().counted().filter(account_id__listed=list(accounts)).order_by()
    found: dict[int, Decimal] = {}
    for account, value in rows.values_list("account_id", "value_house"):  # SQLite adds floats
        found[account] = found.get(account, Decimal(0)) + value
    return found


def ranked(wishes: QuerySet, person: Any) -> QuerySet:
    """These wishes with `revenue`, by which they can be ranked: what the asking accounts that `person` sees have bought in 12 months."""
    asking = WishAsk.objects.living().filter(wish_id=OuterRef(OuterRef("pk"))).values("account_id")
    accounts = Account.objects.visible_to(person).living().filter(pk__in=asking).order_by()
    total = accounts.annotate(one=Value(1)).values("one").annotate(total=Sum("revenue_12m")).values("total")
    return wishes.annotate(revenue=Subquery(total))

"""Sums over the sales of one product: by month, and who buys it. Amounts are in house currency, credit notes taken off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum
from django.db.models.functions import TruncMonth

from kundenkreis.core.money import rounded
from kundenkreis.customers.models import Account
from kundenkreis.orders.models import OrderLine
from kundenkreis.staff import access


@dataclass(frozen=True)
class Sold:
    """What was sold in one month."""

    first: dt.date
    revenue: Decimal
    quantity: Decimal


@dataclass(frozen=True)
class Buyer:
    account_id: int
    name: str
    revenue: Decimal
    quantity: Decimal
    last_on: dt.date


def lines_for(user: Any, product_id: int) -> QuerySet[OrderLine]:
    """The product's sales, as far as the person sees sales."""
    return lines_seen(user).filter(product_id=product_id)


def lines_seen(user: Any) -> QuerySet[OrderLine]:
    """Sales to accounts that the person may see; sales without an account for those who may see these. None of orders in the bin."""
    lines = OrderLine.objects.of_living_orders()
    reach = access.reach(user, "orders.see")
    if reach.everything:
        return lines if access.may(user, "orders.see_unassigned") else lines.exclude(account=None)
    return lines.filter(account__in=Account.objects.within(reach)) if reach else lines.none()


def by_month(lines: QuerySet[OrderLine], first: dt.date, last: dt.date) -> list[Sold]:
    """Months in which something was sold or given back, oldest first. One query."""
    rows = (
        lines.filter(ordered_on__gte=first, ordered_on__lte=last)
        .annotate(month=TruncMonth("ordered_on"))
        .values("month")
        .annotate(revenue=Sum("amount_house"), pieces=Sum("quantity"))
        .order_by("month")
    )
    return [Sold(row["month"], rounded(row["revenue"]), row["pieces"]) for row in rows]


def buyers(lines: QuerySet[OrderLine], first: dt.date, last: dt.date, limit: int = 10) -> list[Buyer]:
    """Who bought most of it in the period, by revenue. Two queries."""
    rows = list(
        lines.filter(ordered_on__gte=first, ordered_on__lte=last, account__deleted_at=None)
        .exclude(account=None)
        .values("account_id")
        .annotate(revenue=Sum("amount_house"), pieces=Sum("quantity"), last_on=Max("ordered_on"))
        .order_by("-revenue", "account_id")[:limit]
    )
    names = dict(Account.objects.filter(pk__in=[row["account_id"] for row in rows]).values_list("pk", "name"))
    return [
        Buyer(row["account_id"], names[row["account_id"]], rounded(row["revenue"]), row["pieces"], row["last_on"])
        for row in rows
        if row["revenue"] > 0
    ]


def count_buyers(lines: QuerySet[OrderLine], first: dt.date, last: dt.date) -> int:
    """How many different accounts bought it in the period."""
    return lines.filter(ordered_on__gte=first, ordered_on__lte=last).aggregate(n=Count("account_id", distinct=True))[
        "n"
    ]


def total(months: Sequence[Sold], first: dt.date, last: dt.date) -> Decimal:
    """Revenue of the months that begin in the period."""
    return sum((m.revenue for m in months if first <= m.first <= last), Decimal(0))

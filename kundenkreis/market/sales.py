"""What of a segment is ours: what its accounts ordered in a year, as far as a person sees their orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum

from kundenkreis.core.patience import TookTooLong, at_most
from kundenkreis.market.models import MarketSegment
from kundenkreis.orders.models import Order

PATIENCE = 3_000  # milliseconds; a figure that takes longer is not shown
ROWS = 100  # accounts behind a figure that are named, those with the most


@dataclass(frozen=True)
class Row:
    """One account behind the figure."""

    account: int
    name: str
    orders: int
    revenue: Decimal


def orders_of(segment: MarketSegment, year: int, user: Any) -> QuerySet[Order]:
    """`orders_between` of a calendar year."""
    return orders_between(segment, dt.date(year, 1, 1), dt.date(year, 12, 31), user)


def orders_between(segment: MarketSegment, first: dt.date, last: dt.date, user: Any) -> QuerySet[Order]:
    """Living orders and credit notes of these days by accounts of the segment that are not in the bin. Bookings that only adjust are none."""
    rows = Order.objects.visible_to(user).living().filter(account__deleted_at=None)
    rows = rows.filter(ordered_on__gte=first, ordered_on__lte=last)
    rows = rows.filter(account__country__in=segment.countries) if segment.countries else rows
    rows = rows.filter(account__industry__in=segment.industries) if segment.industries else rows
    return rows.exclude(kind=Order.Kind.ADJUSTMENT).order_by()


def revenues(segment: MarketSegment, years: Iterable[int], user: Any) -> dict[int, Decimal | None]:
    """Our revenue in house currency by year; None where it took too long to work out."""
    found: dict[int, Decimal | None] = {}
    for year in years:
        found[year] = None
        with suppress(TookTooLong), at_most(PATIENCE):
            found[year] = orders_of(segment, year, user).aggregate(sum=Sum("total_house"))["sum"] or Decimal(0)
    return found


def rows_of(segment: MarketSegment, year: int, user: Any) -> tuple[list[Row], Row | None]:
    """The accounts behind the figure, those with the most first; and all others as one row. Raises TookTooLong."""
    with at_most(PATIENCE):
        rows = orders_of(segment, year, user)
        by_account = rows.values_list("account_id", "account__name").annotate(count=Count("pk"), sum=Sum("total_house"))
        named = [Row(*row) for row in by_account.order_by("-sum", "account_id")[:ROWS]]
        whole = rows.aggregate(count=Count("pk"), sum=Sum("total_house"))
    rest = Row(
        0,
        "",
        whole["count"] - sum(r.orders for r in named),
        (whole["sum"] or Decimal(0)) - sum((r.revenue for r in named), Decimal(0)),
    )
    return named, rest if rest.orders else None

"""Sums over orders: revenue by month, top products, returns, and the facts pushed down onto accounts.

All amounts are in house currency. Revenue is net of credit notes; adjustments (bad debt and the like) are no revenue.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.db.models import Case, CharField, Count, IntegerField, Max, Min, Q, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Substr

from kundenkreis.catalogue.models import Product
from kundenkreis.core import bulk, clock
from kundenkreis.core.money import rounded
from kundenkreis.core.prepared import prepared
from kundenkreis.customers.models import NEVER, Account
from kundenkreis.fields import recomputing
from kundenkreis.orders.models import Order, OrderLine

_REVENUE = Q(kind__in=[Order.Kind.ORDER, Order.Kind.CREDIT_NOTE], deleted_at=None)
_ZERO = Value(Decimal(0), output_field=models.DecimalField(max_digits=16, decimal_places=2))

_SLICE = 5000


@dataclass(frozen=True)
class TopProduct:
    product_id: int
    number: str
    name: str
    revenue: Decimal
    quantity: Decimal
    last_on: dt.date


def top_products(accounts: Sequence[int], first: dt.date, last: dt.date, limit: int = 10) -> list[TopProduct]:
    """The products with the highest revenue in the period, credit notes taken off. Two queries."""
    rows = list(
        OrderLine.objects.of_living_orders()
        .filter(account_id__in=accounts, ordered_on__gte=first, ordered_on__lte=last)
        .values("product_id")
        .annotate(revenue=Sum("amount_house"), quantity=Sum("quantity"), last_on=Max("ordered_on"))
        .order_by("-revenue", "product_id")[:limit]
    )
    names = {p.pk: p for p in Product._base_manager.filter(pk__in=[r["product_id"] for r in rows])}
    return [
        TopProduct(
            r["product_id"],
            names[r["product_id"]].number,
            names[r["product_id"]].name,
            rounded(r["revenue"]),
            r["quantity"],
            r["last_on"],
        )
        for r in rows
        if r["revenue"] > 0
    ]


def recorded_since() -> dt.date | None:
    """The first day of which the house has orders; a comparison with a time before it would compare with nothing."""
    return Order.objects.filter(_REVENUE).order_by("ordered_on").values_list("ordered_on", flat=True).first()


def push_down(accounts: Iterable[int] | None = None, today: dt.date | None = None) -> int:
    """Bring `last_order_on` and both revenues of these accounts (of all when None) up to date. Returns how many changed.

    `revenue_before` stays 0, "unknown", while the house's orders do not reach back two years (a week's grace for the start).
    """
    today = today or clock.today()
    year_ago, two_years_ago = years_back(today, 1), years_back(today, 2)
    ids = None if accounts is None else sorted(set(accounts))
    since = recorded_since()
    if since is None or since > two_years_ago + dt.timedelta(days=7):
        two_years_ago = year_ago
    return sum(_push_chunk(chunk, today, year_ago, two_years_ago) for chunk in _accounts(ids))


def _accounts(ids: list[int] | None) -> Iterator[list[int]]:
    """These accounts, or all, 5,000 at a time."""
    if ids is not None:
        yield from (ids[i : i + _SLICE] for i in range(0, len(ids), _SLICE))
        return
    last = 0
    while some := list(Account._base_manager.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_SLICE]):
        yield some
        last = some[-1]


def _push_chunk(ids: list[int], today: dt.date, year_ago: dt.date, two_years_ago: dt.date) -> int:
    """One short transaction."""
    orders = Order.objects.filter(_REVENUE, ordered_on__lte=today, account_id__in=ids)
    facts = {
        row["account_id"]: (row["last"] or NEVER, rounded(row["now"]), rounded(row["before"]))
        for row in orders.values("account_id").annotate(
            last=Max("ordered_on", filter=Q(kind=Order.Kind.ORDER)),
            now=Coalesce(Sum("total_house", filter=Q(ordered_on__gt=year_ago)), _ZERO),
            before=Coalesce(
                Sum("total_house", filter=Q(ordered_on__gt=two_years_ago, ordered_on__lte=year_ago)), _ZERO
            ),
        )
    }
    differing = []
    for account, *present in Account._base_manager.filter(pk__in=ids).values_list("pk", *Account.FACTS):
        fact = facts.get(account, (NEVER, Decimal(0), Decimal(0)))
        if fact != tuple(present):
            differing.append((account, *fact))
    if differing:
        with transaction.atomic():
            bulk.update_rows(Account, ["id", *Account.FACTS], differing)
            recomputing.after(Account, (row[0] for row in differing), Account.FACTS)
    return len(differing)


def years_back(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


@dataclass(frozen=True)
class Stretch:
    """What was booked in a calendar month, or in the part of one before or after a cut."""

    on: dt.date  # its first day on which something was booked
    revenue: Decimal
    returns: Decimal  # credit notes, as a positive amount
    orders: int


def by_stretch(accounts: Sequence[int], first: dt.date, last: dt.date, cut: dt.date) -> list[Stretch]:
    """Revenue of these accounts in each month of `first` to `last` in which something was booked, oldest first; the month of `cut` in
    two: until that day, and after it. One query over one index, a row or two for each month whatever the account's size.
    """
    found: dict[tuple[str, int], list] = {}
    for month, is_after, kind, revenue, number, on in _by_stretch(accounts, first, last, cut):
        stretch = found.setdefault((month, is_after), [on, Decimal(0), Decimal(0), 0])
        amount = rounded(revenue)
        stretch[1] += amount
        if kind == Order.Kind.CREDIT_NOTE:
            stretch[2] -= amount
        else:
            stretch[3] += number
    return [Stretch(*sums) for sums in found.values()]


@prepared
def _by_stretch(accounts: Any, first: Any, last: Any, cut: Any) -> models.QuerySet:
    return (
        Order.objects.filter(_REVENUE, account_id__listed=accounts, ordered_on__gte=first, ordered_on__lte=last)
        .values_list(
            Substr(Cast("ordered_on", CharField()), 1, 7),
            Case(When(ordered_on__gt=cut, then=1), default=0, output_field=IntegerField()),
            "kind",
        )
        .annotate(revenue=Sum("total_house"), number=Count("id"), on=Min("ordered_on"))
        .order_by("on")
    )

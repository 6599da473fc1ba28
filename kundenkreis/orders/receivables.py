"""What is open and overdue, in house currency: each open item by the rate of the day on which it was booked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from kundenkreis.core.models import House
from kundenkreis.core.money import convert
from kundenkreis.core.prepared import prepared
from kundenkreis.orders.models import OpenItem
from kundenkreis.rates.dated import rates_for


@dataclass
class Part:
    """What is open in one currency, as the documents have it; `is_known` is False when no rate converts it."""

    currency: str
    open: Decimal = Decimal(0)
    late: Decimal = Decimal(0)
    is_known: bool = True


@dataclass
class Receivables:
    """`open` and `late` are in house currency; `parts` the same by the documents' own currencies, the house's first."""

    currency: str
    number: int = 0
    open: Decimal = Decimal(0)
    late: Decimal = Decimal(0)
    parts: list[Part] = field(default_factory=list)

    @property
    def is_foreign(self) -> bool:
        """Whether some of it stands in another currency, so that the documents' own amounts are worth showing."""
        return any(part.currency != self.currency for part in self.parts)

    @property
    def unknown(self) -> list[Part]:
        """What has no exchange rate and is therefore in no figure."""
        return [part for part in self.parts if not part.is_known]


def receivables(items: QuerySet[OpenItem], today: dt.date) -> Receivables:
    """What these open items come to. One query, and two more where some are in another currency than the house's."""
    return _added_up(list(sums(items, today)), items, today)


def receivables_of(accounts: Sequence[int], today: dt.date) -> Receivables:
    """What the open items of these accounts come to."""
    items = OpenItem.objects.living().filter(account_id__in=accounts)
    return _added_up(_sums_of(accounts, today), items, today)


def sums(items: QuerySet[OpenItem], today: Any) -> QuerySet:
    """(currency, open, overdue or None, how many) of some open items."""
    late = Sum("open_amount", filter=Q(due_on__lt=today))
    return items.order_by().values_list("currency").annotate(open=Sum("open_amount"), late=late, number=Count("id"))


@prepared
def _sums_of(accounts: Any, today: Any) -> QuerySet:
    return sums(OpenItem.objects.living().filter(account_id__listed=accounts), today)


def _added_up(by_currency: Sequence[tuple], items: QuerySet[OpenItem], today: dt.date) -> Receivables:
    house = House.known().currency
    found = Receivables(house)
    for currency, open_amount, late, number in by_currency:
        if currency == house:
            found.number, found.open, found.late = number, open_amount, late or Decimal(0)
            found.parts = [Part(house, found.open, found.late)]
    if all(currency == house for currency, *_sums in by_currency):
        return found
    foreign = list(items.exclude(currency=house).values_list("currency", "booked_on", "due_on", "open_amount"))
    rates = rates_for({(currency, on) for currency, on, _due, _amount in foreign}, house)
    parts: dict[str, Part] = {}
    for currency, on, due_on, amount in foreign:
        part, rate = parts.setdefault(currency, Part(currency)), rates[currency, on]
        late = amount if due_on < today else Decimal(0)
        part.open, part.late = part.open + amount, part.late + late
        part.is_known = part.is_known and rate is not None
        if rate is not None:
            found.open += convert(amount, rate, house)
            found.late += convert(late, rate, house)
    found.number += len(foreign)
    found.parts += [parts[currency] for currency in sorted(parts)]
    return found


def in_house_currency(items: Sequence[OpenItem]) -> dict[int, Decimal | None]:
    """The open amount of each item in house currency, None without a rate. One query."""
    house = House.known().currency
    rates = rates_for({(item.currency, item.booked_on) for item in items}, house)
    found: dict[int, Decimal | None] = {}
    for item in items:
        rate = rates[item.currency, item.booked_on]
        found[item.pk] = None if rate is None else convert(item.open_amount, rate, house)
    return found

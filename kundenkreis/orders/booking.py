"""Booking an order with its lines, as the ERP reports it: amounts, house currency, and the facts on the account."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kundenkreis.catalogue.models import Product
from kundenkreis.core import bulk
from kundenkreis.core.models import House
from kundenkreis.core.money import convert, rounded
from kundenkreis.fields import recomputing, rolling
from kundenkreis.history.recording import Actor, record_event
from kundenkreis.orders import figures
from kundenkreis.orders.models import Order, OrderLine
from kundenkreis.rates.dated import NoRate, rate_on

MOST_AMOUNT = Decimal(10) ** 13
SUMS = ("total", "total_house", "line_count")
_IN_LINES = frozenset({"account", "ordered_on", "currency"})  # fields of an order on which its lines depend


@dataclass(frozen=True)
class Line:
    product: Product
    quantity: Decimal
    unit_price: Decimal  # in the order's currency
    description: str = ""


@transaction.atomic
def book(*, by: Actor | None, lines: Sequence[Line], now: dt.datetime | None = None, **values: Any) -> Order:
    """An order with its lines; its total is the sum of them. Raises ValidationError, by field, and then nothing is written."""
    bulk.join(Order)
    order = Order.add(by=by, now=now, **completed(values, lines, House.current().currency))
    _write(order, lines)
    rolling.of_rows(Order, [order.pk])
    _push_down({order.account_id})
    return order


@transaction.atomic
def rebook(
    order: Order,
    *,
    by: Actor | None,
    lines: Sequence[Line] | None = None,
    now: dt.datetime | None = None,
    **values: Any,
) -> Order:
    """Change an order; `lines`, if given, replace all that it had. Raises ValidationError."""
    before = order.account_id
    held = list(order.lines.order_by("position").select_related("product")) if lines is None else []
    changed = order.change(by=by, now=now, **values)
    if lines is None and (not changed or not changed.changes.keys() & _IN_LINES):
        return order
    if lines is None:
        lines = [Line(line.product, line.quantity, line.unit_price, line.description) for line in held]
    total, rolled = order.total, rolling.kept_over(Order, [order.pk])
    bulk.join(Order)
    order.lines.all().delete()
    _write(order, lines)
    if not changed:  # the lines are part of the order: a new version, and an event that says so
        order.version += 1
        order.save(update_fields=["version"])
        record_event(order, "order.rebooked", by=by, now=now, changes={"total": [str(total), str(order.total)]})
    rolling.follow(rolling.joined(rolled, rolling.kept_over(Order, [order.pk])))
    _push_down({before, order.account_id})
    return order


def completed(values: Mapping[str, Any], lines: Sequence[Line], house: str) -> dict[str, Any]:
    """An order's values with what it leaves out: the house currency, and, as an import has it, that a total below zero is a credit note."""
    found = {"currency": house, **values}
    if not found.get("kind"):
        total = sum((rounded(line.quantity * line.unit_price, found["currency"]) for line in lines), Decimal(0))
        found["kind"] = Order.Kind.CREDIT_NOTE if total < 0 else Order.Kind.ORDER
    return found


def _write(order: Order, lines: Sequence[Line]) -> None:
    house = House.current().currency
    try:
        rate = rate_on(order.currency, order.ordered_on, house)
    except NoRate as missing:
        raise ValidationError({"currency": str(missing)}) from missing
    rows = worked_out(order, lines, rate, house)
    OrderLine.objects.bulk_create(rows, batch_size=500)
    order.save(update_fields=SUMS)
    recomputing.after(Order, [order.pk], SUMS)


def worked_out(order: Order, lines: Sequence[Line], rate: Decimal, house: str) -> list[OrderLine]:
    """The lines of an order with their amounts, not stored; sets its sums. Raises ValidationError. No database."""
    seen: Counter[int] = Counter()
    rows = []
    for position, line in enumerate(lines, start=1):
        amount = rounded(line.quantity * line.unit_price, order.currency)
        in_house = convert(amount, rate, house)
        if max(abs(amount), abs(in_house)) >= MOST_AMOUNT:
            raise ValidationError(_("The amount of line %(position)s is too large.") % {"position": position})
        seen[line.product.pk] += 1
        rows.append(
            OrderLine(
                order=order,
                product=line.product,
                occurrence=seen[line.product.pk],
                position=position,
                account_id=order.account_id,
                ordered_on=order.ordered_on,
                description=line.description or line.product.name,
                quantity=line.quantity,
                unit_price=line.unit_price,
                amount=amount,
                amount_house=in_house,
            )
        )
    order.total = sum((row.amount for row in rows), Decimal(0))
    order.total_house = sum((row.amount_house for row in rows), Decimal(0))
    order.line_count = len(rows)
    return rows


def _push_down(accounts: set[int | None]) -> None:
    known = {account for account in accounts if account is not None}
    if known:
        figures.push_down(known)

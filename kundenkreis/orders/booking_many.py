"""Booking many orders with their lines at once: one batch, undone as one; the same amounts and rules as `booking` one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from kundenkreis.core import bulk
from kundenkreis.core.models import House
from kundenkreis.fields import rolling
from kundenkreis.history import chunks
from kundenkreis.history.adding import Added, add_many
from kundenkreis.history.models import Batch
from kundenkreis.history.recording import Actor
from kundenkreis.orders import figures
from kundenkreis.orders.booking import completed, worked_out
from kundenkreis.orders.models import Order, OrderLine
from kundenkreis.rates.dated import NoRate, rate_on, rates_for


@transaction.atomic
def book_many(
    rows: Sequence[Mapping[str, Any]],
    *,
    by: Actor | None,
    label: str,
    kind: str,
    now: dt.datetime | None = None,
    partial: bool = False,
    wrong: Mapping[int, ValidationError] | None = None,
) -> Added:
    """An order for each row of values, whose `lines` are `booking.Line`s; see `history.adding.add_many`."""
    bulk.join(Order)
    refused = dict(wrong or {})
    heads, lines = _heads_and_lines(rows, refused)

    def write_lines(batch: Batch, orders: Sequence[Order | None]) -> None:
        stored = list(_of_stored(orders, lines))
        _insert(batch, stored)
        if accounts := {order.account_id for order in orders if order is not None and order.account_id is not None}:
            figures.push_down(accounts)
        rolling.of_rows(Order, [order.pk for order in orders if order is not None])

    return add_many(
        Order, heads, by=by, label=label, kind=kind, now=now, partial=partial, wrong=refused, parts=write_lines
    )


def _heads_and_lines(
    rows: Sequence[Mapping[str, Any]], refused: dict[int, ValidationError]
) -> tuple[list[dict[str, Any]], list[list[OrderLine]]]:
    """Each order's values with its sums, and its lines; what cannot be worked out is put into `refused`."""
    house = House.current().currency
    heads = [
        completed({name: value for name, value in row.items() if name != "lines"}, row["lines"], house) for row in rows
    ]
    rates = rates_for({(head["currency"], head["ordered_on"]) for head in heads}, house)
    found: list[list[OrderLine]] = []
    for index, (row, head) in enumerate(zip(rows, heads, strict=True)):
        order, worked = Order(**head), []
        try:
            rate = rates[head["currency"], head["ordered_on"]] or _no_rate(order, house)
            worked = worked_out(order, row["lines"], rate, house)
        except ValidationError as wrong:
            refused.setdefault(index, wrong)
        head |= {"total": order.total, "total_house": order.total_house, "line_count": order.line_count}
        found.append(worked)
    return heads, found


def _no_rate(order: Order, house: str) -> Decimal:
    try:
        return rate_on(order.currency, order.ordered_on, house)
    except NoRate as missing:
        raise ValidationError({"currency": str(missing)}) from missing


def _of_stored(orders: Sequence[Order | None], lines: Sequence[list[OrderLine]]) -> Iterator[OrderLine]:
    for order, worked in zip(orders, lines, strict=True):
        if order is not None:
            for line in worked:
                line.order_id = order.pk
                yield line


def _insert(batch: Batch, lines: Sequence[OrderLine]) -> None:
    if not lines:
        return
    first = bulk.reserve_ids(OrderLine, len(lines))
    for pk, line in enumerate(lines, start=first):
        line.pk = pk
    columns = [field.attname for field in OrderLine._meta.concrete_fields]
    bulk.insert_rows(OrderLine, columns, ([getattr(line, name) for name in columns] for line in lines))
    chunks.keep(batch, 0, OrderLine, added=range(first, first + len(lines)), now=batch.started_at)

"""A won opportunity becomes an order: its lines are taken over as one, or an order that the ERP sent is said to be its.

An opportunity may become several orders, each of some of its lines; what they come to stands beside what was won.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import formats
from django.utils.translation import gettext as _

from kundenkreis.core import clock, numbering
from kundenkreis.core.money import rounded
from kundenkreis.history.models import Event
from kundenkreis.history.recording import join, record_event
from kundenkreis.orders import booking
from kundenkreis.orders.models import CreditStanding, OpenItem, Order
from kundenkreis.pipeline.models import Opportunity, OpportunityLine, OpportunityOrder

RECENT = 20  # orders of the account that are offered
_DAYS_BEFORE = 30  # an order may have been placed before somebody said here that it is won


@dataclass(frozen=True)
class Preview:
    """What an order of these lines would be; `total` and `difference` (to the lines' own amounts) in the opportunity's currency."""

    lines: tuple[tuple[OpportunityLine, booking.Line], ...]
    total: Decimal
    difference: Decimal
    warnings: tuple[str, ...] = ()


def refusal(opportunity: Opportunity) -> str:
    """Why it cannot become an order, in words; "" when it can."""
    if opportunity.outcome != Opportunity.Outcome.WON or opportunity.deleted_at is not None:
        return _("Only what is won becomes an order.")
    if opportunity.account is None:
        return _("It has no account. Say whose it is first.")
    if opportunity.account.deleted_at is not None:
        return _("Its account is in the bin.")
    standing = CreditStanding.objects.living().filter(account=opportunity.account, is_blocked=True).first()
    if standing is not None:
        why = f": {standing.reason}" if standing.reason else ""
        return _("%(account)s is blocked for new orders%(why)s.") % {"account": opportunity.account, "why": why}
    return ""


def waiting(opportunity: Opportunity) -> list[OpportunityLine]:
    """Its lines that no order was made of yet."""
    taken = OpportunityOrder.objects.living().filter(opportunity=opportunity, order__deleted_at=None)
    rows = opportunity.lines.living().exclude(pk__in=taken.filter(lines__isnull=False).values("lines"))
    by_month = models.F("delivered_in").asc(nulls_last=True)
    return list(rows.select_related("product").order_by(by_month, "pk"))


def preview(opportunity: Opportunity, lines: Sequence[OpportunityLine]) -> Preview:
    """What an order of these lines would be. A discount is taken off the unit price, to four decimals, as order lines have it."""
    made = tuple((line, _line(line)) for line in lines)
    amounts = [rounded(one.quantity * one.unit_price, opportunity.currency) for _of, one in made]
    total = sum(amounts, Decimal(0))
    difference = total - sum((line.amount for line in lines), Decimal(0))
    return Preview(made, total, difference, _warnings(opportunity, total))


def _line(line: OpportunityLine) -> booking.Line:
    """The month of delivery stands in the text of the order's line."""
    price = (line.price * (1 - line.discount / 100)).quantize(Decimal("0.0001"))
    text = line.product.name
    if line.delivered_in:
        month = formats.date_format(line.delivered_in, "F Y")
        text = f"{text[: 197 - len(month)]} · {month}"
    return booking.Line(line.product, line.quantity, price, text)


def _warnings(opportunity: Opportunity, total: Decimal) -> tuple[str, ...]:
    """What somebody should know who hands it over nevertheless: that the credit limit would be passed."""
    standing = CreditStanding.objects.living().filter(account=opportunity.account_id or 0).first()
    if standing is None or standing.limit is None or standing.currency != opportunity.currency:
        return ()
    owed = OpenItem.objects.living().filter(account=opportunity.account_id, currency=standing.currency)
    due = sum(owed.values_list("open_amount", flat=True), Decimal(0))
    if due + total <= standing.limit:
        return ()
    said = _("With it the account would owe %(sum)s %(currency)s; its credit limit is %(limit)s.")
    told = {
        name: formats.number_format(amount, 2, force_grouping=True)
        for name, amount in (("sum", due + total), ("limit", standing.limit))
    }
    return (said % {**told, "currency": standing.currency},)


@transaction.atomic
def hand_over(
    opportunity: Opportunity, *, by: Any, lines: Sequence[OpportunityLine] | None = None, number: str = "",
    ordered_on: dt.date | None = None, customer_reference: str = "", now: dt.datetime | None = None,
) -> OpportunityOrder:  # fmt: skip
    """An order of these lines (of all that wait, when left out), tied to the opportunity. Its event takes the order back with it.

    Without a number the house gives one. Raises ValidationError, by field, and then nothing is written.
    """
    opportunity = (
        Opportunity._base_manager.select_for_update(of=("self",)).select_related("account").get(pk=opportunity.pk)
    )
    if said := refusal(opportunity):
        raise ValidationError(said)
    free = waiting(opportunity)
    some = free if lines is None else list(lines)
    if not some:
        raise ValidationError(
            {"lines": _("Choose product lines. Without any, tie the order to it that the ERP sends.")}
        )
    if {line.pk for line in some} - {line.pk for line in free}:
        raise ValidationError({"lines": _("A line belongs to an order already.")})
    if ordered_on is not None and ordered_on > clock.today():
        raise ValidationError({"ordered_on": _("This day is still to come.")})
    order = booking.book(
        by=by, now=now, lines=[one for _of, one in preview(opportunity, some).lines], account=opportunity.account,
        number=number.strip() or numbering.next_number("order", "A-"), ordered_on=ordered_on or clock.today(),
        customer_reference=customer_reference, currency=opportunity.currency,
    )  # fmt: skip
    tied = OpportunityOrder.add(by=by, now=now, opportunity=opportunity, order=order, lines=some)
    event = Event.objects.about(tied).latest("pk")
    join(Event.objects.about(order).filter(verb="order.added").latest("pk"), event)
    _tell(tied, by, now)
    return tied


@transaction.atomic
def tie(opportunity: Opportunity, order: Order, *, by: Any, now: dt.datetime | None = None) -> OpportunityOrder:
    """An order that is there already is the opportunity's. Raises ValidationError by field."""
    tied = OpportunityOrder.add(by=by, now=now, opportunity=opportunity, order=order)
    _tell(tied, by, now)
    return tied


def _tell(tied: OpportunityOrder, by: Any, now: dt.datetime | None) -> None:
    """The order, and the opportunity, say it in their own histories."""
    one, order = tied.opportunity, tied.order
    record_event(one, "opportunity.ordered", by=by, now=now, changes={"order": ["", order.number]})
    record_event(order, "order.tied", by=by, now=now, changes={"opportunity": ["", str(one)]})


def offered(opportunity: Opportunity, user: Any) -> list[Order]:
    """The account's latest orders that `user` sees and that belong to no opportunity yet, from about the day on which it was won."""
    if opportunity.account_id is None or opportunity.closed_at is None:
        return []
    begin = opportunity.closed_at.date() - dt.timedelta(days=_DAYS_BEFORE)
    rows = Order.objects.visible_to(user).living().filter(account_id=opportunity.account_id, ordered_on__gte=begin)
    taken = OpportunityOrder.objects.living().filter(order=models.OuterRef("pk"))
    return list(rows.exclude(models.Exists(taken)).order_by("-ordered_on", "-pk")[:RECENT])

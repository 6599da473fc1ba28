"""What an opportunity's page shows after its end: the orders that it became, and the interviews about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from kundenkreis.customers.models import Contact
from kundenkreis.orders.models import Order
from kundenkreis.pipeline.models import Opportunity, OpportunityOrder
from kundenkreis.staff import access


def of_the_end(request: HttpRequest, one: Opportunity, may_change: bool) -> dict[str, Any]:
    """What an opportunity's page shows of its orders and interviews."""
    if one.is_open:
        return {}
    interviews: list[Any] = list(one.interviews.living().select_related("contact", "interviewer", "guide"))
    named = Contact.objects.visible_to(request.user).filter(pk__in=[each.contact_id for each in interviews])
    known = set(named.values_list("pk", flat=True))
    for each in interviews:
        each.is_named = each.contact_id in known
    found = {"interviews": interviews, "may_interview": may_change}
    if one.outcome != Opportunity.Outcome.WON:
        return found
    ties: list[Any] = list(one.orders.living().filter(order__deleted_at=None).select_related("order"))
    visible = Order.objects.visible_to(request.user).filter(pk__in=[tie.order_id for tie in ties])
    seen_orders = set(visible.values_list("pk", flat=True))
    for tie in ties:
        tie.is_seen = tie.order_id in seen_orders
    ordered = OpportunityOrder.ordered(one) if ties else None
    return found | {
        "ties": ties,
        "ordered": ordered,
        "still": one.value_house - ordered if ordered is not None else None,
        "may_order": one.deleted_at is None and access.may(request.user, "orders.add"),
        "may_tie": may_change and bool(access.reach(request.user, "orders.see")),
    }

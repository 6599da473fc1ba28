"""Orders: a mirror of the ERP, to look at."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kundenkreis.core.countries import country_name
from kundenkreis.core.models import House
from kundenkreis.orders.models import Delivery, Order, OrderLine
from kundenkreis.pipeline.models import Opportunity, OpportunityOrder
from kundenkreis.staff import access
from kundenkreis.web import laid_out
from kundenkreis.web.forms.orders import OrderForm
from kundenkreis.web.htmx import fragment, go, is_htmx
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.order_list import ORDERS

LINES = 200


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return ORDERS.answer(request)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    return export_list(ORDERS, request)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One order or credit note with its lines, amounts in its own currency and in the house's."""
    order = get_object_or_404(Order.objects.visible_to(request.user).select_related("account"), pk=pk)
    house = House.known().currency
    context = _lines(request, order) | {"order": order, "house": house, "is_foreign": order.currency != house}
    if is_htmx(request) and "after" in request.GET:
        return fragment(request, "orders/_lines.html", context)
    context |= {
        "country": country_name(order.country),
        "rate": rate_of(order),
        "deliveries": list(Delivery.objects.living().filter(order=order).order_by("shipped_on", "pk")),
        "laid_out": laid_out.teller("orders", request.user, editing.own_told(order, "", False, request.user)),
        "may_fill_in": order.deleted_at is None and may_fill_in(request.user, order),
        "neighbours": _neighbours(order, request),
        "won_as": _won_as(order, request),
        "subject": order,
        "has_documents": order.account is not None and access.may(request.user, "documents.see", order),
    } | steps_of(request, order)
    return render(request, "orders/detail.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The custom fields of an order: everything else in it is the ERP's."""
    order = get_object_or_404(Order.objects.visible_to(request.user).living().select_related("account"), pk=pk)
    if not may_fill_in(request.user, order):
        raise PermissionDenied
    form = OrderForm(request.POST if request.method == "POST" else None, instance=order, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, reverse("orders:detail", args=[pk]), _("Saved."), undo=form.event)
    return editing.whole(request, form, order, "orders/edit.html")


def may_fill_in(person: Any, order: Order) -> bool:
    """Whether there is something of the house's own to fill in, and she may."""
    return bool(Order.own_fields().written) and access.may(person, "orders.fill_in", order)


def rate_of(order: Order) -> Decimal | None:
    """House currency for one unit of the order's, as it was booked; None when nothing can be told from the amounts."""
    return None if not order.total else (order.total_house / order.total).quantize(Decimal("0.00001"))


def _lines(request: HttpRequest, order: Order) -> dict[str, Any]:
    after = request.GET.get("after", "")
    last = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else -1
    rows = OrderLine.objects.filter(order=order, position__gt=last).select_related("product").order_by("position", "pk")
    found = list(rows[: LINES + 1])
    return {"lines": found[:LINES], "next": found[LINES - 1].position if len(found) > LINES else None}


def _won_as(order: Order, request: HttpRequest) -> Opportunity | None:
    """The opportunity that became this order, if the person sees it."""
    ties = OpportunityOrder.objects.living().filter(order=order).values("opportunity")
    return Opportunity.objects.visible_to(request.user).living().filter(pk__in=ties).first()


def _neighbours(order: Order, request: HttpRequest) -> list[Order]:
    """The account's documents of the other kind around that time: what was given back of an order, what a credit note is for."""
    if order.account_id is None:
        return []
    near = Order.objects.visible_to(request.user).living().filter(account_id=order.account_id).exclude(kind=order.kind)
    if order.kind == Order.Kind.ORDER:
        return list(near.filter(ordered_on__gte=order.ordered_on).order_by("ordered_on", "pk")[:5])
    return list(near.filter(ordered_on__lte=order.ordered_on).order_by("-ordered_on", "-pk")[:5])

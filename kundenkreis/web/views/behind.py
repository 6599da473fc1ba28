"""The rows behind figures: order lines, and open items with how each came into house currency."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.orders import product_figures
from kundenkreis.orders.models import OpenItem
from kundenkreis.orders.receivables import in_house_currency
from kundenkreis.rates.dated import rates_for
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views.line_list import LINES
from kundenkreis.web.views.open_item_list import OPEN_ITEMS


@require_safe
def lines(request: HttpRequest) -> HttpResponse:
    return LINES.answer(request)


@require_safe
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """A line is shown with its order."""
    return redirect("orders:detail", get_object_or_404(product_figures.lines_seen(request.user), pk=pk).order_id)


@require_safe
def open_items(request: HttpRequest) -> HttpResponse:
    return OPEN_ITEMS.answer(request)


@require_safe
def export_open_items(request: HttpRequest) -> HttpResponseBase:
    return export_list(OPEN_ITEMS, request)


@require_safe
def open_item(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(OpenItem.objects.visible_to(request.user).select_related("account"), pk=pk)
    house = House.known().currency
    context = {
        "item": item,
        "today": clock.today(),
        "house": house,
        "rate": rates_for({(item.currency, item.booked_on)}, house)[item.currency, item.booked_on],
        "in_house": in_house_currency([item])[item.pk],
    } | steps_of(request, item)
    return render(request, "orders/open_item.html", context)

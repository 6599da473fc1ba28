"""The list of orders and credit notes: its columns and filters."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kundenkreis.core.countries import countries, country_name
from kundenkreis.customers.grouping import OF_ACCOUNT
from kundenkreis.lists import asking
from kundenkreis.orders.models import Order
from kundenkreis.web import formats
from kundenkreis.web.lists import Column, Filter, ListPage
from kundenkreis.web.views.of_account import BY_NAME, account_column


def _total(row: Order) -> Any:
    return formats.money(row.total, row.currency)


def _counted(count: int) -> str:
    return ngettext("%(count)s document", "%(count)s documents", count) % {"count": formats.count(count)}


def _seen(request: HttpRequest) -> QuerySet[Order]:
    unassigned = ExpressionWrapper(Q(account=None), output_field=BooleanField())
    return Order.objects.visible_to(request.user).living().alias(is_unassigned=unassigned)


ORDERS = ListPage(
    name="orders",
    model=Order,
    title=_("Orders"),
    icon="package",
    name_column="number",
    sort="-day",
    columns=(
        Column("number", _("Number"), "name", always=True),
        account_column(_("without an account")),
        Column("kind", _("Kind"), "choice"),
        Column("day", _("Day"), "date", value="ordered_on", sort="ordered_on", first_down=True),
        Column("lines", _("Lines"), "number", value="line_count"),
        Column("total", _("Net"), "money", cell=_total, needs=("total", "currency")),
        Column("house", _("Net in house currency"), "money", value="total_house", shown=False),
        Column("country", _("Delivered to"), value=lambda o: country_name(o.country), needs=("country",), shown=False),
        Column("reference", _("Customer's order number"), value="customer_reference", shown=False),
    ),
    filters=(
        OF_ACCOUNT,
        Filter("number", "text", _("Number")),
        BY_NAME,
        Filter("customer", "text", _("Account number"), "account__number"),
        Filter("kind", "choice", _("Kind"), choices=Order.Kind.choices),
        Filter("day", "date", _("Day"), "ordered_on", aliases=("ordered_on",)),
        Filter("net", "number", _("Net in house currency"), "total_house", aliases=("total_house",)),
        Filter("country", "choice", _("Delivered to"), choices=lambda: [c for c in countries() if c[0]]),
        Filter("unassigned", "flag", _("Without an account"), "is_unassigned"),
        *asking.of("orders"),
    ),
    fielded="orders",
    base=_seen,
    drivers=frozenset({"net", "day"}),
    sums=("total_house",),
    summed_by=frozenset({"of"}),
    export="orders.export",
    counted=_counted,
    empty=_("No orders yet. They come in from the ERP by import."),
)

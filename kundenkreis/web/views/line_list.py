"""The list of order lines behind a product's figures."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kundenkreis.core.models import House
from kundenkreis.customers.grouping import OF_ACCOUNT
from kundenkreis.orders import product_figures
from kundenkreis.orders.models import OrderLine
from kundenkreis.web import formats, opening
from kundenkreis.web.lists import Column, Filter, ListPage
from kundenkreis.web.views.of_account import account_column


def _seen(request: HttpRequest) -> QuerySet[OrderLine]:
    """The lines of one product only: all lines of a house are in no order that an index knows, and answer no question."""
    asked = any(one.startswith("product:is:") for one in request.GET.getlist("f"))
    return product_figures.lines_seen(request.user) if asked else OrderLine.objects.none()


def _counted(count: int) -> str:
    return ngettext("%(count)s line", "%(count)s lines", count) % {"count": formats.count(count)}


def _totals(rows: QuerySet) -> list[str]:
    """Revenue, pieces and buyers, as the product's page has them."""
    sums = rows.order_by().aggregate(
        money=Sum("amount_house"), pieces=Sum("quantity"), buyers=Count("account_id", distinct=True)
    )
    pieces, buyers = sums["pieces"] or Decimal(0), sums["buyers"]
    return [
        formats.money(sums["money"] or Decimal(0), House.known().currency, 0),
        ngettext("%(count)s piece", "%(count)s pieces", int(pieces)) % {"count": formats.number(pieces, 0)},
        ngettext("%(count)s buyer", "%(count)s buyers", buyers) % {"count": formats.number(buyers, 0)},
    ]


LINES = ListPage(
    name="lines",
    model=OrderLine,
    title=_("Order lines"),
    icon="package",
    name_column="order",
    sort="-day",
    columns=(
        Column(
            "order",
            _("Order"),
            "name",
            value="order__number",
            related=("order",),
            needs=("order__number",),
            always=True,
        ),
        account_column(_("without an account")),
        Column("day", _("Day"), "date", value="ordered_on", sort="ordered_on", first_down=True),
        Column("quantity", _("Pieces"), "number"),
        Column(
            "net",
            _("Net"),
            "money",
            value="amount",
            cell=lambda line: formats.money(line.amount, line.order.currency),
            related=("order",),
            needs=("amount", "order__currency"),
        ),
        Column(
            "house",
            _("Net in house currency"),
            "money",
            value="amount_house",
            cell=lambda line: formats.money(line.amount_house),
        ),
        Column("text", _("Text"), value="description", shown=False),
    ),
    filters=(
        opening.OF_PRODUCT,
        OF_ACCOUNT,
        Filter("day", "date", _("Day"), "ordered_on"),
        Filter("number", "text", _("Order"), "order__number"),
    ),
    base=_seen,
    row_name=lambda line: line.order.number,
    totals=_totals,
    summed_by=frozenset({"product"}),
    counted=_counted,
    empty=_("A figure on a product's page leads to the lines behind it."),
)

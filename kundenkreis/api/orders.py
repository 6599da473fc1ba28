"""Orders with their lines, deliveries, open items and credit standings: the ERP's mirror."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import AfterValidator, Field

from kundenkreis.api import fields, reading, shapes
from kundenkreis.api.answers import answered
from kundenkreis.api.history import SimplePage
from kundenkreis.api.noun import READ, Noun, of
from kundenkreis.api.problems import forbidden, invalid, not_found
from kundenkreis.api.resource import Pk, Routes, page_schema
from kundenkreis.api.shapes import Shown, decimal_type
from kundenkreis.catalogue.models import Product
from kundenkreis.core.filters import Filter
from kundenkreis.customers.grouping import OF_ACCOUNT
from kundenkreis.history.adding import Added
from kundenkreis.lists import asking
from kundenkreis.orders import booking
from kundenkreis.orders.booking_many import book_many
from kundenkreis.orders.models import CreditStanding, Delivery, OpenItem, Order, OrderLine
from kundenkreis.staff import access

LINES_MAX = 5_000
SLICE = 5_000


class NewOrderLine(shapes.Written):
    product_id: shapes.Id
    quantity: decimal_type(14, 3, writing=True)  # type: ignore[valid-type]
    unit_price: decimal_type(14, 4, writing=True)  # type: ignore[valid-type]
    description: Annotated[str, Field(max_length=200), AfterValidator(shapes.storable)] = ""


_Lines = Annotated[list[NewOrderLine], Field(max_length=LINES_MAX)]


def _lines(given: list[NewOrderLine], user: Any) -> list[booking.Line]:
    """The lines with their products. Raises Problem 422."""
    seen = Product.objects.visible_to(user).living()
    products = seen.in_bulk({line.product_id for line in given})
    errors = [
        {"pointer": f"/lines/{place}/product_id", "detail": _("There is no such record.")}
        for place, line in enumerate(given)
        if line.product_id not in products
    ]
    if errors:
        raise invalid(errors)
    return [booking.Line(products[line.product_id], line.quantity, line.unit_price, line.description) for line in given]


def _book(*, by: Any, lines: list[NewOrderLine], **values: Any) -> Order:
    return booking.book(by=by, lines=_lines(lines, by), **values)


def _book_many(rows: list[dict[str, Any]], *, by: Any, **how: Any) -> Added:
    """The orders of a bulk request; a product that is not there is named by its row and line."""
    asked = {line.product_id for row in rows for line in row["lines"]}
    seen = Product.objects.visible_to(by).living()
    products = {
        product.pk: product
        for start in range(0, len(asked), SLICE)
        for product in seen.filter(pk__in=sorted(asked)[start : start + SLICE])
    }
    given, wrong = [], {}
    for index, row in enumerate(rows):
        unknown = {
            f"lines/{place}/product_id": _("There is no such record.")
            for place, line in enumerate(row["lines"])
            if line.product_id not in products
        }
        if unknown:
            wrong[index] = ValidationError(unknown)
        known = [line for line in row["lines"] if line.product_id in products]
        lines = [booking.Line(products[n.product_id], n.quantity, n.unit_price, n.description) for n in known]
        given.append(row | {"lines": lines})
    return book_many(given, by=by, wrong=wrong, **how)


def _rebook(order: Order, *, by: Any, lines: list[NewOrderLine] | None = None, **values: Any) -> Order:
    if (lines is not None or set(values) - {"custom", "version"}) and not access.may(by, "orders.change", order):
        raise forbidden()
    return booking.rebook(order, by=by, lines=None if lines is None else _lines(lines, by), **values)


def _allowed(user: Any, verb: str, order: Any) -> bool:
    """The ERP's mirror is changed by the ERP; the custom fields of an order also by whoever may change its customer."""
    if access.may(user, f"orders.{verb}", order):
        return True
    return verb == "change" and access.may(user, "orders.fill_in", order)


_HEAD = ("number", "kind", "account", "ordered_on", "ordered_at", "customer_reference", "currency", "country")

ORDERS = Noun(
    path="orders",
    title="Order",
    model=Order,
    area="orders",
    tag="Orders",
    about="Orders and credit notes as the ERP booked them. `lines` replace all lines; read them at `/orders/{id}/lines`."
    " Whoever may change the customer may change `custom` alone. A new order without `currency` is in the house's, and"
    " one without `kind` is a credit note when its total is below zero.",
    allowed=_allowed,
    read=(
        *_HEAD,
        Shown(name="account_name", columns=("account__name",), type=str | None),
        "total",
        "total_house",
        "line_count",
        fields.shown("orders"),
    ),
    fixed=("number",),
    write=_HEAD[1:],
    more={"lines": (_Lines, ...), **fields.WRITTEN},
    fielded="orders",
    filters=(
        Filter("account", "number", "account", "account_id"),
        OF_ACCOUNT,
        Filter("number", "text", "order number"),
        Filter("kind", "choice", "kind", choices=Order.Kind.choices),
        Filter("ordered_on", "date", "ordered on", aliases=("day",)),
        Filter("currency", "text", "currency"),
        Filter("total_house", "number", "net total in house currency", aliases=("net",)),
        Filter("country", "choice", "delivered to country"),
        *asking.of("orders"),
    ),
    drivers=frozenset({"ordered_on", "total_house"}),
    sorts={"ordered_on": "ordered_on"},
    add=_book,
    add_many=_book_many,
    derived=frozenset({"kind", "currency"}),
    change=_rebook,
)

LINES = Noun(
    path="order-lines",
    title="OrderLine",
    model=OrderLine,
    area="orders",
    tag="Orders",
    allowed=of("orders"),
    seen=lambda user: OrderLine.objects.filter(order__in=Order.objects.visible_to(user)),
    read=(
        "position",
        "product",
        Shown(name="product_number", columns=("product__number",), type=str),
        "description",
        "quantity",
        "unit_price",
        "amount",
        "amount_house",
    ),
    verbs=READ,
)

_DELIVERY = ("number", "order", "promised_on", "shipped_on", "delivered_on", "is_complete", "carrier", "tracking")

DELIVERIES = Noun(
    path="deliveries",
    title="Delivery",
    model=Delivery,
    area="orders",
    tag="Orders",
    about="What was shipped of an order, and when.",
    allowed=of("orders"),
    read=(*_DELIVERY, "account"),
    fixed=("number", "order"),
    write=_DELIVERY[2:],
    filters=(
        Filter("account", "number", "account", "account_id"),
        OF_ACCOUNT,
        Filter("order", "number", "order", "order_id"),
        Filter("delivered_on", "date", "delivered on"),
    ),
)

_ITEM = ("account", "number", "booked_on", "due_on", "currency", "amount", "open_amount", "dunning_level")

OPEN_ITEMS = Noun(
    path="open-items",
    title="OpenItem",
    model=OpenItem,
    area="orders",
    tag="Orders",
    about="Invoices and credit notes not yet settled.",
    allowed=of("orders"),
    read=_ITEM,
    fixed=("account", "number"),
    write=_ITEM[2:],
    filters=(
        Filter("account", "number", "account", "account_id"),
        OF_ACCOUNT,
        Filter("due_on", "date", "due"),
        Filter("dunning_level", "number", "dunning level"),
    ),
    sorts={"due_on": "due_on"},
)

_CREDIT = ("account", "limit", "currency", "is_blocked", "reason", "as_of")

CREDITS = Noun(
    path="credit-standings",
    title="CreditStanding",
    model=CreditStanding,
    area="orders",
    tag="Orders",
    about="How much an account may owe, and whether it is blocked.",
    allowed=of("orders"),
    read=_CREDIT,
    fixed=("account",),
    write=_CREDIT[1:],
    filters=(
        Filter("account", "number", "account", "account_id"),
        OF_ACCOUNT,
        Filter("is_blocked", "flag", "blocked"),
    ),
)

NOUNS = [ORDERS, DELIVERIES, OPEN_ITEMS, CREDITS]


def routers() -> list[Router]:
    routes = Routes(ORDERS)
    reader = reading.Reader(LINES)

    def lines(request: HttpRequest, id: Pk, query: Query[SimplePage]) -> HttpResponse:
        caller = routes.may(request, "see")
        if not ORDERS.visible(caller.user).living().filter(pk=id).exists():
            raise not_found()
        found = OrderLine.objects.filter(order_id=id)
        order = [("position", "asc"), ("id", "asc")]
        return answered(reading.paged(reader, request, caller, found, order, after=query.after, limit=query.limit))

    page = page_schema("OrderLine", LINES.row_schema)
    routes.route("GET", "/orders/{int:id}/lines", lines, "lines", "The lines of an order", page)
    return [routes.router, *(Routes(noun).router for noun in NOUNS[1:])]

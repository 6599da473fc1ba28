"""What accounts can be asked about their orders, purchases and open items, and orders about their lines."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from kundenkreis.catalogue.models import Family, Product
from kundenkreis.core.filters import Filter, Many, Relation
from kundenkreis.core.models import House
from kundenkreis.customers.asking import account_at
from kundenkreis.fields import asking as fields
from kundenkreis.fields import sources
from kundenkreis.fields.sources import Measure, Source
from kundenkreis.lists import asking
from kundenkreis.orders.models import OpenItem, Order, OrderLine
from kundenkreis.staff import access


def _families() -> list[tuple[int, str]]:
    return list(Family.objects.living().values_list("pk", "name"))


def _products() -> Any:
    return Product._base_manager.all()


_OF_LINE = (
    Filter(
        "family",
        "choice",
        _("Product family"),
        "family_id",
        choices=_families,
        many=Many(_products, "pk", "product_id", are_few=True),
    ),
    Filter("product", "text", _("Product"), "key", many=Many(_products, "pk", "product_id", are_few=True)),
    Filter("item", "text", _("Item number"), "number", many=Many(_products, "pk", "product_id", are_few=True)),
    Filter("day", "date", _("Day"), "ordered_on"),
    Filter("net", "number", _("Net in house currency"), "amount_house"),
    Filter("quantity", "number", _("Quantity")),
    Filter("sum", "number", _("Net of all together"), total=Sum("amount_house")),
    Filter("pieces", "number", _("Quantity of all together"), total=Sum("quantity")),
)

_OF_ORDER = (
    Filter("day", "date", _("Day"), "ordered_on"),
    Filter("net", "number", _("Net in house currency"), "total_house"),
    Filter("sum", "number", _("Net of all together"), total=Sum("total_house")),
    Filter("count", "number", _("How many"), total=Count("pk")),
    Filter("number", "text", _("Number")),
)

_OF_OPEN_ITEM = (
    Filter("due", "date", _("Due"), "due_on"),
    Filter("open", "number", _("Still open"), "open_amount"),
    Filter("level", "number", _("Dunning level"), "dunning_level"),
    Filter("currency", "text", _("Currency")),
    Filter("count", "number", _("How many"), total=Count("pk")),
)


def _orders(person: Any) -> Any:
    """Orders alone: a credit note is no order."""
    return asking.seen_with_account(Order.objects.filter(kind=Order.Kind.ORDER), person, "orders.see")


def _purchases(person: Any) -> Any:
    """What was bought: the lines of orders that are not in the bin, without what came back."""
    rows = OrderLine.objects.of_living_orders().filter(quantity__gt=0)
    reach = access.reach(person, "orders.see")
    if reach and reach == access.reach(person, "accounts.see"):
        return rows
    return rows.filter(order__in=Order.objects.visible_to(person)) if reach else rows.none()


def _lines(person: Any) -> Any:
    """The lines of an order that is seen itself."""
    return OrderLine.objects.all()


def _open_items(person: Any) -> Any:
    return asking.seen_with_account(OpenItem.objects.all(), person, "orders.see")


LINES = Filter("lines", "relation", _("Line"), relation=Relation(_lines, lambda: _OF_LINE, "order_id"))
ORDERS = Filter(
    "orders",
    "relation",
    _("Order"),
    relation=Relation(
        _orders, lambda: (*_OF_ORDER, LINES, *fields.filters("orders")), "account_id", drivers=frozenset({"day", "net"})
    ),
)
PURCHASES = Filter(
    "bought",
    "relation",
    _("Purchase"),
    relation=Relation(
        _purchases,
        lambda: _OF_LINE,
        "account_id",
        drivers=frozenset({"family", "product", "item"}),
        beside=frozenset({"day"}),
    ),
)
OPEN_ITEMS = Filter(
    "open_items",
    "relation",
    _("Open item"),
    relation=Relation(_open_items, lambda: _OF_OPEN_ITEM, "account_id", drivers=frozenset({"due"})),
)


def _receivables() -> Any:
    return OpenItem.objects.living().filter(currency=House.known().currency)


def _tell_sources() -> None:
    """What roll-ups can be made of. Orders are seen as far as their accounts; lines of a product are of all accounts."""
    net, day = Measure("total_house", "money", _("Net in house currency")), Measure("ordered_on", "date", _("Day"))
    orders = Source(
        "orders", _("Orders"), Order, lambda: Order.objects.living(), ("account_id",),
        {"net": net, "day": day, "lines": Measure("line_count", "number", _("Lines"))},
        lambda: (_KIND, *_OF_ORDER, *fields.filters("orders")), "orders.see",
    )  # fmt: skip
    of_line = {
        "net": Measure("amount_house", "money", _("Net in house currency")),
        "quantity": Measure("quantity", "number", _("Quantity")),
        "day": day,
    }
    whole = {"orders.order": "order_id"}
    of_account, of_product = (
        Source(
            "lines", _("Order lines"), OrderLine, lambda: OrderLine.objects.of_living_orders(), (way,), of_line,
            lambda: _OF_LINE, "orders.see", needs_all, whole,
        )
        for way, needs_all in (("account_id", False), ("product_id", True))
    )  # fmt: skip
    item = {"open": Measure("open_amount", "money", _("Still open")), "due": Measure("due_on", "date", _("Due"))}
    items = Source(
        "open_items", _("Open items in house currency"), OpenItem, _receivables, ("account_id",), item,
        lambda: _OF_OPEN_ITEM, "orders.see",
    )  # fmt: skip
    sources.tell("accounts", orders, of_account, items)
    sources.tell("products", of_product)


_KIND = Filter("kind", "choice", _("Kind"), choices=Order.Kind.choices)


def tell() -> None:
    _tell_sources()
    asking.tell("accounts", ORDERS, PURCHASES, OPEN_ITEMS)
    asking.tell("orders", LINES, account_at("account_id"))
    asking.tell("open_items", account_at("account_id"))

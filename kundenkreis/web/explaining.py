"""Why a signal says what it says: its factors, its formula and, for a trend, what each product adds to the change."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.catalogue.models import Product
from kundenkreis.core.models import House
from kundenkreis.customers.grouping import Group
from kundenkreis.insights import trend
from kundenkreis.insights.models import Kind, Run, Signal
from kundenkreis.insights.rfm import Segment
from kundenkreis.insights.trend import Contribution, Sold
from kundenkreis.orders.models import Order, OrderLine
from kundenkreis.web import formats, opening
from kundenkreis.web.reasons import Told

MOST_PARTS = 12

FORMULAS = {
    Kind.MISSED_ORDER: lazy(
        "The gaps between the days with an order are taken as lognormal, the account's own mixed with what is usual in the house (few gaps"
        " count little). 80 per cent of its gaps lie between the early and the late day; past the late day, the order is missed. At stake is the"
        " revenue of the twelve months up to its last order, times the chance that it does not come back."
    ),
    Kind.FALLING: lazy(
        "Revenue of the last 90 days is more than 30 per cent below what was to be expected: the same days last year or, where those are not"
        " recorded, the days before, times what all customers did in between. At stake is what is missing, at most the base."
    ),
    Kind.RISING: lazy(
        "Revenue of the last 90 days is far above what was to be expected: the same days last year or, where those are not recorded, the"
        " days before, times what all customers did in between. At stake is what came on top."
    ),
    Kind.LOST_PRODUCTS: lazy(
        "A product was bought on at least three days, and then not for three of its own gaps and 60 days, while the account went on"
        " ordering. At stake is its revenue of twelve months."
    ),
    Kind.NEW_PRODUCTS: lazy(
        "First bought in the last 90 days by an account of at least half a year, and bought again on another day. At stake is their revenue."
    ),
    Kind.NARROWER: lazy(
        "Fewer product families in the last 180 days than in the base, and the missing ones made a fifth of its revenue. At stake is what"
        " they brought."
    ),
    Kind.RETURNS: lazy(
        "Returns of twelve months are twice the house's share, and more than 5 per cent of what was sold. At stake is what goes"
        " beyond the house's share."
    ),
    Kind.FIRST_ORDER: lazy("The first order ever, in the last 30 days. At stake is that order."),
    Kind.REACTIVATED: lazy(
        "The gap before its last order was beyond the late day of the rhythm it had before. At stake is the revenue of its last year."
    ),
    Kind.CONCENTRATION: lazy(
        "It makes at least 5 per cent of the house's revenue of twelve months. At stake is its revenue times the chance of losing it."
    ),
    Kind.ONE_PRODUCT: lazy(
        "One product makes at least 60 per cent of its revenue of twelve months. At stake is that revenue times the chance of losing it."
    ),
}
CLAIMS = {
    Kind.MISSED_ORDER: lazy("no order in the 90 days after"),
    Kind.FIRST_ORDER: lazy("another order in the 90 days after"),
    Kind.REACTIVATED: lazy("another order in the 90 days after"),
    Kind.RETURNS: lazy("another credit note in the 90 days after"),
    Kind.LOST_PRODUCTS: lazy("none of the named products bought in the 90 days after"),
    Kind.NEW_PRODUCTS: lazy("one of the named products bought again in the 90 days after"),
}
SEGMENTS = {
    Segment.CHAMPIONS: lazy("ordered lately, often and much"),
    Segment.LOYAL: lazy("order regularly"),
    Segment.PROMISING: lazy("ordered lately, not yet much"),
    Segment.NEW: lazy("have ordered once so far, in the last twelve months"),
    Segment.ATTENTION: lazy("good customers who have become slower"),
    Segment.AT_RISK: lazy("good customers who have been silent for long"),
    Segment.CANNOT_LOSE: lazy("the best customers, silent the longest"),
    Segment.HIBERNATING: lazy("small customers, silent for long"),
    Segment.LOST: lazy("small customers, silent the longest"),
}


def formula(signal: Signal) -> Any:
    return FORMULAS[Kind(signal.kind)]


def factors(signal: Signal, told: Told) -> list[tuple[str, str]]:
    """The figures that the sentence and the value rest on, by name."""
    figures, currency = signal.figures, told.names.currency
    found = []
    for name, label, read in _FACTORS:
        if name in figures:
            found.append((str(label), read(figures[name], currency)))
    return [*found, (_("At stake"), told.value)]


def _money(value: Any, currency: str) -> str:
    return formats.money(Decimal(str(value)), currency, 0)


def _day(value: Any, currency: str) -> str:
    return formats.day(dt.date.fromisoformat(value))


def _number(value: Any, currency: str) -> str:
    return formats.number(value)


def _share(value: Any, currency: str) -> str:
    return formats.percent(Decimal(str(value)) * 100, 0)


_FACTORS = (
    ("last_on", lazy("Last order"), _day),
    ("early_on", lazy("Next order, early (10 %)"), _day),
    ("expected_on", lazy("Next order expected"), _day),
    ("late_on", lazy("Next order, late (90 %)"), _day),
    ("gaps", lazy("Gaps known"), _number),
    ("usual", lazy("Revenue of its last year"), _money),
    ("loss", lazy("Chance that it does not come back"), _share),
    ("now", lazy("Revenue now"), _money),
    ("base", lazy("Revenue of the base"), _money),
    ("expected", lazy("To be expected"), _money),
    ("families_now", lazy("Families now"), _number),
    ("families_base", lazy("Families in the base"), _number),
    ("sold", lazy("Sold in twelve months"), _money),
    ("returned", lazy("Sent back"), _money),
    ("revenue", lazy("Revenue, 12 months"), _money),
    ("gap", lazy("Days of silence"), _number),
    ("first", lazy("From"), _day),
    ("last", lazy("Until"), _day),
    ("base_first", lazy("Base from"), _day),
    ("base_last", lazy("Base until"), _day),
)


@dataclass(frozen=True)
class Part:
    """What a product adds to a change, as a page shows it."""

    name: str
    contribution: Contribution
    rows: str


def parts(signal: Signal, user: Any) -> tuple[list[Part], Contribution] | None:
    """The products behind a trend, and all of them together; None for other signals. Two queries over the account's lines."""
    if signal.kind not in (Kind.FALLING, Kind.RISING):
        return None
    days = {name: dt.date.fromisoformat(signal.figures[name]) for name in ("first", "last", "base_first", "base_last")}
    now = Q(ordered_on__gte=days["first"], ordered_on__lte=days["last"])
    base = Q(ordered_on__gte=days["base_first"], ordered_on__lte=days["base_last"])
    lines = OrderLine.objects.of_living_orders().filter(now | base, account_id=signal.account_id)
    rows = (
        lines.exclude(order__kind=Order.Kind.ADJUSTMENT)
        .values("product_id")
        .annotate(
            quantity_now=Sum("quantity", filter=now),
            amount_now=Sum("amount_house", filter=now),
            quantity_base=Sum("quantity", filter=base),
            amount_base=Sum("amount_house", filter=base),
        )
        .order_by()
    )
    zero = Decimal(0)
    sold = [
        Sold(
            row["product_id"],
            row["quantity_base"] or zero,
            row["amount_base"] or zero,
            row["quantity_now"] or zero,
            row["amount_now"] or zero,
        )
        for row in rows
    ]
    found = trend.contributions(sold)
    names = dict(
        Product._base_manager.filter(pk__in=[one.product for one in found[:MOST_PARTS]]).values_list("pk", "name")
    )
    whose = Group(signal.account)
    shown = [
        Part(names.get(one.product, "?"), one, opening.lines_of(one.product, whose=whose)) for one in found[:MOST_PARTS]
    ]
    return shown, trend.altogether(found)


def bounds(run: Run | None) -> list[tuple[str, list[str]]]:
    """Where the quintiles begin, of the last run: days of silence, order days, revenue."""
    if run is None or "bounds" not in run.basis:
        return []
    kept, currency = run.basis["bounds"], House.known().currency
    return [
        (_("Recency: days since the last order"), [formats.number(-int(one)) for one in kept["recency"]]),
        (_("Frequency: days with an order in a year"), [formats.number(one) for one in kept["frequency"]]),
        (
            _("Monetary value: revenue of that year"),
            [formats.money(Decimal(one) / 100, currency, 0) for one in kept["monetary"]],
        ),
    ]

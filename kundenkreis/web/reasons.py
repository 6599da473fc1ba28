"""Signals in words: the reason as a sentence in the reader's language, its factors, and where the rows behind them are.

What is stored are figures; a sentence is made when it is read. `tell` names products and families of many signals in two queries.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kundenkreis.catalogue.models import Family, Product
from kundenkreis.core.models import House
from kundenkreis.core.prepared import prepared
from kundenkreis.customers.grouping import Group
from kundenkreis.insights.models import Kind, Signal
from kundenkreis.web import formats, opening

ICONS = {
    Kind.MISSED_ORDER: "clock-alert",
    Kind.FALLING: "trending-down",
    Kind.RISING: "trending-up",
    Kind.LOST_PRODUCTS: "package-minus",
    Kind.NEW_PRODUCTS: "package-plus",
    Kind.NARROWER: "shrink",
    Kind.RETURNS: "undo-2",
    Kind.FIRST_ORDER: "sparkles",
    Kind.REACTIVATED: "rotate-ccw",
    Kind.CONCENTRATION: "scale",
    Kind.ONE_PRODUCT: "package",
}
GOOD = {Kind.RISING, Kind.NEW_PRODUCTS, Kind.FIRST_ORDER, Kind.REACTIVATED}


@dataclass
class Told:
    """A signal as a page shows it."""

    signal: Signal
    reason: str
    rows: str  # the address of the list behind it
    names: _Names

    @property
    def icon(self) -> str:
        return ICONS[Kind(self.signal.kind)]

    @property
    def is_good(self) -> bool:
        return self.signal.kind in GOOD

    @property
    def value(self) -> str:
        return self.names.money(self.signal.value)

    @property
    def items(self) -> list[tuple[str, str, str]]:
        """What it is about in detail: name, amount, and the address of its rows."""
        whose, of_families = Group(self.signal.account), self.signal.kind == Kind.NARROWER
        listed = self.names.families if of_families else self.names.products
        return [
            (
                listed.get(int(item), "?"),
                self.names.money(amount),
                "" if of_families else opening.lines_of(int(item), whose=whose),
            )
            for item, amount in self.signal.figures.get("items", [])
        ]


def tell(signals: Sequence[Signal]) -> list[Told]:
    """Sentences for signals whose accounts are loaded. Three queries, however many there are."""
    names = _Names(signals)
    return [_told(signal, names) for signal in signals]


class _Names:
    """What the figures call by number."""

    def __init__(self, signals: Sequence[Signal]) -> None:
        self.currency = House.known().currency
        products, families = set(), set()
        for signal in signals:
            items = {int(item) for item, _amount in signal.figures.get("items", [])}
            if signal.kind == Kind.NARROWER:
                families |= items
            else:
                products |= items | ({signal.figures["product"]} if "product" in signal.figures else set())
        self.products = {pk: name or number for pk, name, number in _products(list(products))} if products else {}
        self.families = dict(_families(list(families))) if families else {}

    def money(self, amount: Any) -> str:
        return formats.money(Decimal(str(amount)), self.currency, 0)


@prepared
def _products(ids: Any) -> QuerySet:
    return Product._base_manager.filter(pk__listed=ids).values_list("pk", "name", "number")


@prepared
def _families(ids: Any) -> QuerySet:
    return Family._base_manager.filter(pk__listed=ids).values_list("pk", "name")


def _told(signal: Signal, names: _Names) -> Told:
    reason = _SENTENCES[Kind(signal.kind)](signal.figures, names)
    return Told(signal, reason, _rows(signal, Group(signal.account)), names)


def _rows(signal: Signal, whose: Group) -> str:
    """The documents that the sentence speaks of."""
    figures = signal.figures
    if "first" in figures:
        return opening.orders_of(whose, opening.SOLD, opening.between(_date(figures["first"]), _date(figures["last"])))
    if signal.kind == Kind.RETURNS:
        return opening.orders_of(whose, "kind:in:credit_note")
    if signal.kind == Kind.ONE_PRODUCT:
        return opening.lines_of(figures["product"], whose=whose)
    return opening.orders_of(whose, "kind:in:order")


def _date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _day(text: str) -> str:
    """A day in the middle of a sentence; a German one without the full stop of its month's abbreviation is none."""
    return formats.day(_date(text))


def _missed_order(figures: dict, names: _Names) -> str:
    return _(
        "The order expected for %(expected)s has not come: the last was on %(last)s, and by its own rhythm it was due by %(late)s."
    ) % {
        "expected": _day(figures["expected_on"]),
        "last": _day(figures["last_on"]),
        "late": _day(figures["late_on"]),
    }


def _trend(figures: dict, names: _Names) -> str:
    now, base = Decimal(figures["now"]), Decimal(figures["base"])
    values = {
        "now": names.money(now),
        "base": names.money(base),
        "change": formats.percent(formats.change(now, base), 0, sign=True),
        "days": (_date(figures["last"]) - _date(figures["first"])).days + 1,
    }
    if figures["by_year"]:
        return (
            _("Bought for %(now)s in the last %(days)s days, for %(base)s in the same days last year (%(change)s).")
            % values
        )
    values["house"] = formats.percent(formats.change(Decimal(figures["expected"]), base), 0, sign=True)
    return (
        _(
            "Bought for %(now)s in the last %(days)s days, for %(base)s in those before (%(change)s; all customers %(house)s)."
        )
        % values
    )


def _lost_products(figures: dict, names: _Names) -> str:
    return ngettext(
        "No longer buys %(count)s product that it bought regularly, for %(amount)s a year: %(named)s.",
        "No longer buys %(count)s products that it bought regularly, for %(amount)s a year: %(named)s.",
        figures["count"],
    ) % _counted(figures, names, names.products)


def _new_products(figures: dict, names: _Names) -> str:
    return ngettext(
        "Has bought %(count)s new product more than once, for %(amount)s: %(named)s.",
        "Has bought %(count)s new products more than once, for %(amount)s: %(named)s.",
        figures["count"],
    ) % _counted(figures, names, names.products)


def _narrower(figures: dict, names: _Names) -> str:
    values = _counted(figures, names, names.families) | {
        "now": figures["families_now"],
        "base": figures["families_base"],
    }
    if figures["by_year"]:
        return (
            _(
                "Bought from %(now)s families in half a year, from %(base)s in the same half last year; missing: %(named)s (%(amount)s)."
            )
            % values
        )
    return (
        _(
            "Bought from %(now)s families in half a year, from %(base)s in the one before; missing: %(named)s (%(amount)s)."
        )
        % values
    )


def _counted(figures: dict, names: _Names, listed: dict[int, str]) -> dict[str, Any]:
    named = [listed[int(item)] for item, _amount in figures.get("items", []) if int(item) in listed]
    more = figures["count"] - len(named)
    if more > 0:
        named.append(_("%(count)s more") % {"count": formats.number(more)})
    return {
        "count": formats.number(figures["count"]),
        "amount": names.money(figures["amount"]),
        "named": ", ".join(named),
    }


def _returns(figures: dict, names: _Names) -> str:
    returned, sold = Decimal(figures["returned"]), Decimal(figures["sold"])
    values = {"returned": names.money(returned), "house": formats.percent(Decimal(str(figures["house"])) * 100)}
    if sold <= 0:
        return (
            _("Sent back goods for %(returned)s in twelve months and bought none; all customers send back %(house)s.")
            % values
        )
    return _(
        "Sent back goods for %(returned)s in twelve months, %(share)s of what it bought; all customers send back %(house)s."
    ) % (values | {"share": formats.percent(returned / sold * 100)})


def _first_order(figures: dict, names: _Names) -> str:
    return _("First order on %(day)s, for %(amount)s.") % {
        "day": _day(figures["first_on"]),
        "amount": names.money(figures["amount"]),
    }


def _reactivated(figures: dict, names: _Names) -> str:
    return _("Back after %(gap)s days: ordered on %(day)s, before that on %(before)s.") % {
        "gap": figures["gap"],
        "day": _day(figures["last_on"]),
        "before": _day(figures["before_on"]),
    }


def _concentration(figures: dict, names: _Names) -> str:
    share = Decimal(figures["revenue"]) / Decimal(figures["house"]) * 100
    return _("Makes %(share)s of the house's revenue of twelve months: %(revenue)s.") % {
        "share": formats.percent(share),
        "revenue": names.money(figures["revenue"]),
    }


def _one_product(figures: dict, names: _Names) -> str:
    share = Decimal(figures["amount"]) / Decimal(figures["revenue"]) * 100
    return _("%(share)s of what it buys is one product: %(product)s (%(amount)s of %(revenue)s).") % {
        "share": formats.percent(share, 0),
        "product": names.products.get(figures["product"], "?"),
        "amount": names.money(figures["amount"]),
        "revenue": names.money(figures["revenue"]),
    }


_SENTENCES = {
    Kind.MISSED_ORDER: _missed_order,
    Kind.FALLING: _trend,
    Kind.RISING: _trend,
    Kind.LOST_PRODUCTS: _lost_products,
    Kind.NEW_PRODUCTS: _new_products,
    Kind.NARROWER: _narrower,
    Kind.RETURNS: _returns,
    Kind.FIRST_ORDER: _first_order,
    Kind.REACTIVATED: _reactivated,
    Kind.CONCENTRATION: _concentration,
    Kind.ONE_PRODUCT: _one_product,
}

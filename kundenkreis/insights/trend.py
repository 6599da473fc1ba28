"""Why revenue changed: what each product contributes, split into amount sold and price, adding up to the change to the cent.

The two-factor decomposition of price-volume analysis with the base period's prices as weights (Laspeyres for volume, Paasche for price;
Kilger, Pampel and Vikas, Flexible Plankostenrechnung, 2012, ch. 4): (q1 - q0) p0 is volume, (p1 - p0) q1 is price. A product without a
base, or without a present, is wholly new or wholly lost; where returns outweigh sales there is no price, and all of it is volume.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from kundenkreis.core.money import rounded

ZERO = Decimal(0)


@dataclass(frozen=True)
class Sold:
    """A product's net quantity and amount in two periods."""

    product: int
    quantity_before: Decimal
    amount_before: Decimal
    quantity: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Contribution:
    product: int
    new: Decimal
    lost: Decimal
    volume: Decimal
    price: Decimal

    @property
    def total(self) -> Decimal:
        return self.new + self.lost + self.volume + self.price


def contribution(sold: Sold) -> Contribution:
    """What one product adds to the change. The four parts add up to its difference exactly."""
    change = sold.amount - sold.amount_before
    if not sold.quantity_before and not sold.amount_before:
        return Contribution(sold.product, change, ZERO, ZERO, ZERO)
    if not sold.quantity and not sold.amount:
        return Contribution(sold.product, ZERO, change, ZERO, ZERO)
    if min(sold.quantity, sold.quantity_before, sold.amount, sold.amount_before) <= 0:
        return Contribution(sold.product, ZERO, ZERO, change, ZERO)
    volume = rounded((sold.quantity - sold.quantity_before) * sold.amount_before / sold.quantity_before)
    return Contribution(sold.product, ZERO, ZERO, volume, change - volume)


def contributions(products: Iterable[Sold]) -> list[Contribution]:
    """Of all products, those that explain most first."""
    found = [contribution(one) for one in products]
    return sorted(found, key=lambda one: (-abs(one.total), one.product))


def altogether(parts: Iterable[Contribution]) -> Contribution:
    """The parts of all products added up, under product 0."""
    parts = list(parts)
    names = ("new", "lost", "volume", "price")
    return Contribution(0, *(sum((getattr(part, name) for part in parts), ZERO) for name in names))

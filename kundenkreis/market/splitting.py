"""A year's amount split into months: a sum, without a database."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

CENT = Decimal("0.01")


def split(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """`total` in proportion to the weights, in cents that add up to it exactly.

    Each part is rounded down, and the cents that are left go to those that lost most by it, the earlier first (largest remainder; Hare and
    Niemeyer). Weights below zero count as nothing; when none is above it, the parts are equal.
    """
    shares = [max(Decimal(weight), Decimal(0)) for weight in weights]
    whole = sum(shares, Decimal(0))
    if whole <= 0:
        shares, whole = [Decimal(1)] * len(shares), Decimal(len(shares))
    exact = [total * share / whole for share in shares]
    parts = [one.quantize(CENT, rounding=ROUND_FLOOR) for one in exact]
    left = int((total - sum(parts, Decimal(0))) / CENT)
    most_lost = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in most_lost[:left]:
        parts[place] += CENT
    return parts

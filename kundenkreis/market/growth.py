"""Growth between years: a sum, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal


def growth(volumes: Mapping[int, Decimal]) -> dict[int, Decimal | None]:
    """By year, the growth a year since the last year that is known, as a share (.05 is +5 %); None for the first, and after nothing.

    Over a gap of several years it is the compound rate: (volume / volume before) ^ (1 / years) - 1.
    """
    found: dict[int, Decimal | None] = {}
    before: tuple[int, Decimal] | None = None
    for year in sorted(volumes):
        volume = volumes[year]
        found[year] = None
        if before is not None and before[1] > 0:
            years = year - before[0]
            ratio = volume / before[1]
            found[year] = (ratio if years == 1 else ratio ** (Decimal(1) / years)) - 1
        before = year, volume
    return found


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    """A part of the whole as a share; None where the whole is nothing."""
    return part / whole if whole > 0 else None

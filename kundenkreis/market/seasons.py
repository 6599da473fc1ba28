"""Last year's months of targets: what stands beside a plan, and by which a year is split."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from kundenkreis.core import fiscal
from kundenkreis.market import attainment
from kundenkreis.market.discretion import Discretion
from kundenkreis.market.models import Target

_NONE = [Decimal(0)] * 12


def year_before(targets: Sequence[Target], discretion: Discretion) -> list[list[Decimal] | None]:
    """What each holder sold in the twelve months of the year before, in the order of the targets, which need not be stored.

    None where it is not told (`discretion`), or sales are not summed yet.
    """
    probes, parts = [], {}
    for place, one in enumerate(targets, start=1):
        if discretion.tells(one):
            of = {name: getattr(one, f"{name}_id") for name in ("team", "person", "account", "family")}
            numbers = {f"{name}_id": number for name, number in of.items()}
            probes.append(Target(pk=place, level=one.level, business=one.business, starts_on=one.starts_on, **numbers))
            parts[place] = fiscal.Part(fiscal.plus_months(one.starts_on, -12), 0, 12, "year")
    sold = attainment.by_month(probes, parts)
    found: list[list[Decimal] | None] = []
    for place in range(1, len(targets) + 1):
        months = sold.get(place)
        firsts = [fiscal.plus_months(parts[place].first, number) for number in range(12)] if months is not None else []
        found.append([months.get(first, Decimal(0)) for first in firsts] if months is not None else None)
    return found


def weights(target: Target, discretion: Discretion) -> list[Decimal]:
    """By what its year is split: the holder's last year; where that is not told or there was none, the whole house's."""
    house = Target(level=Target.Level.HOUSE, starts_on=target.starts_on)
    for one in year_before([target, house], discretion):
        if one is not None and sum(one, Decimal(0)) > 0:
            return one
    return _NONE

"""What is wanted of the house, its teams and people in some months, whatever fiscal year the targets were set for."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kundenkreis.core import fiscal
from kundenkreis.market.models import Target

_LEVELS = (Target.Level.HOUSE, Target.Level.TEAM, Target.Level.PERSON)


@dataclass(frozen=True)
class Wanted:
    """Revenue in house currency; `target` is that of the first month, `part` the key of the months in its year ("" for none of its parts)."""

    amount: Decimal
    target: int
    starts_on: dt.date
    part: str


def wanted(user: Any, first: dt.date, months: int) -> Mapping[str, Wanted]:
    """What is wanted, all business and product families together, in so many months from `first` on, as far as the person sees targets.

    By "house", "team-3", "person-7". Who has no target for one of the months is not in it. One query.
    """
    days = [fiscal.plus_months(first, number) for number in range(months)]
    rows = Target.objects.visible_to(user).living().filter(
        level__in=_LEVELS, business=Target.Business.ALL, family=None,
        starts_on__gt=fiscal.plus_months(first, -12), starts_on__lte=days[-1],
    )  # fmt: skip
    held: dict[str, dict[dt.date, Target]] = defaultdict(dict)
    for one in rows.order_by():
        for day in days:
            if one.starts_on <= day < fiscal.plus_months(one.starts_on, 12):
                held[_key(one)][day] = one
    return {key: _summed(of, days) for key, of in held.items() if len(of) == months}


def _key(one: Target) -> str:
    number = {Target.Level.TEAM: one.team_id, Target.Level.PERSON: one.person_id}.get(Target.Level(one.level))
    return f"{one.level}-{number}" if number else str(one.level)


def _summed(of: Mapping[dt.date, Target], days: list[dt.date]) -> Wanted:
    amount = sum((getattr(one, f"month_{_number(one, day)}") for day, one in of.items()), Decimal(0))
    target = of[days[0]]
    begins = _number(target, days[0])
    part = f"m{begins}" if len(days) == 1 else f"q{begins // 3 + 1}" if len(days) == 3 and begins % 3 == 1 else ""
    return Wanted(amount, target.pk, target.starts_on, part)


def _number(one: Target, day: dt.date) -> int:
    """Which month of the target's year it is, from 1."""
    return (day.year - one.starts_on.year) * 12 + day.month - one.starts_on.month + 1

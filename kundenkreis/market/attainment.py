"""What came in of what is wanted: actual sales of targets, from kept sums (houses, teams, people) and from an account's own orders."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Min, Q, QuerySet, Sum
from django.db.models.functions import Cast, Substr

from kundenkreis.catalogue.models import Product
from kundenkreis.core import clock, fiscal
from kundenkreis.core.models import House
from kundenkreis.core.money import rounded
from kundenkreis.market import newness
from kundenkreis.market.discretion import Discretion, for_viewer
from kundenkreis.market.models import SalesMonth, Summing, Target
from kundenkreis.market.pace import Pace, pace
from kundenkreis.orders.models import Order, OrderLine
from kundenkreis.staff import access
from kundenkreis.staff.models import Team

Months = dict[int, dict[dt.date, Decimal]]  # by target: by month's first day, revenue
_Key = tuple[int, str, int]
_KINDS = (Order.Kind.ORDER, Order.Kind.CREDIT_NOTE)


@dataclass(frozen=True)
class Attained:
    """A target in a part of its year. `pace` is None where it is not told (see `discretion`), or sales are not summed yet."""

    target: Target
    part: fiscal.Part
    wanted: Decimal
    pace: Pace | None
    is_told: bool = True


def attained(
    targets: Sequence[Target], key: str, user: Any, discretion: Discretion | None = None
) -> dict[int, Attained]:
    """By the number of each target how it stands in the part `key` of its year (see `core.fiscal`), as far as `user` is told."""
    told = discretion or for_viewer(user)
    parts = {one.pk: fiscal.part(one.starts_on, key) or fiscal.Part(one.starts_on, 0, 12, "year") for one in targets}
    asked = [one for one in targets if told.tells(one)]
    sold = by_month(asked, parts)
    today, country = clock.today(), House.known().country
    found = {}
    for one in targets:
        part = parts[one.pk]
        wanted = [getattr(one, f"month_{number}") for number in part.numbers]
        its = None
        if one.pk in sold:
            its = pace(wanted, sum(sold[one.pk].values(), Decimal(0)), part, today, country)
        found[one.pk] = Attained(one, part, sum(wanted, Decimal(0)), its, told.tells(one))
    return found


def by_month(targets: Sequence[Target], parts: Mapping[int, fiscal.Part]) -> Months:
    """Revenue of each target by month of its part. Kept sums that are not there yet leave a target out."""
    at_accounts = [one for one in targets if one.level == Target.Level.ACCOUNT]
    found = _of_accounts(at_accounts, parts)
    rest = [one for one in targets if one.level != Target.Level.ACCOUNT]
    if rest and Summing.latest() is not None:
        found |= _of_sums(rest, parts)
    return found


def _of_sums(targets: Sequence[Target], parts: Mapping[int, fiscal.Part]) -> Months:
    """From the kept sums; a query for each set of months and kind of rows that is asked for, two as a rule."""
    found: Months = {}
    below = access.children_of(Team)
    groups: dict[tuple[fiscal.Part, bool], list[Target]] = defaultdict(list)
    for one in targets:
        groups[parts[one.pk], one.family_id is not None].append(one)
    for (part, _with_family), some in groups.items():
        held = _held(part, {one.family_id or 0 for one in some})
        for one in some:
            months: dict[dt.date, Decimal] = {}
            found[one.pk] = months
            for key in _keys(one, below):
                for (month, is_new), cents in held.get(key, {}).items():
                    if one.business == Target.Business.ALL or is_new == (one.business == Target.Business.NEW):
                        months[month] = months.get(month, Decimal(0)) + Decimal(cents) / 100
    return found


def _held(part: fiscal.Part, families: Iterable[int]) -> dict[_Key, dict[tuple[dt.date, bool], int]]:
    """The kept sums in some months by (family, whose, number): {(month, is_new): cents}."""
    found: dict[_Key, dict[tuple[dt.date, bool], int]] = defaultdict(lambda: defaultdict(int))
    rows = SalesMonth.objects.filter(family__in=sorted(families), month__gte=part.first, month__lte=part.last)
    for family, month, owner, team, is_new, cents in rows.values_list(
        "family", "month", "owner", "team", "is_new", "cents"
    ):
        for level, number in ((Target.Level.HOUSE, 0), (Target.Level.TEAM, team), (Target.Level.PERSON, owner)):
            found[family, level, number][month, is_new] += cents
    return found


def _keys(target: Target, below: dict[int | None, list[int]]) -> list[_Key]:
    """Of whom sums come to a target; a team's with those below it."""
    family = target.family_id or 0
    if target.level == Target.Level.TEAM and target.team_id is not None:
        return [(family, target.level, team) for team in access.under({target.team_id}, below)]
    return [(family, target.level, target.person_id or 0)]


# --- accounts: their own orders, through an index


def _of_accounts(targets: Sequence[Target], parts: Mapping[int, fiscal.Part]) -> Months:
    found: Months = {one.pk: {} for one in targets}
    groups: dict[tuple[fiscal.Part, int | None], list[Target]] = defaultdict(list)
    for one in targets:
        groups[parts[one.pk], one.family_id].append(one)
    firsts = first_orders({one.account_id for one in targets if one.business != Target.Business.ALL})
    since = Summing.since_known()
    for (part, family), some in groups.items():
        accounts = sorted({one.account_id for one in some if one.account_id is not None})
        by_account: dict[int, list[tuple[dt.date, Decimal]]] = defaultdict(list)
        for account, day, revenue in _days(accounts, part, family, by_day=bool(firsts)):
            by_account[account].append((day, rounded(revenue)))
        for one in some:
            for day, revenue in by_account[one.account_id or 0]:
                new = newness.is_new(day, firsts.get(one.account_id), since)
                if one.business == Target.Business.ALL or new == (one.business == Target.Business.NEW):
                    month = day.replace(day=1)
                    found[one.pk][month] = found[one.pk].get(month, Decimal(0)) + revenue
    return found


def _days(
    accounts: Sequence[int], part: fiscal.Part, family: int | None, *, by_day: bool
) -> list[tuple[int, dt.date, Decimal]]:
    """What accounts ordered by day, or by month as its first day: (account, day, revenue)."""
    last = min(part.last, clock.today())
    rows: QuerySet
    if family is None:
        rows = Order.objects.filter(kind__in=_KINDS, deleted_at=None)
        amount = "total_house"
    else:
        products = Product._base_manager.filter(family=family).values("pk")
        rows = OrderLine.objects.of_living_orders().filter(product__in=products)
        rows, amount = rows.exclude(order__kind=Order.Kind.ADJUSTMENT), "amount_house"
    rows = rows.filter(account_id__listed=accounts, ordered_on__gte=part.first, ordered_on__lte=last).order_by()
    length = 10 if by_day else 7
    cut = rows.annotate(on=Substr(Cast("ordered_on", CharField()), 1, length)).values_list("account_id", "on")
    told = cut.annotate(revenue=Sum(amount))
    return [(account, dt.date.fromisoformat(f"{on}-01"[:10]), revenue) for account, on, revenue in told]


def first_orders(accounts: Iterable[int | None]) -> dict[int | None, dt.date]:
    """Of each account the day of its first order."""
    numbers = sorted(one for one in set(accounts) if one is not None)
    if not numbers:
        return {}
    rows = Order.objects.filter(Q(kind=Order.Kind.ORDER), deleted_at=None, account_id__listed=numbers).order_by()
    return dict(rows.values_list("account_id").annotate(Min("ordered_on")))

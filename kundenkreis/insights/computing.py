"""From items to what is told of each account: relations written in Ibis so that another engine can run them.

Everything here, in `heads` and in `products` is of one account alone. So what has been computed of an account stays right until its facts
or the `Basis` change, and an increment computes the changed accounts only. What needs all accounts (quintiles, the prior of the rhythm) is
in `judging`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kundenkreis.insights.windows import Compared, Period, Windows

if TYPE_CHECKING:
    import ibis.expr.types as ir

TOP = 3  # products or families that a sentence names
CHANGED_BY = 0.3  # of the revenue that was to be expected
LAST_ORDER_AFTER = 180  # silent days after which an order counts as an account's last one

_NEVER = Period(dt.date(1900, 1, 1), dt.date(1900, 1, 1))
NOT_COMPARED = Compared(_NEVER, _NEVER, by_year=True)


@dataclass(frozen=True)
class Basis:
    """What every account's figures depend on beside its own facts. Another basis means computing all accounts again."""

    windows: Windows
    ratio: float = (
        1.0  # what to expect of a period for each euro of its base: the house's own change, unless years are compared
    )
    families: str = ""  # a fingerprint of which product is in which family


def _sum(amount: ir.DecimalValue, where: ir.BooleanValue) -> ir.Value:
    import ibis

    return ibis.coalesce(amount.sum(where=where), 0).cast("decimal(18, 2)")


def gone(halves: ir.Table) -> ir.Table:
    """Families bought in the base and not any more: (account, item, amount)."""
    some = halves.filter((halves.half_base > 0) & (halves.half_now <= 0))
    return some.select("account", "item", amount="half_base")


def named(items: ir.Table, kind: str) -> ir.Table:
    """Items as those of a kind of signal: (account, kind, amount, item)."""
    import ibis

    return items.mutate(kind=ibis.literal(kind)).select("account", "kind", "amount", "item")


def counted(items: ir.Table, kinds: Mapping[str, str]) -> ir.Table:
    """How many items of these kinds and how much money for each account, as `<name>_count` and `<name>_amount`."""
    items = items.filter(items.kind.isin(kinds.values()))
    counts = {f"{name}_count": items.count(where=items.kind == kind) for name, kind in kinds.items()}
    return items.group_by("account").agg(
        **counts, **{f"{name}_amount": _sum(items.amount, items.kind == kind) for name, kind in kinds.items()}
    )


def breadth(halves: ir.Table) -> ir.Table:
    """How many families each account bought in the half-year and in its base, and for how much."""
    return halves.group_by("account").agg(
        families_now=halves.count(where=halves.half_now > 0),
        families_base=halves.count(where=halves.half_base > 0),
        half_base=halves.half_base.sum().cast("decimal(18, 2)"),
    )


def top(items: ir.Table) -> ir.Table:
    """Of each account and kind the items with most money: (account, kind, item, amount, rank)."""
    import ibis

    order = [items.amount.abs().desc(), items.item]
    ranked = items.mutate(rank=ibis.row_number().over(ibis.window(group_by=["account", "kind"], order_by=order)))
    ranked = ranked.filter(ranked["rank"] < TOP)
    return ranked.select("account", "kind", "item", "amount", "rank")


def joined(*some: ir.Table) -> ir.Table:
    """One row for each account of which one of these tells something, what the others do not tell being 0."""
    import ibis

    whole = ibis.union(*(one.select("account") for one in some), distinct=True)
    for one in some:
        whole = whole.left_join(one, "account").drop("account_right")
    told = [name for name in whole.columns if name != "account"]
    return whole.mutate(**{name: ibis.coalesce(whole[name], 0).cast(whole[name].type()) for name in told})

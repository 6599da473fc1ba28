"""From facts to figures of each account: relations over orders and lines, written in Ibis so that another engine can run them.

Everything here is of one account alone. So what has been computed of an account stays right until its facts or the `Basis` change, and an
increment computes the changed accounts only. What needs all accounts (quintiles, the prior of the rhythm) is in `judging`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kundenkreis.insights.windows import Compared, Period, Windows

if TYPE_CHECKING:
    import ibis.expr.types as ir

USUAL_DAYS = 365
NEW_DAYS = 90
OLD_DAYS = 180  # an account must have ordered for so long before a product can be new to it
LOST_AFTER = 60  # days; and three times its own gap
LOST_DAYS = 3  # on which a product was bought before it can be missed
TOP = 3  # products or families that a sentence names
MICRO = 1_000_000  # logarithms are added up as whole millionths: in any order the sum is the same
CHANGED_BY = 0.3  # of the revenue that was to be expected
LOOK_BACK = 730  # days of lines that are looked at

_NEVER = Period(dt.date(1900, 1, 1), dt.date(1900, 1, 1))
_NOT_COMPARED = Compared(_NEVER, _NEVER, by_year=True)


@dataclass(frozen=True)
class Basis:
    """What every account's figures depend on beside its own facts. Another basis means computing all accounts again."""

    windows: Windows
    ratio: float = (
        1.0  # what to expect of a period for each euro of its base: the house's own change, unless years are compared
    )
    families: str = ""  # a fingerprint of which product is in which family


def _within(day: ir.DateValue, period: Period) -> ir.BooleanValue:
    return (day >= period.first) & (day <= period.last)


def _sum(amount: ir.DecimalValue, where: ir.BooleanValue) -> ir.Value:
    import ibis

    return ibis.coalesce(amount.sum(where=where), 0).cast("decimal(18, 2)")


def of_accounts(orders: ir.Table, basis: Basis) -> ir.Table:
    """One row for each account with an order up to the day: sums of the periods, and what the gaps between order days are like."""
    import ibis

    w = basis.windows
    trend = w.trend or _NOT_COMPARED
    orders = orders.filter(orders.day <= w.as_of)
    sold, year = ~orders.is_credit, _within(orders.day, w.year)
    heads = orders.group_by("account").agg(
        first_on=orders.day.min(where=sold),
        last_on=orders.day.max(where=sold),
        order_days=orders.day.nunique(where=sold & year),
        revenue=_sum(orders.amount, year),
        sold=_sum(orders.amount, sold & year),
        returned=_sum(-orders.amount, ~sold & year),
        credit_days=orders.day.nunique(where=~sold & year),
        now=_sum(orders.amount, _within(orders.day, trend.now)),
        base=_sum(orders.amount, _within(orders.day, trend.base)),
        base_days=orders.day.nunique(where=sold & _within(orders.day, trend.base)),
    )
    heads = heads.filter(heads.last_on.notnull())
    joined = heads.left_join(_gaps(orders), "account").drop("account_right")
    joined = joined.left_join(_usual(orders, heads), "account").drop("account_right")
    whole = ("gaps", "log_sum", "log_square", "last_gap", "usual_days")
    return joined.mutate(
        **{name: ibis.coalesce(joined[name], 0).cast("int64") for name in whole},
        **{name: ibis.coalesce(joined[name], 0).cast("decimal(18, 2)") for name in ("usual", "first_amount")},
    )


def _gaps(orders: ir.Table) -> ir.Table:
    """Days between days with an order: how many, sums of ln(days) and its square, and the gap before the last order."""
    import ibis

    days = orders.filter(~orders.is_credit).select("account", "day").distinct()
    before = days.day.lag().over(ibis.window(group_by="account", order_by="day"))
    days = days.mutate(gap=days.day.delta(before, unit="day"))
    days = days.filter(days.gap.notnull())
    days = days.mutate(log=(days.gap.ln() * MICRO).round().cast("int64"))
    return days.group_by("account").agg(
        gaps=days.count(),
        log_sum=days.log.sum(),
        log_square=(days.log * days.log).sum(),
        last_gap=days.gap.argmax(days.day),
    )


def _usual(orders: ir.Table, heads: ir.Table) -> ir.Table:
    """Revenue and order days of the year that ends with the account's last order (later returns taken off), and its first day's revenue."""
    import ibis

    joined = orders.inner_join(heads.select("account", "first_on", "last_on"), "account")
    lately = joined.day > joined.last_on - ibis.interval(days=USUAL_DAYS)
    return joined.group_by("account").agg(
        usual=_sum(joined.amount, lately),
        usual_days=joined.day.nunique(where=lately & ~joined.is_credit),
        first_amount=_sum(joined.amount, joined.day == joined.first_on),
    )


def of_products(lines: ir.Table, basis: Basis) -> ir.Table:
    """One row for each account and product of the last two years: when, how often, and the sums of the periods."""
    w = basis.windows
    trend, breadth = w.trend or _NOT_COMPARED, w.breadth or _NOT_COMPARED
    since = w.as_of - dt.timedelta(days=LOOK_BACK)
    lines = lines.filter((lines.day <= w.as_of) & (lines.day > since))
    bought = lines.quantity > 0
    return lines.group_by(["account", "product"]).agg(
        times=lines.count(where=bought),
        first_on=lines.day.min(where=bought),
        last_on=lines.day.max(where=bought),
        year=_sum(lines.amount, _within(lines.day, w.year)),
        now=_sum(lines.amount, _within(lines.day, trend.now)),
        base=_sum(lines.amount, _within(lines.day, trend.base)),
        half_now=_sum(lines.amount, _within(lines.day, breadth.now)),
        half_base=_sum(lines.amount, _within(lines.day, breadth.base)),
    )


def trending(figures: ir.Table, basis: Basis) -> ir.Table:
    """Accounts whose revenue is well below or above what was to be expected: their number and `down`."""
    expected = figures.base.cast("float64") * basis.ratio
    now = figures["now"].cast("float64")
    down, up = now < expected * (1 - CHANGED_BY), now > expected / (1 - CHANGED_BY)
    some = figures.mutate(down=down).filter((figures.base_days >= 2) & (figures.base > 0) & (down & (now > 0) | up))
    return some.select("account", "down")


def explained(products: ir.Table, trending: ir.Table) -> ir.Table:
    """The products that explain a trend most: (account, kind, item, amount, rank)."""
    import ibis

    joined = products.inner_join(trending, "account")
    change = (joined["now"] - joined.base).cast("decimal(18, 2)")
    joined = joined.mutate(amount=change, kind=ibis.ifelse(joined.down, "falling", "rising"))
    joined = joined.filter(joined.down & (joined.amount < 0) | ~joined.down & (joined.amount > 0))
    return _top(joined.select("account", "kind", "amount", item="product"))


def lost(products: ir.Table, lines: ir.Table, figures: ir.Table, basis: Basis) -> ir.Table:
    """Products bought regularly and then, for three of their own gaps, no more, while the account went on: (account, item, amount)."""
    import ibis

    some = products.filter(products.times >= LOST_DAYS)
    some = some.inner_join(figures.select("account", account_last="last_on"), "account")
    silent = some.account_last.delta(some.last_on, unit="day")
    some = some.mutate(silent=silent).filter(silent > LOST_AFTER)
    some = some.select("account", "product", "first_on", "last_on", "silent", "year")
    bought = lines.filter((lines.quantity > 0) & (lines.day <= basis.windows.as_of))
    days = bought.semi_join(some, ["account", "product"])
    days = days.group_by(["account", "product"]).agg(days=days.day.nunique(), first=days.day.min())
    found = some.inner_join(days, ["account", "product"])
    gap = found.last_on.delta(found["first"], unit="day") / ibis.greatest(found.days - 1, 1)
    found = found.filter((found.days >= LOST_DAYS) & (found.silent > gap * 3) & (found.year > 0))
    return found.select("account", item="product", amount="year")


def new(products: ir.Table, lines: ir.Table, figures: ir.Table, basis: Basis) -> ir.Table:
    """Products that an account of long standing first bought in the last 90 days, and bought again on another day."""
    since = basis.windows.as_of - dt.timedelta(days=NEW_DAYS)
    old = figures.filter(figures.first_on < basis.windows.as_of - dt.timedelta(days=OLD_DAYS)).select("account")
    some = products.filter((products.first_on > since) & (products.last_on > products.first_on) & (products["now"] > 0))
    some = some.semi_join(old, "account")
    before = lines.filter((lines.day <= since) & (lines.quantity > 0))
    some = some.anti_join(before, ["account", "product"])
    return some.select("account", item="product", amount="now")


def families(products: ir.Table, family_of: ir.Table) -> ir.Table:
    """One row for each account and family: what it bought in the half-year and in the one that this is held against."""
    joined = products.inner_join(family_of, "product")
    return joined.group_by(["account", "family"]).agg(
        half_now=joined.half_now.sum().cast("decimal(18, 2)"), half_base=joined.half_base.sum().cast("decimal(18, 2)")
    )


def gone(families: ir.Table) -> ir.Table:
    """Families bought in the base and not any more: (account, item, amount)."""
    some = families.filter((families.half_base > 0) & (families.half_now <= 0))
    return some.select("account", item="family", amount="half_base")


def named(items: ir.Table, kind: str) -> ir.Table:
    """The items with most money of each account: (account, kind, item, amount, rank)."""
    import ibis

    return _top(items.mutate(kind=ibis.literal(kind)).select("account", "kind", "amount", "item"))


def counted(items: ir.Table, name: str) -> ir.Table:
    """How many items and how much money for each account, as `<name>_count` and `<name>_amount`."""
    counts = {f"{name}_count": items.count(), f"{name}_amount": items.amount.sum().cast("decimal(18, 2)")}
    return items.group_by("account").agg(**counts)


def breadth(families: ir.Table) -> ir.Table:
    """How many families each account bought in the half-year and in its base, and for how much."""
    return families.group_by("account").agg(
        families_now=families.count(where=families.half_now > 0),
        families_base=families.count(where=families.half_base > 0),
        half_base=families.half_base.sum().cast("decimal(18, 2)"),
    )


def main_product(products: ir.Table) -> ir.Table:
    """The product with most revenue in the year, of each account."""
    import ibis

    some = products.filter(products.year > 0)
    place = ibis.row_number().over(ibis.window(group_by="account", order_by=[some.year.desc(), some["product"]]))
    some = some.mutate(place=place)
    return some.filter(some.place == 0).select("account", top_product="product", top_amount="year")


def _top(items: ir.Table) -> ir.Table:
    import ibis

    order = [items.amount.abs().desc(), items.item]
    ranked = items.mutate(rank=ibis.row_number().over(ibis.window(group_by=["account", "kind"], order_by=order)))
    ranked = ranked.filter(ranked["rank"] < TOP)
    return ranked.select("account", "kind", "item", "amount", "rank")

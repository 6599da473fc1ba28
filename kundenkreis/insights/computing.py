"""From facts to figures of each account: relations over orders and lines, written in Ibis so that another engine can run them.

Everything here is of one account alone. So what has been computed of an account stays right until its facts or the `Basis` change, and an
increment computes the changed accounts only. What needs all accounts (quintiles, the prior of the rhythm) is in `judging`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
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
LAST_ORDER_AFTER = 180  # silent days after which an order counts as an account's last one

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


def of_days(orders: ir.Table, basis: Basis) -> ir.Table:
    """One row for each account and day with an order or a credit note up to the day: what it brought, and what was taken back of it."""
    orders = orders.filter(orders.day <= basis.windows.as_of)
    return orders.group_by(["account", "day"]).agg(
        amount=orders.amount.sum().cast("decimal(18, 2)"),
        returned=_sum(-orders.amount, orders.is_credit),
        is_order=(~orders.is_credit).any(),
        is_credit=orders.is_credit.any(),
    )


def of_accounts(days: ir.Table, basis: Basis) -> ir.Table:
    """One row for each account with an order: sums of the periods, and what the gaps between order days are like."""
    import ibis

    w = basis.windows
    trend, breadth = w.trend or _NOT_COMPARED, w.breadth or _NOT_COMPARED
    year = _within(days.day, w.year)
    heads = days.group_by("account").agg(
        first_on=days.day.min(where=days.is_order),
        last_on=days.day.max(where=days.is_order),
        days=days.count(),
        order_days=days.count(where=days.is_order & year),
        revenue=_sum(days.amount, year),
        returned=_sum(days.returned, year),
        credit_days=days.count(where=days.is_credit & year),
        now=_sum(days.amount, _within(days.day, trend.now)),
        base=_sum(days.amount, _within(days.day, trend.base)),
        base_days=days.count(where=days.is_order & _within(days.day, trend.base)),
        half_now_days=days.count(where=_within(days.day, breadth.now)),
        half_base_days=days.count(where=_within(days.day, breadth.base)),
    )
    heads = heads.filter(heads.last_on.notnull())
    joined = heads.left_join(_gaps(days, basis), "account").drop("account_right")
    joined = joined.left_join(_usual(days, heads), "account").drop("account_right")
    whole = ("gaps", "log_sum", "log_square", "last_gap", "settled", "ended", "usual_days")
    return joined.mutate(
        sold=(joined.revenue + joined.returned).cast("decimal(18, 2)"),
        **{name: ibis.coalesce(joined[name], 0).cast("int64") for name in whole},
        **{name: ibis.coalesce(joined[name], 0).cast("decimal(18, 2)") for name in ("usual", "first_amount")},
    )


def _gaps(days: ir.Table, basis: Basis) -> ir.Table:
    """Days between days with an order: how many, sums of ln(days) and its square, and the gap before the last order.

    `settled` are the third and later order days that lie half a year back, `ended` those of them after which half a year passed without one.
    """
    import ibis

    long_ago = basis.windows.as_of - dt.timedelta(days=LAST_ORDER_AFTER)
    days = days.filter(days.is_order).select("account", "day")
    in_order = ibis.window(group_by="account", order_by="day")
    days = days.mutate(
        gap=days.day.delta(days.day.lag().over(in_order), unit="day"),
        silence=days.day.lead().over(in_order).delta(days.day, unit="day"),
        place=ibis.row_number().over(in_order),
    )
    days = days.mutate(log=(days.gap.ln() * MICRO).round().cast("int64"))
    settled = (days.place >= 2) & (days.day <= long_ago)
    return days.group_by("account").agg(
        gaps=days.gap.count(),
        log_sum=days.log.sum(),
        log_square=(days.log * days.log).sum(),
        last_gap=days.gap.max(where=days.silence.isnull()),
        settled=days.count(where=settled),
        ended=days.count(where=settled & (days.silence.isnull() | (days.silence > LAST_ORDER_AFTER))),
    )


def _usual(days: ir.Table, heads: ir.Table) -> ir.Table:
    """Revenue and order days of the year that ends with the account's last order (later returns taken off), and its first day's revenue."""
    import ibis

    joined = days.inner_join(heads.select("account", "first_on", "last_on"), "account")
    lately = joined.day > joined.last_on - ibis.interval(days=USUAL_DAYS)
    return joined.group_by("account").agg(
        usual=_sum(joined.amount, lately),
        usual_days=joined.count(where=lately & joined.is_order),
        first_amount=_sum(joined.amount, joined.day == joined.first_on),
    )


def telling(heads: ir.Table) -> ir.Table:
    """The accounts of whose lines something can be said: on three days at least, or on one in each of the half-years that are compared.

    What `trending`, `lost`, `new` and `main_product` find has three days, for the others' lines nothing is ever said; so they are not read.
    """
    both = (heads.half_now_days > 0) & (heads.half_base_days > 0)
    return heads.filter((heads.days >= 3) | both).select("account")


def of_products(lines: ir.Table, basis: Basis) -> ir.Table:
    """One row for each account and product of the last two years: when, how often, and for how much in the year."""
    w = basis.windows
    since = w.as_of - dt.timedelta(days=LOOK_BACK)
    lines = lines.filter((lines.day <= w.as_of) & (lines.day > since))
    bought = lines.quantity > 0
    return lines.group_by(["account", "product"]).agg(
        times=lines.count(where=bought),
        first_on=lines.day.min(where=bought),
        last_on=lines.day.max(where=bought),
        year=_sum(lines.amount, _within(lines.day, w.year)),
    )


def trending(figures: ir.Table, basis: Basis) -> ir.Table:
    """Accounts whose revenue is well below or above what was to be expected: their number and `down`."""
    expected = figures.base.cast("float64") * basis.ratio
    now = figures["now"].cast("float64")
    down, up = now < expected * (1 - CHANGED_BY), now > expected / (1 - CHANGED_BY)
    some = figures.mutate(down=down).filter((figures.base_days >= 2) & (figures.base > 0) & (down & (now > 0) | up))
    return some.select("account", "down")


def explained(lines: ir.Table, trending: ir.Table, basis: Basis) -> ir.Table:
    """The products that explain a trend: (account, kind, amount, item)."""
    import ibis

    trend = basis.windows.trend or _NOT_COMPARED
    now, base = _within(lines.day, trend.now), _within(lines.day, trend.base)
    lines = lines.filter(now | base).inner_join(trending, "account")
    change = ibis.ifelse(_within(lines.day, trend.now), lines.amount, -lines.amount)
    items = lines.group_by(["account", "down", "product"]).agg(amount=change.sum().cast("decimal(18, 2)"))
    items = items.mutate(kind=ibis.ifelse(items.down, "falling", "rising"))
    items = items.filter(items.down & (items.amount < 0) | ~items.down & (items.amount > 0))
    return items.select("account", "kind", "amount", item="product")


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
    """Products that an account of long standing first bought in the last 90 days, and bought again on another day: (account, item, amount)."""
    w = basis.windows
    since = w.as_of - dt.timedelta(days=NEW_DAYS)
    old = figures.filter(figures.first_on < w.as_of - dt.timedelta(days=OLD_DAYS)).select("account")
    some = products.filter((products.first_on > since) & (products.last_on > products.first_on))
    some = some.semi_join(old, "account")
    before = lines.filter((lines.day <= since) & (lines.quantity > 0))
    some = some.anti_join(before, ["account", "product"])
    lately = lines.filter((lines.day > since) & (lines.day <= w.as_of)).semi_join(some, ["account", "product"])
    sums = lately.group_by(["account", "product"]).agg(amount=lately.amount.sum().cast("decimal(18, 2)"))
    return sums.filter(sums.amount > 0).select("account", "amount", item="product")


def families(lines: ir.Table, family_of: ir.Table, figures: ir.Table, basis: Basis) -> ir.Table:
    """One row for each account that bought in both half-years and family: for how much in each of the two."""
    breadth = basis.windows.breadth or _NOT_COMPARED
    both = figures.filter((figures.half_now_days > 0) & (figures.half_base_days > 0)).select("account")
    now, base = _within(lines.day, breadth.now), _within(lines.day, breadth.base)
    lines = lines.filter(now | base).semi_join(both, "account")
    joined = lines.inner_join(family_of, "product")
    return joined.group_by(["account", "family"]).agg(
        half_now=_sum(joined.amount, _within(joined.day, breadth.now)),
        half_base=_sum(joined.amount, _within(joined.day, breadth.base)),
    )


def gone(families: ir.Table) -> ir.Table:
    """Families bought in the base and not any more: (account, item, amount)."""
    some = families.filter((families.half_base > 0) & (families.half_now <= 0))
    return some.select("account", item="family", amount="half_base")


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


def breadth(families: ir.Table) -> ir.Table:
    """How many families each account bought in the half-year and in its base, and for how much."""
    return families.group_by("account").agg(
        families_now=families.count(where=families.half_now > 0),
        families_base=families.count(where=families.half_base > 0),
        half_base=families.half_base.sum().cast("decimal(18, 2)"),
    )


def main_product(products: ir.Table, figures: ir.Table) -> ir.Table:
    """The product with most revenue in the year, of each account where it made half of it at least."""
    import ibis

    some = products.filter(products.year > 0).inner_join(figures.select("account", "revenue"), "account")
    some = some.filter(some.year * 2 >= some.revenue)
    place = ibis.row_number().over(ibis.window(group_by="account", order_by=[some.year.desc(), some["product"]]))
    some = some.mutate(place=place)
    return some.filter(some.place == 0).select("account", top_product="product", top_amount="year")


def top(items: ir.Table) -> ir.Table:
    """Of each account and kind the items with most money: (account, kind, item, amount, rank)."""
    import ibis

    order = [items.amount.abs().desc(), items.item]
    ranked = items.mutate(rank=ibis.row_number().over(ibis.window(group_by=["account", "kind"], order_by=order)))
    ranked = ranked.filter(ranked["rank"] < TOP)
    return ranked.select("account", "kind", "item", "amount", "rank")

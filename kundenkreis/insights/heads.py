"""From orders to what one account is like: sums of the periods compared, and its order rhythm.

What stands here needs an account's days in their order. The files of facts have them so, so it is worked out over sorted columns
(`groups`); joins and window functions took ten times as long. Money is in whole cents, a day the number of days since 1970 began.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from kundenkreis.insights.columns import DAY, MONEY, number_of
from kundenkreis.insights.computing import LAST_ORDER_AFTER, NOT_COMPARED, Basis
from kundenkreis.insights.groups import Groups
from kundenkreis.insights.rhythm import micro_log
from kundenkreis.insights.windows import Period

if TYPE_CHECKING:
    import numpy as np

    from kundenkreis.insights.columns import Columns

USUAL_DAYS = 365
# What `of_accounts` tells that is no plain number.
KINDS = {"first_on": DAY, "last_on": DAY} | dict.fromkeys(
    ("revenue", "returned", "sold", "now", "base", "usual", "first_amount"), MONEY
)


def within(day: np.ndarray, period: Period) -> np.ndarray:
    return (day >= number_of(period.first)) & (day <= number_of(period.last))


def of_accounts(orders: Columns, basis: Basis) -> Columns:
    """One row for each account with an order, of its orders and credit notes (sorted by account and day) up to the day."""
    days = _of_days(orders)
    is_order = days["is_order"]
    own = Groups(days["account"])
    known = own.counts(is_order) > 0
    heads = {name: values[known] for name, values in _sums(days, own, basis).items()}
    ordered = {name: days[name][is_order] for name in ("account", "day")}
    heads |= _gaps(**ordered, long_ago=number_of(basis.windows.as_of - dt.timedelta(days=LAST_ORDER_AFTER)))
    heads["sold"] = heads["revenue"] + heads["returned"]
    return heads


def _of_days(orders: Columns) -> Columns:
    """One row for each account and day: what it brought, and what was taken back of it."""
    by_day = Groups(orders["account"], orders["day"])
    credit, amount = orders["is_credit"], orders["amount"]
    return {
        "account": orders["account"][by_day.first],
        "day": orders["day"][by_day.first],
        "amount": by_day.sums(amount),
        "returned": by_day.sums(-amount, credit),
        "is_order": by_day.counts(~credit) > 0,
        "is_credit": by_day.counts(credit) > 0,
    }


def _sums(days: Columns, own: Groups, basis: Basis) -> Columns:
    w = basis.windows
    trend, breadth = w.trend or NOT_COMPARED, w.breadth or NOT_COMPARED
    day, amount, is_order = days["day"], days["amount"], days["is_order"]
    year, base = within(day, w.year), within(day, trend.base)
    first_on, last_on = own.firsts(day, is_order), own.lasts(day, is_order)
    # The year that ends with the account's last order; later returns are taken off it.
    lately = day > own.spread(last_on) - USUAL_DAYS
    return {
        "account": days["account"][own.first],
        "first_on": first_on,
        "last_on": last_on,
        "days": own.sizes,
        "order_days": own.counts(is_order & year),
        "revenue": own.sums(amount, year),
        "returned": own.sums(days["returned"], year),
        "credit_days": own.counts(days["is_credit"] & year),
        "now": own.sums(amount, within(day, trend.now)),
        "base": own.sums(amount, base),
        "base_days": own.counts(is_order & base),
        "half_now_days": own.counts(within(day, breadth.now)),
        "half_base_days": own.counts(within(day, breadth.base)),
        "usual": own.sums(amount, lately),
        "usual_days": own.counts(lately & is_order),
        "first_amount": own.sums(amount, day == own.spread(first_on)),
    }


def _gaps(account: np.ndarray, day: np.ndarray, long_ago: int) -> Columns:
    """Days between days with an order: how many, sums of ln(days) and its square in millionths, and the gap before the last order.

    `settled` are the third and later order days that lie half a year back, `ended` those of them after which half a year passed without one.
    """
    import numpy as np

    own = Groups(account)
    gap = np.diff(day, prepend=0)
    silence = np.append(gap[1:], 0)
    is_last = np.zeros(len(day), bool)
    gap[own.first], is_last[own.last] = 0, True
    log = micro_log(np.maximum(gap, 1))  # a first order's is 0
    settled = (np.arange(len(day)) - own.spread(own.first) >= 2) & (day <= long_ago)
    return {
        "gaps": own.sizes - 1,
        "log_sum": own.sums(log),
        "log_square": own.sums(log * log),
        "last_gap": gap[own.last].astype("int64"),
        "settled": own.counts(settled),
        "ended": own.counts(settled & (is_last | (silence > LAST_ORDER_AFTER))),
    }

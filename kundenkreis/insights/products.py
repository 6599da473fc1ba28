"""From order lines to the products that a signal names: what an account has lost, what is new to it, what explains its trend.

Worked out over lines sorted by account, product and day (`groups`), for the same reason as `heads`. Of fifty lines one is left, and from
there on (counts, joins, the ones with most money) it goes on in relations, in `computing`.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from kundenkreis.insights.columns import number_of
from kundenkreis.insights.computing import CHANGED_BY, NOT_COMPARED, TOP, Basis
from kundenkreis.insights.groups import Groups
from kundenkreis.insights.heads import within

if TYPE_CHECKING:
    import numpy as np

    from kundenkreis.insights.columns import Columns

NEW_DAYS = 90
OLD_DAYS = 180  # an account must have ordered for so long before a product can be new to it
LOST_AFTER = 60  # days; and three times its own gap
LOST_DAYS = 3  # on which a product was bought before it can be missed
LOOK_BACK = 730  # days of lines that are looked at


def some(columns: Columns, rows: np.ndarray, names: str = "") -> Columns:
    """Those rows of all columns, or of some."""
    return {name: columns[name][rows] for name in names.split() or columns}


def telling(lines: Columns, heads: Columns) -> Columns:
    """The lines of accounts of which something can be said: on three days at least, or on one in each of the half-years that are compared.

    What `explained`, `lost`, `new` and `main` find has three days, for the others' lines nothing is ever said. With the place of the account's
    row in `heads` as `head`.
    """
    import numpy as np

    said = np.append((heads["days"] >= 3) | _in_both(heads), False)
    by_account = Groups(lines["account"])
    accounts = lines["account"][by_account.first]
    head = np.searchsorted(heads["account"], accounts)
    known = np.append(heads["account"], -1)[head] == accounts
    wanted = known & said[head]
    return some(
        lines | {"head": by_account.spread(head.astype("int32"))},
        by_account.spread(wanted),
        "head product day bought amount",
    )


def _in_both(heads: Columns) -> np.ndarray:
    return (heads["half_now_days"] > 0) & (heads["half_base_days"] > 0)


class Assortment:
    """The lines of some accounts by product. Every method gives columns (account, item, amount)."""

    def __init__(self, lines: Columns, heads: Columns, family_of: Columns, basis: Basis) -> None:
        self.lines, self.heads, self.family_of = lines, heads, family_of
        self.windows, self.ratio = basis.windows, basis.ratio
        self.groups = Groups(lines["head"], lines["product"])
        self.head, self.product = (lines[name][self.groups.first] for name in ("head", "product"))
        self.year = self.groups.sums(lines["amount"], within(lines["day"], self.windows.year))

    def _items(self, head: np.ndarray, product: np.ndarray, **further: np.ndarray) -> Columns:
        return {"account": self.heads["account"][head], "item": product} | further

    def lost(self) -> Columns:
        """Products bought regularly and then, for three of their own gaps, no more, while the account went on."""
        import numpy as np

        since = number_of(self.windows.as_of - dt.timedelta(days=LOOK_BACK))
        often = self.groups.counts(self.lines["bought"] & (self.lines["day"] > since)) >= LOST_DAYS
        bought = some(self.lines, self.groups.spread(often) & self.lines["bought"], "head product day")
        days = some(bought, Groups(bought["head"], bought["product"], bought["day"]).first)
        own = Groups(days["head"], days["product"])
        last_on, first_on = (days["day"][place] for place in (own.last, own.first))
        head, year = self.head[often], self.year[often]
        silent = self.heads["last_on"][head] - last_on
        gap = (last_on - first_on) / np.maximum(own.sizes - 1, 1)
        is_lost = (own.sizes >= LOST_DAYS) & (silent > LOST_AFTER) & (silent > gap * 3) & (year > 0)
        return self._items(head[is_lost], self.product[often][is_lost], amount=year[is_lost])

    def new(self) -> Columns:
        """Products that an account of long standing first bought in the last 90 days, and bought again on another day."""
        lines, groups = self.lines, self.groups
        late = lines["day"] > number_of(self.windows.as_of - dt.timedelta(days=NEW_DAYS))
        long_ago = number_of(self.windows.as_of - dt.timedelta(days=OLD_DAYS))
        is_new = (groups.counts(lines["bought"] & late) >= 2) & (groups.counts(lines["bought"] & ~late) == 0)
        is_new &= (self.heads["first_on"] < long_ago)[self.head]
        lately = some(lines, groups.spread(is_new) & late)
        own = Groups(lately["head"], lately["product"])
        amount = own.sums(lately["amount"])
        again = own.lasts(lately["day"], lately["bought"]) > own.firsts(lately["day"], lately["bought"])
        kept = again & (amount > 0)
        return self._items(self.head[is_new][kept], self.product[is_new][kept], amount=amount[kept])

    def falling(self) -> Columns:
        """The products that explain why revenue is well below what was to be expected."""
        return self._explained(down=True)

    def rising(self) -> Columns:
        """The products that explain why revenue is well above what was to be expected."""
        return self._explained(down=False)

    def _explained(self, *, down: bool) -> Columns:
        trend = self.windows.trend or NOT_COMPARED
        falling, rising = self._trending()
        asked = (falling if down else rising)[self.lines["head"]]
        lines = some(self.lines, asked, "head product day amount")
        own = Groups(lines["head"], lines["product"])
        now, base = (own.sums(lines["amount"], within(lines["day"], period)) for period in (trend.now, trend.base))
        change = now - base
        kept = change < 0 if down else change > 0
        head, product = (lines[name][own.first][kept] for name in ("head", "product"))
        most = _most(head, product, change[kept])
        return self._items(head[most], product[most], amount=change[kept][most])

    def _trending(self) -> tuple[np.ndarray, np.ndarray]:
        """Which accounts' revenue is well below and well above what was to be expected."""
        heads = self.heads
        expected, now = heads["base"] / 100 * self.ratio, heads["now"] / 100
        compared = (heads["base_days"] >= 2) & (heads["base"] > 0)
        down, up = now < expected * (1 - CHANGED_BY), now > expected / (1 - CHANGED_BY)
        return compared & down & (heads["now"] > 0), compared & up & ~down

    def main(self) -> Columns:
        """The product with most revenue in the year, of each account where it made half of it at least."""
        found = (self.year > 0) & (self.year * 2 >= self.heads["revenue"][self.head])
        head, product, year = self.head[found], self.product[found], self.year[found]
        first = _most(head, product, year, 1)
        return self._items(head[first], product[first], amount=year[first])

    def halves(self) -> Columns:
        """For how much an account that has given up a family bought of each (as item) in the half-years compared: `half_now` and `half_base`."""
        import numpy as np

        breadth = self.windows.breadth or NOT_COMPARED
        now, base = (within(self.lines["day"], half) for half in (breadth.now, breadth.base))
        rows = np.flatnonzero((now | base) & _in_both(self.heads)[self.lines["head"]])
        place = np.searchsorted(self.family_of["product"], self.lines["product"][rows])
        known = np.append(self.family_of["product"], -1)[place] == self.lines["product"][rows]
        rows, family = rows[known], self.family_of["family"][place[known]]
        order = np.lexsort((family, self.lines["head"][rows]))
        rows, family = rows[order], family[order]
        head, amount, is_now = self.lines["head"][rows], self.lines["amount"][rows], now[rows]
        own = Groups(head, family)
        half_now, half_base = own.sums(amount, is_now), own.sums(amount, ~is_now)
        head, family = head[own.first], family[own.first]
        narrower = np.zeros(len(self.heads["account"]), bool)
        narrower[head[(half_base > 0) & (half_now <= 0)]] = True
        kept = narrower[head]
        return self._items(head[kept], family[kept], half_now=half_now[kept], half_base=half_base[kept])


def _most(head: np.ndarray, product: np.ndarray, amount: np.ndarray, number: int = TOP) -> np.ndarray:
    """The rows with most money of each account, at most so many; rows are sorted by account."""
    import numpy as np

    order = np.lexsort((product, -np.abs(amount), head))
    own = Groups(head)
    return order[np.arange(len(head)) - own.spread(own.first) < number]

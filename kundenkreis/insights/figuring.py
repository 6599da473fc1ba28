"""Runs `heads` and `products` over the facts, some accounts at a time, so that memory stays bounded whatever the house's size, and `computing`
over what they have found.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from kundenkreis.catalogue.models import Product
from kundenkreis.core.machine import cores
from kundenkreis.insights import columns, computing, heads, products
from kundenkreis.insights.columns import MONEY
from kundenkreis.insights.computing import Basis
from kundenkreis.insights.products import Assortment
from kundenkreis.insights.windows import Period, windows

if TYPE_CHECKING:
    import datetime as dt

    import pyarrow as pa

    from kundenkreis.insights.columns import Columns

    Tables = dict[str, pa.Table]

MEMORY = "1GB"  # of the engine; the columns of a span come to it
LINES = 1_000_000  # lines at a time, about
MOST_ACCOUNTS = 100_000
AT_ONCE = 4  # spans beside each other at most: more would not fit into the memory
KEPT = ("found", "details")
# What the figures count of items, and the kind of signal that names them.
COUNTED = {"lost": "lost_products", "new": "new_products", "gone": "narrower"}
# What an account's lines are asked for (`products.Assortment`).
ITEMS = ("lost", "new", "falling", "rising", "halves", "main")
ITEM_KINDS = dict.fromkeys(("amount", "half_now", "half_base"), MONEY)

_ORDERS = "SELECT account, day, is_credit, amount FROM {prefix}orders WHERE {where}"
_LINES = "SELECT account, product, day, quantity > 0 AS bought, amount FROM {prefix}lines WHERE {where}"
_MONEY = "decimal(18, 2)"
_ITEMS = {"account": "int64", "item": "int64", "amount": _MONEY}
_HALVES = {"account": "int64", "item": "int64", "half_now": _MONEY, "half_base": _MONEY}


@contextmanager
def engine() -> Iterator[Any]:
    """A DuckDB connection that spills to disk instead of growing."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="kundenkreis-insights-") as spill, duckdb.connect() as con:
        con.execute(f"SET memory_limit = '{MEMORY}'")
        con.execute(f"SET temp_directory = '{spill}'")
        con.execute("SET preserve_insertion_order = false")
        con.execute("SET enable_progress_bar = false")
        con.execute("SET arrow_output_version = '1.5'")  # money in 64 bits, as it is in the files
        yield con


def families(con: Any) -> str:
    """Make the table `family_of` of products; returns its fingerprint."""
    import pyarrow as pa

    rows = list(Product._base_manager.exclude(family=None).order_by("pk").values_list("pk", "family_id"))
    ids, of = zip(*rows, strict=True) if rows else ((), ())
    table = pa.table({"product": pa.array(ids, pa.int64()), "family": pa.array(of, pa.int64())})
    con.register("family_rows", table)
    con.execute("CREATE OR REPLACE TABLE family_of AS SELECT * FROM family_rows")
    con.unregister("family_rows")
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def basis(con: Any, as_of: dt.date) -> Basis:
    """What the accounts' figures depend on, of the facts in the views `orders` and `lines`."""
    since = con.execute("SELECT min(day) FROM orders WHERE NOT is_credit AND day <= ?", [as_of]).fetchall()[0][0]
    w = windows(as_of, since)
    ratio = 1.0
    if w.trend and not w.trend.by_year:
        now, base = (_total(con, period) for period in (w.trend.now, w.trend.base))
        ratio = round(now / base, 2) if now > 0 and base > 0 else 1.0
    return Basis(w, ratio, families(con))


def _total(con: Any, period: Period) -> float:
    row = con.execute("SELECT sum(amount) FROM orders WHERE day BETWEEN ? AND ?", [period.first, period.last])
    return float(row.fetchall()[0][0] or 0)


def compute(con: Any, basis: Basis, accounts: set[int] | None = None, prefix: str = "") -> pa.Table:
    """The figures of all accounts, or of some: a row for each. `prefix` stands before the names of the views with their facts.

    Makes the tables `found` (of accounts with products or families to be told of) and `details` (what their sentences name).
    """
    import pyarrow as pa

    family_of = columns.fetch(con, "SELECT product, family FROM family_of", ("product",))
    figured = partial(_figured, basis=basis, family_of=family_of, prefix=prefix)
    if accounts is not None:
        con.register("asked", pa.table({"account": pa.array(sorted(accounts), pa.int64())}))
        parts = [figured(con, "account IN (SELECT account FROM asked)")]
    else:
        parts = _beside_each_other(con, figured, [f"account BETWEEN {one} AND {last}" for one, last in _spans(con)])
    for name in ITEMS:
        con.register(name, pa.concat_tables(part[name] for part in parts))
    for name, statement in _statements():
        con.execute(f"CREATE OR REPLACE TABLE {name} AS {statement}")
    for name in ITEMS:
        con.unregister(name)
    return pa.concat_tables(part["figures"] for part in parts)


def _beside_each_other(con: Any, figured: Callable[[Any, str], Tables], spans: list[str]) -> list[Tables]:
    """One processor for each span keeps them busier than all of them for each statement."""

    def beside(span: str) -> Tables:
        with con.cursor() as cursor:
            return figured(cursor, span)

    con.execute("SET threads = 1")
    try:
        with ThreadPoolExecutor(min(AT_ONCE, cores())) as pool:
            return list(pool.map(beside, spans or ["account IS NULL"]))
    finally:
        con.execute("RESET threads")


def _figured(con: Any, whose: str, *, basis: Basis, family_of: Columns, prefix: str) -> Tables:
    """The figures of some accounts (a condition), and what `_statements` read of them, by name."""
    asked = {"prefix": prefix, "where": f"{whose} AND day <= DATE '{basis.windows.as_of}'"}
    own = heads.of_accounts(columns.fetch(con, _ORDERS.format(**asked), ("account", "day")), basis)
    lines = columns.fetch(con, _LINES.format(**asked), ("account", "product", "day"))
    of = Assortment(products.telling(lines, own), own, family_of, basis)
    return {"figures": columns.as_table(own, heads.KINDS)} | {
        name: columns.as_table(getattr(of, name)(), ITEM_KINDS) for name in ITEMS
    }


def _spans(con: Any) -> Iterator[tuple[int, int]]:
    """Runs of account numbers with about `LINES` lines each."""
    low, high = con.execute("SELECT min(account), max(account) FROM orders").fetchall()[0]
    if low is not None:
        lines = con.execute("SELECT count(*) FROM lines").fetchall()[0][0]
        each = max(1, min(MOST_ACCOUNTS, (high - low + 1) * LINES // max(lines, 1)))
        yield from ((first, first + each - 1) for first in range(low, high + 1, each))


@lru_cache(maxsize=1)
def _statements() -> list[tuple[str, str]]:
    """The tables to make of the items, in this order; `KEPT` are kept."""
    import ibis

    def table(name: str, schema: Any) -> Any:
        return ibis.table(schema, name=name)

    halves = table("halves", _HALVES)
    kinds = {name: table(name, _ITEMS) for name in ("lost", "new", "falling", "rising")} | {
        "gone": computing.gone(halves)
    }
    items = ibis.union(*(computing.named(some, COUNTED.get(name, name)) for name, some in kinds.items()))
    of_items = table("items", items.schema())
    main = table("main", _ITEMS)
    made = {
        "items": items,
        "found": computing.joined(
            computing.counted(of_items, COUNTED),
            computing.breadth(halves),
            main.select("account", top_product="item", top_amount="amount"),
        ),
        "details": computing.top(of_items),
    }
    return [(name, ibis.to_sql(made[name], dialect="duckdb")) for name in made]


def as_kept(basis: Basis) -> dict[str, Any]:
    """A basis as JSON keeps it, to be compared with the next one."""
    import json

    return json.loads(json.dumps(asdict(basis), default=str))

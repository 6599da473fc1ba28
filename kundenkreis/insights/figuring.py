"""Runs `computing` over the facts, some accounts at a time, so that memory stays bounded whatever the house's size."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kundenkreis.catalogue.models import Product
from kundenkreis.core.machine import cores
from kundenkreis.insights import computing
from kundenkreis.insights.computing import Basis
from kundenkreis.insights.windows import Period, windows

if TYPE_CHECKING:
    import datetime as dt

MEMORY = "1GB"
SPAN = 100_000  # accounts at a time
AT_ONCE = 4  # spans beside each other at most: more would not fit into the memory
_NOBODY = (0, -1)  # a span without accounts
# What the figures count of items, and the kind of signal that names them.
COUNTED = {"lost": "lost_products", "new": "new_products", "gone": "narrower"}

_FACTS = {
    "orders": {
        "account": "int64",
        "order_id": "int64",
        "day": "date",
        "is_credit": "boolean",
        "amount": "decimal(18, 2)",
    },
    "lines": {
        "account": "int64",
        "order_id": "int64",
        "day": "date",
        "product": "int64",
        "quantity": "decimal(18, 3)",
        "amount": "decimal(18, 2)",
    },
    "family_of": {"product": "int64", "family": "int64"},
}


@contextmanager
def engine() -> Iterator[Any]:
    """A DuckDB connection that spills to disk instead of growing."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="kundenkreis-insights-") as spill, duckdb.connect() as con:
        con.execute(f"SET memory_limit = '{MEMORY}'")
        con.execute(f"SET temp_directory = '{spill}'")
        con.execute("SET preserve_insertion_order = false")
        con.execute("SET enable_progress_bar = false")
        yield con


def families(con: Any) -> str:
    """Make the table `family_of` of products; returns its fingerprint."""
    import pyarrow as pa

    rows = list(Product._base_manager.exclude(family=None).order_by("pk").values_list("pk", "family_id"))
    products, of = zip(*rows, strict=True) if rows else ((), ())
    table = pa.table({"product": pa.array(products, pa.int64()), "family": pa.array(of, pa.int64())})
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


def compute(con: Any, basis: Basis, accounts: set[int] | None = None) -> None:
    """Fill the tables `figures` (a row for each account) and `details` (what its sentences name): of all accounts, or of some."""
    statements = _statements(basis)
    if accounts is not None:
        _register(con, accounts)
        _make(con, statements, None, is_first=True)
        return
    _make(con, statements, _NOBODY, is_first=True)
    spans = list(_spans(con))
    # One processor for each span keeps them busier than all of them for each statement.
    con.execute("SET threads = 1")
    try:
        with ThreadPoolExecutor(min(AT_ONCE, cores())) as pool:
            list(pool.map(lambda span: _make_beside(con, statements, span), spans))
    finally:
        con.execute("RESET threads")


def _make_beside(con: Any, statements: list[tuple[str, str]], span: tuple[int, int]) -> None:
    """With the database of `con` and temporary tables of its own."""
    with con.cursor() as beside:
        _make(beside, statements, span)


def _make(con: Any, statements: list[tuple[str, str]], span: tuple[int, int] | None, *, is_first: bool = False) -> None:
    """Compute the accounts of a span (None: those in `asked`). The first one makes the tables `figures` and `details`."""
    for kind in ("orders", "lines"):
        con.execute(f"CREATE OR REPLACE TEMP VIEW some_{kind} AS {_narrowed(kind, span)}")
    for name, statement in statements:
        if name not in ("figures", "details"):
            con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {statement}")
        elif is_first:
            con.execute(f"CREATE OR REPLACE TABLE {name} AS {statement}")
        else:
            con.execute(f"INSERT INTO {name} BY NAME {statement}")


def _spans(con: Any) -> Iterator[tuple[int, int]]:
    low, high = con.execute("SELECT min(account), max(account) FROM orders").fetchall()[0]
    if low is not None:
        yield from ((first, first + SPAN - 1) for first in range(low, high + 1, SPAN))


def _register(con: Any, accounts: set[int]) -> None:
    import pyarrow as pa

    con.register("asked", pa.table({"account": pa.array(sorted(accounts), pa.int64())}))


def _narrowed(kind: str, span: tuple[int, int] | None) -> str:
    """The facts of the accounts that are computed at a time."""
    where = "account IN (SELECT account FROM asked)" if span is None else f"account BETWEEN {span[0]} AND {span[1]}"
    return f"SELECT * FROM {kind} WHERE {where}"  # noqa: S608


@lru_cache(maxsize=8)
def _statements(basis: Basis) -> list[tuple[str, str]]:
    """The tables to make for one set of accounts, in this order; the last two are kept."""
    import ibis

    def table(name: str, schema: Any) -> Any:
        return ibis.table(schema, name=name)

    days = computing.of_days(table("some_orders", _FACTS["orders"]), basis)
    heads = computing.of_accounts(table("days", days.schema()), basis)
    own = table("heads", heads.schema())
    some = table("some_lines", _FACTS["lines"]).semi_join(computing.telling(own), "account")
    lines = table("telling_lines", some.schema())
    products = computing.of_products(lines, basis)
    by_product = table("by_product", products.schema())
    of_families = computing.families(lines, table("family_of", _FACTS["family_of"]), own, basis)
    by_family = table("by_family", of_families.schema())
    found = {
        "lost": computing.lost(by_product, lines, own, basis),
        "new": computing.new(by_product, lines, own, basis),
        "gone": computing.gone(by_family),
    }
    explained = computing.explained(lines, computing.trending(own, basis), basis)
    items = ibis.union(explained, *(computing.named(found[name], kind) for name, kind in COUNTED.items()))
    of_items = table("items", items.schema())
    further = [
        computing.counted(of_items, COUNTED),
        computing.breadth(by_family),
        computing.main_product(by_product, own),
    ]
    made = {
        "days": days,
        "heads": heads,
        "telling_lines": some,
        "by_product": products,
        "by_family": of_families,
        "items": items,
        "figures": _joined(own, further),
        "details": computing.top(of_items),
    }
    return [(name, ibis.to_sql(made[name], dialect="duckdb")) for name in made]


def _joined(own: Any, further: list[Any]) -> Any:
    """One row for each account: what its orders and its lines say, nothing said being 0."""
    import ibis

    joined = own
    for other in further:
        joined = joined.left_join(other, "account").drop("account_right")
    filled = {
        name: ibis.coalesce(joined[name], 0).cast(joined[name].type())
        for other in further
        for name in other.columns
        if name != "account"
    }
    return joined.mutate(**filled)


def as_kept(basis: Basis) -> dict[str, Any]:
    """A basis as JSON keeps it, to be compared with the next one."""
    import json

    return json.loads(json.dumps(asdict(basis), default=str))

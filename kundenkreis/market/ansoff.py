"""Revenue by new and existing products and markets: the matrix of H. I. Ansoff, Strategies for Diversification, HBR 35 (5), 1957.

A product is new when it was first sold within the last so many months, a market (a country, industry or segment) when an account of it
first ordered within them; what was there in the first three months of which the house has orders is not (`newness`). Worked out with the other sums.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from kundenkreis.core import fiscal
from kundenkreis.insights.windows import year_before
from kundenkreis.market.models import Initiative, MarketSegment
from kundenkreis.market.newness import known_from

WITHIN = (12, 24, 36)  # months
BY = ("country", "industry", "segment")
MOST = 10  # products and markets that are named of a field
# (product is new, market is new) → field
FIELDS = {
    (False, False): Initiative.Ansoff.PENETRATION,
    (True, False): Initiative.Ansoff.PRODUCTS,
    (False, True): Initiative.Ansoff.DEVELOPMENT,
    (True, True): Initiative.Ansoff.DIVERSIFICATION,
}

_PRODUCTS = """
CREATE OR REPLACE TABLE product_first AS SELECT product, min(day) AS first FROM lines WHERE quantity > 0 GROUP BY product
"""
_CELLS = """
CREATE OR REPLACE TABLE cells AS
WITH markets AS (SELECT w.market, min(o.day) AS first FROM orders o JOIN market_of w ON w.id = o.account WHERE NOT o.is_credit GROUP BY w.market),
    sold AS (
        SELECT l.product, w.market, sum(l.amount) AS amount FROM lines l JOIN market_of w ON w.id = l.account
        WHERE l.day > $year_ago AND l.day <= $as_of GROUP BY ALL
    )
SELECT s.product, s.market, CAST(round(s.amount * 100) AS BIGINT) AS cents, p.first AS product_first, m.first AS market_first
FROM sold s LEFT JOIN product_first p ON p.product = s.product LEFT JOIN markets m ON m.market = s.market
"""
_NEW = "coalesce({first} >= $known AND {first} > $cut, false)"
_TOLD = f"""
SELECT {_NEW.format(first="product_first")} AS product_new,
    {_NEW.format(first="market_first")} AND market <> '' AS market_new, {{what}}
FROM cells GROUP BY ALL
"""  # noqa: S608 our own names


def pictures(con: Any, as_of: dt.date, since: dt.date) -> dict[str, dict[str, Any]]:
    """{by what a market is: {within how many months: {field: {"cents", "products": [[number, cents]], "markets": [[market, cents]]}}}}.

    Of the twelve months up to `as_of`. Needs the views of the facts and the table `whose`.
    """
    found: dict[str, dict[str, Any]] = {}
    con.execute(_PRODUCTS)
    for by in BY:
        _markets(con, by)
        con.execute(_CELLS, {"year_ago": year_before(as_of), "as_of": as_of})
        found[by] = {str(months): _picture(con, _back(as_of, months), known_from(since)) for months in WITHIN}
    return found


def _back(as_of: dt.date, months: int) -> dt.date:
    """The same day so many months before, at most the 28th."""
    return fiscal.plus_months(as_of, -months).replace(day=min(as_of.day, 28))


def _picture(con: Any, cut: dt.date, known: dt.date) -> dict[str, Any]:
    fields: dict[str, Any] = {name: {"cents": 0, "products": [], "markets": []} for name in FIELDS.values()}
    for name, what in (("products", "product"), ("markets", "market"), ("cents", "")):
        columns = f"{what}, sum(cents)::BIGINT AS cents" if what else "sum(cents)::BIGINT AS cents"
        rows = con.execute(_TOLD.format(what=columns), {"cut": cut, "known": known}).fetchall()
        for product_new, market_new, *told in sorted(rows, key=lambda row: (-row[-1], row[:-1])):
            field = fields[FIELDS[product_new, market_new]]
            if not what:
                field["cents"] = told[0]
            elif len(field[name]) < MOST:
                field[name].append(told)
    return fields


def _markets(con: Any, by: str) -> None:
    """Make the table `market_of`: which market an account is in, "" for none that is known."""
    import pyarrow as pa

    if by != "segment":
        con.execute(f"CREATE OR REPLACE TABLE market_of AS SELECT id, {by} AS market FROM whose")  # noqa: S608 our own names
        return
    combinations = con.execute(
        "SELECT w.country, w.industry, min(o.day) FROM whose w JOIN orders o ON o.account = w.id GROUP BY ALL"
    ).fetchall()
    of = _segments({(country, industry): first for country, industry, first in combinations})
    country, industry, market = zip(*((*key, value) for key, value in of.items()), strict=True) if of else ((), (), ())
    texts = {"country": country, "industry": industry, "market": market}
    con.register("segment_rows", pa.table({name: pa.array(values, pa.string()) for name, values in texts.items()}))
    con.execute(
        "CREATE OR REPLACE TABLE market_of AS SELECT w.id, coalesce(s.market, '') AS market FROM whose w"
        " LEFT JOIN segment_rows s ON s.country = w.country AND s.industry = w.industry"
    )
    con.unregister("segment_rows")


def _segments(firsts: Mapping[tuple[str, str], dt.date]) -> dict[tuple[str, str], str]:
    """Of each country and industry the segment in which it counts: that of several which was served first, so that no order counts twice."""
    served: list[tuple[dt.date, int, set[tuple[str, str]]]] = []
    for segment in MarketSegment.objects.living().order_by("pk"):
        inside = {key for key in firsts if segment.holds(*key)}
        if inside:
            served.append((min(firsts[key] for key in inside), segment.pk, inside))
    found: dict[tuple[str, str], str] = {}
    for _first, pk, inside in sorted(served, key=lambda one: one[:2]):
        for key in inside:
            found.setdefault(key, str(pk))
    return found

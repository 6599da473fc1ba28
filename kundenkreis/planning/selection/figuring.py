"""The figures of all accounts, so many at a time: from the facts of insights, from open items and opportunities, and from what people say.

Whatever the house's size, the memory stays the same: a stretch of accounts is read, figured, and written into a file of the engine's. From
there the bounds of ranks are read, and the figures once more when they are scored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from kundenkreis.catalogue.models import Product
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account
from kundenkreis.insights import running
from kundenkreis.orders.figures import years_back
from kundenkreis.orders.models import OpenItem
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.planning.models import ABSENT, AccountJudgement, RoundResult
from kundenkreis.planning.models.measures import Measure
from kundenkreis.prospecting.suggesting import NO_CUSTOMERS
from kundenkreis.rates.dated import rates_for

STRETCH = 25_000  # accounts at a time
_GRACE = dt.timedelta(days=7)  # by which the first order known may come after two years ago
MEASURES = tuple(str(one) for one in Measure)
_OWN = ("account", "had", "before", "cents")

_CENTS = "CAST(round(coalesce(sum({what}) FILTER ({where}), 0) * 100) AS BIGINT)"
_ORDERS = f"""
SELECT account, {_CENTS.format(what="amount", where="day > $year")}, {_CENTS.format(what="amount", where="day <= $year")},
    {_CENTS.format(what="amount", where="day > $year AND NOT is_credit")},
    {_CENTS.format(what="-amount", where="day > $year AND is_credit")}
FROM orders WHERE account BETWEEN $first AND $last AND day > $two AND day <= $as_of GROUP BY account
"""  # noqa: S608 our own names
_LINES = f"""
SELECT l.account, count(DISTINCT p.family) FILTER (l.quantity > 0), count(*) FILTER (l.quantity > 0),
    {_CENTS.format(what="l.amount", where="p.cost IS NOT NULL")},
    {_CENTS.format(what="l.amount - l.quantity * p.cost", where="p.cost IS NOT NULL")}
FROM lines l LEFT JOIN priced p ON p.product = l.product
WHERE l.account BETWEEN $first AND $last AND l.day > $year AND l.day <= $as_of GROUP BY l.account
"""  # noqa: S608 our own names


@dataclass(frozen=True)
class Window:
    """Of which days a round's figures are. `knows_growth` is False where the house's orders do not reach back two years."""

    as_of: dt.date
    year: dt.date
    two: dt.date
    knows_growth: bool


@contextmanager
def facts() -> Iterator[Any]:
    """An engine with the orders as they are now, and a file of its own for the figures. Raises `running.Busy`."""
    if running.is_due():
        running.run()
    with running.facts() as (con, _token):
        _prices(con)
        spill = con.execute("SELECT current_setting('temp_directory')").fetchone()[0]
        con.execute(f"ATTACH '{spill}/figures.db' AS kept")
        columns = ", ".join(f'"{name}" BIGINT' for name in MEASURES)
        con.execute(f"CREATE TABLE kept.figures (account BIGINT, had VARCHAR, before VARCHAR, cents BIGINT, {columns})")
        yield con


def _prices(con: Any) -> None:
    """What each product costs in house currency, and its family."""
    import pyarrow as pa

    rows = list(Product._base_manager.order_by("pk").values_list("pk", "family_id", "cost"))
    products, families, costs = zip(*rows, strict=True) if rows else ((), (), ())
    kinds = (pa.int64(), pa.int64(), pa.decimal128(18, 4))
    columns = dict(zip(("product", "family", "cost"), (products, families, costs), strict=True))
    con.register("priced_rows", pa.table({n: pa.array(c, k) for (n, c), k in zip(columns.items(), kinds, strict=True)}))
    con.execute("CREATE OR REPLACE TABLE priced AS SELECT * FROM priced_rows")
    con.unregister("priced_rows")


def window(con: Any, as_of: dt.date) -> Window:
    since = con.execute("SELECT min(day) FROM orders WHERE NOT is_credit AND day <= ?", [as_of]).fetchone()[0]
    two = years_back(as_of, 2)
    return Window(as_of, years_back(as_of, 1), two, since is not None and since <= two + _GRACE)


def scored_accounts() -> Any:
    """All accounts that a round looks at: whoever is a customer or could be one, and is not set aside."""
    rows = Account._base_manager.filter(deleted_at=None, restricted_at=None)
    return rows.exclude(relation__in=NO_CUSTOMERS)


def stretches(con: Any, span: Window, before_id: int | None) -> Iterator[int]:
    """Write the figures of all accounts; after each stretch, how many it had. Those that were in last year's round only are told at its end."""
    last = 0
    while True:
        rows = scored_accounts().filter(pk__gt=last).order_by("pk").values_list("pk", "tier")
        some = dict(rows[:STRETCH])
        end = next(reversed(some)) if len(some) == STRETCH else 2**62
        _write(con, some, _before(before_id, last, end), _figures(con, span, list(some), last + 1, end))
        yield len(some)
        last = end
        if len(some) < STRETCH:
            return


def _before(round_id: int | None, after: int, last: int) -> dict[int, str]:
    """Account → its tier in last year's round."""
    if round_id is None:
        return {}
    rows = RoundResult.objects.filter(round_id=round_id, account_id__gt=after, account_id__lte=last)
    return dict(rows.exclude(tier=ABSENT).values_list("account_id", "tier"))


def _write(con: Any, some: dict[int, str], before: dict[int, str], found: dict[int, dict[str, int]]) -> None:
    """A row for each account, and for each that is gone (`cents` is empty there)."""
    import pyarrow as pa

    gone = [pk for pk in before if pk not in some]
    empty: dict[str, int] = {}
    rows = [found.get(pk, empty) for pk in some]
    columns: dict[str, pa.Array] = {
        "account": pa.array([*some, *gone], pa.int64()),
        "had": pa.array([*some.values(), *("" for _pk in gone)], pa.string()),
        "before": pa.array([before.get(pk, ABSENT) for pk in (*some, *gone)], pa.string()),
        "cents": pa.array([*(row.get("revenue", 0) for row in rows), *(None for _pk in gone)], pa.int64()),
    }
    for name in MEASURES:
        values = [*(row.get(name) for row in rows), *(None for _pk in gone)]
        columns[name] = pa.array(values, pa.int64())
    con.register("stretch", pa.table(columns))
    con.execute("INSERT INTO kept.figures SELECT * FROM stretch")
    con.unregister("stretch")


def _figures(con: Any, span: Window, accounts: Sequence[int], first: int, last: int) -> dict[int, dict[str, int]]:
    """Account → figures by measure, as whole numbers (`measures.UNIT`). What is not there is not known."""
    found: dict[int, dict[str, int]] = {pk: {"revenue": 0} for pk in accounts}
    asked = {"first": first, "last": last, "year": span.year, "as_of": span.as_of}
    _of_orders(con.execute(_ORDERS, {**asked, "two": span.two}).fetchall(), span, found)
    _of_lines(con.execute(_LINES, asked).fetchall(), found)
    between = Q(account_id__gte=first, account_id__lte=last)
    _of_open_items(between, span.as_of, found)
    _of_opportunities(between, found)
    _of_people(between, found)
    return found


def _tenths(part: int, whole: int) -> int:
    """Tenths of a percent, halves up."""
    return (2000 * part + whole) // (2 * whole)


def _of_orders(rows: Sequence[tuple], span: Window, found: dict[int, dict[str, int]]) -> None:
    for account, cents, earlier, ordered, returned in rows:
        if (figures := found.get(account)) is None:
            continue
        figures["revenue"] = cents
        if span.knows_growth and earlier > 0:
            figures["growth"] = _tenths(cents - earlier, earlier)
        if ordered > 0:
            figures["returns"] = _tenths(returned, ordered)


def _of_lines(rows: Sequence[tuple], found: dict[int, dict[str, int]]) -> None:
    for account, families, lines, costed, margin in rows:
        if (figures := found.get(account)) is None:
            continue
        figures["families"] = families
        if (cents := figures["revenue"]) > 0:
            figures["serving"] = (2 * lines * 1_000_000 + cents) // (2 * cents)
        if costed > 0:
            figures["margin"] = _tenths(margin, costed)


def _of_open_items(between: Q, as_of: dt.date, found: dict[int, dict[str, int]]) -> None:
    """What is overdue of what is open now. Whoever ordered and owes nothing is punctual."""
    house = House.known().currency
    rows = list(
        OpenItem.objects.living().filter(between, open_amount__gt=0).order_by().values_list(
            "account_id", "currency", "booked_on", "due_on", "open_amount"
        )
    )  # fmt: skip
    rates = rates_for({(currency, on) for _account, currency, on, _due, _amount in rows if currency != house}, house)
    sums: dict[int, list[Decimal]] = {}
    for account, currency, on, due, amount in rows:
        rate = Decimal(1) if currency == house else rates[currency, on]
        if rate is None or account not in found:
            continue
        both = sums.setdefault(account, [Decimal(0), Decimal(0)])
        both[0] += amount * rate
        both[1] += amount * rate if due < as_of else 0
    for account, figures in found.items():
        if account in sums:
            whole, late = sums[account]
            figures["overdue"] = int((late / whole * 1000).to_integral_value())
        elif figures["revenue"] > 0:
            figures["overdue"] = 0


def _of_opportunities(between: Q, found: dict[int, dict[str, int]]) -> None:
    """What is open now, each project once."""
    rows = Opportunity.objects.open().filter(between, shadowed=False).order_by().values_list("account_id")
    for figures in found.values():
        figures["open"] = 0
    for account, value in rows.annotate(whole=Sum("value_house")):
        if account in found:
            found[account]["open"] = int(round(value * 100))


def _of_people(between: Q, found: dict[int, dict[str, int]]) -> None:
    rows = AccountJudgement.objects.living().filter(between).order_by()
    for account, about, score, amount in rows.values_list("account_id", "about", "score", "amount"):
        figure = score if amount is None else int(amount * 100)
        if account in found and figure is not None:
            found[account][str(about)] = figure
            if about == Measure.POTENTIAL:
                found[account] |= wallet(found[account]["revenue"], figure)


def wallet(cents: int, potential: int | None) -> dict[str, int]:
    """Our share of what an account could buy, where that is known."""
    return {"wallet": _tenths(cents, potential)} if potential else {}


def known(con: Any) -> set[str]:
    """The measures of which the house knows anything at all."""
    counted = ", ".join(f'count("{name}")' for name in MEASURES)
    row = con.execute(f"SELECT {counted} FROM kept.figures WHERE cents IS NOT NULL").fetchone()  # noqa: S608 our own names
    return {name for name, count in zip(MEASURES, row, strict=True) if count}


def bounds(con: Any, measure: str) -> tuple[int, ...]:
    """Up to which figure 1, 2, … 100 % of the accounts lie that have more than nought of it."""
    shares = ", ".join(str(percent / 100) for percent in range(1, 101))
    asked = f'SELECT quantile_disc("{measure}", [{shares}]) FROM kept.figures WHERE "{measure}" > 0'  # noqa: S608 our own names
    found = con.execute(asked).fetchone()[0]
    return tuple(found or ())


def kept(con: Any, measures: Sequence[str]) -> Iterator[list[tuple]]:
    """(account, had, before, cents or None for gone, figures of these measures…), stretch by stretch."""
    names = ", ".join(f'"{name}"' for name in (*_OWN, *measures))
    cursor = con.execute(f"SELECT {names} FROM kept.figures ORDER BY account")  # noqa: S608 our own names
    while rows := cursor.fetchmany(STRETCH):
        yield rows

"""Brings the kept sums of sales up to date: by month for owners, teams and families, by month for markets, and the Ansoff pictures.

They are worked out of the facts of insights (`insights.facts`) in one go, ten million lines in a few seconds, and only what differs is
written. An order counts for whom its account belongs to now; accounts in the bin, and sales without an account, do not count.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from kundenkreis.core import arrow, bulk, clock
from kundenkreis.insights import figuring, running
from kundenkreis.market import ansoff
from kundenkreis.market.models import MarketMonth, SalesMonth, Summing
from kundenkreis.market.newness import known_from
from kundenkreis.staff.moves import AccountMove

_WHOSE = (
    "SELECT id, COALESCE(owner_id, 0) AS owner, COALESCE(team_id, 0) AS team, country, industry FROM customers_account"
    " WHERE deleted_at IS NULL"
)
_CENTS = "CAST(round(sum(f.amount) * 100) AS BIGINT)"
# `new` holds each account's first order where it is believed; without a row there, all is existing business.
_BY_OWNER = f"""
SELECT CAST({{family}} AS BIGINT) AS family, CAST(date_trunc('month', f.day) AS DATE) AS month, w.owner, w.team,
    coalesce(n.first > f.day - INTERVAL 1 YEAR, false) AS is_new, {_CENTS} AS cents
FROM {{facts}} f JOIN whose w ON w.id = f.account LEFT JOIN new n ON n.account = f.account {{more}}
WHERE f.day <= $as_of
GROUP BY ALL
"""  # noqa: S608 our own names
_BY_MARKET = f"""
SELECT CAST(date_trunc('month', f.day) AS DATE) AS month, w.country, w.industry, {_CENTS} AS cents
FROM orders f JOIN whose w ON w.id = f.account WHERE f.day <= $as_of GROUP BY ALL
"""  # noqa: S608 our own names
_SLICE = 50_000


def is_due() -> bool:
    """Whether insights have read orders anew since the last time, or an account has come to another owner or team."""
    last, run = Summing.latest(), running.Run.latest()
    if run is None:
        return False
    return last is None or last.run != run.token or last.move != _last_move() or last.as_of != clock.today()


def sum_up(now: dt.datetime | None = None) -> Summing | None:
    """Bring all sums up to date. None when nothing can be summed now: no run of insights has been yet, or one is at work."""
    now, as_of, move = now or timezone.now(), clock.today(), _last_move()
    try:
        with running.facts() as (con, token):
            since = _prepare(con, as_of)
            sales = [*_sold(con, as_of)]
            markets = _rows(con, _BY_MARKET, as_of)
            pictures = ansoff.pictures(con, as_of, since) if since else {}
    except (running.Busy, LookupError):
        return None
    with transaction.atomic():
        bulk.one_at_a_time("market.summing")
        _store(SalesMonth, ("family", "month", "owner", "team", "is_new"), sales)
        _store(MarketMonth, ("month", "country", "industry"), markets)
        Summing.objects.all().delete()
        return Summing.objects.create(
            made_at=now, as_of=as_of, since=since, run=token, move=move, pictures=pictures
        )  # fmt: skip


def _last_move() -> int:
    return AccountMove.objects.order_by("-event").values_list("event_id", flat=True).first() or 0


def _prepare(con: Any, as_of: dt.date) -> dt.date | None:
    """Make the tables `whose`, `new` and `family_of`; returns the first day of which orders are known."""
    con.register("whose_rows", arrow.read(_WHOSE, ("id", "owner", "team")))
    con.execute("CREATE OR REPLACE TABLE whose AS SELECT * FROM whose_rows")
    con.unregister("whose_rows")
    figuring.families(con)
    since = con.execute("SELECT min(day) FROM orders WHERE NOT is_credit AND day <= ?", [as_of]).fetchone()[0]
    con.execute(
        "CREATE OR REPLACE TABLE new AS SELECT account, min(day) AS first FROM orders WHERE NOT is_credit"
        " GROUP BY account HAVING min(day) >= ?",
        [known_from(since) if since else as_of],
    )
    return since


def _sold(con: Any, as_of: dt.date) -> Iterator[Sequence[Any]]:
    """Of whole orders with the family 0, then of the lines that are of a family."""
    yield from _rows(con, _BY_OWNER.format(family="0", facts="orders", more=""), as_of)
    families = "JOIN family_of m ON m.product = f.product"
    yield from _rows(con, _BY_OWNER.format(family="m.family", facts="lines", more=families), as_of)


def _rows(con: Any, statement: str, as_of: dt.date) -> list[Sequence[Any]]:
    return con.execute(statement, {"as_of": as_of}).fetchall()


def _store(model: type[models.Model], keys: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Write what differs: `rows` are (…keys, cents)."""
    wanted = {tuple(row[:-1]): row[-1] for row in rows}
    gone, differing = [], []
    for pk, *key, cents in model._base_manager.values_list("pk", *keys, "cents").iterator(chunk_size=_SLICE):
        now = wanted.pop(tuple(key), None)
        if now is None:
            gone.append(pk)
        elif now != cents:
            differing.append((pk, now))
    bulk.delete_ids(model, gone)
    if differing:
        bulk.update_rows(model, ["id", "cents"], differing)
    if wanted:
        first = bulk.reserve_ids(model, len(wanted))
        fresh = ((first + place, *key, cents) for place, (key, cents) in enumerate(wanted.items()))
        bulk.insert_rows(model, ["id", *keys, "cents"], fresh)

"""What happened after a signal was raised, and whether it was right by then. Each kind's definition stands in `CLAIMS`.

Looked at once, 90 days after the signal's first day, whether it holds still or not. A signal on which somebody acted is judged too, but
counted apart: an order that came because somebody called does not make the alert wrong.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from kundenkreis.core import bulk
from kundenkreis.core.proportions import Share
from kundenkreis.insights.models import Kind, Signal

DAYS = 90
_SLICE = 5_000

# What must have happened in the 90 days after the first day for the signal to have been right.
CLAIMS = {
    Kind.MISSED_ORDER: "orders = 0",
    Kind.FIRST_ORDER: "orders > 0",
    Kind.REACTIVATED: "orders > 0",
    Kind.RETURNS: "credits > 0",
    Kind.LOST_PRODUCTS: "named = 0",
    Kind.NEW_PRODUCTS: "named > 0",
}

_AFTER = """
WITH asked AS (SELECT * FROM unjudged),
documents AS (
    SELECT s.id, count(DISTINCT o.day) FILTER (WHERE NOT is_credit) AS orders, count(*) FILTER (WHERE is_credit) AS credits,
        min(o.day) FILTER (WHERE NOT is_credit) AS next_on, coalesce(sum(o.amount), 0) AS revenue
    FROM asked s JOIN orders o ON o.account = s.account AND o.day > s.raised_on AND o.day <= s.raised_on + {days}
    GROUP BY s.id
),
products AS (SELECT id, account, raised_on, unnest(items) AS item FROM asked),
bought AS (
    SELECT p.id, count(*) AS named
    FROM products p JOIN lines l ON l.account = p.account AND l.product = p.item AND l.day > p.raised_on
        AND l.day <= p.raised_on + {days} AND l.quantity > 0
    GROUP BY p.id
),
told AS (
    SELECT s.id, s.kind, coalesce(d.orders, 0) AS orders, coalesce(d.credits, 0) AS credits, coalesce(b.named, 0) AS named,
        d.next_on, coalesce(d.revenue, 0)::DECIMAL(18, 2) AS revenue
    FROM asked s LEFT JOIN documents d ON d.id = s.id LEFT JOIN bought b ON b.id = s.id
)
-- The claims are asked of `told`, where nothing is 0 and not unknown: whoever bought nothing at all has no row in `documents`.
SELECT *, CASE kind {claims} END AS is_right FROM told ORDER BY id
"""


@dataclass(frozen=True)
class Record:
    """How often signals of a kind were right, among those that nobody acted on, and among those that somebody did."""

    kind: Kind
    alone: Share
    acted: Share


def judge(con: Any, as_of: dt.date) -> int:
    """Judge the signals that are old enough, from the facts in the views `orders` and `lines`; how many."""
    claims = " ".join(f"WHEN '{kind}' THEN {claim}" for kind, claim in CLAIMS.items())
    judged = 0
    for some in _waiting(as_of - dt.timedelta(days=DAYS)):
        con.register("unjudged", some)
        rows = con.execute(_AFTER.format(days=DAYS, claims=claims)).fetchall()
        con.unregister("unjudged")
        with transaction.atomic():
            bulk.update_rows(Signal, ["id", "verdict", "outcome"], [_outcome(row) for row in rows])
        judged += len(rows)
    return judged


def _waiting(until: dt.date) -> Iterator[Any]:
    import pyarrow as pa

    # By the day, as the index has them.
    waiting = Signal.objects.living().filter(verdict="", kind__in=CLAIMS, raised_on__lte=until)
    rows_of = waiting.order_by("raised_on", "pk").values_list("pk", "account_id", "kind", "raised_on", "figures")
    after = Q()
    while rows := list(rows_of.filter(after)[:_SLICE]):
        ids, accounts, kinds, days, figures = zip(*rows, strict=True)
        items = [[int(item) for item, _amount in one.get("items", [])] for one in figures]
        yield pa.table(
            {
                "id": pa.array(ids, pa.int64()),
                "account": pa.array(accounts, pa.int64()),
                "kind": pa.array(kinds, pa.string()),
                "raised_on": pa.array(days, pa.date32()),
                "items": pa.array(items, pa.list_(pa.int64())),
            }
        )
        after = Q(raised_on__gt=days[-1]) | Q(raised_on=days[-1], pk__gt=ids[-1])


def _outcome(row: tuple[Any, ...]) -> tuple[Any, ...]:
    pk, _kind, orders, credits, named, next_on, revenue, is_right = row
    told = {"orders": orders, "credits": credits, "named": named, "revenue": str(revenue)}
    if next_on:
        told["next_on"] = next_on.isoformat()
    return pk, Signal.Verdict.RIGHT if is_right else Signal.Verdict.WRONG, json.loads(json.dumps(told))


def records() -> list[Record]:
    """Of every kind that was judged, in the order of the kinds. One query."""
    acted = Q(answer=Signal.Answer.DONE)
    rows = (
        Signal.objects.living()
        .exclude(verdict="")
        .values("kind")
        .annotate(
            alone=Count("pk", filter=~acted),
            alone_right=Count("pk", filter=~acted & Q(verdict=Signal.Verdict.RIGHT)),
            acted=Count("pk", filter=acted),
            acted_right=Count("pk", filter=acted & Q(verdict=Signal.Verdict.RIGHT)),
        )
    )
    found = {row["kind"]: row for row in rows}
    return [
        Record(
            kind,
            Share(found[kind]["alone_right"], found[kind]["alone"]),
            Share(found[kind]["acted_right"], found[kind]["acted"]),
        )
        for kind in Kind
        if kind in found
    ]

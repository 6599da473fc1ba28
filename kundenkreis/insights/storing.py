"""Brings the stored scores and signals to what a run has computed: only what differs is written, in short transactions.

What was written last is kept beside the facts, so that the difference is found without reading the database; when that is not the
database's last run (a restored backup, a killed run), the database itself is read.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from kundenkreis.core import bulk
from kundenkreis.customers.models import Account
from kundenkreis.insights.models import Score, Signal

_SLICE = 5_000
FLICKERS = dt.timedelta(days=14)  # closed and true again within so many days, it is the same signal
UNWANTED = dt.timedelta(days=365)  # for which "not useful" holds for the next signal of this kind and account

_SIGNAL = (
    "version",
    "created_at",
    "changed_at",
    "account",
    "kind",
    "value",
    "figures",
    "raised_on",
    "answer",
    "answered_by",
    "answered_at",
    "note",
    "verdict",
    "outcome",
)
_DIFFERING_SCORES = """
SELECT {columns}, w.account IS NULL AS is_new FROM scores n LEFT JOIN written_scores w ON n.account = w.account
WHERE w.account IS NULL OR {differs} ORDER BY n.account
"""
_DIFFERING_SIGNALS = """
SELECT n.account, n.kind, n.value, n.figures, w.account IS NULL AS is_new
FROM signals n LEFT JOIN written_signals w ON n.account = w.account AND n.kind = w.kind
WHERE w.account IS NULL OR n.value IS DISTINCT FROM w.value OR n.figures IS DISTINCT FROM w.figures ORDER BY n.account, n.kind
"""
_ENDED_SIGNALS = """
SELECT account, kind FROM written_signals w
WHERE NOT EXISTS (SELECT 1 FROM signals n WHERE n.account = w.account AND n.kind = w.kind) ORDER BY account
"""
_ENDED_SCORES = "SELECT account FROM written_scores ANTI JOIN scores USING (account) ORDER BY account"


def read_written(con: Any) -> None:
    """Make the tables of what was written last from the database's rows: which there are, with no value known."""
    import pyarrow as pa

    scores = list(Score._base_manager.values_list("pk", flat=True))
    rows = list(Signal.objects.current().values_list("account_id", "kind"))
    accounts, kinds = zip(*rows, strict=True) if rows else ((), ())
    con.register("score_rows", pa.table({"account": pa.array(scores, pa.int64())}))
    con.register(
        "signal_rows", pa.table({"account": pa.array(accounts, pa.int64()), "kind": pa.array(kinds, pa.string())})
    )
    nulls = ", ".join(f"NULL::{kind} AS {name}" for name, kind in _types(con, "scores") if name != "account")
    con.execute(f"CREATE OR REPLACE TEMP TABLE written_scores AS SELECT account, {nulls} FROM score_rows")  # noqa: S608
    con.execute(
        "CREATE OR REPLACE TEMP TABLE written_signals AS"
        " SELECT account, kind, NULL::DECIMAL(16, 2) AS value, NULL::VARCHAR AS figures FROM signal_rows"
    )


def _types(con: Any, table: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in con.execute(f"DESCRIBE {table}").fetchall()]


def store(con: Any, as_of: dt.date, now: dt.datetime | None = None) -> Counter[str]:
    """Write what differs between `scores`, `signals` and what was written last; how many of what."""
    now = now or timezone.now()
    counts: Counter[str] = Counter()
    _store_scores(con, counts)
    ended = con.execute(_ENDED_SIGNALS).fetchall()
    for some in _slices(ended):
        counts["closed"] += _close(some, as_of, now)
    for some in _fetched(con, _DIFFERING_SIGNALS):
        with transaction.atomic():
            _write_signals(some, as_of, now, counts)
    return counts


def _store_scores(con: Any, counts: Counter[str]) -> None:
    names = ["account", *Score.COMPUTED]
    columns = ", ".join(f"n.{name}" for name in names)
    differs = " OR ".join(f"n.{name} IS DISTINCT FROM w.{name}" for name in Score.COMPUTED)
    for some in _fetched(con, _DIFFERING_SCORES.format(columns=columns, differs=differs)):
        with transaction.atomic():
            maybe_new = {row[0] for row in some if row[-1]}
            there = _existing(maybe_new) - set(
                Score._base_manager.filter(pk__in=maybe_new).values_list("pk", flat=True)
            )
            bulk.insert_rows(Score, names, [row[:-1] for row in some if row[0] in there])
            bulk.update_rows(Score, names, [row[:-1] for row in some if row[0] not in there])
        counts["scores"] += len(some)
    gone = [row[0] for row in con.execute(_ENDED_SCORES).fetchall()]
    for some in _slices(gone):
        with transaction.atomic():
            bulk.delete_ids(Score, some)


def _write_signals(rows: list[Any], as_of: dt.date, now: dt.datetime, counts: Counter[str]) -> None:
    accounts = {row[0] for row in rows}
    present = {
        (account, kind): pk
        for pk, account, kind in Signal.objects.current()
        .filter(account_id__in=accounts)
        .values_list("pk", "account_id", "kind")
    }
    there, known = _existing({row[0] for row in rows if (row[0], row[1]) not in present}), _earlier(accounts, as_of)
    changed, raised = [], []
    for account, kind, value, figures, _is_new in rows:
        pk = present.get((account, kind))
        before = known.get((account, kind))
        if pk is not None:
            changed.append((pk, value, json.loads(figures), None))
        elif before is not None and before.closed_on is not None and before.closed_on >= as_of - FLICKERS:
            changed.append((before.pk, value, json.loads(figures), None))
        elif account in there:
            raised.append(_new(account, kind, value, figures, as_of, now, before))
    bulk.update_rows(Signal, ["id", "value", "figures", "closed_on"], changed)
    bulk.insert_rows(Signal, _SIGNAL, raised)
    counts["changed"] += len(changed)
    counts["raised"] += len(raised)


def _new(
    account: int, kind: str, value: Decimal, figures: str, as_of: dt.date, now: dt.datetime, before: Signal | None
) -> tuple[Any, ...]:
    """A row of `_SIGNAL`; with the answer "not useful" where somebody gave it to the one before, less than a year ago."""
    answer: tuple[Any, ...] = ("", None, None, "")
    if (
        before
        and before.answer == Signal.Answer.NOT_USEFUL
        and before.answered_at
        and now - before.answered_at < UNWANTED
    ):
        answer = (before.answer, before.answered_by_id, before.answered_at, before.note)
    return (1, now, now, account, kind, value, json.loads(figures), as_of, *answer, "", {})


def _earlier(accounts: set[int], as_of: dt.date) -> dict[tuple[int, str], Signal]:
    """The last closed signal of each account and kind that may still matter."""
    rows = Signal.objects.living().filter(account_id__in=accounts, closed_on__gt=as_of - UNWANTED)
    return {(signal.account_id, signal.kind): signal for signal in rows.order_by("closed_on", "pk")}


def _close(rows: list[Any], as_of: dt.date, now: dt.datetime) -> int:
    wanted = {(row[0], row[1]) for row in rows}
    with transaction.atomic():
        present = Signal.objects.current().filter(account_id__in={row[0] for row in rows})
        ids = [pk for pk, *one in present.values_list("pk", "account_id", "kind") if tuple(one) in wanted]
        return bulk.update_rows(Signal, ["id", "closed_on"], [(pk, as_of) for pk in ids])


def _existing(accounts: set[int]) -> set[int]:
    """Those accounts that are still there."""
    return set(Account._base_manager.filter(pk__in=accounts).values_list("pk", flat=True))


def _fetched(con: Any, statement: str) -> Iterator[list[Any]]:
    """The rows of a statement, slice by slice; the statement has ended before the first is given."""
    for batch in con.sql(statement).to_arrow_table().to_batches(max_chunksize=_SLICE):
        columns = [column.to_pylist() for column in batch.columns]
        yield list(zip(*columns, strict=True))


def _slices(rows: list[Any]) -> Iterator[list[Any]]:
    return (rows[start : start + _SLICE] for start in range(0, len(rows), _SLICE))

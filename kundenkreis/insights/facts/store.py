"""The files: a base by runs of accounts, deltas that replace some accounts' facts, and a manifest that says which count."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from kundenkreis.insights.facts import reading, stale
from kundenkreis.insights.facts.reading import Snapshot
from kundenkreis.insights.facts.stale import Cursor

FORMAT = 3
SPAN = 50_000  # accounts in a file of the base
MOST_DELTAS = 12
# Beyond this share of the house's accounts a delta costs more than a new base.
FEW = 5_000  # accounts whose orders come through a cursor at once
MOST_STALE = 0.2
_SLICE = 20_000

# Both files of facts, from what `reading` streams. `heads` and `parts` are those streams.
_ORDERS = """
SELECT account, order_id, day::VARCHAR::DATE AS day, is_credit = 1 AS is_credit, (cents::DECIMAL(18, 0) * 0.01)::DECIMAL(18, 2) AS amount
FROM heads
"""
_ORDERS_BY = "ORDER BY account, day, order_id"
_LINES = """
SELECT p.account, p.order_id, p.product, p.day::VARCHAR::DATE AS day, (p.milli::DECIMAL(18, 0) * 0.001)::DECIMAL(18, 3) AS quantity,
    (p.cents::DECIMAL(18, 0) * 0.01)::DECIMAL(18, 2) AS amount
FROM parts p SEMI JOIN read_parquet('{orders}') o ON p.order_id = o.order_id
"""
_LINES_BY = "ORDER BY account, product, day, order_id"


@dataclass(frozen=True)
class Part:
    """Two files of facts; of a delta also one with the accounts whose older facts it replaces."""

    orders: str
    lines: str
    accounts: str = ""
    count: int = 0


@dataclass
class Manifest:
    cursor: Cursor
    base: list[Part] = field(default_factory=list)
    deltas: list[Part] = field(default_factory=list)
    run: str = ""  # the Run in the database that was computed of these facts (`Run.token`)
    state: dict[str, Any] = field(default_factory=dict)  # what `insights.keeping` keeps beside them

    @property
    def files(self) -> set[str]:
        named = {name for part in (*self.base, *self.deltas) for name in (part.orders, part.lines, part.accounts)}
        return named | set(self.state.get("files", [])) - {""}


def folder() -> Path:
    return Path(settings.FACTS_DIR)


def load() -> Manifest | None:
    """What is kept; None when there is nothing, or it was written by another version."""
    try:
        body = json.loads((folder() / "manifest.json").read_text())
    except (FileNotFoundError, ValueError):
        return None
    if body.pop("format", None) != FORMAT:
        return None
    body["cursor"] = Cursor(**body["cursor"])
    manifest = Manifest(**body | {k: [Part(**one) for one in body[k]] for k in ("base", "deltas")})
    return manifest if all((folder() / name).exists() for name in manifest.files) else None


def keep(manifest: Manifest) -> None:
    """Write the manifest in one step, then delete the files that it no longer names."""
    body = {"format": FORMAT, **asdict(manifest)}
    draft = folder() / "manifest.json.new"
    draft.write_text(json.dumps(body))
    draft.replace(folder() / "manifest.json")
    for path in folder().iterdir():
        if path.suffix == ".parquet" and path.name not in manifest.files:
            path.unlink(missing_ok=True)


def forget() -> None:
    shutil.rmtree(folder(), ignore_errors=True)


def path(name: str) -> str:
    """A file's whole name, quoted for SQL."""
    return str(folder() / name).replace("'", "''")


def new_name(kind: str) -> str:
    folder().mkdir(parents=True, exist_ok=True)
    return f"{kind}-{uuid.uuid4().hex[:12]}.parquet"


def rebuild(con: Any) -> Manifest:
    """All facts anew from the database."""
    cursor = Cursor.now()
    low, high = reading.account_bounds()
    with reading.snapshot() as orders:
        base = [
            _written(con, orders, [reading.between(first, min(first + SPAN - 1, high))])
            for first in range(low, high + 1, SPAN)
        ]
    return Manifest(cursor, base)


def refresh(con: Any, manifest: Manifest) -> tuple[Manifest, set[int] | None]:
    """The facts as they are in the database now, and the accounts whose facts are new (None: all of them)."""
    until = Cursor.now()
    accounts = stale.since(manifest.cursor, until, lambda runs: _owners(con, manifest, runs))
    held = sum(part.count for part in manifest.deltas) + len(accounts)
    if held > 1000 and held > MOST_STALE * (manifest.state.get("count") or _account_count(con, manifest)):
        return rebuild(con), None
    if not accounts:
        return Manifest(until, manifest.base, manifest.deltas, manifest.run, manifest.state), accounts
    ids = sorted(accounts)
    with reading.snapshot(few=len(ids) <= FEW) as orders:
        delta = _written(con, orders, [reading.among(some) for some in _slices(ids)], replaced=ids)
    deltas = [*manifest.deltas, delta]
    if len(deltas) > MOST_DELTAS:
        deltas = [_merged(con, deltas)]
    return Manifest(until, manifest.base, deltas, manifest.run, manifest.state), accounts


def views(con: Any, manifest: Manifest, prefix: str = "") -> None:
    """Make the views `orders` and `lines` in a DuckDB database: of each account its newest facts."""
    for kind in ("orders", "lines"):
        con.execute(f"CREATE OR REPLACE VIEW {prefix}{kind} AS {_newest(manifest, kind)}")


def views_of_newest(con: Any, manifest: Manifest) -> str:
    """Make such views of the newest delta alone; their prefix. It holds all facts of the accounts for which it was written."""
    views(con, Manifest(manifest.cursor, [], manifest.deltas[-1:]), "newest_")
    return "newest_"


def _newest(manifest: Manifest, kind: str) -> str:
    """Facts of the base and of each delta, but for accounts that a later delta replaces."""
    whole = [([getattr(part, kind) for part in manifest.base], "")] if manifest.base else []
    generations = [*whole, *(([getattr(delta, kind)], delta.accounts) for delta in manifest.deltas)]
    return newest(generations) if generations else _nothing(kind)


def newest(generations: Sequence[tuple[Sequence[str], str]]) -> str:
    """A query for the rows of these files, the oldest first, but for accounts that a later one replaces: (files, file of its accounts)."""
    selects = []
    for number, (files, _accounts) in enumerate(generations, start=1):
        later = _listed(accounts for _files, accounts in generations[number:])
        unless = f" WHERE account NOT IN (SELECT account FROM read_parquet({later}))" if later else ""  # noqa: S608
        selects.append(f"SELECT * FROM read_parquet({_listed(files)}){unless}")  # noqa: S608 our own file names
    return " UNION ALL ".join(selects)


def _listed(files: Iterable[str]) -> str:
    """Files as an argument of `read_parquet`; empty without one."""
    quoted = ", ".join(f"'{path(file)}'" for file in files)
    return quoted and f"[{quoted}]"


def _nothing(kind: str) -> str:
    rest = {
        "orders": "false AS is_credit",
        "lines": "0::BIGINT AS product, 0::DECIMAL(18, 3) AS quantity",
    }[kind]
    head = "0::BIGINT AS account, 0::BIGINT AS order_id, DATE '2000-01-01' AS day"
    return f"SELECT {head}, {rest}, 0::DECIMAL(18, 2) AS amount WHERE false"  # noqa: S608


def _written(con: Any, orders: Snapshot, conditions: Sequence[str], replaced: Sequence[int] = ()) -> Part:
    """Write the facts of some accounts; the streams are read while the files are written."""
    part = Part(new_name("orders"), new_name("lines"), new_name("accounts") if replaced else "", len(replaced))
    import pyarrow as pa

    for kind, stream, select in (
        ("orders", orders.orders, f"{_ORDERS} {_ORDERS_BY}"),
        ("lines", orders.lines, f"{_LINES.format(orders=path(part.orders))} {_LINES_BY}"),
    ):
        streams = (stream(condition) for condition in conditions)
        first = next(streams)
        whole = pa.RecordBatchReader.from_batches(first.schema, _chained(first, streams))
        name = "heads" if kind == "orders" else "parts"
        con.register(name, whole)
        con.execute(f"COPY ({select}) TO '{path(getattr(part, kind))}' (FORMAT parquet)")
        con.unregister(name)
    if replaced:
        con.register("replaced", pa.table({"account": pa.array(replaced, pa.int64())}))
        con.execute(f"COPY replaced TO '{path(part.accounts)}' (FORMAT parquet)")
        con.unregister("replaced")
    return part


def _chained(first: Any, others: Iterator[Any]) -> Iterator[Any]:
    yield from first
    for other in others:
        yield from other


def _merged(con: Any, deltas: Sequence[Part]) -> Part:
    """One delta that says what all of these say."""
    one = Part(new_name("orders"), new_name("lines"), new_name("accounts"))
    for kind, order in (("orders", _ORDERS_BY), ("lines", _LINES_BY)):
        newest = _newest(Manifest(Cursor(), [], list(deltas)), kind)
        con.execute(f"COPY ({newest} {order}) TO '{path(getattr(one, kind))}' (FORMAT parquet)")
    merge_accounts(con, [delta.accounts for delta in deltas], one.accounts)
    count = con.execute(f"SELECT count(*) FROM read_parquet('{path(one.accounts)}')").fetchall()[0][0]  # noqa: S608
    return Part(one.orders, one.lines, one.accounts, count)


def merge_accounts(con: Any, files: Sequence[str], one: str) -> None:
    """Write the accounts of several files into one, each once."""
    some = f"SELECT DISTINCT account FROM read_parquet({_listed(files)}) ORDER BY account"  # noqa: S608
    con.execute(f"COPY ({some}) TO '{path(one)}' (FORMAT parquet)")


def _owners(con: Any, manifest: Manifest, runs: Sequence[tuple[int, int]]) -> list[int]:
    """The accounts that had these orders when the facts were read."""
    import pyarrow as pa

    views(con, manifest)
    firsts, lasts = zip(*runs, strict=True)
    con.register("wanted", pa.table({"first": pa.array(firsts, pa.int64()), "last": pa.array(lasts, pa.int64())}))
    found = con.execute(
        "SELECT DISTINCT account FROM orders, wanted WHERE order_id >= wanted.first AND order_id <= wanted.last"
    ).fetchall()
    con.unregister("wanted")
    return [row[0] for row in found]


def _account_count(con: Any, manifest: Manifest) -> int:
    views(con, manifest)
    return con.execute("SELECT count(DISTINCT account) FROM orders").fetchall()[0][0]


def _slices(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _SLICE] for start in range(0, len(ids), _SLICE))

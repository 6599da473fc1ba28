"""All opportunities in columns, kept by each process: what pages add up of very many, for whoever asks.

Sums over 100,000 rows take a second of a database and a thousandth of that here, by any cut and for any reach. Before each use the marks are
read that the database sets by itself (`marking`), and the chunks whose marks have changed are read again: within its own transaction a
process sees what it has written, and never anything older than the last commit.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection
from django.db.models import BigIntegerField, F, Func, Q, QuerySet
from django.db.models.functions import Cast, Round

from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import is_narrow
from kundenkreis.pipeline.marking import SIZE
from kundenkreis.pipeline.models import Opportunity, OpportunityCompetitor, OpportunityLine, OpportunityMark
from kundenkreis.staff import access

Places = npt.NDArray[np.intp]
Numbers = npt.NDArray[Any]
NONE = np.iinfo(np.int32).min  # where there is no number
_EXACT = 2**53
_MOST_WORKED_OUT = 24  # a megabyte each at most


class _Micros(Func):
    """A moment as microseconds since 1970, exactly."""

    output_field = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        text, values = compiler.compile(self.source_expressions[0])
        return f"(strftime('%%s', {text}) * 1000000 + CAST(substr({text}, 21, 6) AS INTEGER))", [*values, *values]

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="(EXTRACT(EPOCH FROM %(expressions)s) * 1000000)::bigint")


class _Days(Func):
    """A date as days since 1970."""

    output_field = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="(strftime('%%%%s', %(expressions)s) / 86400)")

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s - DATE '1970-01-01')")


def _whole(path: str, times: int) -> Cast:
    """A decimal as a whole number of its smallest unit."""
    return Cast(Round(F(path) * times), BigIntegerField())


# What is one of few: kept as the place of each value in a list of the process.
_CODED = {
    "pipeline": F("pipeline_id"), "stage": F("stage_id"), "owner": F("owner_id"), "team": F("team_id"), "account": F("account_id"),
    "outcome": F("outcome"), "reason": F("close_reason_id"), "category": F("forecast_category"), "source": F("source"),
    "criterion": F("criterion"), "lost_to": F("lost_to__name"), "industry": F("account__industry"),
    "country": F("account__country"),
}  # fmt: skip
_COUNTED: Mapping[str, tuple[Any, type]] = {
    "pk": (F("pk"), np.int64),
    "cents": (_whole("value_house", 100), np.int64),
    "opened": (_Micros(F("opened_at")), np.int64),
    "closed": (_Micros(F("closed_at")), np.int64),
    "expected": (_Days(F("expected_close_on")), np.int32),
    "probability": (F("probability"), np.int32),
    "gap": (_whole("price_gap", 10), np.int32),  # tenths of a per cent
    "employees": (F("account__employees"), np.int32),
    "shadowed": (F("shadowed"), np.bool_),
    "changed": (_Micros(F("changed_at")), np.int64),
    "is_deleted": (Q(deleted_at__isnull=False), np.bool_),
}
# What an opportunity has several of: (rows, what of them).
_MANY: Mapping[str, tuple[Any, str]] = {
    "competitor": (OpportunityCompetitor, "name"),
    "family": (OpportunityLine, "product__family_id"),
}


class Codes:
    """The values of a column that this process has met, by their codes, and the other way round. It only grows."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._codes: dict[Any, int] = {}

    def __len__(self) -> int:
        return len(self.values)

    def of(self, values: Iterable[Any]) -> Numbers:
        """The codes of values, new ones for those that are new."""
        known = self._codes
        some = list(values)
        for value in set(some).difference(known):
            known[value] = len(self.values)
            self.values.append(value)
        return np.fromiter((known[value] for value in some), np.int32, len(some))

    def known(self, values: Collection[Any]) -> Numbers:
        """[code]: whether it stands for one of these."""
        found = np.zeros(max(len(self.values), 1), np.bool_)
        found[[self._codes[value] for value in values if value in self._codes]] = True
        return found


_CODES = {name: Codes() for name in (*_CODED, *_MANY)}


@dataclass(frozen=True)
class _Chunk:
    """The opportunities of a chunk: each column's numbers, and (opportunity, code) of what they have several of."""

    columns: Mapping[str, Numbers]
    many: Mapping[str, tuple[Numbers, Numbers]]


@dataclass
class Columns:
    """All chunks as they stood at one moment. A column is put together when it is asked for first."""

    chunks: Sequence[_Chunk]
    _whole: dict[str, Numbers] = field(default_factory=dict)
    _worked_out: dict[Hashable, Any] = field(default_factory=dict)

    def remembered(self, key: Hashable, work: Callable[[], Any]) -> Any:
        """What was worked out of all opportunities as they stand here; it goes with these columns when one of them changes."""
        if key not in self._worked_out:
            if len(self._worked_out) >= _MOST_WORKED_OUT:
                self._worked_out.clear()
            self._worked_out[key] = work()
        return self._worked_out[key]

    def __getitem__(self, name: str) -> Numbers:
        found = self._whole.get(name)
        if found is None:
            parts = [chunk.columns[name] for chunk in self.chunks]
            kind = _COUNTED[name][1] if name in _COUNTED else np.int32
            found = self._whole[name] = np.concatenate(parts) if parts else np.empty(0, kind)
        return found

    def many(self, name: str) -> tuple[Numbers, Numbers]:
        """(opportunity, code), each once."""
        if f"many {name}" not in self._whole:
            none = np.empty(0, np.int64)
            for side, at in (("many", 0), ("of", 1)):
                parts = [chunk.many[name][at] for chunk in self.chunks]
                self._whole[f"{side} {name}"] = np.concatenate(parts) if parts else none
        return self._whole[f"many {name}"], self._whole[f"of {name}"]


@dataclass(frozen=True)
class Rows:
    """Some of the opportunities: their places in the columns, in order of their numbers.

    `key` names them among these columns, where others may ask for the same ones: all that whoever sees everything sees.
    """

    columns: Columns
    at: Places
    key: Hashable = None

    def remembered(self, name: Hashable, work: Callable[[], Any]) -> Any:
        """What was worked out of these rows, until an opportunity changes; each time anew where they are somebody's own."""
        return work() if self.key is None else self.columns.remembered((self.key, name), work)

    def named(self, name: Hashable, which: Callable[[], Numbers]) -> Rows:
        """Those of a condition, which others may ask for as well."""

        def work() -> Rows:
            return Rows(self.columns, self.at[which()], None if self.key is None else (self.key, name))

        return self.remembered(name, work)

    def __len__(self) -> int:
        return len(self.at)

    def __getitem__(self, name: str) -> Numbers:
        return self.columns[name][self.at]

    def where(self, condition: Numbers) -> Rows:
        return Rows(self.columns, self.at[condition])

    def are(self, name: str, *values: Any) -> Numbers:
        """Of each row whether its column has one of these values."""
        return _CODES[name].known(values)[self[name]]

    def values(self, name: str) -> list[Any]:
        """What the codes of a column stand for."""
        return _CODES[name].values

    def several(self, name: str) -> tuple[Rows, Numbers]:
        """The rows with what they have several of: a row for each, and the codes."""
        numbers, codes = self.columns.many(name)
        own = self["pk"]
        if not len(own) or not len(numbers):
            return Rows(self.columns, self.at[:0]), codes[:0]
        places = np.searchsorted(own, numbers)
        there = own[np.minimum(places, len(own) - 1)] == numbers
        return Rows(self.columns, self.at[places[there]]), codes[there]


def sums(codes: Numbers, numbers: Numbers, each: int) -> Numbers:
    """Sums of whole numbers by code, exactly: by floats as long as these tell all whole numbers apart, which is ten times as fast."""
    if len(numbers) * max(int(numbers.max(initial=0)), -int(numbers.min(initial=0))) < _EXACT:
        return np.bincount(codes, numbers, each).astype(np.int64)
    found = np.zeros(each, np.int64)
    np.add.at(found, codes, numbers)
    return found


def micros(moment: dt.datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


# --- kept in step ------------------------------------------------------------------------------------------------------

_LOCK = threading.Lock()
_known: dict[int, tuple[int, _Chunk]] = {}  # chunk → its token, and what was read after it
_latest: tuple[dict[int, int], Columns] | None = None


def now() -> Columns:
    """All opportunities as they stand, those in the bin too. One query, and four for each run of chunks that have changed."""
    global _latest
    with _LOCK:
        tokens = _tokens()
        if _latest is not None and tokens is not None and _latest[0] == tokens:
            return _latest[1]
        if tokens is None:  # nobody marks: as between two migrations
            _known.clear()
            _latest = None
            return Columns([chunk for _number, chunk in sorted(_read(None))])
        for gone in _known.keys() - tokens.keys():
            del _known[gone]
        changed = sorted(chunk for chunk, token in tokens.items() if chunk not in _known or _known[chunk][0] != token)
        for first, last in _runs(changed):
            read = dict(_read((first, last)))
            for chunk in range(first, last + 1):
                _known[chunk] = tokens[chunk], read.get(chunk, _EMPTY)
        kept = Columns([_known[chunk][1] for chunk in sorted(_known)])
        _latest = tokens, kept
        return kept


def forget() -> None:
    """Read everything anew at the next call."""
    global _latest
    with _LOCK:
        _known.clear()
        _latest = None


def _tokens() -> dict[int, int] | None:
    """{chunk: token}; None when the database does not mark."""
    table = OpportunityMark._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT chunk, CAST(sum(token) AS bigint) FROM {table} GROUP BY chunk")  # noqa: S608 our own name
        found = dict(cursor.fetchall())
    return found if found.pop(OpportunityMark.WATCHED, None) is not None else None


def _runs(chunks: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Chunks that follow each other, as (first, last)."""
    first = last = None
    for chunk in chunks:
        if last is not None and first is not None and chunk != last + 1:
            yield first, last
            first = chunk
        first, last = chunk if first is None else first, chunk
    if first is not None and last is not None:
        yield first, last


def _read(chunks: tuple[int, int] | None) -> Iterator[tuple[int, _Chunk]]:
    """(chunk, what stands in it) of those from the first to the last, or of all; none for those without anything."""
    rows = _within(Opportunity._base_manager.all(), "pk", chunks)
    expressions = [*_CODED.values(), *(expression for expression, _kind in _COUNTED.values())]
    several = {name: dict(_several(name, chunks)) for name in _MANY}
    nothing = np.empty(0, np.int64), np.empty(0, np.int32)
    for chunk, some in _by_chunk(rows.order_by("pk").values_list(*expressions), len(_CODED)):
        own = {name: several[name].get(chunk, nothing) for name in _MANY}
        yield chunk, _Chunk(_columns(some), own)


def _within(rows: QuerySet, path: str, chunks: tuple[int, int] | None) -> QuerySet:
    if chunks is None:
        return rows
    return rows.filter(**{f"{path}__gte": chunks[0] * SIZE, f"{path}__lt": (chunks[1] + 1) * SIZE})


def _several(name: str, chunks: tuple[int, int] | None) -> Iterator[tuple[int, tuple[Numbers, Numbers]]]:
    model, path = _MANY[name]
    rows = _within(model._base_manager.filter(deleted_at=None), "opportunity_id", chunks)
    pairs = rows.order_by("opportunity_id", path).values_list("opportunity_id", path).distinct()
    for chunk, some in _by_chunk(pairs, 0):
        numbers, values = zip(*some, strict=True)
        yield chunk, (np.array(numbers, np.int64), _CODES[name].of(values))


def _by_chunk(rows: QuerySet, at: int) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
    """Rows in order of the number at a place, in groups of one chunk."""
    some: list[tuple[Any, ...]] = []
    here = -1
    for row in rows.iterator(chunk_size=5_000):
        chunk = row[at] // SIZE
        if chunk != here and some:
            yield here, some
            some = []
        here = chunk
        some.append(row)
    if some:
        yield here, some


def _columns(rows: Sequence[tuple[Any, ...]]) -> dict[str, Numbers]:
    sides = list(zip(*rows, strict=True))
    found: dict[str, Numbers] = {name: _CODES[name].of(side) for name, side in zip(_CODED, sides, strict=False)}
    for (name, (_expression, kind)), side in zip(_COUNTED.items(), sides[len(_CODED) :], strict=True):
        found[name] = np.array([NONE if value is None else value for value in side], kind)
    return found


_EMPTY = _Chunk(
    {
        **{name: np.empty(0, np.int32) for name in _CODED},
        **{name: np.empty(0, kind) for name, (_e, kind) in _COUNTED.items()},
    },
    {name: (np.empty(0, np.int64), np.empty(0, np.int32)) for name in _MANY},
)


# --- who sees which ----------------------------------------------------------------------------------------------------


def seen_by(user: Any) -> Rows:
    """What `OpportunityQuerySet.visible_to` lets a person see of the living ones. Three queries at most."""
    rows = seen_in_any_state(user)
    return rows.named("living", lambda: ~rows["is_deleted"])


def seen_in_any_state(user: Any) -> Rows:
    """With what is in the bin."""
    kept, reach = now(), access.reach(user, "opportunities.see")
    if not reach.everything:
        return Rows(kept, np.flatnonzero(_seen(kept, reach)))
    hidden = tuple(_restricted().order_by("pk").values_list("pk", flat=True))
    key = "everything", hidden
    return kept.remembered(
        key, lambda: Rows(kept, np.flatnonzero(~_CODES["account"].known(hidden)[kept["account"]]), key)
    )


def _seen(kept: Columns, reach: access.Reach) -> Numbers:
    """Of each opportunity whether it lies within a reach that is not everything."""
    if not reach:
        return np.zeros(len(kept["pk"]), np.bool_)
    held = _CODES["owner"].known(reach.owners)[kept["owner"]] | _CODES["team"].known(reach.teams)[kept["team"]]
    return held | _at_accounts(kept, reach)


def at_accounts(rows: Rows, reach: access.Reach) -> Rows:
    """Those of the rows whose account, if it has one, lies within a reach over accounts. Two queries at most."""
    return rows if reach.everything else rows.where(_at_accounts(rows.columns, reach)[rows.at])


def _at_accounts(kept: Columns, reach: access.Reach) -> Numbers:
    """Of each opportunity whether its account lies within a reach: of few accounts all are read, of many those that have any."""
    if is_narrow(reach):
        return _of_accounts(kept, Account.objects.within(reach))
    met = [number for number in _CODES["account"].values if number is not None]
    return _of_accounts(kept, Account.objects.held_by(reach).filter(pk__listed=met))


def _restricted() -> QuerySet:
    return Account._base_manager.filter(restricted_at__isnull=False)


def _of_accounts(kept: Columns, accounts: QuerySet) -> Numbers:
    return _CODES["account"].known(list(accounts.order_by().values_list("pk", flat=True)))[kept["account"]]

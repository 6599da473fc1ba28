"""What an import needs to know of its target, and what a target tells the import about each chunk."""

from __future__ import annotations

import bisect
import datetime as dt
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce

from kundenkreis.core import bulk, search
from kundenkreis.customers.models.merged import Mergeable
from kundenkreis.history.models import Batch, BatchChunk
from kundenkreis.history.recording import Recorded
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.models import ImportRun
from kundenkreis.quality.targets.shapes import shape_of
from kundenkreis.staff import access
from kundenkreis.staff.models import User

if TYPE_CHECKING:
    import polars as pl
    from django_stubs_ext import StrOrPromise

    from kundenkreis.quality.reading import Chunk, Source

MOST_REMEMBERED = 1_000_000


@dataclass(frozen=True)
class Problem:
    """Why a row of the file was not stored, or (`is_note`) what was noticed about it. `field` is the target's field."""

    row: int
    field: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)  # type: ignore[operator]
    is_note: bool = False


@dataclass
class Kept:
    """What was done to one model: ids that were added, and of changed rows (id, before…, after…) over `fields`."""

    model: type[models.Model]
    added: Sequence[int] = ()
    fields: Sequence[str] = ()
    changed: Sequence[Sequence[Any]] = ()


@dataclass
class Outcome:
    """What became of a chunk. added + changed + unchanged + rejected are the rows of the file, nothing else."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)

    def reject(self, problems: Iterable[Problem]) -> set[int]:
        """Note the problems; returns the rows that are not stored because of them."""
        new = list(problems)
        self.problems += new
        return {p.row for p in new if not p.is_note}


@dataclass
class Job:
    """One run of a target: what was asked for, by whom, and whether it is for real (`write`) or a rehearsal."""

    run: ImportRun
    write: bool
    by: User | None
    now: dt.datetime
    batch: Batch | None = None
    _made_up: int = 0

    @property
    def options(self) -> dict[str, Any]:
        return self.run.options

    @property
    def may_add(self) -> bool:
        return self.run.mode != ImportRun.Mode.UPDATE

    @property
    def may_change(self) -> bool:
        return self.run.mode != ImportRun.Mode.CREATE

    def may(self, action: str) -> bool:
        """May the person who runs it do this? The house itself (a command without a name) may everything."""
        return self.by is None or access.may(self.by, action)

    def reach(self, action: str) -> access.Reach:
        """How far the person's permission goes; the house's goes everywhere."""
        return access.Reach(everything=True) if self.by is None else access.reach(self.by, action)

    def new_ids(self, model: type[models.Model], n: int) -> range:
        """Ids for n new rows; in a rehearsal made-up ones below zero."""
        if self.write:
            first = bulk.reserve_ids(model, n)
            return range(first, first + n)
        self._made_up += n
        return range(-self._made_up, -self._made_up + n)

    def own(self, model: type[models.Model]) -> Runs:
        """Ids of this model's rows that earlier chunks of the run have added."""
        runs = Runs()
        added = (
            BatchChunk.objects.filter(batch=self.batch, model=model._meta.label_lower)
            .order_by("number")
            .values_list("added", flat=True)
        )
        for first, last in (run for some in added for run in some):
            runs.add(range(first, last + 1))
        return runs

    def add_records(self, records: Sequence[Recorded], ids: Sequence[int] = ()) -> Kept:
        """Store new records of one model set-based, give them ids (or these), and make them findable."""
        model = type(records[0])
        ids = ids or self.new_ids(model, len(records))
        for pk, record in zip(ids, records, strict=True):
            record.pk = pk
            record.created_at = record.changed_at = self.now
        if self.write:
            shape = shape_of(model)
            bulk.insert_rows(model, shape.attnames, map(shape.values, records))
            if model.search_kind is not None:
                search.bulk_index(model.search_kind, [r.search_row() for r in records], new=True)
        return Kept(model, ids)


class Loader(ABC):
    """The work on one file, chunk by chunk. `read` asks no questions of the database that another person could change."""

    def __init__(self, job: Job) -> None:
        self.job = job

    # Smaller pieces would not hold the database for less: what a piece costs by itself outweighs its rows.
    least_piece: ClassVar[int] = 100

    @abstractmethod
    def read(self, chunk: Chunk) -> Any:
        """Columns into values; outside of the transaction."""

    @abstractmethod
    def store(self, rows: Any) -> Outcome:
        """Values into the database, or in a rehearsal what would become of them; inside of the chunk's transaction."""

    def resume(self, source: Source) -> None:  # noqa: B027 most targets have nothing to remember
        """Remember what the chunks before had taught, when a run goes on."""

    def last_steps(self) -> Iterable[Callable[[], Outcome]]:
        """What is left to do after the last chunk, in steps that each get a short transaction of their own.

        After a kill all of them are taken again, so a step finds what is done already. Their counts belong to no row.
        """
        return ()


@dataclass(frozen=True)
class MatchKey:
    """By what a row finds its record; `fields` are the target's fields it needs."""

    name: str
    label: StrOrPromise
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Target:
    """Something that can be imported. `needs` are the actions that a person must be allowed to do."""

    name: str
    label: StrOrPromise
    fields: tuple[FieldSpec, ...]
    keys: tuple[MatchKey, ...]
    needs: tuple[str, ...]
    loader: Callable[[Job], Loader]
    row_model: str  # whose rows the file's lines are, "orders.orderline"
    defaults: Mapping[str, Any] = field(default_factory=dict)
    after: Callable[[Batch], None] | None = None  # what follows from all rows together; may be done twice
    touched: Callable[[Batch], set[int]] | None = None  # whose derived facts an undo will change
    after_undo: Callable[[set[int] | None], None] | None = None  # None: of all
    synonyms: Callable[[], Mapping[str, tuple[str, ...]]] | None = (
        None  # further headings, of the house as it is set now
    )

    def spec(self, name: str) -> FieldSpec:
        return next(f for f in self.fields if f.name == name)


class Runs:
    """A set of numbers kept as runs: a million orders in a row are two numbers."""

    def __init__(self) -> None:
        self._first: list[int] = []
        self._last: list[int] = []

    def add(self, numbers: range) -> None:
        """Numbers above (or, in a rehearsal, below) all that were added before."""
        place = bisect.bisect_right(self._first, numbers.start)
        if place and self._last[place - 1] == numbers.start - 1:
            self._last[place - 1] = numbers.stop - 1
        else:
            self._first.insert(place, numbers.start)
            self._last.insert(place, numbers.stop - 1)

    def __contains__(self, number: int) -> bool:
        place = bisect.bisect_right(self._first, number)
        return bool(place) and number <= self._last[place - 1]


def standing(model: type[models.Model]) -> tuple[Any, Any]:
    """The id of the record that counts, and since when it is in the bin: what was merged leads to the one that was kept."""
    if not issubclass(model, Mergeable):
        return F("pk"), F("deleted_at")
    is_merged = Q(merged_into__isnull=False)
    since = Case(When(is_merged, then=None), default=F("deleted_at"))
    return Coalesce("merged_into_id", "pk"), since


class Numbers:
    """Ids of records by a unique text column, remembered while the import runs (and forgotten when they become too many)."""

    def __init__(self, model: type[models.Model], column: str = "number") -> None:
        self.model, self.column = model, column
        self._known: dict[str, int] = {}
        self.in_bin: set[str] = set()  # of those that were asked for

    def find(self, wanted: Sequence[str]) -> dict[str, int]:
        """Ids of those that exist, in the bin too."""
        if len(self._known) > MOST_REMEMBERED:
            self._known = {k: v for k, v in self._known.items() if v < 0}
        unknown = [number for number in wanted if number not in self._known]
        rows = self.model._base_manager.values_list(self.column, *standing(self.model))
        for start in range(0, len(unknown), 5000):
            some = rows.filter(**{f"{self.column}__in": unknown[start : start + 5000]})
            for number, pk, deleted_at in some:
                self._known[number] = pk
                if deleted_at is not None:
                    self.in_bin.add(number)
        return {number: self._known[number] for number in wanted if number in self._known}

    def remember(self, ids: Mapping[str, int]) -> None:
        self._known.update(ids)


def with_defaults(model: type[models.Model], frame: pl.DataFrame, job: Job) -> pl.DataFrame:
    """The frame with the columns that it lacks at the model's own defaults."""
    import polars as pl

    lacking = [
        f
        for f in model._meta.concrete_fields
        if f.attname not in frame.columns and not isinstance(f, models.JSONField)  # of these the database has one
    ]
    values = {f.attname: f.get_default() for f in lacking}
    values |= {name: job.now for name in ("created_at", "changed_at") if name in values}
    return frame.with_columns(pl.lit(value).alias(name) for name, value in values.items())

"""From the rows of a chunk that are alike to their new records: which of them are new for certain, and how they are stored. See `alike`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from kundenkreis.core import search
from kundenkreis.core.bulk_frames import frame_of, insert_frame
from kundenkreis.history.recording import Recorded
from kundenkreis.quality.targets.alike import Alike, Check, checks_of, plainly_good, searched_as
from kundenkreis.quality.targets.base import Loader, Outcome
from kundenkreis.quality.targets.changes import Changes
from kundenkreis.quality.targets.rows import Key, Row, filled

if TYPE_CHECKING:
    import polars as pl

    from kundenkreis.quality.targets.records import Records


class Columnar(Loader):
    """What a target says of its records so that they can be stored by columns; one that says nothing stores them one by one."""

    # Fields on whose cells nothing else in the record depends, each with what spells its values after the field's own checks: see `alike`.
    by_itself: ClassVar[Mapping[str, Callable[[Any], Any] | None]] = {}
    needed: ClassVar[tuple[str, ...]] = ()  # what a new record must have to be one of many alike
    apart: frozenset[str] = frozenset()  # what it must not have

    unique: ClassVar[tuple[str, ...]] = ()  # what no two records may have alike, beside the key

    def keyed_by(self) -> tuple[str, ...]:
        """The fields that `key_of` looks at."""
        return self.key_fields()

    def refer_alike(self, alike: Alike) -> tuple[Alike, pl.DataFrame]:
        """Find the records that the rows name beside their own columns; gives back, as they were read, the rows that name an unknown one."""
        return alike, alike.raw.clear()

    def free(self, alike: Alike) -> Iterable[bool]:
        """Which of these rows take nothing that is `unique` from a stored record."""
        return [True] * alike.height

    def searched_by(self, new: NewAlike, name: str) -> Sequence[Any]:
        """What the search finds these records by: their own column of that name, or the records they belong to."""
        return new.frame[name].to_list()

    def follow_alike(self, new: NewAlike, ids: Sequence[int], outcome: Outcome) -> None:
        """`follow` for records that were stored by columns, and what `_change` does for new ones."""

    def key_fields(self) -> tuple[str, ...]:
        from kundenkreis.quality import targets

        return next((k.fields for k in targets.get(self.job.run.target).keys if k.name == self.job.run.match_by), ())


class ByColumns:
    """The way of rows that are alike through one run. Only what is added for real goes it."""

    def __init__(self, loader: Records, checks: Mapping[str, Check]) -> None:
        self.loader, self.checks = loader, checks
        of_record = loader.attnames.keys() - checks.keys() - loader.apart
        self.shared = tuple(spec.name for spec in loader.fields if spec.name in of_record)

    @classmethod
    def of_target(cls, loader: Records) -> ByColumns | None:
        """None where nothing is added, or nothing for real."""
        if not (loader.job.write and loader.job.may_add):
            return None
        own = checks_of(loader.model, loader.columns_of, loader.by_itself)
        return cls(loader, own | loader.custom.checks(loader.job))

    def of(self, frame: pl.DataFrame) -> tuple[Alike, pl.DataFrame]:
        """The rows of a chunk that may go this way, and those that go the usual one."""
        loader = self.loader
        needed = (*loader.needed, *loader.custom.needed)
        return plainly_good(frame, self.checks, needed=needed, apart=loader.apart, unique=loader.unique)

    def sort_out(self, alike: Alike, others: Container[Key]) -> tuple[NewAlike | None, pl.DataFrame]:
        """The rows that add a record for certain; and those, as they were read, that go the usual way. `others` are the keys of the rest."""
        import polars as pl

        loader = self.loader
        alike, unknown = loader.refer_alike(alike)
        alike.keys = self._keys(alike)
        once = Counter(alike.keys)
        stored = loader.find([key for key in once if key is not None])
        alike, standing = alike.split(
            key is not None and once[key] == 1 and not (key in stored or key in others or key in loader.first_rows)
            for key in alike.keys
        )
        alike, taken = alike.split(loader.free(alike))
        kinds = alike.kinds(self.shared) if alike.height else None
        if kinds is None:
            return None, pl.concat([unknown, standing, taken, alike.raw])
        made = self._made(kinds[1], alike)
        of_row = kinds[0]
        good = of_row.is_in([kind for kind, record in enumerate(made) if record is not None])
        alike, refused = alike.split(good)
        rest = pl.concat([unknown, standing, taken, refused])
        if not alike.height:
            return None, rest
        rows = zip(alike.keys, alike.cells("row"), strict=True)
        loader.first_rows |= {key: row for key, row in rows if key is not None}
        return NewAlike(loader, alike, of_row.filter(good), made), rest

    def _keys(self, alike: Alike) -> list[Key | None]:
        names = [name for name in self.loader.keyed_by() if name in alike.raw.columns]
        columns = [alike.referred.get(name) or alike.cells(name) for name in names]
        row, keys = Row(0, {}), []
        for cells in zip(*columns, strict=True):
            row.values = filled(cells, names)
            keys.append(self.loader.key_of(row))
        return keys

    def _made(self, kinds: Sequence[Mapping[str, Any]], alike: Alike) -> list[Recorded | None]:
        """A record of each kind, made, filled and checked as every new one is; None where something would have to be said about it."""
        loader, scratch = self.loader, Outcome()
        sample = {name: alike.cells(name)[0] for name in loader.needed}
        rows, _wrong = loader.chosen([Row(kind, {**cells, **sample}) for kind, cells in enumerate(kinds)])
        made: list[Recorded | None] = [None] * len(kinds)
        for row in loader.refer(rows, scratch):
            row.key, row.record, row.state = loader.key_of(row) or (), loader.make(row), "added"
            with loader.custom.unasked():
                if loader.fill(row, Changes(), scratch):
                    made[row.number] = row.record
        return made


class NewAlike:
    """Rows whose records are added by columns: `kinds` says which of the records `made` each is like."""

    def __init__(self, loader: Records, alike: Alike, kinds: pl.Series, made: Sequence[Recorded | None]) -> None:
        self.loader, self.alike, self.numbers = loader, alike, alike.cells("row")
        shape = loader.shape
        usual = [record or shape.empty() for record in made]
        self.frame = frame_of(loader.model, map(shape.values, usual))[kinds]
        columns = zip(alike.clean.columns, alike.clean, strict=True)
        own = loader.custom.mapped
        clean = {loader.attnames[name]: cells for name, cells in columns if name not in own}
        self.custom = [alike.clean[name].to_list() for name in own if name in alike.clean.columns]
        self.frame = self.frame.with_columns(
            cells.zip_with(cells.is_not_null(), self.frame[name]).cast(self.frame.schema[name]).alias(name)
            for name, cells in clean.items()
        )

    @property
    def height(self) -> int:
        return self.frame.height

    def put(self, **columns: Sequence[Any]) -> None:
        """Columns of the records to be, by name."""
        import polars as pl

        self.frame = self.frame.with_columns(
            pl.Series(name, values, dtype=self.frame.schema[name]) for name, values in columns.items()
        )

    def _fill_in(self) -> None:
        """The custom fields of each record: what all of its kind have, what its own cells say, and what formulas make of it."""
        read = [name for name in self.loader.custom.read if name in self.frame.columns]
        columns = {name: self.frame[name].to_list() for name in read}
        filled = []
        for place, usual in enumerate(self.frame["custom"].to_list()):
            present = json.loads(usual)
            for cells in self.custom:
                present |= json.loads(cells[place]) if cells[place] else {}
            filled.append(self.loader.custom.worked_out(present, {name: columns[name][place] for name in read}))
        self.put(custom=[json.dumps(one, ensure_ascii=False) for one in filled])

    def store(self, ids: Sequence[int], outcome: Outcome) -> None:
        """Store the records under these ids, in the order of the rows, make them findable, and note them as added."""
        import polars as pl

        model, now = self.loader.model, self.loader.job.now
        self.put(id=ids)
        if self.custom or self.loader.custom.works_out:
            self._fill_in()
        light = searched_as(model)
        columns = (self.loader.searched_by(self, name) for name in light._fields[1:])
        rows = [one.search_row() for one in map(light, ids, *columns)]
        found = search.folded(rows)
        self.put(key=[key for key, _words in found])
        self.frame = self.frame.with_columns(pl.lit(now).alias("created_at"), pl.lit(now).alias("changed_at"))
        insert_frame(model, self.frame)
        if model.search_kind is not None:
            search.bulk_index(model.search_kind, rows, new=True, known=found)
        self.loader.follow_alike(self, ids, outcome)
        outcome.counts["added"] += len(ids)

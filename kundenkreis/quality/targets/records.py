"""Importing records one row each (accounts, contacts, products, …): find, add, change, with the checks that their verbs make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Q

from kundenkreis.core import bulk, search
from kundenkreis.customers.models.merged import Mergeable
from kundenkreis.fields.picks import pick_of
from kundenkreis.history.recording import Recorded
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.targets import references
from kundenkreis.quality.targets.alike import Alike
from kundenkreis.quality.targets.base import Job, Kept, Outcome, Problem, standing
from kundenkreis.quality.targets.by_columns import ByColumns, Columnar, NewAlike
from kundenkreis.quality.targets.changes import Changes
from kundenkreis.quality.targets.choices import choices_of, named_on, written_on
from kundenkreis.quality.targets.columns import Columns
from kundenkreis.quality.targets.custom import Custom, field_of, finder, special, specs
from kundenkreis.quality.targets.rows import Key, Row, rows_of
from kundenkreis.quality.targets.shapes import shape_of
from kundenkreis.staff.access import Reach

if TYPE_CHECKING:
    import polars as pl

    from kundenkreis.quality.reading import Chunk, Source

Prepared = tuple[list[Row], Alike | None, list[Problem]]


class Records(Columnar):
    """A subclass says which model, which fields go into which columns, how references are found and how rows find records."""

    model: ClassVar[type[Recorded]]
    # Whose rights decide record by record ("accounts.see"); "" where everybody sees all of them.
    noun: ClassVar[str] = ""
    fields: ClassVar[tuple[FieldSpec, ...]]
    # {field of the target: column of the model}; fields that are not here are the subclass's own business
    columns_of: ClassVar[Mapping[str, str]]
    special: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    lenient: ClassVar[frozenset[str]] = frozenset()
    takes_custom: ClassVar[type[Custom]] = Custom
    picked: ClassVar[
        Mapping[str, str]
    ] = {}  # {field of the target: pick list}, of fields that are the subclass's own business
    related: ClassVar[tuple[str, ...]] = ()  # what the search entry of a changed record names

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.custom = self.takes_custom(self.model, job.by, job.run.mapping)
        noun = self.custom.noun
        self.columns = Columns(job.run, (*self.fields, *specs(noun)), {**self.special, **special(noun)})
        self.first_rows: dict[Key, int] = {}
        self.rehearsed: dict[Key, Recorded] = {}
        self.own = job.own(self.model)
        self.shape = shape_of(self.model)
        self.attnames = {name: self.shape.attname_of[column] for name, column in self.columns_of.items()}
        self.choices = {
            name: choices
            for name, column in self.columns_of.items()
            if name in self.columns.mapping and (choices := choices_of(self.model, column))
        }
        self.choices |= {
            name: choices
            for name, pick in self.picked.items()
            if name in self.columns.mapping and (choices := written_on(pick))
        }
        self.alike = ByColumns.of_target(self) if self.by_itself else None

    # --- what a subclass says ------------------------------------------------------------------------------------------

    def key_of(self, row: Row) -> Key | None:
        """By what the row is matched; None when the cells for it are empty."""
        raise NotImplementedError

    def find(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        """Ids of the stored records for these keys (in the bin too)."""
        raise NotImplementedError

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        """Turn names of other records into records; returns the rows that are still good."""
        return rows

    def refer_custom(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        """As `refer`, of the people and records that custom fields name."""
        for name, field in self.custom.named.items():
            find, code = finder(field, self.job) or (references.people, "unknown_person")
            rows = self.replace(rows, name, find, code, outcome)
        return rows

    def make(self, row: Row) -> Recorded:
        """A new, empty record for the row."""
        return self.shape.empty()

    def number_new(self, rows: list[Row], new: NewAlike | None) -> None:
        """Give new records the numbers that the file does not have."""

    def follow(self, rows: list[Row], outcome: Outcome) -> None:
        """Store what belongs to the records beside their own columns."""

    def is_unique(self) -> bool:
        """Can there be only one record with a key? Then one that the person does not see stands in the way of a new one."""
        return False

    def shown(self, row: Row) -> str:
        """What the row is matched by, as a person reads it."""
        return " ".join(str(part) for part in row.key)

    def agree(self, row: Row) -> None:
        """Last words on the row's cells, now that its record is known."""

    def forbid(self, row: Row, differs: set[str]) -> Problem | None:
        """Why these columns may not get what the row says, if so."""
        return None

    # --- the work ------------------------------------------------------------------------------------------------------

    def read(self, chunk: Chunk) -> Prepared:
        import polars as pl

        frame, problems = self.columns.read(chunk, lenient=self.lenient)
        if bad := {p.row for p in problems if not p.is_note}:
            frame = frame.filter(~pl.col("row").is_in(list(bad)))
        alike = None
        if self.alike is not None:
            alike, frame = self.alike.of(frame)
        rows, wrong = self.chosen(rows_of(frame))
        return rows, alike, problems + wrong

    def store(self, prepared: Prepared) -> Outcome:
        rows, alike, problems = prepared
        outcome = Outcome()
        outcome.counts["rejected"] = len(outcome.reject(problems))
        rows = [Row(row.number, dict(row.values)) for row in rows]  # a second attempt begins with what was read
        rows = self._keyed(self.refer(self.refer_custom(rows, outcome), outcome), outcome)
        new = None
        if self.alike is not None and alike is not None:
            new, others = self.alike.sort_out(alike, {row.key for row in rows})
            rows += self._keyed(self.refer(self._in_words(others, outcome), outcome), outcome)
            rows.sort(key=attrgetter("number"))
        changes = self._match(rows, outcome)
        good = self._filled([row for row in rows if row.record is not None], changes, outcome)
        self._add([row for row in good if row.state == "added"], new, outcome)
        self.follow(good, outcome)
        self._change(good, changes, outcome)
        for row in good:
            outcome.counts[row.state] += 1
        return outcome

    def _in_words(self, frame: pl.DataFrame, outcome: Outcome) -> list[Row]:
        rows, wrong = self.chosen(rows_of(frame))
        outcome.counts["rejected"] += len(outcome.reject(wrong))
        return rows

    def refuse(self, outcome: Outcome, row: Row, name: str, code: str, **params: Any) -> None:
        outcome.counts["rejected"] += len(outcome.reject([Problem(row.number, name, code, params)]))

    def chosen(self, rows: list[Row]) -> tuple[list[Row], list[Problem]]:
        """The rows with their choices as they are stored, without those that name another one, and why."""
        good, problems = [], []
        for row in rows:
            wrong = self._choose(row)
            problems += wrong
            if not wrong:
                good.append(row)
        return good, problems

    def _choose(self, row: Row) -> list[Problem]:
        wrong = []
        for name, choices in self.choices.items():
            if (text := row.values.get(name)) is not None:
                chosen = choices.get(str(text).strip().casefold())
                if chosen is None:
                    wrong.append(
                        Problem(row.number, name, "unknown_choice", {"value": text, "choices": self._offered(name)})
                    )
                else:
                    row.values[name] = chosen
        return wrong

    def _offered(self, name: str) -> list[Any]:
        field: Any = None if name in self.picked else self.model._meta.get_field(self.columns_of[name])
        pick = self.picked.get(name) or pick_of(field)
        return named_on(pick) if pick else [label for _value, label in field.flatchoices]

    def _keyed(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        good = []
        for row in rows:
            key = self.key_of(row)
            if key is None:
                fields = [s.label for s in self.fields if s.name in self.key_fields()]
                self.refuse(outcome, row, "", "key_missing", fields=fields)
            else:
                row.key = key
                good.append(row)
        return good

    def _match(self, rows: list[Row], outcome: Outcome) -> Changes:
        """Give each row its record: a stored one, one that an earlier row adds, or a new one."""
        found = self.find(list(dict.fromkeys(row.key for row in rows)))
        ids = sorted({pk for some in found.values() for pk in some})
        query = self.model._base_manager.select_related(*self.related) if self.related else self.model._base_manager
        query = query.select_for_update(of=("self",)) if self.job.write else query.all()
        stored = {r.pk: r for start in range(0, len(ids), 5000) for r in query.filter(pk__in=ids[start : start + 5000])}
        seen = self.within("see", ids)
        mine = self.within("change", sorted(seen))
        new: dict[Key, Recorded] = self.rehearsed if not self.job.write else {}
        changes = Changes()
        for row in rows:
            there = [pk for pk in found.get(row.key, []) if pk in seen]
            hidden = len(there) < len(found.get(row.key, []))
            living = [pk for pk in there if stored[pk].deleted_at is None]
            shown = self.shown(row)
            first = self.first_rows.setdefault(row.key, row.number)
            if not self.job.may_change and first != row.number:
                self.refuse(outcome, row, "", "second_row", first=first)
            elif len(living) > 1:
                self.refuse(outcome, row, "", "several_found", value=shown)
            elif living and not self.job.may_change:
                self.refuse(outcome, row, "", "exists", value=shown)
            elif living and living[0] not in mine:
                self.refuse(outcome, row, "", "not_yours")
            elif living:
                row.record, row.state = stored[living[0]], "unchanged"
            elif there:
                self.refuse(outcome, row, "", "in_bin", value=shown)
            elif row.key in new:
                row.record, row.state = new[row.key], "unchanged"
            elif not self.job.may_add:
                self.refuse(outcome, row, "", "not_found", value=shown)
            elif hidden and self.is_unique():
                self.refuse(outcome, row, "", "taken", value=shown)
            else:
                row.record, row.state = self.make(row), "added"
                new[row.key] = row.record
        return changes

    def _filled(self, rows: list[Row], changes: Changes, outcome: Outcome) -> list[Row]:
        """The rows whose cells stand in their records now. When a row that would add is refused, the next one for its key adds."""
        good: list[Row] = []
        anew: dict[Key, Recorded | None] = {}  # new records whose row was refused: None until a later row makes it
        for row in rows:
            if row.key in anew:
                made = anew[row.key]
                row.state = "unchanged" if made else "added"
                row.record = anew[row.key] = made or self.make(row)
            if self.fill(row, changes, outcome):
                good.append(row)
            elif row.state == "added":
                anew[row.key] = None
        if not self.job.write:
            for key, made in anew.items():
                self.rehearsed.pop(key, None)
                if made:
                    self.rehearsed[key] = made
        return good

    def fill(self, row: Row, changes: Changes, outcome: Outcome) -> bool:
        """Put the row's cells into its record and check it; False (and the record as it was) when something is wrong."""
        record, shape = row.record, self.shape
        self.agree(row)
        wanted = {self.attnames[name]: value for name, value in row.values.items() if name in self.attnames}
        try:
            if self.custom.concern(row):
                wanted["custom"] = self.custom.filled(row)
        except ValidationError as wrong:
            self._refuse_invalid(row, wrong, outcome)
            return False
        differs = {attname for attname, value in wanted.items() if value != getattr(record, attname)}
        if not differs and row.state == "unchanged":
            return True
        if forbidden := self.forbid(row, differs):
            outcome.counts["rejected"] += len(outcome.reject([forbidden]))
            return False
        is_new = row.state == "added"  # one that is refused is thrown away
        whole = () if is_new else shape.values(record)
        touched = {shape.name_of[attname] for attname in differs}
        try:
            for attname in differs:
                setattr(record, attname, wanted[attname])
            touched |= self._prepared(record, {shape.name_of[attname] for attname in wanted})
            record.clean_fields(exclude=shape.names - touched | self._made_up(record))
            record.clean()
        except ValidationError as wrong:
            for attname, value in zip(shape.attnames, whole, strict=False):
                setattr(record, attname, value)
            self._refuse_invalid(row, wrong, outcome)
            return False
        if is_new or (after := shape.values(record)) == whole:
            return True
        if row.state == "unchanged":
            row.state = "changed"
            self._note_second(row, outcome)
            if record.pk is not None and (record.pk > 0 or self.job.write):
                columns = zip(shape.attnames, whole, after, strict=True)
                changes.note(record, {name: before for name, before, now in columns if before != now})
        return True

    def _made_up(self, record: Recorded) -> set[str]:
        """Relations to records that only a rehearsal has made (ids below zero): the database does not know them, and need not."""
        if self.job.write:
            return set()
        return {name for name, attname in self.shape.links if (getattr(record, attname) or 0) < 0}

    def _note_second(self, row: Row, outcome: Outcome) -> None:
        """Two rows of a file for one record, and they do not say the same: the later one stands."""
        if (first := self.first_rows[row.key]) != row.number:
            params = {"first": first, "value": self.shown(row)}
            outcome.reject([Problem(row.number, "", "merged", params, is_note=True)])

    def _prepared(self, record: Recorded, touched: set[str]) -> set[str]:
        """The model's own derived columns; numbers are given later for all together."""
        number = getattr(record, "number", None)
        if number == "":
            record.number = "…"  # type: ignore[attr-defined]
        derived = record.prepare(set(touched))
        if number == "":
            record.number = ""  # type: ignore[attr-defined]
        return derived - ({"number"} if number == "" else set())

    def _refuse_invalid(self, row: Row, wrong: ValidationError, outcome: Outcome) -> None:
        of_column = {column: name for name, column in self.columns_of.items()}
        by_field = wrong.error_dict if hasattr(wrong, "error_dict") else {"": wrong.error_list}
        problems = [
            Problem(
                row.number,
                of_column.get(name, field_of(name)) if name != "__all__" else "",
                "invalid",
                {"message": ValidationError(errors)},
            )
            for name, errors in by_field.items()
        ]
        outcome.counts["rejected"] += len(outcome.reject(problems))

    def _add(self, rows: list[Row], new: NewAlike | None, outcome: Outcome) -> None:
        """Rows of both kinds get their ids and numbers in the order of the file."""
        if not rows and new is None:
            return
        place = len(outcome.kept)  # after what they refer to, before what refers to them: undo goes the other way
        ids = self.job.new_ids(self.model, len(rows) + (new.height if new else 0))
        self.number_new(rows, new)
        records = [row.record for row in rows]
        if new is None:
            self.job.add_records(records, ids)
        else:
            of_row = dict(zip(sorted([*(row.number for row in rows), *new.numbers]), ids, strict=True))
            if records:
                self.job.add_records(records, [of_row[row.number] for row in rows])
            new.store([of_row[number] for number in new.numbers], outcome)
        self.own.add(ids)
        outcome.kept.insert(place, Kept(self.model, ids))

    def _change(self, rows: list[Row], changes: Changes, outcome: Outcome) -> None:
        """Update the changed columns of stored records, with before and after for undo; this run's own need none."""
        if not changes.records or not self.job.write:
            return
        names = sorted({name for before in changes.before.values() for name in before})
        kept = []
        for pk, record in changes.records.items():
            before = {name: changes.before[pk].get(name, getattr(record, name)) for name in names}
            record.changed_at = self.job.now
            if pk not in self.own:
                record.version += 1
                kept.append([pk, *before.values(), *(getattr(record, n) for n in names)])
        columns = [*names, "version", "changed_at"]
        bulk.update_rows(
            self.model, ["id", *columns], ([pk, *(getattr(r, c) for c in columns)] for pk, r in changes.records.items())
        )
        if self.model.search_kind is not None:
            search.bulk_index(self.model.search_kind, [r.search_row() for r in changes.records.values()])
        if kept:
            outcome.kept.append(Kept(self.model, (), names, kept))

    # --- for subclasses --------------------------------------------------------------------------------------------------

    def replace(
        self,
        rows: list[Row],
        name: str,
        find: Callable[[list[str]], Mapping[str, Any]],
        code: str,
        outcome: Outcome,
        *,
        keep: bool = False,
    ) -> list[Row]:
        """Replace the texts of a field by what `find` knows them as; rows with an unknown one are refused (or, `keep`, lose it)."""
        texts = list(dict.fromkeys(str(row.values[name]) for row in rows if name in row.values))
        known = find(texts) if texts else {}
        good = []
        for row in rows:
            text = row.values.get(name)
            if text is None or str(text) in known:
                if text is not None:
                    row.values[name] = known[str(text)]
                good.append(row)
            elif keep:
                outcome.reject([Problem(row.number, name, code, {"value": text}, is_note=True)])
                del row.values[name]
                good.append(row)
            else:
                self.refuse(outcome, row, name, code, value=text)
        return good

    def within(self, verb: str, ids: Sequence[int]) -> set[int]:
        """Which of these records the person may "see" or "change"; what the run itself has added is hers."""
        reach = self.job.reach(f"{self.noun}.{verb}") if self.noun else Reach(everything=True)
        if reach.everything:
            return set(ids)
        found = {pk for pk in ids if pk in self.own}
        others = [pk for pk in ids if pk not in found]
        allowed = self.model.objects.within(reach)  # type: ignore[attr-defined]
        for start in range(0, len(others), 5000):
            found |= set(allowed.filter(pk__in=others[start : start + 5000]).values_list("pk", flat=True))
        return found

    def by_column(self, column: str, keys: Sequence[Key], *more: Q, **conditions: Any) -> dict[Key, list[int]]:
        """`find` for a key that is one column."""
        found: dict[Key, list[int]] = defaultdict(list)
        values = [key[0] for key in keys]
        for start in range(0, len(values), 5000):
            some = {f"{column}__listed": values[start : start + 5000], **conditions}
            for value, pk in self.model._base_manager.filter(*more, **some).values_list(
                column, standing(self.model)[0]
            ):
                found[(value,)].append(pk)
            if "deleted_at" in conditions and issubclass(self.model, Mergeable):
                self._add_merged(found, column, some)
        return found

    def _add_merged(self, found: dict[Key, list[int]], column: str, some: Mapping[str, Any]) -> None:
        """By what a merged record was called, the one that was kept is meant. There are few: asked apart, by their own index."""
        called = {name: value for name, value in some.items() if name != "deleted_at"}
        rows = self.model._base_manager.filter(merged_into__isnull=False, **called)
        for value, pk in rows.values_list(column, "merged_into_id"):
            if pk not in found[(value,)]:
                found[(value,)].append(pk)

    def resume(self, source: Source) -> None:
        """Which records are this run's own is asked at the start anyway; nothing else is remembered."""

"""The three-way comparison: what a cell was when the workbook was made, what stands in it now here, and what the workbook says.

Nothing is written but the sheet's own cells. A cell that the workbook left alone is none, whoever has changed it here; one that both have
changed to different values is a conflict. Chunks of rows are compared one after the other, so memory is bounded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation

from kundenkreis.history.recording import Recorded
from kundenkreis.history.values import plain
from kundenkreis.quality import phrases
from kundenkreis.quality.edited import EditedSheet, SheetCell
from kundenkreis.quality.reading import Chunk, Unreadable
from kundenkreis.quality.sheets import marks
from kundenkreis.quality.sheets.before import Change, Since, since
from kundenkreis.quality.sheets.columns import Column, column_of, held
from kundenkreis.quality.sheets.marks import NotOurs
from kundenkreis.quality.sheets.nouns import ByNumber
from kundenkreis.quality.sheets.opening import Opened, open_sheet
from kundenkreis.quality.sheets.written import Written, plain_text
from kundenkreis.quality.targets.base import Outcome, Problem
from kundenkreis.quality.targets.rows import Row
from kundenkreis.quality.values import hints_for
from kundenkreis.staff import access

Kind = SheetCell.Kind
MOST_DIFFERING = 0.6  # of a row's cells: more look as if the keys stood beside other rows
_SORTED = 5  # rows from which that is said


@dataclass
class Line:
    """One row of the workbook that is about a record: the texts that she has changed, and then their values."""

    number: int
    record: Recorded
    version: int
    texts: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def compare(sheet: EditedSheet) -> None:
    """Read the file and keep what differs, from the beginning (a run that was killed leaves nothing that counts). Says so when it fails."""
    try:
        with translation.override(sheet.owner.language):
            _Comparison(sheet).run()
    except (Unreadable, NotOurs) as trouble:
        params = phrases.kept(getattr(trouble, "params", {}))
        _become(sheet, EditedSheet.State.FAILED, failure={"code": trouble.code, "params": params})
        sheet.forget_file()


def _become(sheet: EditedSheet, state: str, **values: Any) -> None:
    EditedSheet.objects.filter(pk=sheet.pk).update(state=state, heartbeat_at=timezone.now(), **values)
    sheet.refresh_from_db()


class _Comparison:
    def __init__(self, sheet: EditedSheet):
        self.sheet = sheet
        self.opened: Opened = open_sheet(Path(sheet.path), sheet.file_name)
        self.editable, self.mark = self.opened.editable, self.opened.mark
        if not access.reach(sheet.owner, f"{self.editable.plural}.change"):
            raise NotOurs("sheet_not_allowed")
        self.model: Any = self.editable.model
        columns = {name: column_of(self.model, name) for name in self.opened.columns}
        self.fields: dict[str, Column] = {name: column for name, column in columns.items() if column is not None}
        self.written = Written(self.editable, sheet.owner)
        self.counts: Counter[str] = Counter()
        self.turned = 0

    def run(self) -> None:
        twice = self._keys_that_come_twice()
        SheetCell.objects.filter(sheet=self.sheet).delete()
        for chunk in self.opened.chunks():
            cells = list(self._cells(chunk, twice))
            with transaction.atomic():
                SheetCell.objects.bulk_create(cells, batch_size=500)
                EditedSheet.objects.filter(pk=self.sheet.pk).update(heartbeat_at=timezone.now())
        notes = [*self.opened.notes]
        if self.turned >= _SORTED and self.turned * 2 > self.counts["rows"]:
            notes.append(["sheet_sorted", {"count": self.turned}])
        counts = {
            name: self.counts[name] for name in ("rows", "unchanged", "changed", "emptied", "conflicts", "refused")
        }
        made = {"made_at": self.mark.made_at, "made_by": self.mark.made_by, "noun": self.editable.plural}
        _become(self.sheet, EditedSheet.State.COMPARED, counts=counts, notes=notes, **made)
        self.sheet.forget_file()

    def _keys_that_come_twice(self) -> dict[str, int]:
        """{key: the row in which it came first} of those that stand in more than one row."""
        first: dict[str, int] = {}
        twice: dict[str, int] = {}
        for chunk in self.opened.chunks():
            for number, key in zip(chunk.numbers.to_list(), self.opened.keys(chunk.frame), strict=True):
                if key and first.setdefault(key, number) != number:
                    twice[key] = first[key]
        return twice

    # --- a chunk ---

    def _cells(self, chunk: Chunk, twice: Mapping[str, int]) -> Iterator[SheetCell]:
        lines, refused = self._lines(chunk, twice)
        self.counts["refused"] += len(refused)
        records = {line.record.pk: line.record for line in lines}
        past = since(self.model, {line.record.pk: line.version for line in lines}, records)
        self._read(lines, past)
        found = {line.number: self._differing(line, past.get(line.record.pk, Since())) for line in lines}
        self._check([line for line in lines if found[line.number] and not line.problems])
        yield from refused
        for line in lines:
            yield from self._told(line, found[line.number])

    def _lines(self, chunk: Chunk, twice: Mapping[str, int]) -> tuple[list[Line], list[SheetCell]]:
        """Rows whose key leads to a record that she may change, with the texts that differ from what we wrote; and the others."""
        keys = self.opened.keys(chunk.frame)
        known = {key: found for key in keys if (found := marks.of_key(self.mark, key)) is not None}
        records, mine = self._records([pk for pk, _version in known.values()])
        columns = {name: chunk.frame[self.opened.columns[name]].to_list() for name in self.fields}
        lines, refused = [], []
        for place, (number, key) in enumerate(zip(chunk.numbers.to_list(), keys, strict=True)):
            self.counts["rows"] += 1
            code, params = self._trouble(key, known, records, twice)
            if code:
                refused.append(self._refusal(number, code, params))
                continue
            pk, version = known[key]
            line = Line(number, records[pk], version)
            line.texts = {name: plain_text(cells[place] or "") for name, cells in columns.items()}
            line.problems = [] if pk in mine else [Problem(number, "", "not_yours")]
            lines.append(line)
        return lines, refused

    def _records(self, ids: Sequence[int]) -> tuple[dict[int, Recorded], set[int]]:
        """Those of these records that she sees, and the numbers of those that she may change."""
        reach = access.reach(self.sheet.owner, f"{self.editable.plural}.change")
        seen = self.model.objects.visible_to(self.sheet.owner).filter(pk__listed=sorted(set(ids)))
        records = {record.pk: record for record in seen}
        self.written.know(self.fields, list(records.values()))
        if reach.everything or not hasattr(seen, "within"):
            return records, set(records)
        within = self.model.objects.within(reach).filter(pk__listed=sorted(records))
        return records, set(within.values_list("pk", flat=True))

    def _trouble(
        self, key: str, known: Mapping[str, tuple[int, int]], records: Mapping[int, Recorded], twice: Mapping[str, int]
    ) -> tuple[str, dict[str, Any]]:
        if not key:
            return "sheet_new_row", {}
        if key not in known:
            return "sheet_key_changed", {"value": key}
        if key in twice:
            return "sheet_key_twice", {"first": twice[key]}
        pk, version = known[key]
        if pk not in records:
            return "sheet_not_found", {}
        if records[pk].deleted_at is not None:
            return "in_bin", {"value": str(records[pk])}
        return ("sheet_key_changed", {"value": key}) if version > records[pk].version else ("", {})

    def _refusal(self, number: int, code: str, params: Mapping[str, Any], **more: Any) -> SheetCell:
        kept = phrases.kept(dict(params))
        return SheetCell(sheet=self.sheet, row=number, kind=Kind.PROBLEM, code=code, params=kept, **more)

    def _read(self, lines: list[Line], past: Mapping[int, Since]) -> None:
        """Of each line's texts those that are not what we would write for the record, now or then, as values."""
        for line in lines:
            before = past.get(line.record.pk, Since())
            texts = line.texts.items()
            line.texts = {name: text for name, text in texts if not self._is_untouched(line, name, text, before)}
        some = [line for line in lines if line.texts]
        if not some:
            return
        outcome = Outcome()
        loader = self._loader()
        rows = {row.number: row for row in _typed(loader, some, outcome)}
        wrong: dict[int, list[Problem]] = {}
        for problem in outcome.problems:
            if not problem.is_note:
                wrong.setdefault(problem.row, []).append(problem)
        for line in some:
            line.problems += wrong.get(line.number, [])
            values = rows[line.number].values if line.number in rows else {}
            for name, text in line.texts.items():
                if text == "":
                    self._empty(line, name)
                elif name in values:
                    self._take(line, name, values[name])
                elif line.number in rows and not any(one.field == name for one in line.problems):
                    line.problems.append(Problem(line.number, name, "sheet_not_understood", {"value": text}))

    def _take(self, line: Line, name: str, value: Any) -> None:
        try:
            line.values[name] = self.fields[name].taken(value, line.record)
        except ValidationError as wrong:
            line.problems.append(Problem(line.number, name, "invalid", {"message": wrong}))

    def _is_untouched(self, line: Line, name: str, text: str, before: Since) -> bool:
        if text == self.written.text(name, held(line.record, name)):
            return True
        change = before.changes.get(name)
        return change is not None and text == self.written.text(name, self.fields[name].kept(change.was))

    def _loader(self) -> ByNumber:
        mapping = {name: name for name in self.fields}
        return self.editable.loader_for(self.sheet.owner, write=False, now=timezone.now(), mapping=mapping)

    def _empty(self, line: Line, name: str) -> None:
        field = self.fields[name]
        if field.may_be_empty:
            line.values[name] = field.empty
        else:
            line.problems.append(Problem(line.number, name, "missing"))

    # --- three ways ---

    def _differing(self, line: Line, past: Since) -> list[SheetCell]:
        """The cells of a line that differ; what is left in its values is what would be written."""
        found = []
        for name in [*line.values]:
            cell = self._cell(line, name, past)
            if cell is None:
                del line.values[name]
            else:
                found.append(cell)
        return found

    def _check(self, lines: list[Line]) -> None:
        """The noun's own rules for whole records, as they would hold if all of the workbook were taken over."""
        by_number = {line.number: line for line in lines}
        rows = [Row(line.number, dict(line.values), (line.record.pk,)) for line in lines]
        for problem in self._loader().put(rows).problems if rows else ():
            if not problem.is_note:
                by_number[problem.row].problems.append(problem)

    def _told(self, line: Line, cells: list[SheetCell]) -> list[SheetCell]:
        """A line's cells, and why it is refused, each field as a cell of its own."""
        wrong = [one for one in line.problems if one.field or cells]
        touched = {cell.field for cell in cells} | {one.field for one in wrong if one.field}
        if not touched:
            self.counts["unchanged"] += 1
            return []
        if len(touched) > MOST_DIFFERING * max(len(self.fields), 3):
            self.turned += 1
        for cell in cells:
            cell.is_blocked = bool(wrong)
        self._count(cells, bool(wrong))
        about = {"record_id": line.record.pk, "label": str(line.record)[:200]}
        return cells + [self._refusal(line.number, one.code, one.params, field=one.field, **about) for one in wrong]

    def _count(self, cells: list[SheetCell], blocked: bool) -> None:
        if blocked:
            self.counts["refused"] += 1
            return
        for cell in cells:
            self.counts["conflicts" if cell.kind == Kind.CONFLICT else "changed"] += 1
            self.counts["emptied"] += cell.new in (None, "")

    def _cell(self, line: Line, name: str, past: Since) -> SheetCell | None:
        now, new = held(line.record, name), line.values[name]
        if new == now:
            return None  # equal changes are none
        change = past.changes.get(name)
        was, is_known = self._was(name, change, now, past)
        if is_known and new == was:
            return None  # she left it alone; somebody else changed it here
        conflict = not is_known or was != now
        texts = [self.written.text(name, was) if is_known else None, *self.written.texts(name, (now, new))]
        return SheetCell(
            sheet=self.sheet,
            row=line.number,
            record_id=line.record.pk,
            label=str(line.record)[:200],
            field=name,
            kind=Kind.CONFLICT if conflict else Kind.CHANGE,
            was=plain(was),
            now=plain(now),
            new=plain(new),
            texts=texts,
            by=change.by if conflict and change else "",
            at=change.at if conflict and change else None,
        )

    def _was(self, name: str, change: Change | None, now: Any, past: Since) -> tuple[Any, bool]:
        """The value when the workbook was made, and whether that is known."""
        if change is None:
            return (now, True) if past.is_whole else (None, False)
        return self.fields[name].kept(change.was), True


def _typed(loader: ByNumber, lines: Iterable[Line], outcome: Outcome) -> list[Row]:
    """The texts as values: figures and days in either language's spelling, choices and the names of other records as they are stored."""
    import polars as pl

    lines = list(lines)
    numbers = pl.Series("row", [line.number for line in lines], dtype=pl.Int64)
    names = sorted({name for line in lines for name, text in line.texts.items() if text})
    frame = pl.DataFrame(
        {name: [line.texts.get(name, "") for line in lines] for name in names}, schema=dict.fromkeys(names, pl.String)
    )
    chunk = Chunk(lines[0].number, frame, numbers, 0, None, (), 0)
    columns = loader.columns
    columns.specs = [spec for spec in columns.specs if spec.name in names]
    for spec in columns.specs:
        columns.hints[spec.name] = _hints(columns.hints[spec.name], frame[spec.name], spec.kind)
    typed, problems = columns.read(chunk, lenient=frozenset())
    # An empty cell empties its field, and whether it may be is asked of the field.
    outcome.problems += [one for one in problems if one.code != "missing"]
    rows = []
    for number, *cells in typed.iter_rows():
        values = {name: cell for name, cell in zip(typed.columns[1:], cells, strict=True) if cell is not None}
        rows.append(Row(number, values))
    good, wrong = loader.chosen(rows)
    outcome.problems += wrong
    return loader.refer(loader.refer_custom(good, outcome), outcome)


def _hints(hints: Any, texts: Any, kind: str) -> Any:
    return hints_for(texts.filter(texts != ""), kind, hints)[0]

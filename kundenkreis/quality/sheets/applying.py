"""What the person has confirmed is written: one batch, in short steps, each of which leaves the batch true.

A cell whose field has changed again since the comparison is not written: it is asked again. Killed, it goes on where it was; what is done is
undone as a whole like any batch.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone, translation

from kundenkreis.history import chunks, trail
from kundenkreis.history.models import Batch
from kundenkreis.history.recording import record_event
from kundenkreis.history.values import plain
from kundenkreis.quality import phrases
from kundenkreis.quality.edited import EditedSheet, SheetCell
from kundenkreis.quality.sheets.columns import column_of, held
from kundenkreis.quality.sheets.nouns import EDITABLE, Editable
from kundenkreis.quality.sheets.written import Written
from kundenkreis.quality.targets.base import Kept, Outcome, Problem
from kundenkreis.quality.targets.rows import Row

STEP = 500  # rows in one transaction
REST = 0.02  # seconds between two, in which those who wait for the database get it
State, Kind, Decision = EditedSheet.State, SheetCell.Kind, SheetCell.Decision
KIND = "sheet"  # of the batch


class CannotApply(Exception):
    """`code` says why: "undecided", "changed_meanwhile" (with how many), "nothing", "wrong_state"."""

    def __init__(self, code: str, count: int = 0):
        self.code, self.count = code, count
        super().__init__(code)


@transaction.atomic
def decide(sheet: EditedSheet, decision: str, *, cell: int | None = None) -> int:
    """Keep what is here, or take the workbook: for one conflict, or for all that are left. Returns how many were decided."""
    if decision not in Decision.values:
        raise CannotApply("wrong_state")
    asked = sheet.cells.filter(kind=Kind.CONFLICT)
    asked = asked.filter(pk=cell) if cell is not None else asked.filter(decision="")
    return asked.update(decision=decision)


def confirm(sheet: EditedSheet, now: dt.datetime | None = None) -> EditedSheet:
    """Begin to take over what differs: `go_on` then does the work. Nothing is written before every conflict is decided and what is here
    is still what was shown. Raises CannotApply.
    """
    if sheet.state not in (State.COMPARED, State.DONE):
        raise CannotApply("wrong_state")
    if undecided := sheet.open_conflicts:
        raise CannotApply("undecided", undecided)
    if not _wanted(sheet).exists():
        raise CannotApply("nothing")
    if changed := recheck(sheet):
        raise CannotApply("changed_meanwhile", changed)
    with transaction.atomic():
        # Two who press the button at once: the second one finds it begun.
        begun = EditedSheet.objects.filter(pk=sheet.pk, state=sheet.state, batch=sheet.batch)
        batch = Batch.objects.create(
            kind=KIND,
            label=sheet.file_name[:200],
            actor_id=sheet.owner_id,
            actor_name=sheet.owner.get_full_name()[:200],
            started_at=now or timezone.now(),
        )
        if not begun.update(state=State.APPLYING, batch=batch, next_chunk=0, heartbeat_at=timezone.now()):
            batch.delete()
            raise CannotApply("wrong_state")
    sheet.refresh_from_db()
    return sheet


def recheck(sheet: EditedSheet) -> int:
    """Look again at what is here: cells whose field is not any more as it was shown become conflicts to be decided anew. How many.

    Asked of the records that were changed since the workbook came in; each step asks of all of its own once more.
    """
    editable, found, wanted = EDITABLE[sheet.noun], 0, _wanted(sheet)
    later = editable.model._base_manager.filter(changed_at__gte=sheet.created_at)
    ids = list(later.filter(pk__in=wanted.values("record_id")).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), STEP):
        cells = list(wanted.filter(record_id__in=ids[start : start + STEP]))
        with transaction.atomic():
            found += len(_ask_again(sheet, cells, _records(editable, cells)))
    return found


def go_on(sheet: EditedSheet) -> EditedSheet:
    """Every step that is left, each in one transaction; another worker that does the same changes nothing."""
    with translation.override(sheet.owner.language):
        while sheet.state == State.APPLYING and _step(sheet):
            time.sleep(REST)
            sheet.refresh_from_db()
    sheet.refresh_from_db()
    return sheet


def _wanted(sheet: EditedSheet) -> Any:
    """The cells that are to be written."""
    taken = sheet.cells.filter(is_blocked=False).exclude(kind=Kind.PROBLEM)
    return taken.exclude(kind=Kind.CONFLICT, decision=Decision.NOW).exclude(kind=Kind.CONFLICT, decision="")


def _rows_of(sheet: EditedSheet) -> list[SheetCell]:
    """The cells to be written of the next STEP rows."""
    wanted = _wanted(sheet).order_by("row", "pk")
    rows = list(wanted.values_list("row", flat=True).distinct().order_by("row")[:STEP])
    return list(wanted.filter(row__lte=rows[-1])) if rows else []


def _records(editable: Editable, cells: Sequence[SheetCell]) -> dict[int, Any]:
    ids = sorted({cell.record_id for cell in cells if cell.record_id})
    return {record.pk: record for record in editable.model._base_manager.filter(pk__listed=ids)}


def _step(sheet: EditedSheet) -> bool:
    """One step. False when there is none left."""
    with transaction.atomic():
        mine = EditedSheet.objects.filter(pk=sheet.pk, state=State.APPLYING, next_chunk=sheet.next_chunk)
        if not mine.update(next_chunk=sheet.next_chunk + 1, heartbeat_at=timezone.now()):
            return True  # another worker has taken this step
        cells = _rows_of(sheet)
        if not cells:
            _end(sheet)
            return False
        _write(sheet, cells)
    return True


def _write(sheet: EditedSheet, cells: list[SheetCell]) -> None:
    editable, now = EDITABLE[sheet.noun], timezone.now()
    assert sheet.batch is not None
    loader = editable.loader_for(sheet.owner, write=True, now=now, mapping={}, batch=sheet.batch)
    again = {cell.row for cell in _ask_again(sheet, cells, _records(editable, cells))}
    rows: dict[int, Row] = {}
    for cell in cells:
        if cell.row not in again:
            column = column_of(editable.model, cell.field)
            row = rows.setdefault(cell.row, Row(cell.row, {}, (cell.record_id,)))
            row.values[cell.field] = column.kept(cell.new) if column is not None else cell.new
    outcome = loader.put(list(rows.values())) if rows else Outcome()
    refused = {one.row for one in outcome.problems if not one.is_note}
    _refuse(sheet, [one for one in outcome.problems if not one.is_note], cells)
    for kept in outcome.kept:
        _keep(sheet.batch, sheet.next_chunk, kept, now)
    SheetCell.objects.filter(pk__in=[cell.pk for cell in cells if cell.row in rows.keys() - refused]).delete()
    if tagged := outcome.counts["tagged"]:  # records of which nothing but their tags was changed
        label = editable.model._meta.label_lower
        sheet.batch.counts[label] = {"changed": sheet.batch.counts.get(label, {}).get("changed", 0) + tagged}
        Batch.objects.filter(pk=sheet.batch_id).update(counts=sheet.batch.counts)
    counts = sheet.counts | {"taken": sheet.counts.get("taken", 0) + outcome.counts["changed"]}
    EditedSheet.objects.filter(pk=sheet.pk).update(counts=counts)


def _keep(batch: Batch, number: int, kept: Kept, now: dt.datetime) -> None:
    """What undo needs; and what is compared and searched beside the record follows it."""
    model: Any = kept.model
    chunks.keep(batch, number, model, added=kept.added, fields=kept.fields, changed=kept.changed, now=now)
    label = model._meta.label_lower
    batch.counts[label] = {"changed": batch.counts.get(label, {}).get("changed", 0) + len(kept.changed)}
    Batch.objects.filter(pk=batch.pk).update(counts=batch.counts)
    if model.alike_fields & {name.removesuffix("_id") for name in kept.fields}:
        model.keep_alike(list(model._base_manager.filter(pk__listed=[row[0] for row in kept.changed])))


def _refuse(sheet: EditedSheet, problems: Sequence[Problem], cells: Sequence[SheetCell]) -> None:
    """Rows that were good when they were compared and are not any more: told, and left as they are."""
    of_row = {cell.row: cell for cell in cells}
    SheetCell.objects.filter(sheet=sheet, row__in={one.row for one in problems}).update(is_blocked=True)
    SheetCell.objects.bulk_create(
        SheetCell(
            sheet=sheet, row=one.row, field=one.field, kind=Kind.PROBLEM, code=one.code, params=phrases.kept(dict(one.params)),
            record_id=of_row[one.row].record_id, label=of_row[one.row].label,
        )
        for one in problems
    )  # fmt: skip


def _ask_again(sheet: EditedSheet, cells: Sequence[SheetCell], records: dict[int, Any]) -> list[SheetCell]:
    """Those cells that tell of another value than the record has now: they are conflicts with what it has, and undecided."""
    written, found = Written(EDITABLE[sheet.noun], sheet.owner), []
    written.know({cell.field for cell in cells}, list(records.values()))
    for cell in cells:
        record = records.get(cell.record_id or 0)
        if record is None:
            continue  # gone for good: the loader refuses the row
        now = held(record, cell.field)
        if plain(now) == cell.now:
            continue
        if plain(now) == cell.new:
            cell.delete()  # somebody has done the same
            continue
        cell.texts = [cell.texts[0], written.text(cell.field, now), cell.texts[2]]
        cell.now, cell.kind, cell.decision = plain(now), Kind.CONFLICT, ""
        last = _last_change(record, cell.field)
        cell.by, cell.at = (last.actor_name, last.at) if last is not None else ("", None)
        found.append(cell)
    SheetCell.objects.bulk_update(found, ["texts", "now", "kind", "decision", "by", "at"])
    return found


def _last_change(record: Any, name: str) -> Any:
    steps = trail.since(record, max(record.version - 3, 0))
    return next((event for event in steps if name in event.changes), None)


def _end(sheet: EditedSheet) -> None:
    """All is written that was to be. What is to be decided again waits as before."""
    batch, now = sheet.batch, timezone.now()
    assert batch is not None
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.DONE, ended_at=now)
    batch.refresh_from_db()
    label = EDITABLE[sheet.noun].model._meta.label_lower
    changed = batch.counts.get(label, {}).get("changed", 0)
    record_event(batch, "batch.edited", by=sheet.owner, now=now, changes={"records": [None, changed]}, batch=batch)
    left = sheet.cells.exclude(kind=Kind.PROBLEM).filter(is_blocked=False).exclude(decision=Decision.NOW)
    state = State.COMPARED if left.exists() else State.DONE
    if state == State.DONE:
        sheet.cells.exclude(kind=Kind.PROBLEM).delete()
    EditedSheet.objects.filter(pk=sheet.pk).update(state=state)
    sheet.state = state

"""Her name out of what others wrote: texts, history, what is kept for a while. A mark in the language of the house takes its place."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Collection
from typing import Any

from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.db import models, transaction
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.history import chunks
from kundenkreis.history.models import BatchChunk, Event
from kundenkreis.history.recording import Recorded, record_event
from kundenkreis.history.values import ERASED
from kundenkreis.orders.models import Order
from kundenkreis.privacy import mentions, unsaying
from kundenkreis.privacy.needles import Needles, Replacer, each_text
from kundenkreis.privacy.person import Person

_BEAT = 200


def texts(person: Person, needles: Needles, mark: str, spared: Collection[str], alive: Callable[[], None]) -> int:
    """Replace her name in every column that is searched, but in the places that were ruled out; how many places there were."""
    count = seen = 0
    for _line, model, names in mentions.searched():
        for record, own in mentions.rows_to_read(person, needles, model, names):
            left = [name for name in names if f"{model._meta.label_lower}:{record.pk}:{name}" not in spared]
            count += _rewrite(model, record.pk, left, needles, own, mark)
            seen += 1
            if seen % _BEAT == 0:
                alive()
    return count


@transaction.atomic
def _rewrite(model: type[models.Model], pk: int, names: list[str], needles: Needles, own: bool, mark: str) -> int:
    """One row, as it is now. A record gets a new version, so that a form which was opened before cannot write the name back."""
    record = model._base_manager.select_for_update(of=("self",)).filter(pk=pk).first()
    pattern = needles.pattern(own=own)
    if record is None or pattern is None:
        return 0
    changed = {}
    for name in names:
        value = getattr(record, name)
        new = Replacer(pattern, mark).any(value)
        if new != value:
            changed[name] = _cut(model._meta.get_field(name), new)
    if not changed:
        return 0
    if not isinstance(record, Recorded):
        model._base_manager.filter(pk=pk).update(**changed)
        return len(changed)
    now = timezone.now()
    model._base_manager.filter(pk=pk).update(**changed, version=models.F("version") + 1, changed_at=now)
    record = type(record)._base_manager.get(pk=pk)
    record.settle(set(changed))
    record_event(
        record, f"{record.noun()}.redacted", by=None, now=now, changes={name: [ERASED, ERASED] for name in changed}
    )
    return len(changed)


def _cut(field: Any, value: Any) -> Any:
    return value[: field.max_length] if isinstance(value, str) and getattr(field, "max_length", None) else value


def references(orders: Collection[int], needles: Needles, mark: str = "…") -> int:
    """Her name out of the references of orders whose books need not be kept any more."""
    pattern, count = needles.pattern(own=False), 0
    for order in Order._base_manager.filter(pk__in=orders) if pattern else ():
        count += 1
        new = Replacer(pattern, mark).text(order.customer_reference)  # type: ignore[arg-type]
        Order._base_manager.filter(pk=order.pk).update(customer_reference=new)
    return count


# --- history of others ---------------------------------------------------------------------------------------------------


def events(person: Person, needles: Needles, mark: str) -> int:
    """Events about others in which she is named, with all that ever was changed in her own activities."""
    count = 0
    pattern = needles.pattern(own=False)
    if pattern is None:
        return 0
    for event in mentions.candidates(Event, ["subject_label", "changes"], needles):
        count += _rewrite_event(event, Replacer(pattern, mark))
    own = mentions.own_rows(person)[Activity]
    hers = list(Activity._base_manager.filter(own).values_list("pk", flat=True).distinct())
    bare = needles.pattern(own=True)
    for start in range(0, len(hers), 500):
        for event in Event.objects.filter(subject_type="activities.activity", subject_id__in=hers[start : start + 500]):
            count += _rewrite_event(event, Replacer(bare, mark)) if bare else 0
    return count


def _rewrite_event(event: Event, replacer: Replacer) -> int:
    label, changes = replacer.text(event.subject_label)[:200], replacer.any(event.changes)
    if (label, changes) == (event.subject_label, event.changes):
        return 0
    Event.objects.filter(pk=event.pk).update(subject_label=label, changes=changes)
    return 1


def chunks_of_others(person: Person, needles: Needles, mark: str) -> int:
    """The packed rows of all batches in which she is named."""
    pattern, count = needles.pattern(own=False), 0
    if pattern is None:
        return 0
    about = {model._meta.label_lower for model in unsaying.ABOUT}
    for pk in list(BatchChunk.objects.order_by("pk").values_list("pk", flat=True)):
        chunk = BatchChunk.objects.get(pk=pk)
        alike = Replacer(pattern, mark).any(chunk.alike)
        packed = bytes(chunk.changed)
        if packed and pattern.search(zlib.decompress(packed).decode()):
            fields, rows = chunks.unpack(packed)
            # Whole values of people's records become history's own mark, so that an undo leaves them alone.
            replacer = Replacer(pattern, ERASED if chunk.model in about else mark)
            rows = [[replacer.any(value) for value in row] for row in rows]
            packed = chunks.pack(fields, rows)
        if packed != bytes(chunk.changed) or alike != chunk.alike:
            BatchChunk.objects.filter(pk=pk).update(changed=packed, alike=alike)
            count += 1
    return count


# --- what is kept for a while --------------------------------------------------------------------------------------------


def answers(needles: Needles) -> int:
    """Answers kept for requests that come twice: those that name her are forgotten."""
    pattern = needles.pattern(own=False)
    model = apps.get_model("api", "KeptAnswer")
    gone = []
    for kept in model._base_manager.iterator(200) if pattern else ():
        try:
            text = zlib.decompress(bytes(kept.body)).decode("utf-8", "replace") if kept.body else ""
        except zlib.error:
            text = ""
        if pattern.search(text + json.dumps(kept.headers)):  # type: ignore[union-attr]
            gone.append(kept.pk)
    return model._base_manager.filter(pk__in=gone).delete()[0]


def sessions(needles: Needles) -> int:
    """Messages that nobody has seen yet may name her; whoever has such one signs in again."""
    pattern = needles.pattern(own=False)
    model = apps.get_model("sessions", "Session")
    store = SessionStore()
    gone = [
        one.pk
        for one in (model._base_manager.iterator(500) if pattern else ())
        if pattern.search(str(store.decode(one.session_data)))  # type: ignore[union-attr]
    ]
    return model._base_manager.filter(pk__in=gone).delete()[0]


def problems(needles: Needles) -> int:
    """Rows of imported files that could not be taken over: the cells of one that is hers, or names her, are forgotten."""
    own, named = needles.pattern(own=True), needles.pattern(own=False)
    model = apps.get_model("quality", "ImportProblem")
    count = 0
    for problem in mentions.candidates(model, ["cells", "params"], needles) if own and named else ():
        row = (
            " ".join(str(value) for value in problem.cells.values())
            if isinstance(problem.cells, dict)
            else str(problem.cells)
        )
        if named.search(row) or named.search(" ".join(each_text(problem.params))):  # type: ignore[union-attr]
            params = Replacer(own, "…").any(problem.params)  # type: ignore[arg-type]
            model._base_manager.filter(pk=problem.pk).update(cells={}, params=params)
            count += 1
    return count


def sheet_cells(person: Person, needles: Needles) -> int:
    """Cells of edited workbooks that are about her, or name her."""
    model = apps.get_model("quality", "SheetCell")
    hers = models.Q(sheet__noun="contacts", record_id__in=person.contacts)
    hers |= models.Q(sheet__noun="accounts", record_id__in=person.accounts)
    count = model._base_manager.filter(hers).delete()[0]
    pattern = needles.pattern(own=False)
    if pattern is not None:
        rows = mentions.candidates(model, ["label", "was", "now", "new", "texts", "by"], needles)
        gone = [one.pk for one in rows if pattern.search(" ".join(_cell_texts(one)))]
        count += model._base_manager.filter(pk__in=gone).delete()[0]
    return count


def _cell_texts(cell: Any) -> list[str]:
    values = (cell.label, cell.was, cell.now, cell.new, cell.texts, cell.by)
    return [text for value in values for text in each_text(value)]

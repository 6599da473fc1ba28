"""Another kind for a field that holds values already: first what would become of them, then all of it as one batch that can be undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.core import bulk
from kundenkreis.core.models import House
from kundenkreis.fields import checking, known, values
from kundenkreis.fields.filling import put, work_out
from kundenkreis.fields.known import Field
from kundenkreis.fields.models import CustomField
from kundenkreis.fields.nouns import NOUNS
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch
from kundenkreis.history.recording import Actor, record_event
from kundenkreis.staff.models import User

CHUNK = 1000
EXAMPLES = 20
MOST_NEW_CHOICES = 1000
AT_ONCE = 20_000  # records with a value whose field changes its kind while somebody waits
# A formula is worked out and no other kind is; everything else may become everything else.
KIND = "field_kind"  # of the batch
_COLUMNS = ("kind", "choices", "is_searched", "decimals")
KINDS = ("text", "number", "money", "date", "choice", "several", "person")


@dataclass
class Preview:
    """How many values there are, how many would be kept, and some that would not, as they are read, with how often each is there."""

    total: int = 0
    kept: int = 0
    examples: list[tuple[str, int]] = field(default_factory=list)
    choices: list[dict[str, Any]] = field(default_factory=list)

    @property
    def lost(self) -> int:
        return self.total - self.kept


def preview(record: CustomField, kind: str) -> Preview:
    """What would become of the values. Raises ValidationError where the kind cannot be changed at all."""
    before, after = _both(record, kind)
    found = Preview(choices=[one.kept() for one in after.choices])
    for value, count in _each(record):
        found.total += count
        if converted(before, after, value) is not None:
            found.kept += count
        elif len(found.examples) < EXAMPLES:
            found.examples.append((_text(before, value)[:80], count))
    return found


@transaction.atomic
def convert(record: CustomField, kind: str, *, by: Actor | None, now: dt.datetime | None = None) -> Batch:
    """Change the kind and every value at once. What cannot be kept goes; the undo of the batch brings it back, and the kind.

    Raises ValidationError.
    """
    batch = begin(record, kind, by=by, now=now)
    go_on(batch)
    record.refresh_from_db()
    return batch


@transaction.atomic
def begin(record: CustomField, kind: str, *, by: Actor | None, now: dt.datetime | None = None) -> Batch:
    """The batch of a change of kind: the definition is another one already, the values follow with `go_on`. Raises ValidationError."""
    now = now or timezone.now()
    if Batch.objects.filter(kind=KIND, state=Batch.State.RUNNING, counts__field=record.pk).exists():
        raise ValidationError(_("The field is being given another kind already."))
    _before, after = _both(record, kind)
    label = _("Kind of “%(field)s”: %(kind)s") % {"field": record, "kind": CustomField.Kind(kind).label}
    batch = Batch.objects.create(
        kind=KIND, label=label[:200], actor_id=by.pk if by else None, actor_name=by.get_full_name()[:200] if by else "", started_at=now,
        counts={_label(record): {"changed": 0}, "field": record.pk, "reached": 0},
    )  # fmt: skip
    was = [getattr(record, name) for name in _COLUMNS]
    _define(record, after, by, now, batch)
    present = CustomField._base_manager.get(pk=record.pk)
    changed = [[record.pk, *was, *(getattr(present, name) for name in _COLUMNS)]]
    chunks.keep(batch, 0, CustomField, fields=_COLUMNS, changed=changed, now=now)
    present.follow({"kind"})
    return batch


def go_on(batch: Batch) -> None:
    """Every step that is left, some records in a transaction; a worker that was killed is followed by another one."""
    while _step(batch):
        pass


@transaction.atomic
def _step(batch: Batch) -> bool:
    """The next records by number. False when there is none left, or somebody else has finished."""
    present = Batch.objects.select_for_update().get(pk=batch.pk)
    if present.state != Batch.State.RUNNING:
        return False
    counts, now = present.counts, timezone.now()
    record = CustomField._base_manager.get(pk=counts["field"])
    some = list(
        _holding(record).filter(pk__gt=counts["reached"]).order_by("pk").select_for_update(of=("self",))[:CHUNK]
    )
    if not some:
        Batch.objects.filter(pk=batch.pk).update(state=Batch.State.DONE, ended_at=now)
        changes = {"changed": [None, counts[_label(record)]["changed"]]}
        by = User._base_manager.filter(pk=present.actor_id).first()
        record_event(present, "batch.done", by=by, now=now, changes=changes, batch=present)
        return False
    after = _defined(record)
    _convert_some(present, present.chunks.count(), _former(present, after), after, some, now)
    counts[_label(record)]["changed"] += len(some)
    Batch.objects.filter(pk=batch.pk).update(counts=counts | {"reached": some[-1].pk})
    return True


def _former(batch: Batch, after: Field) -> Field:
    """The definition as it was before the batch, which kept it."""
    _fields, rows = chunks.unpack(batch.chunks.get(number=0).changed)
    kind, choices, _is_searched, decimals = rows[0][1 : 1 + len(_COLUMNS)]
    return replace(after, kind=kind, choices=tuple(map(known.Choice.read, choices)), decimals=decimals)


def _label(record: CustomField) -> str:
    return NOUNS[record.belongs_to].model._meta.label_lower


def _defined(record: CustomField) -> Field:
    return known.of_row({f.attname: getattr(record, f.attname) for f in record._meta.concrete_fields})


def _define(record: CustomField, after: Field, by: Actor | None, now: dt.datetime, batch: Batch) -> None:
    """The new definition, past the check that refuses another kind."""
    choices = [one.kept() for one in after.choices]
    CustomField._base_manager.filter(pk=record.pk).update(
        kind=after.kind, is_searched=record.is_searched and after.kind == "text"
    )
    present = CustomField._base_manager.get(pk=record.pk)
    present.choices, present.currency = checking.choices(choices), after.currency
    present.is_converting = True  # type: ignore[attr-defined]
    present.full_clean()
    present.version += 1
    present.changed_at = now
    present.save(update_fields=["choices", "currency", "version", "changed_at"])
    changes = {"kind": [record.kind, after.kind]}
    record_event(present, "customfield.converted", by=by, now=now, changes=changes, batch=batch)
    known.forget()


def _convert_some(batch: Batch, number: int, before: Field, after: Field, records: list[Any], now: dt.datetime) -> int:
    model, rows = type(records[0]), []
    fields = known.of(after.belongs_to)
    for record in records:
        was = dict(record.custom)
        present = {key: value for key, value in was.items() if key not in (before.key, before.key + known.FOLDED)}
        put(present, after, converted(before, after, was.get(before.key)))
        record.custom = present
        if fields.formulas:
            work_out(record, fields)
        rows.append((record.pk, was, record.custom))
    bulk.update_rows(model, ["id", "custom"], [(pk, now_) for pk, _was, now_ in rows])
    chunks.keep(batch, number, model, fields=["custom"], changed=[list(row) for row in rows], now=now)
    model._base_manager.filter(pk__in=[row[0] for row in rows]).update(version=models.F("version") + 1, changed_at=now)
    return len(rows)


def _both(record: CustomField, kind: str) -> tuple[Field, Field]:
    """The field as it is and as it would be; of a choice made of texts, with the texts as its choices."""
    if kind not in KINDS or record.kind not in KINDS or kind == record.kind:
        raise ValidationError(_("This kind cannot be chosen."))
    before = _defined(record)
    after = replace(before, kind=kind, currency=before.currency or (House.known().currency if kind == "money" else ""))
    if kind in ("choice", "several") and record.kind not in ("choice", "several"):
        texts = [_text(before, value)[:80] for value, _count in _each(record)][: MOST_NEW_CHOICES + 1]
        if len(texts) > MOST_NEW_CHOICES:
            raise ValidationError(
                _("There are more than %(n)d different values: too many to choose from."),
                params={"n": MOST_NEW_CHOICES},
            )
        once = {text.casefold(): {"en": text} for text in texts}
        made = checking.choices(list(once.values()) or [{"en": _("First choice")}])
        after = replace(after, choices=tuple(known.Choice(c["key"], c["en"], c["de"]) for c in made))
    return before, after


def converted(before: Field, after: Field, value: Any) -> Any:
    """A stored value as the other kind stores it; None when it cannot be kept."""
    if value is None:
        return None
    given: Any = _text(before, value)
    if {before.kind, after.kind} == {"choice", "several"}:
        given = value if isinstance(value, list) else [value]
        given = given if after.kind == "several" else given[0] if len(given) == 1 else None
    elif {before.kind, after.kind} == {"number", "money"}:
        given = values.as_decimal(value)
    elif after.kind == "person":
        found = [one.pk for one in User.objects.living() if str(one).casefold() == given.casefold()]
        given = found[0] if len(found) == 1 else None
    elif after.kind == "date":
        given = _day(given)
    elif after.kind in ("choice", "several"):
        given = [given[:80]] if after.kind == "several" else given[:80]
    try:
        return values.stored(after, given, present=value)
    except ValidationError:
        return None


def _day(text: str) -> dt.date | None:
    for shape in ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y"):
        try:
            return dt.datetime.strptime(text, shape).date()  # noqa: DTZ007 a day has no time zone
        except ValueError:
            continue
    return None


def _text(field: Field, value: Any) -> str:
    """A value as a text that is read in every language: a number with a point, a date as in ISO, a choice by its label."""
    if field.kind == "several" and isinstance(value, list):
        return "; ".join(_text(replace(field, kind="choice"), one) for one in value)
    if field.kind == "choice":
        found = field.choice.get(value)
        return (found.en or found.de) if found else str(value)
    if field.kind == "person":
        return str(User._base_manager.filter(pk=value).first() or "")
    amount = values.as_decimal(value)
    return str(value) if amount is None else format(amount, "f")


def _holding(record: CustomField) -> models.QuerySet:
    return NOUNS[record.belongs_to].model._base_manager.filter(custom__has_key=record.key)


def _each(record: CustomField) -> Iterator[tuple[Any, int]]:
    """Each value that is there, with how often."""
    rows = _holding(record).order_by().values_list(f"custom__{record.key}").annotate(count=models.Count("pk"))
    yield from rows.iterator()

"""Taking a merge back: both records as they were, and what came since where it belongs.

What the merge turned is turned back, field by field and row by row, as far as nobody has changed it since. Two things only a person can
say: to whom belongs what was added to the kept record after the merge, and which value stays where somebody has changed what the merge
had written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.customers.models.merged import Mergeable
from kundenkreis.history import chunks
from kundenkreis.history.models import BatchChunk
from kundenkreis.history.recording import Recorded, record_event
from kundenkreis.history.undo import CannotUndo, Undone, undo_chunk
from kundenkreis.quality.merge_rows import references
from kundenkreis.quality.merging import NOUNS, bring_in_step
from kundenkreis.quality.models import Merge
from kundenkreis.staff.models import User

MOST_ASKED = 200  # rows of one noun that are asked about one by one; beyond, they stay with the kept record


@dataclass(frozen=True)
class Added:
    """Rows of one noun that came to the kept record after the merge."""

    model: type[Recorded]
    link: str
    rows: list[Recorded]
    more: bool

    @property
    def key(self) -> str:
        return f"{self.model._meta.label_lower}.{self.link}"


@dataclass(frozen=True)
class Changed:
    """A field of the kept record that the merge wrote and somebody has changed since."""

    name: str
    label: str
    before: Any
    merged: Any
    present: Any


@dataclass(frozen=True)
class Foreseen:
    kept: Mergeable
    gone: Mergeable
    added: list[Added]
    changed: list[Changed]
    rows: int  # so many of other records go back


def check(merge: Merge) -> tuple[Mergeable, Mergeable]:
    """The kept and the merged record. Raises ValidationError, with a sentence, when the merge cannot be taken back now."""
    model = NOUNS[merge.noun]
    if merge.undone_at is not None:
        raise ValidationError(_("This merge was taken back already."))
    found = model._base_manager.in_bulk([merge.kept_id, merge.gone_id])
    if len(found) < 2:
        raise ValidationError(_("One of the two records is gone for good."))
    kept, gone = found[merge.kept_id], found[merge.gone_id]
    if kept.merged_into_id is not None:
        name = {"kept": kept, "other": kept.standing()}
        raise ValidationError(_("“%(kept)s” was itself merged into “%(other)s” later. Take that back first.") % name)
    if gone.merged_into_id is None:
        raise ValidationError(_("This merge was taken back already."))
    return kept, gone


def foresee(merge: Merge, *, user: User | None = None) -> Foreseen:
    """What there is to ask before the merge is taken back; of rows only those that `user` may see. Raises ValidationError as `unmerge`."""
    kept, gone = check(merge)
    turned = _turned(merge)
    added = [one for one in (_added(merge, model, name, turned, user) for model, name in _asked(merge)) if one.rows]
    rows = sum(len(ids) for label, ids in turned.items() if label != type(kept)._meta.label_lower)
    return Foreseen(kept, gone, added, _changed(merge, kept), rows)


def _asked(merge: Merge) -> list[tuple[type[Recorded], str]]:
    return [(m, name) for m, name in references(NOUNS[merge.noun]) if issubclass(m, Recorded) and name != "merged_into"]


def _turned(merge: Merge) -> dict[str, set[int]]:
    """Ids of the rows that the merge has changed, by model."""
    found: dict[str, set[int]] = {}
    for chunk in BatchChunk.objects.filter(batch=merge.batch_id, number=merge.number):
        found.setdefault(chunk.model, set()).update(row[0] for row in chunks.unpack(chunk.changed)[1])
    return found


def _added(
    merge: Merge, model: type[Recorded], name: str, turned: Mapping[str, Collection[int]], user: User | None
) -> Added:
    rows: models.QuerySet = model._base_manager.all()
    if user is not None:
        rows = model._default_manager.visible_to(user)  # type: ignore[attr-defined]
    since = rows.filter(**{name: merge.kept_id}, created_at__gt=merge.at, deleted_at=None).order_by("-pk")
    own = turned.get(model._meta.label_lower, ())
    found = [row for row in since[: MOST_ASKED + 1 + len(own)] if row.pk not in own]
    return Added(model, name, found[:MOST_ASKED], len(found) > MOST_ASKED)


def _changed(merge: Merge, kept: Mergeable) -> list[Changed]:
    label = type(kept)._meta.label_lower
    chunk = BatchChunk.objects.filter(batch=merge.batch_id, number=merge.number, model=label).first()
    if chunk is None:
        return []
    names, rows = chunks.unpack(chunk.changed)
    width = len(names)
    row = next((one for one in rows if one[0] == kept.pk), None)
    if row is None:
        return []
    found = []
    for place, name in enumerate(names):
        spec: Any = kept._meta.get_field(name)
        before, merged = (spec.to_python(row[at]) for at in (1 + place, 1 + width + place))
        present = getattr(kept, spec.attname)
        if before != merged and present != merged and spec.editable:
            found.append(Changed(name, str(spec.verbose_name), before, merged, present))
    return found


@transaction.atomic
def unmerge(
    merge: Merge,
    *,
    by: User | None,
    give_back: Mapping[str, Collection[int]] | None = None,
    fields: Collection[str] = (),
    now: dt.datetime | None = None,
) -> Undone:
    """Take the merge back. `give_back` names rows added since (`Added.key` → ids) that go with the restored record, `fields` those of
    the kept record that get their value of before the merge although somebody has changed them since.

    Raises ValidationError, with a sentence, when it cannot be taken back, and then nothing is written.
    """
    now = now or timezone.now()
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    kept, gone = check(merge)
    asked = foresee(merge)
    try:
        result = undo_chunk(merge.batch, merge.number, by=by, now=now)
    except CannotUndo as refused:
        raise ValidationError(str(refused)) from refused
    Merge.objects.filter(pk=merge.pk).update(undone_at=now)
    bring_in_step(NOUNS[merge.noun], [kept.pk, gone.pk])
    for one in (kept, gone):
        one.refresh_from_db()
    before = {one.name: one.before for one in asked.changed if one.name in fields}
    if before:
        kept.change(by=by, now=now, **_as_values(kept, before))
    for added in asked.added:
        wanted = set((give_back or {}).get(added.key, ()))
        for row in added.rows:
            if row.pk in wanted:
                moved: dict[str, Any] = {added.link: gone}
                row.change(by=by, now=now, **moved)
    changes = {"merged": [gone.pk, None, gone.called[:200], ""]}
    record_event(kept, f"{merge.noun}.unmerged", by=by, now=now, changes=changes)
    record_event(gone, f"{merge.noun}.unmerged", by=by, now=now)
    return result


def _as_values(record: models.Model, before: Mapping[str, Any]) -> dict[str, Any]:
    values = {}
    for name, value in before.items():
        spec: Any = record._meta.get_field(name)
        values[name] = spec.related_model._base_manager.filter(pk=value).first() if spec.is_relation else value
    return values

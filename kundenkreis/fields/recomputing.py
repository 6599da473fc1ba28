"""Working formulas out anew for many records: after a formula was changed, or what it reads was pushed down onto records."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from django.db import transaction

from kundenkreis.core import bulk, search, search_texts
from kundenkreis.fields import known, rolling
from kundenkreis.fields.filling import Fielded, roll, work_out
from kundenkreis.fields.known import Field
from kundenkreis.fields.nouns import NOUNS

CHUNK = 1000


def everything(noun: str, progress: Callable[[int], None] | None = None) -> int:
    """Every formula of every record of a noun, chunk by chunk, each in one transaction; returns how many records changed."""
    model, changed, last = NOUNS[noun].model, 0, 0
    while ids := list(model._base_manager.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        changed += again(model, ids)
        last = ids[-1]
        if progress:
            progress(last)
    return changed


def after(model: type[Fielded], ids: Iterable[int], columns: Collection[str]) -> None:
    """These columns of these records were written past the verbs: work out the formulas that read them."""
    if known.of(model.fields_noun()).read_by_formulas & set(columns):
        these(model, ids)


def these(model: type[Fielded], ids: Iterable[int]) -> None:
    """The formulas of these records, however many they are."""
    some = sorted(ids)
    for start in range(0, len(some), CHUNK):
        again(model, some[start : start + CHUNK])


@transaction.atomic
def again(model: type[Fielded], ids: Collection[int], rollups: Collection[Field] = ()) -> int:
    """The formulas of these few records, and before them these roll-ups. A derived value makes no new version and no history."""
    fields = known.of(model.fields_noun())
    own = {field.name for field in model._meta.concrete_fields}
    columns = ["pk", "custom", *sorted(fields.read_by_formulas & own)]
    rows = []
    # Held first, and then worked out: whoever changes something else of the same record meanwhile comes after, and sees this.
    held = model._base_manager.select_for_update(of=("self",)).filter(pk__in=ids).only(*columns).order_by("pk")
    records = list(held)
    figures = {one.key: rolling.figures(one, ids) for one in rollups}
    for record in records:
        before = record.custom
        if rollups:
            record.custom = dict(before)
            for one in rollups:
                roll(record.custom, one, figures[one.key].get(record.pk))
        work_out(record, fields)
        if record.custom != before:
            rows.append((record.pk, record.custom))
    if rows:
        bulk.update_rows(model, ["id", "custom"], rows)
    return len(rows)


def search_again(noun: str) -> None:
    """Bring what the search box finds records by into step with which fields it looks into."""
    model, last = NOUNS[noun].model, 0
    if model.search_kind is None and model.text_kind is None:
        return
    rows = model.objects.living().exclude(custom={})
    while some := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        with transaction.atomic():
            if model.text_kind is not None:
                search_texts.put(model.text_kind, [(record.pk, record.search_text()) for record in some])
            if model.search_kind is not None:
                search.index(model.search_kind, [record.search_row() for record in some])
        last = some[-1].pk

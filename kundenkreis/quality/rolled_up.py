"""After an import: the roll-ups that are kept over what it has added and changed, and those of the records that it has added."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from kundenkreis.fields import known, rolling
from kundenkreis.fields.nouns import NOUNS
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch, BatchChunk

_SLICE = 5000


def after(batch: Batch) -> None:
    """Note them for the worker, or bring them into step where they are few. Done again after a kill, it comes to the same."""
    if not any(fields.rollups for fields in known.all_nouns().values()):
        return
    for chunk in BatchChunk.objects.filter(batch=batch).order_by("pk").iterator(chunk_size=20):
        model: Any = apps.get_model(chunk.model)
        fields, rows = chunks.unpack(chunk.changed)
        ids = [row[0] for row in rows]
        for first, last in chunks.added_ids(chunk):
            ids += range(first, last + 1)
        for start in range(0, len(ids), _SLICE):
            rolling.follow(rolling.kept_over(model, ids[start : start + _SLICE]))
        rolling.follow(_before(model, fields, rows))
        own = next((noun.name for noun in NOUNS.values() if noun.model is model and known.of(noun.name).rollups), "")
        if own:
            added = [pk for first, last in chunks.added_ids(chunk) for pk in range(first, last + 1)]
            rolling.follow({own: added})


def _before(model: Any, fields: list[str], rows: list[list[Any]]) -> dict[str, set[int]]:
    """The records to which changed rows belonged before."""
    found: dict[str, set[int]] = {}
    for noun, source in rolling.sources_over(model):
        for way in source.ways:
            if way in fields:
                place = fields.index(way) + 1
                found.setdefault(noun, set()).update(row[place] for row in rows if row[place] is not None)
    return found

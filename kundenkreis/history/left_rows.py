"""Rows of many records, as taking a batch back looks at them: in slices, against what was left, and what they are found by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import models

from kundenkreis.core import search, search_texts
from kundenkreis.history.recording import Recorded, plain

SLICE = 5000
Model = type[models.Model]


def both(some: dict[Model, set[int]], others: dict[Model, set[int]]) -> dict[Model, set[int]]:
    return {model: some.get(model, set()) | others.get(model, set()) for model in some.keys() | others.keys()}


def slices(rows: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), SLICE):
        yield list(rows[start : start + SLICE])


def inside(
    specs: Sequence[Any], present: Sequence[Any] | None, before: Sequence[Any], after: Sequence[Any]
) -> tuple[list[Any], list[Any]]:
    """Of a column that holds many values (custom fields) only those go back that were changed, and the others stay as they are."""
    back, left = list(before), list(after)
    for place, spec in enumerate(specs):
        if present is not None and hasattr(spec, "put_back"):
            found = spec.put_back(present[place], before[place], after[place])
            if found is not None:
                back[place], left[place] = found, present[place]
    return back, left


def as_left(specs: Sequence[Any], present: Sequence[Any] | None, after: Sequence[Any]) -> bool:
    return present is not None and all(
        plain(p) == a or p == s.to_python(a) for s, p, a in zip(specs, present, after, strict=True)
    )


def missing(model: Model, ids: set[int]) -> set[int]:
    """Records that an old value refers to and that are gone for good."""
    there: set[int] = set()
    for some in slices(sorted(ids)):
        there.update(model._base_manager.filter(pk__in=some).values_list("pk", flat=True))
    return ids - there


def reindex(model: type[Recorded], ids: list[int]) -> None:
    if model.search_kind is None and model.text_kind is None and not model.alike_fields:
        return
    found = list(model._base_manager.filter(pk__in=ids))
    model.keep_alike(found)
    if model.text_kind is not None:
        search_texts.put(model.text_kind, [(r.pk, r.search_text()) for r in found])
    if model.search_kind is None:
        return
    search.remove(model.search_kind, [r.pk for r in found if r.deleted_at is not None])
    search.index(model.search_kind, [r.search_row() for r in found if r.deleted_at is None])

"""What follows from the change of a field's definition: at once in a small house, else in the background."""

from __future__ import annotations

from django.db import transaction

from kundenkreis.fields import indexing, known, recomputing, rolling
from kundenkreis.fields.models import CustomField

# On which parts of a definition it depends what formulas come to, which index there is, and what the search looks into.
COUNTED = frozenset({"formula", "decimals", "currency", "retired_at", "choices", "kind", "rollup"})
INDEXED = frozenset({"is_indexed", "retired_at", "formula", "kind", "rollup"})
ROLLED = frozenset({"rollup", "decimals", "retired_at"})
SEARCHED = frozenset({"is_searched", "retired_at", "kind"})


def follow(field: CustomField, changed: set[str]) -> None:
    """Belongs into the transaction of the change."""
    is_new = field.version == 1
    if changed & INDEXED:
        indexing.follow(field)
    if field.kind == "rollup" and changed & ROLLED and field.retired_at is None and field.deleted_at is None:
        _fill(field)
    if changed & COUNTED and known.of(field.belongs_to).formulas and (not is_new or field.kind == "formula"):
        _do("work_out", field.belongs_to)
    if changed & SEARCHED and not is_new and field.kind in ("text", "formula"):
        _do("search_again", field.belongs_to)


def _fill(field: CustomField) -> None:
    rolling.fill(field)
    if indexing.is_small(field.belongs_to):
        rolling.go_on_with(field.pk)
        return
    from kundenkreis.fields import tasks

    transaction.on_commit(lambda: tasks.roll_up.enqueue())


def _do(task: str, noun: str) -> None:
    if indexing.is_small(noun):
        recomputing.everything(noun) if task == "work_out" else recomputing.search_again(noun)
        return
    from kundenkreis.fields import tasks

    transaction.on_commit(lambda: getattr(tasks, task).enqueue(noun))

"""Rows of a workbook that say which record they are: the rules of a noun's import, for stored records only."""

from __future__ import annotations

from collections.abc import Sequence

from kundenkreis.quality.targets.base import Outcome
from kundenkreis.quality.targets.custom import HeldCustom
from kundenkreis.quality.targets.records import Records
from kundenkreis.quality.targets.rows import Key, Row


class ByNumber(Records):
    """Rows that say which record they are: never a new one, and each at most once. The rules are those of the noun's import."""

    takes_custom = HeldCustom

    def key_of(self, row: Row) -> Key | None:
        return row.key or None

    def find(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        ids = [key[0] for key in keys]
        there = self.model._base_manager.filter(pk__listed=ids).values_list("pk", flat=True)
        return {(pk,): [pk] for pk in there}

    def shown(self, row: Row) -> str:
        return str(row.key[0])

    def put(self, rows: list[Row]) -> Outcome:
        """Check the rows' values, and store them when the job writes; `values` are as the columns hold them."""
        outcome = Outcome()
        changes = self._match(rows, outcome)
        good = self._filled([row for row in rows if row.record is not None], changes, outcome)
        self._change(good, changes, outcome)
        for row in good:
            outcome.counts[row.state] += 1
        return outcome

"""Tags of accounts and contacts in one cell: "A customer; B customer". Each record's change is an event of its own within the batch.

Tags are rows between two tables, which a batch's packed rows can add and not take away; an event tells both, and is taken back with the
batch (`history.undo`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.customers.models import Tag
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.targets.base import Job, Outcome
from kundenkreis.quality.targets.rows import Row

TAGS = FieldSpec("tags", _("tags"))
_BETWEEN = re.compile(r"[;\n]")


class WithTags:
    """What the rules of a noun by number know of its tags; stands before `ByNumber` among the bases."""

    job: Job

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        rows = super().refer(rows, outcome)  # type: ignore[misc]
        good = []
        known = {tag.name.casefold(): tag.pk for tag in Tag.objects.living()} if _texts(rows) else {}
        for row in rows:
            text = row.values.get("tags")
            if isinstance(text, str):
                named = [" ".join(one.split()) for one in _BETWEEN.split(text) if one.strip()]
                unknown = next((one for one in named if one.casefold() not in known), None)
                if unknown is not None:
                    self.refuse(outcome, row, "tags", "unknown_tag", value=unknown)  # type: ignore[attr-defined]
                    continue
                row.values["tags"] = sorted({known[one.casefold()] for one in named})
            good.append(row)
        return good

    def put(self, rows: list[Row]) -> Outcome:
        wanted = {row.number: row.values.pop("tags") for row in rows if "tags" in row.values}
        outcome: Outcome = super().put(rows)  # type: ignore[misc]
        if not self.job.write or not wanted:
            return outcome
        refused = {one.row for one in outcome.problems if not one.is_note}
        for row in rows:
            if row.number in wanted and row.number not in refused and row.record is not None:
                self._tag(row, wanted[row.number] or [], outcome)
        return outcome

    def _tag(self, row: Row, numbers: Sequence[int], outcome: Outcome) -> None:
        record: Any = type(row.record)._base_manager.get(pk=row.record.pk)
        tags = list(Tag.objects.living().filter(pk__in=numbers).order_by("pk"))
        try:
            event = record.change(by=self.job.by, now=self.job.now, batch=self.job.batch, tags=tags)
        except ValidationError as wrong:
            self._refuse_invalid(row, wrong, outcome)  # type: ignore[attr-defined]
            return
        if event is not None and row.state == "unchanged":
            outcome.counts["unchanged"] -= 1
            outcome.counts["changed"] += 1
            outcome.counts["tagged"] += 1


def _texts(rows: Sequence[Row]) -> bool:
    return any(isinstance(row.values.get("tags"), str) for row in rows)

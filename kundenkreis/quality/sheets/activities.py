"""Activities in a workbook: what was written of them, to whom they are given, when they are due. They have no import, so their rules stand here.

What follows a change by hand follows one by workbook too: the touch of the account, the words by which it is found, and who is told.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from kundenkreis.activities import mentioning, telling
from kundenkreis.activities.models import TOUCHING, Activity
from kundenkreis.core import search_texts
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.sheets.by_number import ByNumber
from kundenkreis.quality.targets import references
from kundenkreis.quality.targets.base import Outcome
from kundenkreis.quality.targets.rows import Row

FIELDS = (
    FieldSpec("kind", _("kind")),
    FieldSpec("subject", _("subject")),
    FieldSpec("body", _("what happened")),
    FieldSpec("owner", _("whose")),
    FieldSpec("due_on", _("due"), "date"),
    FieldSpec("minutes", _("minutes"), "integer"),
    FieldSpec("outcome", _("outcome")),
    FieldSpec("purpose", _("advertising for")),
)


class ActivitiesByNumber(ByNumber):
    model = Activity
    noun = "activities"
    fields = FIELDS
    columns_of = {spec.name: spec.name for spec in FIELDS}
    special = {"subject": {"max_length": 200}, "body": {"multiline": True}}

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        rows = self.replace(rows, "owner", references.people, "unknown_person", outcome)
        for row in rows:
            if "owner" in row.values:
                row.values["owner"] = row.values["owner"].pk
        return rows

    def put(self, rows: list[Row]) -> Outcome:
        outcome = super().put(rows)
        if self.job.write:
            for kept in outcome.kept:
                self._follow(list(kept.fields), list(kept.changed))
        return outcome

    def _follow(self, names: list[str], changed: list[Any]) -> None:
        """What a change by hand brings with it, of those that were stored."""
        width = len(names)
        before = {row[0]: dict(zip(names, row[1 : 1 + width], strict=True)) for row in changed}
        found = Activity.objects.select_related("owner", "account").filter(pk__in=before)
        moved = []
        for activity in found:
            differs = {name for name, value in before[activity.pk].items() if value != getattr(activity, name)}
            if differs & {"subject", "body", "custom"}:
                search_texts.put(Activity.text_kind, [(activity.pk, activity.search_text())])  # type: ignore[arg-type]
            if differs & TOUCHING and activity.account_id:
                moved.append(activity.account_id)
            self._tell(activity, differs, before[activity.pk])
        Activity.sum_again(set(moved))

    def _tell(self, activity: Activity, differs: set[str], was: dict[str, Any]) -> None:
        if "owner_id" in differs:
            telling.given(activity, self.job.by)
        if "due_on" in differs:
            telling.moved(activity, activity.colleagues.all(), self.job.by)
        if differs & {"subject", "body"}:
            text = "\n".join(str(was.get(name, getattr(activity, name)) or "") for name in ("subject", "body"))
            mentioning.tell(activity, text, f"{activity.subject}\n{activity.body}", self.job.by)

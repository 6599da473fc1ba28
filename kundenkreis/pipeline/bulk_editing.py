"""What can be changed of many opportunities at once (`fields.bulk_editing`). A stage is not: on its way it asks for something of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models

from kundenkreis.core import search
from kundenkreis.fields import bulk_editing, rolling
from kundenkreis.pipeline.models import Opportunity

OF_OPEN = frozenset({"expected_close_on", "forecast_category"})  # what is closed has its own


@dataclass(frozen=True)
class Change(bulk_editing.Change):
    """Of opportunities. Day and category are of open ones only."""

    model = Opportunity
    noun = "opportunities"

    @classmethod
    def expected_close(cls, day: dt.date) -> Change:
        return cls({"expected_close_on": day})

    @classmethod
    def category(cls, category: str) -> Change:
        return cls({"forecast_category": category})

    @classmethod
    def campaign(cls, campaign: str) -> Change:
        return cls({"campaign": " ".join(campaign.split())})

    def differing(self, rows: models.QuerySet) -> models.QuerySet:
        return super().differing(rows.filter(outcome="") if OF_OPEN & self.values.keys() else rows)

    def follow(self, ids: Sequence[int]) -> None:
        rolling.of_rows(Opportunity, ids)
        if "campaign" in self.values:
            rows = Opportunity.objects.living().filter(pk__in=ids)
            search.index(search.OPPORTUNITY, [one.search_row() for one in rows])

"""What can be changed of many accounts at once (`fields.bulk_editing`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models

from kundenkreis.core import bulk
from kundenkreis.customers.models import Account, Tag
from kundenkreis.fields import bulk_editing
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch


@dataclass(frozen=True)
class Change(bulk_editing.Change):
    """Of accounts; or a tag that is put on."""

    tag: Tag | None = None
    model = Account
    noun = "accounts"

    @classmethod
    def tier(cls, tier: str) -> Change:
        return cls({"tier": tier})

    @classmethod
    def tagged(cls, tag: Tag) -> Change:
        return cls({}, tag=tag)

    def differing(self, rows: models.QuerySet) -> models.QuerySet:
        if self.tag is None:
            return super().differing(rows)
        has = Account.tags.through.objects.filter(account_id=models.OuterRef("pk"), tag_id=self.tag.pk)
        return rows.filter(~models.Exists(has))

    def apply(self, batch: Batch, number: int, ids: Sequence[int], now: dt.datetime) -> None:
        if self.tag is None:
            super().apply(batch, number, ids, now)
            return
        through = Account.tags.through
        first = bulk.reserve_ids(through, len(ids))
        rows = [(first + step, pk, self.tag.pk) for step, pk in enumerate(ids)]
        bulk.insert_rows(through, ["id", "account_id", "tag_id"], rows)
        chunks.keep(batch, number, through, added=[row[0] for row in rows], now=now)
        chunks.tell(batch, number, Account, ids, {"tags": [[], [self.tag.pk], "", self.tag.name]}, now=now)
        Account._base_manager.filter(pk__in=ids).update(version=models.F("version") + 1, changed_at=now)

    def follow(self, ids: Sequence[int]) -> None:
        if "tier" in self.values:
            Account.sum_again(ids)

"""What can be changed of many needs at once (`fields.bulk_editing`)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from kundenkreis.core.records import reached_from
from kundenkreis.customers.models import Account
from kundenkreis.fields import bulk_editing
from kundenkreis.needs.models import Need
from kundenkreis.staff import access
from kundenkreis.staff.models import User


@dataclass(frozen=True)
class Change(bulk_editing.Change):
    """Of needs. A new owner gets those whose accounts she sees; the others stay whose they are."""

    model = Need
    noun = "needs"

    @classmethod
    def owner(cls, person: User | None) -> Change:
        return cls({"owner_id": person.pk if person else None})

    def differing(self, rows: models.QuerySet) -> models.QuerySet:
        person = User._base_manager.filter(pk=self.values.get("owner_id")).first()
        if person is not None:
            reach = access.reach(person, "needs.see")
            rows = rows.filter(reached_from("account_id", Account.objects.within(reach))) if reach else rows.none()
        return super().differing(rows)

"""A person leaves: everything that is hers goes to a colleague, as one batch that can be undone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.customers.models import Account, Contact
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch
from kundenkreis.history.recording import record_event
from kundenkreis.staff.models import User

CHUNK = 2000


@transaction.atomic
def hand_over(person: User, to: User, *, by: User | None, now: dt.datetime | None = None) -> Batch:
    """Accounts (with their team) and contacts of `person` belong to `to` from now on. One Batch, one Event; undone as a whole."""
    now = now or timezone.now()
    batch = Batch.objects.create(
        kind="hand_over",
        label=_("%(name)s hands over to %(to)s") % {"name": person, "to": to},
        actor_id=by.pk if by else None,
        actor_name=by.get_full_name() if by else "",
        started_at=now,
    )
    accounts = _move(
        batch, 0, Account.objects.living().filter(owner=person), {"owner_id": to.pk, "team_id": to.team_id}, now
    )
    contacts = _move(batch, 10_000, Contact.objects.living().filter(owner=person), {"owner_id": to.pk}, now)
    batch.counts = {"customers.account": {"changed": accounts}, "customers.contact": {"changed": contacts}}
    batch.state, batch.ended_at = Batch.State.DONE, timezone.now()
    batch.save(update_fields=["counts", "state", "ended_at"])
    record_event(person, "user.handed_over", by=by, now=now, batch=batch, changes={"to": [None, to.pk, "", str(to)]})
    return batch


def owned_by(person: User) -> tuple[int, int]:
    """How many living accounts and contacts are this person's."""
    return Account.objects.living().filter(owner=person).count(), Contact.objects.living().filter(owner=person).count()


def _move(batch: Batch, first: int, rows: models.QuerySet, new: dict[str, Any], now: dt.datetime) -> int:
    names = list(new)
    found = list(rows.order_by("pk").values_list("pk", *names))
    for number, start in enumerate(range(0, len(found), CHUNK), start=first):
        part = found[start : start + CHUNK]
        chunks.keep(batch, number, rows.model, fields=names, changed=[(*row, *new.values()) for row in part])
        rows.model._base_manager.filter(pk__in=[row[0] for row in part]).update(
            version=F("version") + 1, changed_at=now, **new
        )
    return len(found)

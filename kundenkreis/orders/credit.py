"""Entering an account's credit standing by hand: there is one for each account, and what is in the bin comes back for it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Actor
from kundenkreis.orders.models import CreditStanding


@transaction.atomic
def enter(account: Account, *, by: Actor | None, **values: Any) -> tuple[CreditStanding, Event]:
    """The account's first credit standing, and the event whose undo leaves the account without one again.

    Raises ValidationError, by field, and then nothing is written.
    """
    former = CreditStanding.objects.in_bin().filter(account=account).first()
    if former is None:
        standing = CreditStanding.add(by=by, account=account, **values)
        return standing, Event.objects.about(standing).latest("pk")
    event = former.restore(by=by)
    former.change(by=by, **values)
    return former, event

"""The rules of the demo house for its data, and what a fortnight of tidying has changed in the figures."""

from __future__ import annotations

import datetime as dt

from kundenkreis.customers.models import Account
from kundenkreis.quality.rules import QualityRule, QualityWaiver
from kundenkreis.quality.standards import measuring, usual
from kundenkreis.quality.standards.demands import Kind
from kundenkreis.staff.models import User

FORTNIGHT = dt.timedelta(days=14)
TIDIED = 15
# A made-up VAT ID or register number could be somebody's, so nobody has one here; made-up telephone numbers lead to nobody on purpose.
_NOT_HERE = (("vat_id", None), ("register_number", None), ("phone", Kind.VALID), ("mobile", Kind.VALID))


def add(by: User, now: dt.datetime) -> None:
    """Rules, a measurement before and one after some of it was put right, and one account that is let off."""
    for rule in usual.take_over(by):
        if any(rule.field == field and kind in (None, rule.kind) for field, kind in _NOT_HERE):
            rule.discard(by=by)
    measuring.measure(by=by, now=now - FORTNIGHT)
    for account in Account.objects.living().filter(tier="").order_by("pk")[:TIDIED]:
        account.change(by=by, now=now, tier=Account.Tier.C)
    filled = QualityRule.objects.living().get(noun_of="account", field="phone", kind=Kind.FILLED)
    silent = Account.objects.living().filter(phone="").order_by("-revenue_12m", "pk").first()
    if silent is not None:
        QualityWaiver.add(by=by, now=now, rule=filled, account=silent, reason="Orders by EDI only and wants no calls")
    measuring.measure(by=by, now=now)

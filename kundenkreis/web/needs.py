"""Who needs somebody today: the signals of a circle of customers, the most at stake first, one entry an account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from markupsafe import Markup

from kundenkreis.core import clock
from kundenkreis.core.prepared import prepared
from kundenkreis.core.records import reached_from
from kundenkreis.customers.models import Account
from kundenkreis.insights.models import Signal
from kundenkreis.staff import access
from kundenkreis.web import charts
from kundenkreis.web.account360 import OF_TRENDS, trends
from kundenkreis.web.circles import Circle
from kundenkreis.web.reasons import Told, tell

ASKED = 60  # signals read for the entries of one page
TOLD = 3  # reasons told of one account
SHOWN = (
    *("kind", "value", "figures", "raised_on", "answer", "snoozed_until"),
    *("account__name", "account__tier", "account__owner__first_name", "account__owner__last_name"),
    *(f"account__{name}" for name in OF_TRENDS),
)


@dataclass
class Need:
    """An account with the reasons to act on it; the first has the most at stake. The page tells the first few of them."""

    account: Account
    told: list[Told] = field(default_factory=list)
    ids: Sequence[int] = ()  # of all its reasons: they are answered together
    trend: Sequence[Decimal] = ()

    @property
    def spark(self) -> Markup | str:
        return charts.sparkline(self.trend) if any(self.trend) else ""


def needs(circle: Circle, *, most: int) -> list[Need]:
    """The entries for the accounts of a circle."""
    reasons: dict[int, list[int]] = {}
    for pk, account_id in _waiting(circle.few or [], circle=circle):
        reasons.setdefault(account_id, []).append(pk)
    shown = list(reasons)[:most]
    wanted = [pk for account_id in shown for pk in reasons[account_id][:TOLD]]
    found: dict[int, Need] = {}
    for told in tell(_to_tell(wanted)):
        account = told.signal.account
        found.setdefault(account.pk, Need(account, ids=reasons[account.pk])).told.append(told)
    lines = trends([need.account for need in found.values()], clock.today())
    for need in found.values():
        need.trend = lines[need.account.pk]
    return list(found.values())


@prepared
def _waiting(few: Any, *, circle: Circle) -> QuerySet:
    """Few accounts lead to their signals; else all are walked, the most at stake first."""
    if circle.is_few and circle.lies_within(access.reach(circle.user, "signals.see")):
        rows = Signal.objects.filter(account_id__listed=few)
    else:
        theirs = Q(account_id__listed=few) if circle.is_few else reached_from("account_id", circle.accounts)
        rows = Signal.objects.visible_to(circle.user).filter(theirs)
    return rows.active().by_value().values_list("pk", "account_id")[:ASKED]


@prepared
def _to_tell(ids: Any) -> QuerySet:
    return Signal.objects.filter(pk__listed=ids).by_value().for_list().only(*SHOWN)


def chosen(user: Any, account: Account, ids: Sequence[str]) -> list[Signal]:
    """Those of these signals that are the account's and seen by the person. Raises PermissionDenied if she may not answer them."""
    numbers = [int(one) for one in ids if one.isascii() and one.isdigit() and len(one) < 19]
    found = list(Signal.objects.visible_to(user).current().filter(account=account, pk__in=numbers[:ASKED]).for_list())
    if any(not access.may(user, "signals.change", signal) for signal in found):
        raise PermissionDenied
    return found


@transaction.atomic
def answer(signals: Sequence[Signal], verb: str, by: Any, days: int = 0) -> None:
    """Answer all reasons of an entry alike: "done", "not_useful", "snooze" by some days, or "reopen"."""
    for signal in signals:
        if verb == "snooze":
            signal.snooze(by=by, until=clock.today() + dt.timedelta(days=days))
        else:
            {"done": signal.done, "not_useful": signal.not_useful, "reopen": signal.reopen}[verb](by=by)


@transaction.atomic
def settle(signals: Sequence[Signal], until: dt.date | None, by: Any) -> None:
    """What was done answers the reasons; what is planned puts them off until its day."""
    ahead = until is not None and until > clock.today()
    for signal in signals:
        if ahead and until is not None:
            signal.snooze(by=by, until=until)
        else:
            signal.done(by=by)

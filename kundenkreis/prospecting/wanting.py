"""Many accounts are put on the wanted list at once, and those that have ordered are won."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from kundenkreis.customers.models import Account
from kundenkreis.history.adding import Added, add_many
from kundenkreis.prospecting import fitting
from kundenkreis.prospecting.models import TargetAccount, counted

AT_ONCE = 2000
KIND = "wanted"


def put_on_list(accounts: models.QuerySet[Account], *, by: Any, owner: Any = None) -> Added:
    """Put these accounts on the list, as one batch with one undo; what is there already or is a customer is refused, and told.

    Raises ValidationError for more than 2,000 of them.
    """
    found = list(accounts.order_by("pk")[: AT_ONCE + 1])
    if len(found) > AT_ONCE:
        said = _("At most %(most)s accounts at once: a list of wanted customers that nobody can work on is none.")
        raise ValidationError(said, params={"most": AT_ONCE})
    on_it = TargetAccount.objects.living().filter(account_id__listed=[one.pk for one in found])
    there = set(on_it.values_list("account_id", flat=True))
    refused = {
        at: ValidationError(_("This account is on the list already."))
        for at, one in enumerate(found)
        if one.pk in there
    }
    rows = [{"account": one, "owner": owner or by} for one in found]
    label = _("On the wanted list: %(targets)s") % {"targets": counted(len(found) - len(there))}
    return add_many(
        TargetAccount, rows, by=by, label=label[:200], kind=KIND, partial=True, wrong=refused,
        parts=lambda _batch, records: _fit(records),
    )  # fmt: skip


def _fit(records: Sequence[Any]) -> None:
    fitting.refigure([one.pk for one in records if one is not None])


def follow_orders() -> int:
    """Target accounts that have ordered since they were put on the list are won; how many. For the timetable."""
    rows = TargetAccount.objects.wanted().annotate(since=TruncDate("created_at"))
    found = rows.filter(account__last_order_on__gte=models.F("since")).select_related("account")
    won = 0
    for target in found:
        with transaction.atomic():
            won += target.change(by=None, verb="won", status=TargetAccount.Status.WON) is not None
    return won


def follow_accounts() -> int:
    """The fit of target accounts whose account was changed since it was figured; how many changed. For the timetable."""
    rows = TargetAccount.objects.living().filter(
        models.Q(fitted_at=None) | models.Q(account__changed_at__gt=models.F("fitted_at"))
    )
    ids = list(rows.values_list("pk", flat=True))
    return fitting.refigure(ids) if ids else 0

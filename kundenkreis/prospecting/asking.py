"""What can be asked of target accounts, and of accounts about being one."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.filters import Filter, Relation
from kundenkreis.customers.asking import account_at, people
from kundenkreis.customers.grouping import OF_ACCOUNT
from kundenkreis.lists import asking
from kundenkreis.prospecting.models import TargetAccount, TriggerEvent

STATES = (
    ("wanted", _("still wanted")),
    ("no_step", _("without a next step")),
    ("occasion", _("with an occasion now")),
    ("known_badly", _("with points not known yet")),
)


def state(value: str) -> Q:
    """The condition for each of the states."""
    wanted = Q(status__in=TargetAccount.WANTED)
    if value == "no_step":
        return wanted & ~Q(Exists(Activity.objects.open().filter(account_id=OuterRef("account_id"))))
    if value == "occasion":
        events = TriggerEvent.objects.living().filter(target_id=OuterRef("pk"))
        return Q(Exists(events.filter(Q(expires_on=None) | Q(expires_on__gte=clock.today()))))
    if value == "known_badly":
        return wanted & Q(fit_open__gt=0)
    return wanted


TARGET = (
    Filter("status", "choice", _("Status"), choices=TargetAccount.Status.choices),
    Filter("state", "choice", _("State"), choices=STATES, asks=state),
    Filter("priority", "choice", _("Priority"), choices=TargetAccount.Priority.choices),
    Filter("owner", "person", _("Owner"), "owner_id", choices=people),
    Filter("fit", "number", _("Fit")),
    Filter("potential", "number", _("Potential a year")),
    Filter("added", "moment", _("On the list since"), "created_at"),
)
LIST = (OF_ACCOUNT, *TARGET)
DRIVERS = frozenset({"status", "owner", "fit", "priority", "potential"})


def _of_accounts(person: Any) -> Any:
    return TargetAccount.objects.visible_to(person).living()


def tell() -> None:
    relation = Relation(_of_accounts, lambda: TARGET, "account_id", drivers=DRIVERS)
    asking.tell("accounts", Filter("wanted", "relation", _("Target account"), relation=relation))
    asking.tell("target_accounts", account_at("account_id"))

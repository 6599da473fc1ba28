"""What accounts and contacts can be asked about what was said and planned with them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from kundenkreis.activities.models import Activity
from kundenkreis.core.filters import Filter, Relation
from kundenkreis.customers.asking import account_at, people
from kundenkreis.lists import asking

_ASKED = (
    Filter("kind", "choice", _("Kind"), choices=Activity.Kind.choices),
    Filter("at", "moment", _("When")),
    Filter("open", "flag", _("To do"), "is_open"),
    Filter("due", "date", _("Due"), "due_on"),
    Filter("owner", "person", _("Whose"), "owner_id", choices=people),
    Filter("outcome", "choice", _("Outcome"), choices=Activity.Outcome.choices),
    Filter("subject", "text", _("Subject")),
    Filter("count", "number", _("How many"), total=Count("pk")),
)


def _of_accounts(person: Any) -> Any:
    return asking.seen_with_account(Activity.objects.all(), person, "activities.see")


def _of_contacts(person: Any) -> Any:
    return Activity.objects.visible_to(person).living()


def tell() -> None:
    drivers = frozenset({"at", "owner"})
    of_account = Relation(_of_accounts, lambda: _ASKED, "account_id", drivers=drivers)
    of_contact = Relation(_of_contacts, lambda: _ASKED, "contact_id", drivers=drivers, ways=("participants",))
    asking.tell("accounts", Filter("activities", "relation", _("Activity"), relation=of_account))
    asking.tell("contacts", Filter("activities", "relation", _("Activity"), relation=of_contact))
    asking.tell("log", account_at("account_id"))

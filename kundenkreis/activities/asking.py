"""What accounts and contacts can be asked about what was said and planned with them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from kundenkreis.activities.models import Activity
from kundenkreis.core.filters import Filter, Relation
from kundenkreis.customers.asking import account_at, people
from kundenkreis.customers.models import Consent
from kundenkreis.fields import asking as fields
from kundenkreis.fields import sources
from kundenkreis.fields.sources import Measure, Source
from kundenkreis.lists import asking

_ASKED = (
    fields.picked("kind", _("Kind"), "activities.kind"),
    Filter("at", "moment", _("When")),
    Filter("open", "flag", _("To do"), "is_open"),
    Filter("due", "date", _("Due"), "due_on"),
    Filter("owner", "person", _("Whose"), "owner_id", choices=people),
    fields.picked("outcome", _("Outcome"), "activities.outcome"),
    Filter("subject", "text", _("Subject")),
    Filter("purpose", "choice", _("Advertising for"), choices=Consent.Purpose.choices),
    Filter("count", "number", _("How many"), total=Count("pk")),
)


def _asked() -> tuple[Filter, ...]:
    return (*_ASKED, *fields.filters("activities"))


def _of_accounts(person: Any) -> Any:
    return asking.seen_with_account(Activity.objects.all(), person, "activities.see")


def _of_contacts(person: Any) -> Any:
    return Activity.objects.visible_to(person).living()


def _tell_sources() -> None:
    """What roll-ups can be made of. Who sees an account sees its activities; those of a contact may be at other accounts."""
    measures = {
        "at": Measure("at", "date", _("When")),
        "due": Measure("due_on", "date", _("Due")),
        "minutes": Measure("minutes", "number", _("Minutes")),
    }
    for noun, ways, needs_all in (
        ("accounts", ("account_id",), False),
        ("contacts", ("contact_id", "participants"), True),
    ):
        rows = Activity.objects.living
        found = Source(
            "activities", _("Activities"), Activity, rows, ways, measures, _asked, "activities.see", needs_all
        )
        sources.tell(noun, found)


def tell() -> None:
    _tell_sources()
    drivers = frozenset({"at", "owner"})
    of_account = Relation(_of_accounts, _asked, "account_id", drivers=drivers)
    of_contact = Relation(_of_contacts, _asked, "contact_id", drivers=drivers, ways=("participants",))
    asking.tell("accounts", Filter("activities", "relation", _("Activity"), relation=of_account))
    asking.tell("contacts", Filter("activities", "relation", _("Activity"), relation=of_contact))
    asking.tell("log", account_at("account_id"))

"""What can be asked of stakeholders, and of contacts and accounts about being or having some."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.filters import Filter, Found, Relation
from kundenkreis.customers.asking import account_at
from kundenkreis.customers.grouping import OF_ACCOUNT
from kundenkreis.customers.models import Contact
from kundenkreis.fields import picks
from kundenkreis.lists import asking
from kundenkreis.staff.models import User
from kundenkreis.stakeholders.models import Stakeholder

STATES = (
    ("present", _("on the map now")),
    ("former", _("off the map")),
    ("unjudged", _("nobody has judged the attitude yet")),
    ("no_counterpart", _("without a counterpart of ours")),
)


def state(value: str) -> Q:
    """The condition for each of the states."""
    over = Q(until__lte=clock.today())
    if value == "former":
        return over
    if value == "unjudged":
        return Q(attitude=None) & ~over
    if value == "no_counterpart":
        from kundenkreis.stakeholders.models import Counterpart

        return ~Q(pk__in=Counterpart.objects.living().values("stakeholder_id")) & ~over
    return ~over


def _roles() -> list[tuple[str, str]]:
    return [(one.key, one.label) for one in picks.words("opportunities.role").offered]


STAKEHOLDER = (
    Filter("role", "choice", _("Buying role"), choices=_roles),
    Filter("attitude", "number", _("Attitude, −2 to +2")),
    Filter("influence", "number", _("Influence, 1 to 5")),
    Filter("relationship", "number", _("Relationship, 0 to 5")),
    Filter("state", "choice", _("State"), choices=STATES, asks=state),
    Filter("since", "date", _("On the map since")),
)
LIST = (OF_ACCOUNT, *STAKEHOLDER)
DRIVERS = frozenset({"role", "attitude", "influence", "relationship"})


def _seen(person: Any) -> Any:
    return Stakeholder.objects.visible_to(person).present()


def _number(text: str, person: Any) -> int | None:
    return int(text) if person is not None and text.isascii() and text.isdigit() and len(text) < 19 else None


def _with(text: str, person: Any) -> Found | None:
    """The activities with a contact, be it as the one whom they are with or among others."""
    contact = Contact.objects.visible_to(person).filter(pk=pk).first() if (pk := _number(text, person)) else None
    if contact is None:
        return None
    among = Activity.participants.through._base_manager.filter(contact_id=contact.pk).values("activity_id")
    return Found(contact.full_name, Q(contact_id=contact.pk) | Q(pk__in=among))


def _took_part(text: str, person: Any) -> Found | None:
    """The activities of one of us, and those in which she took part."""
    colleague = User.objects.visible_to(person).filter(pk=pk).first() if (pk := _number(text, person)) else None
    if colleague is None:
        return None
    along = Activity.colleagues.through._base_manager.filter(user_id=colleague.pk).values("activity_id")
    return Found(colleague.get_full_name(), Q(owner_id=colleague.pk) | Q(pk__in=along))


def tell() -> None:
    for name, column in (("contacts", "contact_id"), ("accounts", "account_id")):
        relation = Relation(_seen, lambda: STAKEHOLDER, column, drivers=DRIVERS)
        asking.tell(name, Filter("stakeholder", "relation", _("Stakeholder"), relation=relation))
    asking.tell("stakeholders", account_at("account_id"))
    asking.tell("log", Filter("with", "record", _("With the contact"), find=_with))
    asking.tell("log", Filter("took_part", "record", _("Who of us took part"), find=_took_part))

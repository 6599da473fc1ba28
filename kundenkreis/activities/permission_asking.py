"""Who may be contacted, asked of a whole list: the rules of `contact_rules` as conditions of the database.

Every part of it is answered by an index of another table, row by row, so that a list of a million contacts is walked and not gathered.
What is hashed is read from the marks that `customers.barring` keeps. `tests/activities/test_permission_filters.py` holds it against
`may_contact`, rule by rule and by chance.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kundenkreis.activities.contact_rules import ELECTRONIC, SERVICE
from kundenkreis.activities.permission import Channel, Purpose, counted
from kundenkreis.core import clock
from kundenkreis.core.filters import Filter
from kundenkreis.core.models import House
from kundenkreis.core.records import AskedOfEachRow
from kundenkreis.customers.barring import barred_by
from kundenkreis.customers.models import Account, Address, Consent, Position
from kundenkreis.lists import asking

FEW = 4000
_SUPPRESSED_AS = {"email": "email", "phone": "phone", "sms": "phone", "letter": "address"}


def allowed(purpose: str, channel: str, now: dt.datetime | None = None) -> Q:
    """That a contact may be contacted for this purpose over this channel, for a queryset of contacts."""
    here = Q(deleted_at=None, bar="") & _has_address(channel)
    if purpose == SERVICE:
        return here & _has_not_left()
    house = House.known()
    given = Consent.objects.living().filter(contact=OuterRef("pk"), purpose=purpose, channel=channel)
    counts = AskedOfEachRow(given.filter(_counts(now or timezone.now())))
    spoken = Consent.State.OBJECTED, Consent.State.WITHDRAWN
    refused = AskedOfEachRow(given.filter(state__in=spoken)) | _barred(_SUPPRESSED_AS[channel])
    # What decides most rows is asked first; who has consented may be so few that an index leads to them.
    found = here & Q(objected_at=None) & _few(purpose, channel) & _by_law(channel, Q(counts), given)
    found &= ~Q(refused) & _has_not_left()
    if house.contact_cap is not None:
        found &= ~Q(_too_often(house, house.contact_cap))
    return found


def _by_law(channel: str, counts: Q, given: QuerySet) -> Q:
    """Consent where it is needed, and what stands for it."""
    if channel == Channel.PHONE:
        return counts
    if channel in ELECTRONIC:
        conditions = {"with_sale": True, "own_similar": True, "could_refuse": True}
        excepted = given.filter(state=Consent.State.CUSTOMER, **conditions).exclude(source="")
        return counts | (Q(AskedOfEachRow(excepted)) & ~Q(_barred("ecg")))
    return counts | ~Q(_barred("robinson")) | _is_customer()


def _counts(now: dt.datetime) -> Q:
    """A consent that can be proven (GDPR Art. 7 (1)); see `Consent.lacks`."""
    proven = ~Q(proof="") | Q(document__isnull=False)
    return Q(state=Consent.State.GIVEN, since__lte=now, wording__isnull=False) & ~Q(source="") & proven


def _barred(kind: str) -> Exists:
    return AskedOfEachRow(barred_by([kind]).filter(contact=OuterRef("pk")))


def _few(purpose: str, channel: str) -> Q:
    """Where consent is needed and a few thousand have it at most, those who said anything that may allow it are the way in."""
    if channel == Channel.LETTER:
        return Q()
    speaking = Consent.State.GIVEN, Consent.State.CUSTOMER
    rows = Consent.objects.order_by().filter(purpose=purpose, channel=channel, state__in=speaking)
    if rows[: FEW + 1].count() > FEW:
        return Q()
    return Q(pk__gathered=rows.values("contact_id"))


def _has_not_left() -> Q:
    held = Position.objects.living().filter(contact=OuterRef("pk"))
    holds = held.filter(Q(ends_on=None) | Q(ends_on__gte=clock.today()))
    return Q(AskedOfEachRow(holds)) | ~Q(AskedOfEachRow(held))


def _has_address(channel: str) -> Q:
    if channel == Channel.EMAIL:
        return ~Q(email="")
    if channel == Channel.SMS:
        return ~Q(mobile="")
    if channel == Channel.PHONE:
        return ~Q(phone="") | ~Q(mobile="")
    at_work = (
        Account._base_manager.filter(pk=OuterRef("main_account_id")).exclude(place="").exclude(street="", postcode="")
    )
    own = Address.objects.living().filter(contact=OuterRef("pk"))
    return Q(AskedOfEachRow(at_work)) | Q(AskedOfEachRow(own))


def _is_customer() -> Q:
    customers = Account._base_manager.filter(relation=Account.RelationKind.CUSTOMER)
    at_work = customers.filter(pk=OuterRef("main_account_id"))
    herself = customers.filter(person=OuterRef("pk"), deleted_at=None)
    return Q(AskedOfEachRow(at_work)) | Q(AskedOfEachRow(herself))


def _too_often(house: House, cap: int) -> Exists:
    """That there is a contact beyond those that the house allows: the last one that still fits is looked for, not all are counted."""
    sent = counted(house).filter(contact=OuterRef("pk"))
    return AskedOfEachRow(sent.order_by("-at")[cap - 1 : cap])


def _asks(value: str) -> Q:
    purpose, _dot, channel = value.partition(".")
    return allowed(purpose, channel)


def _choices() -> list[tuple[str, str]]:
    """Every purpose over every channel: ("newsletter.email", "Newsletter by e-mail")."""
    said = {
        "email": _("%(purpose)s by e-mail"),
        "phone": _("%(purpose)s by phone"),
        "sms": _("%(purpose)s by text message"),
        "letter": _("%(purpose)s by letter"),
    }
    return [
        (f"{purpose.value}.{channel.value}", said[channel.value] % {"purpose": purpose.label})
        for purpose in Purpose
        for channel in Channel
    ]


MAY = Filter("may", "choice", gettext_lazy("May be contacted"), choices=_choices, asks=_asks)


def tell() -> None:
    asking.tell("contacts", MAY)

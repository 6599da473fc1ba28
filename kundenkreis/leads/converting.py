"""A lead becomes an account, a contact and her position, and nothing that was known of her is lost.

What is new is made of the lead's values; an account or contact that is there already keeps its own, and only what it lacks is filled in. All
the rest stands in a note at the account, beside the calls, mails and files that came along. All of it is one event with its parts, so that
one undo takes it back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kundenkreis.activities.models import Activity
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account, Contact, Position
from kundenkreis.files.models import Document
from kundenkreis.history.models import Event
from kundenkreis.history.recording import join
from kundenkreis.leads import opting_in
from kundenkreis.leads.models import Lead
from kundenkreis.pipeline.models import Opportunity, OpportunityContact
from kundenkreis.staff import access

# Lead's field → the account's, and the contact's.
OF_ACCOUNT = {
    "company": "name", "website": "website", "street": "street", "postcode": "postcode", "place": "place", "country": "country",
    "industry": "industry", "employees": "employees",
}  # fmt: skip
OF_CONTACT = {
    name: name
    for name in (
        "form_of_address",
        "title_before",
        "given_name",
        "family_name",
        "title_after",
        "email",
        "phone",
        "mobile",
    )
}
_PLACE = ("street", "postcode", "place", "country")  # one address: never half of it from each
# What stands on the lead alone, and in the note at the account.
OF_OPPORTUNITY = ("interest", "message", "source", "campaign")
# How an opportunity calls the sources of a lead; of the others it has no word of its own, and the lead keeps its.
SOURCES = {"website": "website", "referral": "referral", "fair": "fair", "partner": "partner"}
OF_NOTE = ("interest", "message", "source", "campaign", "medium", "referrer", "landing_page")


@dataclass(frozen=True)
class Going:
    """Where one value goes: `to` is account, contact, position or note; `how` new, fills, same or kept (the record keeps its own)."""

    name: str
    value: Any
    to: str
    how: str = "new"
    theirs: Any = ""

    @property
    def label(self) -> str:
        return str(Lead._meta.get_field(self.name).verbose_name)  # type: ignore[union-attr]


@dataclass
class Plan:
    """What a conversion would do. `account` and `contact` are those that are there already; None: a new one."""

    lead: Lead
    account: Account | None = None
    contact: Contact | None = None
    with_contact: bool = True
    with_opportunity: bool = False
    goings: list[Going] = field(default_factory=list)

    def of(self, to: str) -> list[Going]:
        return [one for one in self.goings if one.to == to]


def plan(
    lead: Lead, account: Account | None = None, contact: Contact | None = None, *, by: Any, opportunity: bool = False
) -> Plan:
    """Where each value of the lead would go, as this person may do it."""
    made = Plan(lead, account, contact, bool(contact or lead.family_name), opportunity)
    may_fill = account is None or by is None or access.may(by, "accounts.change", account)
    made.goings += _goings(lead, OF_ACCOUNT, account, "account", may_fill)
    if made.with_contact:
        may_fill = contact is None or by is None or access.may(by, "contacts.change", contact)
        made.goings += _goings(lead, OF_CONTACT, contact, "contact", may_fill)
        made.goings += [Going("job_title", lead.job_title, "position")] if lead.job_title else []
    else:
        reached = {"email": "email", "phone": "phone"}
        made.goings += _goings(lead, reached, account, "account", may_fill)
        rest = [name for name in OF_CONTACT if name not in reached and getattr(lead, name)]
        made.goings += [
            Going(name, getattr(lead, name), "note") for name in [*rest, *(["job_title"] if lead.job_title else [])]
        ]
    made.goings += [Going(name, _said(lead, name), "note") for name in OF_NOTE if getattr(lead, name)]
    if opportunity:
        names = [name for name in OF_OPPORTUNITY if getattr(lead, name)]
        made.goings += [Going(name, _said(lead, name), "opportunity") for name in names]
    return made


def _goings(lead: Lead, columns: dict[str, str], record: Any, to: str, may_fill: bool) -> list[Going]:
    found = []
    has_place = record is not None and any(getattr(record, name, "") for name in _PLACE[:3])
    for name, column in columns.items():
        value = getattr(lead, name)
        if value in (None, ""):
            continue
        theirs = getattr(record, column) if record is not None else None
        if record is None:
            how = "new"
        elif str(theirs).casefold() == str(value).casefold():
            how = "same"
        elif theirs in (None, "") and may_fill and not (name in _PLACE and has_place):
            how = "fills"
        else:
            how = "kept"
        found.append(Going(name, value, to, how, theirs if how == "kept" else ""))
    return found


def _said(lead: Lead, name: str) -> str:
    shown = getattr(lead, f"get_{name}_display", None)
    return str(shown() if shown else getattr(lead, name))


@transaction.atomic
def convert(
    lead: Lead,
    *,
    by: Any,
    account: Account | None = None,
    contact: Contact | None = None,
    version: int | None = None,
    opportunity: bool = False,
) -> Event:
    """Do it. Raises ValidationError when the lead is closed, or what is made of it would be refused; nothing is written then."""
    lead = Lead._base_manager.select_for_update(of=("self",)).get(pk=lead.pk)
    if not lead.is_open:
        raise ValidationError(_("The lead is %(status)s already.") % {"status": lead.get_status_display()})
    planned, parts = plan(lead, account, contact, by=by, opportunity=opportunity), _Parts(by)
    account = parts.account(planned)
    if planned.with_contact:
        contact = parts.contact(planned, account)
    parts.consents(lead, contact)
    parts.activities(lead, account, contact)
    parts.files(lead, account)
    parts.note(planned, account, contact)
    deal = parts.opportunity(lead, account, contact) if opportunity else None
    event = lead.change(
        by=by, verb="converted", version=version, status=Lead.Status.CONVERTED, converted_at=timezone.now(), account=account,
        contact=contact, opportunity=deal,
    )  # fmt: skip
    assert event is not None
    for one in parts.events:
        join(one, event)
    return event


class _Parts:
    """What is made and changed on the way, each with its event."""

    def __init__(self, by: Any):
        self.by = by
        self.events: list[Event] = []

    def _made(self, record: Any) -> Any:
        self.events.append(Event.objects.about(record).earliest("pk"))
        return record

    def _changed(self, event: Event | None) -> None:
        if event is not None:
            self.events.append(event)

    def account(self, planned: Plan) -> Account:
        lead, target = planned.lead, planned.account
        columns = OF_ACCOUNT | {"email": "email", "phone": "phone"}
        values = {columns[one.name]: one.value for one in planned.of("account") if one.how in ("new", "fills")}
        if target is not None:
            if values:
                self._changed(target.change(by=self.by, **values))
            return target
        owner = lead.owner if lead.owner is not None and lead.owner.is_active else self.by
        values.setdefault("name", str(lead.full_name or lead))
        values |= {"owner": owner, "team": lead.team or (owner.team if owner else None), "territory": lead.territory}
        made = Account.add(
            by=self.by, relation=Account.RelationKind.PROSPECT, language=lead.language, is_generated=lead.is_generated, **values
        )  # fmt: skip
        return self._made(made)

    def contact(self, planned: Plan, account: Account) -> Contact:
        lead, person = planned.lead, planned.contact
        values = {OF_CONTACT[one.name]: one.value for one in planned.of("contact") if one.how in ("new", "fills")}
        if person is None:
            person = self._made(
                Contact.add(
                    by=self.by, language=lead.language, owner=lead.owner, is_generated=lead.is_generated, **values
                )
            )
        elif values:
            self._changed(person.change(by=self.by, **values))
        held = Position.objects.living().filter(contact=person)
        if not held.filter(account=account).exists():
            is_main = not held.filter(is_main=True).exists()
            self._made(
                Position.add(by=self.by, contact=person, account=account, job_title=lead.job_title, is_main=is_main)
            )
        return person

    def consents(self, lead: Lead, contact: Contact | None) -> None:
        if contact is not None:
            for one in lead.consents.living().select_related("wording"):
                self.events += opting_in.carry(one, contact, by=self.by)

    def activities(self, lead: Lead, account: Account, contact: Contact | None) -> None:
        for one in lead.activities.living():
            self._changed(one.change(by=self.by, account=account, contact=one.contact or contact))

    def files(self, lead: Lead, account: Account) -> None:
        for one in Document.objects.living().on(lead):
            self._changed(
                one.change(
                    by=self.by,
                    verb="moved",
                    subject_type=account._meta.label_lower,
                    subject_id=account.pk,
                    account_id=account.pk,
                )
            )

    def opportunity(self, lead: Lead, account: Account, contact: Contact | None) -> Opportunity:
        """What may come of it, with its source and campaign to the end; what was spoken is its beginning."""
        source = SOURCES.get(lead.source, "other") if lead.source else ""
        name = (
            _("%(account)s: %(interest)s") % {"account": account, "interest": lead.interest}
            if lead.interest
            else str(account)
        )
        owner = lead.owner if lead.owner is not None and lead.owner.is_active else self.by
        made = self._made(
            Opportunity.add(
                by=self.by, name=name[:200], account=account, owner=owner, source=source, campaign=lead.campaign, description=lead.message,
                activities=list(lead.activities.living()), is_generated=lead.is_generated,
            )
        )  # fmt: skip
        if contact is not None:
            self._made(
                OpportunityContact.add(
                    by=self.by, opportunity=made, contact=contact, role=OpportunityContact.Role.OTHER
                )
            )
        return made

    def note(self, planned: Plan, account: Account, contact: Contact | None) -> None:
        """What came in, in the house's language, with all that found no other place."""
        lead = planned.lead
        with translation.override(House.known().language):
            left = [one for one in planned.goings if one.to == "note" or one.how == "kept"]
            subject = _("Lead %(number)s") % {"number": lead.number}
            body = "\n".join(f"{capfirst(one.label)}: {_said(lead, one.name)}" for one in left)
        self._made(
            Activity.add(
                by=self.by, kind=Activity.Kind.NOTE, subject=subject, body=body, account=account, contact=contact, owner=lead.owner or self.by,
                at=lead.received_at, is_incoming=lead.is_inquiry,
            )
        )  # fmt: skip

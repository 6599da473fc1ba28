"""What somebody ticked on a form counts when she has confirmed it by the link in a mail (double opt-in), as `activities.opting_in` does it.

Until she is a contact it is kept with the lead. When she becomes one, it goes along, with its proof.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.activities import opting_in
from kundenkreis.activities.contact_rules import Rule
from kundenkreis.customers.models import Consent, ConsentWording, Contact
from kundenkreis.history.models import Event
from kundenkreis.leads import permission
from kundenkreis.leads.models import Lead, LeadConsent

_SALT = "kundenkreis.lead-opt-in"
_FORBIDDING = frozenset(
    {Rule.OBJECTED, Rule.SUPPRESSED, Rule.WITHDRAWN, Rule.IN_BIN, Rule.DECEASED, Rule.NO_CONTACT, Rule.NO_ADDRESS}
)


@dataclass(frozen=True)
class Link:
    """What a link stands for: `state` is "ask", "done" (confirmed by it already) or "unknown"."""

    state: str
    consent: LeadConsent | None = None


@transaction.atomic
def agree(lead: Lead, wording: ConsentWording, *, source: str) -> LeadConsent:
    """She ticked this wording. It is pending, which allows nothing; the mail that asks her goes out after the transaction."""
    from kundenkreis.leads import tasks

    consent = LeadConsent.add(by=None, lead=lead, wording=wording, source=source[:200])
    consent.ticket = secrets.token_urlsafe(16)
    LeadConsent._base_manager.filter(pk=consent.pk).update(ticket=consent.ticket)
    transaction.on_commit(lambda: tasks.ask_to_confirm.enqueue(consent.pk))
    return consent


def send(number: int) -> bool:
    """Mail her the link; whether it went out. Who may not be asked (an objection, no mail from this house) is not."""
    consent = LeadConsent.objects.living().select_related("lead", "wording").filter(pk=number).first()
    if consent is None or consent.state != LeadConsent.State.PENDING or consent.asked_at is not None:
        return False
    lead = consent.lead
    answer = permission.may_contact(lead, "email", purpose=consent.wording.purpose)
    if lead.deleted_at is not None or answer.rule in _FORBIDDING:
        return False
    try:
        opting_in.refuse_without_mail()
    except ValidationError:
        return False
    token = signing.dumps([consent.pk, consent.ticket], salt=_SALT)
    opting_in.written(lead, consent.wording, opting_in.absolute("lead_public:confirm", token)).send()
    consent.change(by=None, verb="asked", asked_at=timezone.now())
    return True


def of_link(token: str) -> Link:
    """What a link stands for now; looking at it changes nothing."""
    try:
        pk, ticket = signing.loads(token, salt=_SALT, max_age=opting_in.LASTS)
    except (signing.BadSignature, TypeError, ValueError):
        return Link("unknown")
    rows = LeadConsent.objects.living().select_related("lead", "wording")
    consent = rows.filter(pk=pk, lead__deleted_at=None).first()
    if consent is None or not isinstance(ticket, str):
        return Link("unknown")
    if consent.state == LeadConsent.State.PENDING and ticket and secrets.compare_digest(consent.ticket, ticket):
        return Link("ask", consent)
    confirmed = consent.state == LeadConsent.State.GIVEN and consent.proof.endswith(opting_in.mark_of(ticket))
    return Link("done" if confirmed else "unknown", consent if confirmed else None)


@transaction.atomic
def confirm(token: str, *, address: str) -> Link:
    """The person pressed the button: it is given, and moment, mail and network address are its proof. Works once."""
    link = of_link(token)
    if link.state != "ask" or link.consent is None:
        return link
    consent = LeadConsent._base_manager.select_for_update(of=("self",)).get(pk=link.consent.pk)
    again = of_link(token)
    if again.state != "ask":  # a second press was faster
        return again
    if permission.may_contact(consent.lead, "email", purpose=consent.wording.purpose).rule in _FORBIDDING:
        return Link("unknown")
    now, ticket = timezone.now(), consent.ticket
    proof = f"{consent.lead.email}, {address}, {now.isoformat(timespec='seconds')}, {opting_in.mark_of(ticket)}"
    consent.change(by=None, now=now, verb="confirmed", state=LeadConsent.State.GIVEN, since=now, proof=proof[-300:])
    LeadConsent._base_manager.filter(pk=consent.pk).update(ticket="")
    if consent.lead.contact is not None:
        carry(consent, consent.lead.contact, by=None)
    return Link("done", consent)


def carry(consent: LeadConsent, contact: Contact, *, by: Any) -> list[Event]:
    """What she agreed to as a lead is the contact's from now on. What the contact has said already stays, but for what waited.

    A consent by mail is no consent to be called: only the channel over which it was confirmed is carried.
    """
    channel = Consent.Channel.EMAIL
    pair: dict[str, Any] = {"purpose": consent.wording.purpose, "channel": channel}
    values: dict[str, Any] = {
        "state": consent.state, "since": consent.since, "source": consent.source or _("web form"), "wording": consent.wording,
        "how": Consent.How.DOUBLE_OPT_IN, "proof": consent.proof,
    }  # fmt: skip
    there = Consent._base_manager.filter(contact=contact, **pair).first()
    if there is None:
        made = Consent.add(by=by, contact=contact, **pair, **values)
        return [Event.objects.about(made).latest("pk")]
    if there.deleted_at is None and there.state == Consent.State.PENDING and consent.state == Consent.State.GIVEN:
        event = there.change(by=by, verb="confirmed", **values)
        return [event] if event is not None else []
    return []

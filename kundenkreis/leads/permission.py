"""May this lead be called or mailed: the rules of `activities.contact_rules`, over what is known of somebody who is no contact yet.

Who asked us may be answered: that is running business. Everybody else would get advertising, which needs consent. What a contact with the
same mail address has said, and the house's suppression list, hold against a lead just the same.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from kundenkreis.activities import permission
from kundenkreis.activities.contact_rules import SERVICE, Answer, Facts, Given, Rule, decide
from kundenkreis.customers import barring
from kundenkreis.customers.models import Consent, Contact, Suppression
from kundenkreis.leads.models import Lead, LeadConsent

CHANNELS = ("email", "phone")
ADVERTISING = Consent.Purpose.ADVERTISING
_BY_KIND = {"call": "phone", "mail": "email"}
# What a contact with the same address has said, and that she is no more, goes before everything that speaks for the lead.
_THEIRS = frozenset({Rule.DECEASED, Rule.NO_CONTACT, Rule.OBJECTED, Rule.SUPPRESSED, Rule.WITHDRAWN})


def purpose_of(lead: Lead) -> str:
    """What a call or mail to her would be: an answer to what she asked, or advertising."""
    return SERVICE if lead.is_inquiry else ADVERTISING


def may_contact(lead: Lead, channel: str, *, now: dt.datetime | None = None, purpose: str = "") -> Answer:
    """Whether she may be contacted over a channel ("email", "phone"), by which rule, and why in words."""
    purpose, now = purpose or purpose_of(lead), now or timezone.now()
    if lead.contact is not None:
        return permission.may_contact(lead.contact, purpose, channel, now=now)
    twins = Contact.objects.living().filter(email=lead.email)[:20] if lead.email else []
    for answer in permission.may_contact_many(twins, purpose, channel, now=now).values():
        if answer.rule in _THEIRS:
            return answer
    return decide(_facts(lead, purpose, channel), purpose, channel, now)


def answers(lead: Lead) -> dict[str, Answer]:
    """The same for every channel."""
    return {channel: may_contact(lead, channel) for channel in CHANNELS}


def refuse_planned(lead: Lead, kind: str) -> None:
    """Raises ValidationError, by field, where a planned call or mail is one that may not be. What has happened is written as it was."""
    channel = _BY_KIND.get(kind)
    if channel and not (answer := may_contact(lead, channel)).allowed:
        raise ValidationError({"kind": f"{answer.rule.label}: {answer.sentence}"})


def _facts(lead: Lead, purpose: str, channel: str) -> Facts:
    texts = [lead.email] if channel == "email" else [lead.phone, lead.mobile]
    suppressed = None if purpose == SERVICE else _suppression(channel, texts)
    return Facts(
        has_address=any(texts),
        in_bin=lead.deleted_at is not None,
        suppressed_at=suppressed.since if suppressed else None,
        suppressed_why=suppressed.get_reason_display() if suppressed else "",
        given=_given(lead, purpose, channel),
    )


def _suppression(channel: str, texts: list[str]) -> Suppression | None:
    for text in filter(None, texts):
        try:
            if (found := barring.find(channel, text)) is not None:
                return found
        except ValidationError:  # no number at all
            continue
    return None


def _given(lead: Lead, purpose: str, channel: str) -> Given | None:
    if lead.pk is None:
        return None
    rows: Any = LeadConsent.objects.living().filter(lead=lead, wording__purpose=purpose).select_related("wording")
    for one in rows.order_by("-since"):
        if channel in one.wording.channels:
            lacks = () if one.proof or one.state != LeadConsent.State.GIVEN else ("proof",)
            return Given(one.state, one.since, one.source, lacks)
    return None

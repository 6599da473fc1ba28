"""Wordings and consents as tests need them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from kundenkreis.customers.models import Consent, ConsentWording, Contact

CHANNELS = ["email", "phone", "sms", "letter"]


def wording(purpose: str = "newsletter", **values: Any) -> ConsentWording:
    """The wording of a purpose, over every channel."""
    given = {
        "purpose": purpose,
        "edition": "2026-01",
        "channels": CHANNELS,
        "text_de": "Ja, gerne.",
        "text_en": "Yes, please.",
    }
    there = ConsentWording.objects.filter(purpose=purpose, edition=values.get("edition", "2026-01")).first()
    return there or ConsentWording.add(by=None, **(given | {"valid_from": dt.date(2020, 1, 1)} | values))


def consent(
    contact: Contact, purpose: str = "newsletter", channel: str = "email", state: str = "given", **values: Any
) -> Consent:
    """A consent that counts, unless `values` say otherwise."""
    given: dict[str, Any] = {
        "since": timezone.now() - dt.timedelta(days=20),
        "source": "Fair",
        "proof": "Card 12",
        "how": "written",
        "wording": wording(purpose),
    }
    return Consent.add(by=None, contact=contact, purpose=purpose, channel=channel, state=state, **(given | values))


def exception(contact: Contact, purpose: str = "newsletter", channel: str = "email", **values: Any) -> Consent:
    """A customer exception whose first three conditions hold."""
    conditions = {"with_sale": True, "own_similar": True, "could_refuse": True}
    return consent(contact, purpose, channel, "customer", source="Order 4711", **(conditions | values))

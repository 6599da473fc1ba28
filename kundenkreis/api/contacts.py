"""Contacts, their positions and consents."""

from __future__ import annotations

from ninja import Router

from kundenkreis.api.noun import Noun, of, part_of
from kundenkreis.api.resource import Routes
from kundenkreis.api.shapes import Day, Shown, name_of
from kundenkreis.core.filters import Filter
from kundenkreis.customers import cadence
from kundenkreis.customers.asking import tagged
from kundenkreis.customers.grouping import OF_ACCOUNT, OF_CONTACT
from kundenkreis.customers.models import Account, Consent, Contact, Position
from kundenkreis.lists import asking

_CONTACT = (
    "form_of_address",
    "title_before",
    "given_name",
    "family_name",
    "title_after",
    "email",
    "phone",
    "mobile",
    "language",
    "preferred_channel",
    "owner",
    "note",
    "tags",
)

CONTACTS = Noun(
    path="contacts",
    title="Contact",
    model=Contact,
    area="contacts",
    tag="Contacts",
    about="People at our customers. `main_account_id` and `job_title` are those of the main position.",
    allowed=of("contacts"),
    read=(
        *_CONTACT,
        "main_account",
        name_of("main_account_name", "main_account", Account),
        "job_title",
        "is_generated",
    ),
    write=_CONTACT,
    mine="owner",
    filters=(
        Filter("name", "text", "name", "key"),
        Filter("email", "text", "e-mail"),
        Filter("main_account", "number", "account", "main_account_id"),
        OF_CONTACT,
        Filter("owner", "person", "owner", "owner_id"),
        Filter("language", "choice", "language", choices=[("de", "German"), ("en", "English")]),
        Filter("position", "text", "position", "job_title"),
        tagged(Contact, "contact_id"),
        *asking.of("contacts"),
        Filter("changed", "moment", "day of the last change", "changed_at"),
    ),
    drivers=frozenset({"name", "owner", "changed"}),
    sorts={"name": "key"},
)

POSITIONS = Noun(
    path="positions",
    title="Position",
    model=Position,
    area="contacts",
    tag="Contacts",
    about="A contact's work at an account, for a time.",
    allowed=part_of("contacts", "contact"),
    read=(
        "contact",
        "account",
        "job_title",
        "department",
        "is_main",
        "touch_days",
        Shown(
            name="last_touch_on",
            columns=("last_touch_on",),
            type=Day | None,
            make=lambda day: None if day == cadence.NEVER else day.isoformat(),
            description="The last call, visit or meeting with her at this account that took place; empty when there was none.",
        ),
        "starts_on",
        "ends_on",
    ),
    fixed=("contact", "account"),
    write=("job_title", "department", "is_main", "touch_days", "starts_on", "ends_on"),
    filters=(
        Filter("account", "number", "account", "account_id"),
        OF_ACCOUNT,
        Filter("contact", "number", "contact", "contact_id"),
        Filter("is_main", "flag", "main position"),
    ),
)

CONSENTS = Noun(
    path="consents",
    title="Consent",
    model=Consent,
    area="contacts",
    tag="Contacts",
    about="What a contact allowed us, for one purpose over one channel. Its history is the proof.",
    allowed=part_of("contacts", "contact"),
    read=("contact", "purpose", "channel", "state", "since", "source", "wording"),
    fixed=("contact", "purpose", "channel"),
    write=("state", "since", "source", "wording"),
    filters=(
        Filter("contact", "number", "contact", "contact_id"),
        Filter("purpose", "choice", "purpose", choices=Consent.Purpose.choices),
        Filter("channel", "choice", "channel", choices=Consent.Channel.choices),
        Filter("state", "choice", "state", choices=Consent.State.choices),
    ),
)

NOUNS = [CONTACTS, POSITIONS, CONSENTS]


def routers() -> list[Router]:
    return [Routes(noun).router for noun in NOUNS]

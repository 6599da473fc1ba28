"""Contacts, their positions and consents."""

from __future__ import annotations

from ninja import Router

from kundenkreis.api import fields, merges, permission, twins
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
    "bar",
    "owner",
    "note",
    "tags",
)

CONTACTS = Noun(
    refuse=twins.refuse_contact,
    parameters=(twins.PARAMETER,),
    path="contacts",
    title="Contact",
    model=Contact,
    area="contacts",
    tag="Contacts",
    about="People at our customers. `main_account_id` and `job_title` are those of the main position. Whether one may be contacted says"
    " `/contacts/{id}/permissions`; `objected_at` is set by `/contacts/{id}/object`.",
    allowed=of("contacts"),
    read=(
        *_CONTACT,
        "main_account",
        name_of("main_account_name", "main_account", Account),
        "job_title",
        "objected_at",
        "objection_source",
        "is_generated",
        fields.shown("contacts"),
    ),
    write=_CONTACT,
    more=fields.WRITTEN,
    fielded="contacts",
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

_CONSENT = (
    "state",
    "since",
    "how",
    "source",
    "wording",
    "proof",
    "document",
    "with_sale",
    "own_similar",
    "could_refuse",
)

CONSENTS = Noun(
    path="consents",
    title="Consent",
    model=Consent,
    area="contacts",
    tag="Contacts",
    about="What a contact allowed us, for one purpose over one channel. Its history is the proof. One that is given counts only with a"
    " wording, a source and a proof; `with_sale`, `own_similar` and `could_refuse` are the customer exception's conditions that are recorded.",
    allowed=part_of("contacts", "contact"),
    read=("contact", "purpose", "channel", *_CONSENT),
    fixed=("contact", "purpose", "channel"),
    write=_CONSENT,
    filters=(
        Filter("contact", "number", "contact", "contact_id"),
        Filter("purpose", "choice", "purpose", choices=Consent.Purpose.choices),
        Filter("channel", "choice", "channel", choices=Consent.Channel.choices),
        Filter("state", "choice", "state", choices=Consent.State.choices),
    ),
)

NOUNS = [CONTACTS, POSITIONS, CONSENTS]


def routers() -> list[Router]:
    contacts, positions, consents = (Routes(noun) for noun in NOUNS)
    merges.add_to(contacts)
    permission.add_to(contacts, consents)
    return [contacts.router, positions.router, consents.router]

"""Accounts and what belongs to them."""

from __future__ import annotations

from typing import Any

from ninja import Router

from kundenkreis.api import fields, merges, twins
from kundenkreis.api.noun import ALL, Noun, of, part_of
from kundenkreis.api.resource import Routes
from kundenkreis.api.shapes import Day, Shown, decimal_type, named
from kundenkreis.core.filters import Filter
from kundenkreis.customers import cadence
from kundenkreis.customers.asking import tagged
from kundenkreis.customers.grouping import OF_ACCOUNT_ITSELF
from kundenkreis.customers.models import (
    NEVER,
    Account,
    AccountLink,
    AccountTeamMember,
    Address,
    ContactPoint,
    PartnerFunction,
    Relation,
    Tag,
)
from kundenkreis.lists import asking
from kundenkreis.staff import access

_MONEY = decimal_type(16, 2, writing=False)

ACCOUNTS = Noun(
    refuse=twins.refuse_account,
    parameters=(twins.PARAMETER,),
    path="accounts",
    title="Account",
    model=Account,
    area="accounts",
    tag="Accounts",
    about="Companies and persons whom we look after. `revenue_12m` and `revenue_before` are in the house's currency.",
    allowed=of("accounts"),
    read=(
        "number",
        "kind",
        "name",
        "relation",
        "tier",
        "industry",
        "employees",
        "language",
        "currency",
        "vat_id",
        "register_number",
        "register_court",
        "gln",
        "iban",
        "email",
        "phone",
        "website",
        "street",
        "postcode",
        "place",
        "country",
        "owner",
        named("owner_name", "owner"),
        "team",
        "territory",
        "territory_by_hand",
        "person",
        "touch_days",
        "touch_reason",
        "customer_since",
        "description",
        "tags",
        "is_generated",
        Shown(
            name="last_touch_on",
            columns=("last_touch_on",),
            type=Day | None,
            make=lambda day: None if day == cadence.NEVER else day.isoformat(),
            description="The last call, visit or meeting that took place; empty when there was none.",
        ),
        Shown(
            name="next_touch_on",
            columns=("next_touch_on",),
            type=Day | None,
            make=lambda day: None if day == cadence.NOT_DUE else day.isoformat(),
            description="When the next one is due, by the tier's rule, by touch_days, or by those of a position; empty without any.",
        ),
        Shown(
            name="last_ordered_on",
            columns=("last_order_on",),
            type=Day | None,
            make=lambda day: None if day == NEVER else day.isoformat(),
            description="Empty when there was no order yet.",
        ),
        Shown(name="revenue_12m", columns=("revenue_12m",), type=_MONEY, make=lambda amount: format(amount, "f")),
        fields.shown("accounts"),
        Shown(name="revenue_before", columns=("revenue_before",), type=_MONEY, make=lambda amount: format(amount, "f")),
    ),
    write=(
        "number",
        "kind",
        "name",
        "relation",
        "tier",
        "industry",
        "employees",
        "language",
        "currency",
        "vat_id",
        "register_number",
        "register_court",
        "gln",
        "iban",
        "email",
        "phone",
        "website",
        "street",
        "postcode",
        "place",
        "country",
        "owner",
        "team",
        "territory",
        "person",
        "touch_days",
        "touch_reason",
        "customer_since",
        "description",
        "tags",
    ),
    more=fields.WRITTEN,
    fielded="accounts",
    mine="owner",
    guarded=dict.fromkeys(access.ASSIGNED, "accounts.assign"),
    hidden={"iban": "accounts.see_bank"},
    filters=(
        Filter("name", "text", "name", "key"),
        OF_ACCOUNT_ITSELF,
        Filter("number", "text", "account number"),
        Filter("kind", "choice", "kind", choices=Account.Kind.choices),
        Filter("relation", "choice", "relation", choices=Account.RelationKind.choices),
        Filter("tier", "choice", "tier", choices=Account.Tier.choices),
        Filter("industry", "text", "industry"),
        Filter("country", "choice", "country"),
        Filter("place", "text", "place"),
        Filter("postcode", "text", "postcode"),
        Filter("vat_id", "text", "VAT ID"),
        Filter("email", "text", "e-mail"),
        Filter("owner", "person", "owner", "owner_id"),
        Filter("team", "number", "team", "team_id", own="own_teams"),
        Filter("territory", "number", "territory", "territory_id"),
        Filter("territory_by_hand", "flag", "territory set by hand", aliases=("by_hand",)),
        Filter("last_ordered_on", "date", "last order", "last_order_on", aliases=("last",)),
        Filter("last_touch_on", "date", "last touch"),
        Filter("next_touch_on", "date", "next touch due"),
        Filter("revenue_12m", "number", "revenue, 12 months", aliases=("revenue",)),
        Filter("customer_since", "date", "customer since", aliases=("since",)),
        Filter("changed", "moment", "day of the last change", "changed_at"),
        tagged(Account, "account_id"),
        *asking.of("accounts"),
    ),
    drivers=frozenset({"name", "country", "owner", "changed"}),
    sorts={"name": "key", "last_ordered_on": "last_order_on", "revenue_12m": "revenue_12m"},
)


ACCOUNT_LINKS = Noun(
    path="account-links",
    title="AccountLink",
    model=AccountLink,
    area="accounts",
    tag="Accounts",
    about="Who belongs to whom, in the legal, sales and buying hierarchies, for a time. No circle on any day.",
    allowed=part_of("accounts", "account"),
    read=("hierarchy", "account", "parent", "share", "starts_on", "ends_on"),
    fixed=("hierarchy", "account", "parent"),
    write=("share", "starts_on", "ends_on"),
    filters=(
        Filter("account", "number", "account", "account_id"),
        Filter("parent", "number", "belongs to", "parent_id"),
        Filter("hierarchy", "choice", "hierarchy", choices=AccountLink.Hierarchy.choices),
    ),
    verbs=ALL - {"bulk"},
)

RELATIONS = Noun(
    path="relations",
    title="Relation",
    model=Relation,
    area="accounts",
    tag="Accounts",
    about="What an account is to us, with dates.",
    allowed=part_of("accounts", "account"),
    read=("account", "kind", "released_until", "inform_public_relations", "note", "starts_on", "ends_on"),
    fixed=("account",),
    write=("kind", "released_until", "inform_public_relations", "note", "starts_on", "ends_on"),
    filters=(
        Filter("account", "number", "account", "account_id"),
        Filter("kind", "choice", "relation", choices=Account.RelationKind.choices),
    ),
)

ACCOUNT_TEAM = Noun(
    path="account-team",
    title="AccountTeamMember",
    model=AccountTeamMember,
    area="accounts",
    tag="Accounts",
    about="Who of us looks after an account, in which role.",
    allowed=part_of("accounts", "account"),
    read=("account", "person", named("person_name", "person"), "role", "deputy", "starts_on", "ends_on"),
    fixed=("account",),
    write=("person", "role", "deputy", "starts_on", "ends_on"),
    filters=(
        Filter("account", "number", "account", "account_id"),
        Filter("person", "person", "person", "person_id"),
        Filter("role", "choice", "role", choices=AccountTeamMember.Role.choices),
    ),
)

PARTNER_FUNCTIONS = Noun(
    path="partner-functions",
    title="PartnerFunction",
    model=PartnerFunction,
    area="accounts",
    tag="Accounts",
    about="Where goods of a sold-to account go, who gets the invoice and who pays.",
    allowed=part_of("accounts", "account"),
    read=("account", "function", "partner", "is_default", "starts_on", "ends_on"),
    fixed=("account",),
    write=("function", "partner", "is_default", "starts_on", "ends_on"),
    filters=(
        Filter("account", "number", "account", "account_id"),
        Filter("partner", "number", "partner", "partner_id"),
        Filter("function", "choice", "function", choices=PartnerFunction.Function.choices),
    ),
)


def _of_either(user: Any, verb: str, record: Any) -> bool:
    """Addresses and numbers belong to an account or to a contact, and follow its rules."""
    if verb == "see" or record is None:
        nouns = ("accounts", "contacts")
        return any(access.may(user, f"{noun}.{'see' if verb == 'see' else 'change'}") for noun in nouns)
    if record.account_id:
        return access.may(user, "accounts.change", record.account)
    return access.may(user, "contacts.change", record.contact)


ADDRESSES = Noun(
    path="addresses",
    title="Address",
    model=Address,
    area="accounts",
    tag="Accounts",
    about="Addresses of an account or of a contact, beside the main one that an account shows.",
    allowed=_of_either,
    read=(
        "account",
        "contact",
        "use",
        "extra",
        "street",
        "postcode",
        "place",
        "region",
        "country",
        "starts_on",
        "ends_on",
    ),
    fixed=("account", "contact"),
    write=("use", "extra", "street", "postcode", "place", "region", "country", "starts_on", "ends_on"),
    filters=(
        Filter("account", "number", "account", "account_id"),
        Filter("contact", "number", "contact", "contact_id"),
        Filter("use", "choice", "use", choices=Address.Use.choices),
    ),
)

WAYS = Noun(
    path="ways-to-reach",
    title="WayToReach",
    model=ContactPoint,
    area="accounts",
    tag="Accounts",
    about="Further phone numbers, mail addresses and pages of an account or of a contact.",
    allowed=_of_either,
    read=("account", "contact", "kind", "value", "label", "starts_on", "ends_on"),
    fixed=("account", "contact"),
    write=("kind", "value", "label", "starts_on", "ends_on"),
    filters=(
        Filter("account", "number", "account", "account_id"),
        Filter("contact", "number", "contact", "contact_id"),
        Filter("kind", "choice", "kind", choices=ContactPoint.Kind.choices),
        Filter("value", "text", "number or address"),
    ),
)

TAGS = Noun(
    path="tags",
    title="Tag",
    model=Tag,
    area="accounts",
    tag="Accounts",
    about="Words that accounts and contacts are marked with.",
    allowed=lambda user, verb, record: access.may(
        user, {"see": "accounts.see", "add": "accounts.change"}.get(verb, "accounts.assign")
    ),
    read=("name",),
    write=("name",),
    filters=(Filter("name", "text", "name"),),
    sorts={"name": "name"},
)

NOUNS = [
    ACCOUNTS,
    ACCOUNT_LINKS,
    RELATIONS,
    ACCOUNT_TEAM,
    PARTNER_FUNCTIONS,
    ADDRESSES,
    WAYS,
    TAGS,
]


def routers() -> list[Router]:
    return [(merges.add_to(Routes(noun)) if noun is ACCOUNTS else Routes(noun)).router for noun in NOUNS]

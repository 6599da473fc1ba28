"""How the pages and forms of accounts and contacts are laid out as shipped."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kundenkreis.customers.models import Account, Contact
from kundenkreis.fields import layouts

ACCOUNT = (
    ("company", _("Company"), ("name", "kind", "person", "industry", "employees", "language", "currency")),
    (
        "care",
        _("Care"),
        ("owner", "team", "territory", "tier", "touch_days", "touch_reason", "relation", "customer_since"),
    ),
    ("reach", _("Address and ways to reach"), ("email", "phone", "website", "street", "postcode", "place", "country")),
    ("register", _("Register and tax"), ("vat_id", "register_number", "register_court", "gln", "iban")),
    ("more", _("More"), ("tags", "description")),
)
ACCOUNT_FORM = (
    "name", "kind", "person", "relation", "tier", "touch_days", "touch_reason", "industry", "employees", "customer_since", "tags", "street",
    "postcode", "place", "country", "email", "phone", "website", "language", "currency", "vat_id", "register_number", "register_court", "gln", "iban",
    "owner", "team", "territory", "description",
)  # fmt: skip
# What is asked when an account is made; the rest is filled in on its page.
ACCOUNT_FIRST = (
    "name", "kind", "person", "relation", "tier", "street", "postcode", "place", "country", "email", "phone", "vat_id", "owner", "territory",
)  # fmt: skip
CONTACT = (
    (
        "facts",
        _("Facts"),
        (
            "form_of_address", "title_before", "given_name", "family_name", "title_after", "email", "phone", "mobile", "language",
            "preferred_channel", "bar", "owner", "tags", "note",
        ),
    ),
)  # fmt: skip
CONTACT_FORM = (
    "form_of_address", "title_before", "given_name", "family_name", "title_after", "email", "phone", "mobile", "language",
    "preferred_channel", "bar", "tags", "owner", "note",
)  # fmt: skip
CONTACT_FIRST = (
    "form_of_address", "title_before", "given_name", "family_name", "title_after", "email", "phone", "mobile", "language",
)  # fmt: skip


def tell() -> None:
    layouts.tell(
        "accounts", Account, _("Accounts"), ACCOUNT, form=ACCOUNT_FORM, first=ACCOUNT_FIRST,
        needed=frozenset({"name", "kind", "relation", "language", "currency"}),
    )  # fmt: skip
    layouts.tell(
        "contacts", Contact, _("Contacts"), CONTACT, form=CONTACT_FORM, first=CONTACT_FIRST,
        needed=frozenset({"family_name", "language"}),
    )  # fmt: skip

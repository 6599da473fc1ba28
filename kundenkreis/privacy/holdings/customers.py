"""Customers, and the people who work there or are customers themselves."""

from django.utils.translation import gettext_lazy as _

from kundenkreis.privacy.holding import Category as C
from kundenkreis.privacy.holding import Fate as F
from kundenkreis.privacy.holding import Purpose as P
from kundenkreis.privacy.holding import Retention as R
from kundenkreis.privacy.holding import Shelf, some

SHELF = Shelf()
_TYPED = _("entered by a colleague, imported or sent by another program")

SHELF.holds(
    "customers.Contact", P.CARE, R.RELATION,
    some(C.IDENTITY, F.EMPTY, "form_of_address title_before given_name family_name title_after key former"),
    some(C.CONTACT, F.EMPTY, "email phone mobile"),
    some(C.ROLE, F.EMPTY, "main_account job_title"),
    some(C.PREFERENCE, F.EMPTY, "language preferred_channel bar objected_at objection_source"),
    some(C.CUSTOM, F.EMPTY, "custom"),
    some(C.FREE_TEXT, F.EMPTY, "note"),
    some(C.REFERENCE, F.STAYS, "merged_into owner"),
    contact="id merged_into_id", staff="owner_id", plain="is_generated restricted_at", origin=_TYPED,
)  # fmt: skip
SHELF.holds(
    "customers.Contact_tags", P.CARE, R.RECORD,
    some(C.JUDGEMENT, F.DELETE, "contact tag"), contact="contact_id", origin=_TYPED,
)  # fmt: skip
SHELF.holds(
    "customers.Position", P.CARE, R.RELATION,
    some(C.ROLE, F.DELETE, "contact account job_title department is_main starts_on ends_on"),
    some(C.JUDGEMENT, F.DELETE, "touch_days last_touch_on"),
    contact="contact_id", account="account_id", origin=_TYPED,
)  # fmt: skip
SHELF.holds(
    "customers.Account", P.CARE, R.RELATION,
    some(C.IDENTITY, F.EMPTY, "former"),
    some(C.IDENTITY, F.BOOKS, "name key vat_id register_number register_court gln street postcode place country"),
    some(C.CONTACT, F.EMPTY, "email phone website"),
    some(C.COMMERCE, F.EMPTY, "iban"),
    some(C.JUDGEMENT, F.EMPTY, "tier touch_days touch_reason"),
    some(C.COMMERCE, F.STAYS, "customer_since last_order_on revenue_12m revenue_before last_touch_on next_touch_on"),
    some(C.PREFERENCE, F.STAYS, "language currency"),
    some(C.CUSTOM, F.EMPTY, "custom"),
    some(C.FREE_TEXT, F.SEARCH, "description"),
    some(C.REFERENCE, F.STAYS, "person merged_into owner"),
    contact="person_id", account="id merged_into_id", staff="owner_id",
    plain="number kind relation industry employees team territory territory_by_hand is_generated restricted_at", origin=_TYPED,
    note=_("About a person when the account is a private customer or a sole trader; a company's description may name people."),
)  # fmt: skip
SHELF.holds(
    "customers.Account_tags", P.CARE, R.RECORD,
    some(C.JUDGEMENT, F.DELETE, "account tag"), account="account_id", origin=_TYPED,
)  # fmt: skip
SHELF.holds(
    "customers.Address", P.CARE, R.RELATION,
    some(C.CONTACT, F.BOOKS, "use extra street postcode place region country starts_on ends_on"),
    some(C.REFERENCE, F.DELETE, "contact account"),
    contact="contact_id", account="account_id", origin=_TYPED,
    note=_("A person's own go at once, those of a private customer with books to keep at their end."),
)  # fmt: skip
SHELF.holds(
    "customers.ContactPoint", P.CARE, R.RELATION,
    some(C.CONTACT, F.DELETE, "kind value label starts_on ends_on"),
    some(C.REFERENCE, F.DELETE, "contact account"),
    contact="contact_id", account="account_id", origin=_TYPED,
)  # fmt: skip
SHELF.holds(
    "customers.Consent", P.ADVERTISING, R.CONSENT,
    some(C.PREFERENCE, F.DELETE, "purpose channel state since how with_sale own_similar could_refuse wording"),
    some(C.FREE_TEXT, F.DELETE, "source proof"),
    some(C.TECHNICAL, F.DELETE, "ticket"),
    some(C.REFERENCE, F.DELETE, "contact document"),
    contact="contact_id", origin=_("the person herself, or written down by a colleague"),
    note=_("A refusal goes on holding: her addresses are put on the suppression list as hashes before the consents go."),
)  # fmt: skip
SHELF.holds(
    "customers.Suppression", P.ADVERTISING, R.REFUSAL,
    some(C.CONTACT, F.HASH, "digest"),
    some(C.PREFERENCE, F.STAYS, "kind reason since lifted_at"),
    some(C.FREE_TEXT, F.SEARCH, "source lift_reason"),
    origin=_("a refusal"), note=_("Holds hashes only, made with a key of this house."),
)  # fmt: skip
SHELF.holds(
    "customers.SealedAddress", P.PRIVACY, R.HISTORY,
    some(C.CONTACT, F.HASH, "digest"), some(C.REFERENCE, F.STAYS, "restriction"), origin=_("a restriction of processing"),
    note=_("Holds hashes only, made with a key of this house, as long as the restriction holds."),
)  # fmt: skip
SHELF.holds(
    "customers.RegisterEntry", P.ADVERTISING, R.DERIVED,
    some(C.CONTACT, F.HASH, "digest"), plain="register", origin=_("the ECG and Robinson lists"),
    note=_("Holds hashes only; the lists are published by others and are replaced as a whole."),
)  # fmt: skip
SHELF.holds(
    "customers.Barred", P.ADVERTISING, R.DERIVED,
    some(C.PREFERENCE, F.DELETE, "contact kind"), contact="contact_id", origin=_("compared with the lists"),
)  # fmt: skip
SHELF.holds(
    "customers.MatchKey", P.QUALITY, R.DERIVED,
    some(C.IDENTITY, F.DELETE, "key subject_id"), plain="kind", contact="subject_id", account="subject_id",
    origin=_("made from names and addresses"), note=_("`kind` says whether a contact or an account is meant."),
)  # fmt: skip
SHELF.holds(
    "customers.Relation", P.CARE, R.RELATION,
    some(C.FREE_TEXT, F.SEARCH, "note"), some(C.PREFERENCE, F.STAYS, "kind released_until inform_public_relations"),
    account="account_id", plain="account starts_on ends_on", origin=_TYPED,
)  # fmt: skip
SHELF.holds(
    "customers.AccountLink", P.CARE, R.RELATION, some(C.COMMERCE, F.STAYS, "account parent share"),
    account="account_id parent_id", plain="hierarchy starts_on ends_on", origin=_TYPED,
)  # fmt: skip
SHELF.holds(
    "customers.PartnerFunction", P.SALES, R.RELATION, some(C.COMMERCE, F.STAYS, "account function partner"),
    account="account_id partner_id", plain="is_default starts_on ends_on", origin=_TYPED,
)  # fmt: skip
SHELF.holds(
    "customers.AccountTeamMember", P.STAFF, R.RELATION, some(C.REFERENCE, F.STAYS, "account person deputy role"),
    account="account_id", staff="person_id deputy_id", plain="starts_on ends_on", origin=_TYPED,
)  # fmt: skip
SHELF.nothing("customers.Tag", _("Names of groups; who has a tag stands in other tables."))
SHELF.nothing(
    "customers.Register",
    _("Which edition of a public list was read, and which of its lines could not be; no address is kept."),
)
SHELF.nothing("customers.ConsentWording", _("The house's own wordings."))

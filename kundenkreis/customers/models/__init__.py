"""The nouns of the customers room, a module for each family of them."""

from kundenkreis.customers.models.accounts import NEVER, Account, Tag
from kundenkreis.customers.models.contacts import Consent, Contact, Position
from kundenkreis.customers.models.reaching import Address, ContactPoint
from kundenkreis.customers.models.structure import AccountLink, AccountTeamMember, PartnerFunction, Relation

__all__ = [
    "NEVER",
    "Account",
    "AccountLink",
    "AccountTeamMember",
    "Address",
    "Consent",
    "Contact",
    "ContactPoint",
    "PartnerFunction",
    "Position",
    "Relation",
    "Tag",
]

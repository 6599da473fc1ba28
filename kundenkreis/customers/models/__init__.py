"""The nouns of the customers room, a module for each family of them."""

from kundenkreis.customers.models.accounts import NEVER, Account, Tag
from kundenkreis.customers.models.barred import Barred, Register, RegisterEntry, Suppression
from kundenkreis.customers.models.consents import Consent, ConsentWording
from kundenkreis.customers.models.contacts import Contact, Position
from kundenkreis.customers.models.match_keys import MatchKey
from kundenkreis.customers.models.reaching import Address, ContactPoint
from kundenkreis.customers.models.sealed import SealedAddress
from kundenkreis.customers.models.structure import AccountLink, AccountTeamMember, PartnerFunction, Relation

__all__ = [
    "NEVER",
    "Account",
    "AccountLink",
    "AccountTeamMember",
    "Address",
    "Barred",
    "Consent",
    "ConsentWording",
    "Contact",
    "ContactPoint",
    "MatchKey",
    "PartnerFunction",
    "Position",
    "Register",
    "RegisterEntry",
    "Relation",
    "SealedAddress",
    "Suppression",
    "Tag",
]

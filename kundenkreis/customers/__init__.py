"""Customers: accounts (companies and persons), how they belong together, and the people who work there.

Nouns: Account, AccountLink (dated hierarchies), PartnerFunction (ship-to, bill-to, payer), Relation, AccountTeamMember, Contact, Position,
Address, ContactPoint, Consent, ConsentWording, Suppression, Register, Tag. Verbs over several nouns: `hierarchy`, `barring`, `registers`.
`calling` finds whose a number is. Sums: `salutation`, `checks`, `dialling`, `fingerprints`. What was said to customers is left to activities,
what they bought to orders; those rooms push a few facts down onto the account (last order, revenue) so that lists are fast.
"""

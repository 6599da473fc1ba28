"""Who else might be named in a text about a person: colleagues, people at the same accounts, other addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kundenkreis.customers.models import Contact, Position
from kundenkreis.privacy.belonging import Person
from kundenkreis.staff.models import User

MOST = 2_000  # names looked for; a hint for whoever looks, not a promise
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_SHORT = 3


@dataclass(frozen=True)
class Others:
    names: re.Pattern[str] | None
    own_mails: frozenset[str]

    @classmethod
    def around(cls, person: Person) -> Others:
        """Colleagues, and whoever else has a position where she has one. Three queries."""
        names = set(User.objects.values_list("last_name", flat=True)[:MOST])
        own: set[str] = set()
        if person.contact is not None:
            here = Position._base_manager.filter(contact_id__in=person.contact_ids).values("account_id")
            beside = Position._base_manager.filter(account_id__in=here).exclude(contact_id__in=person.contact_ids)
            contacts = Contact._base_manager.filter(pk__in=beside.values("contact_id"))
            names |= set(contacts.values_list("family_name", flat=True)[:MOST])
            own = {person.contact.family_name.casefold()}
        mails = {one.email.casefold() for one in (person.contact, *person.accounts) if one is not None and one.email}
        wanted = sorted(
            {name for name in names if len(name) >= _SHORT and name.casefold() not in own}, key=len, reverse=True
        )
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, wanted))})(?!\w)", re.IGNORECASE) if wanted else None
        return cls(pattern, frozenset(mails))

    def are_in(self, text: str) -> bool:
        """Whether the text names one of them, or a mail address that is not hers."""
        if self.names is not None and self.names.search(text):
            return True
        return any(found.group().casefold() not in self.own_mails for found in _MAIL.finditer(text))

"""Whose data are meant, and which rows of each line of the inventory are about her."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import ForeignKey, Model, Q, QuerySet

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Account, Contact
from kundenkreis.privacy import inventory
from kundenkreis.privacy import person as people
from kundenkreis.privacy.holding import Holding, Retention

# Made from the other data at any time: told of as a whole, not row by row.
DERIVED = frozenset({Retention.DERIVED})
# Parts of a person's own record, whose history is hers too.
PARTS = (
    "customers.Position",
    "customers.Address",
    "customers.ContactPoint",
    "customers.Consent",
    "stakeholders.Stakeholder",
    "stakeholders.Judgement",
    "stakeholders.InfluenceLine",
)


@dataclass(frozen=True)
class Person:
    """A contact with the private accounts that are hers, or a private account without a contact; merged ones are hers too."""

    contact: Contact | None
    accounts: tuple[Account, ...] = field(default=())
    numbers: people.Person = field(default_factory=people.Person)

    @classmethod
    def of_contact(cls, contact: Contact) -> Person:
        """With the accounts that are this person herself."""
        numbers = people.of(contact)
        return cls(contact, tuple(Account._base_manager.filter(pk__in=numbers.accounts).order_by("pk")), numbers)

    @classmethod
    def of_account(cls, account: Account) -> Person:
        """A private customer. Raises ValueError for a company."""
        numbers = people.of(account)
        contact = Contact._base_manager.filter(pk__in=numbers.contacts, merged_into=None).first()
        return cls(contact, tuple(Account._base_manager.filter(pk__in=numbers.accounts).order_by("pk")), numbers)

    @property
    def record(self) -> Any:
        """The record on which it is remembered that she was told."""
        return self.contact or self.accounts[0]

    @property
    def language(self) -> str:
        return getattr(self.record, "language", "") or "de"

    @cached_property
    def account_ids(self) -> list[int]:
        return list(self.numbers.accounts)

    @cached_property
    def contact_ids(self) -> list[int]:
        return list(self.numbers.contacts)

    @cached_property
    def referred(self) -> dict[tuple[str, int], Any]:
        """Records that custom fields led to, read once."""
        return {}

    def __str__(self) -> str:
        return str(self.record)


# Read by `past`, not row by row.
_HISTORY = frozenset({"history.Event", "history.BatchChunk"})


def is_told(line: Holding) -> bool:
    """Whether a disclosure tells this line's rows one by one."""
    is_about = bool(line.contact or line.account)
    return (
        is_about
        and line.retention not in DERIVED
        and line.what not in _HISTORY
        and inventory.model_of(line) is not None
    )


def about(line: Holding, person: Person) -> QuerySet:
    """The rows of a line that are about her, in no order. Meetings in which she took part are hers too."""
    model: Any = inventory.model_of(line)
    found = person.numbers.rows(line, model)
    if model is Activity and person.contact_ids:
        along = Q(
            pk__in=Activity.participants.through._base_manager.filter(contact_id__in=person.contact_ids).values(
                "activity_id"
            )
        )
        hers = Q(contact_id__in=person.contact_ids) | along
        return model._base_manager.filter(hers | Q(account_id__in=person.account_ids) if person.account_ids else hers)
    return model._base_manager.none() if found is None else found


def rows(line: Holding, person: Person) -> Iterator[Model]:
    """`about`, oldest first, with what each row refers to, in a constant number of queries."""
    model: Any = inventory.model_of(line)
    related = [f.name for f in model._meta.local_fields if isinstance(f, ForeignKey) and f.name in line.fields]
    found = about(line, person).order_by("pk")
    return found.select_related(*related).iterator(chunk_size=1000) if related else found.iterator(chunk_size=1000)

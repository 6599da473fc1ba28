"""Records as they are compared with each other: what is read of them, and the keys kept for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kundenkreis.customers.likeness.companies import COMPANIES
from kundenkreis.customers.likeness.persons import PERSONS
from kundenkreis.customers.likeness.traits import Kind
from kundenkreis.customers.models import match_keys

if TYPE_CHECKING:
    from kundenkreis.customers.models import Account, Contact

BY_KIND: Mapping[str, Kind] = {"account": COMPANIES, "contact": PERSONS}
_EMPLOYER = {"account_key": "main_account__key", "country": "main_account__country"}
_ADDRESS = ("street", "postcode", "place")


def raw_accounts(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """What is compared of these accounts, by number; of those that are there. One query."""
    from kundenkreis.customers.models import Account

    rows = Account._base_manager.filter(pk__listed=sorted(ids)).values("pk", *COMPANIES.columns)
    return {row.pop("pk"): row for row in rows}


def raw_contacts(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """What is compared of these contacts, by number: their main account stands for their employer. Two queries."""
    from kundenkreis.customers.models import Address, Contact

    own = [name for name in PERSONS.columns if name not in (*_EMPLOYER, *_ADDRESS)]
    found = {}
    numbers = sorted(ids)
    for row in Contact._base_manager.filter(pk__listed=numbers).values("pk", *own, *_EMPLOYER.values()):
        for name, path in _EMPLOYER.items():
            row[name] = row.pop(path)
        found[row.pop("pk")] = row | dict.fromkeys(_ADDRESS, "")
    homes = Address._base_manager.filter(contact_id__listed=numbers, deleted_at=None).order_by("-pk")
    for contact, *address in homes.values_list("contact_id", *_ADDRESS):  # the oldest comes last, and counts
        if contact in found:
            found[contact].update(zip(_ADDRESS, address, strict=True))
    return found


RAW = {"account": raw_accounts, "contact": raw_contacts}


def keep(kind: str, records: Iterable[Account] | Iterable[Contact]) -> None:
    """Keep the keys of these records, or none when they are in the bin. Belongs into the transaction of what changed them."""
    number = match_keys.KINDS[kind]
    deleted = {record.pk: record.deleted_at is not None for record in records}
    match_keys.forget(number, [pk for pk, is_gone in deleted.items() if is_gone])
    living = [pk for pk, is_gone in deleted.items() if not is_gone]
    if living:
        match_keys.put(number, keys(kind, living))


def keys(kind: str, ids: Collection[int]) -> list[tuple[int, list[int]]]:
    """(number, keys) of these records."""
    model = BY_KIND[kind]
    return [(pk, model.keys_of(model.traits_of(raw))) for pk, raw in RAW[kind](ids).items()]

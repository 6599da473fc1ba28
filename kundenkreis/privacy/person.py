"""One person in the house: her contacts (merged ones too), her account as a private customer, and all she was ever called and reached by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models

from kundenkreis.core import search
from kundenkreis.core.models import House
from kundenkreis.core.text import fold
from kundenkreis.customers.dialling import Number
from kundenkreis.customers.models import Account, Address, Contact, ContactPoint
from kundenkreis.customers.models.match_keys import ACCOUNT, CONTACT
from kundenkreis.history import chunks
from kundenkreis.history.models import BatchChunk, Event
from kundenkreis.privacy.holding import Holding
from kundenkreis.privacy.needles import Needles
from kundenkreis.staff.models import User

# Tables whose rows say in a column of their own whether a contact or an account is meant: column, contact's value, account's value.
_SAID_BY: dict[str, tuple[str, Any, Any]] = {
    "customers.MatchKey": ("kind", CONTACT, ACCOUNT),
    "core.SearchEntry": ("kind", search.CONTACT, search.ACCOUNT),
    "quality.Merge": ("noun", "contact", "account"),
    "quality.SheetCell": ("sheet__noun", "contacts", "accounts"),
    "lists.Opened": ("noun", "contacts", "accounts"),
    "automation.AutomationRun": ("noun", "contacts", "accounts"),
    "automation.AutomationMet": ("rule__belongs_to", "contacts", "accounts"),
    "files.Document": ("subject_type", "customers.contact", "customers.account"),
    "privacy.Restriction": ("noun", "contact", "account"),
    "privacy.LegalHold": ("noun", "contact", "account"),
}


@dataclass(frozen=True)
class Person:
    """Numbers of her contacts and of the accounts that are she herself."""

    contacts: tuple[int, ...] = ()
    accounts: tuple[int, ...] = ()
    colleagues: tuple[int, ...] = ()  # of a colleague, who has neither

    def rows(self, line: Holding, model: type[models.Model]) -> models.QuerySet | None:
        """Her rows of one table, by the ways that its line knows; None when no way leads there."""
        said = _SAID_BY.get(line.what)
        found = models.Q()
        for ways, numbers, place in ((line.contact, self.contacts, 1), (line.account, self.accounts, 2)):
            for way in ways if numbers else ():
                if model._meta.label_lower == "files.document" and way != "subject_id":
                    continue  # what lies on her account's timeline hangs on something else
                q = models.Q(**{f"{way}__in": list(numbers)})
                found |= q & models.Q(**{said[0]: said[place]}) if said else q
        return model._base_manager.filter(found) if found else None

    def subjects(self) -> set[tuple[str, int]]:
        """(model, number) by which history speaks of her."""
        return {("customers.contact", pk) for pk in self.contacts} | {("customers.account", pk) for pk in self.accounts}


def of(record: Contact | Account) -> Person:
    """Everything that is the same person as this record. Raises ValueError for an account that is a company's."""
    if isinstance(record, Account):
        if record.kind != Account.Kind.PERSON:
            raise ValueError(f"account {record.pk} is no person")
        contacts = _merged(Contact, {record.person_id} - {None})  # type: ignore[arg-type]
        accounts = _merged(Account, {record.pk})
    else:
        contacts = _merged(Contact, {record.pk})
        own = Account._base_manager.filter(person__in=contacts, kind=Account.Kind.PERSON)
        accounts = _merged(Account, set(own.values_list("pk", flat=True)))
    return Person(tuple(sorted(contacts)), tuple(sorted(accounts)))


def lock(person: Person) -> None:
    """Hold all her records, always in the same order, so that two who do it at once wait for each other and not for ever."""
    for model, numbers in ((Contact, person.contacts), (Account, person.accounts), (User, person.colleagues)):
        rows: Any = model._base_manager  # type: ignore[attr-defined]
        list(rows.select_for_update(of=("self",)).filter(pk__in=numbers).order_by("pk").only("pk"))


def grown(person: Person) -> Person:
    """With what was merged into her records since. Belongs behind `lock`, or something may be merged a moment later."""
    contacts, accounts = set(person.contacts), set(person.accounts)
    for contact in Contact._base_manager.filter(pk__in=person.contacts):
        more = of(contact)
        contacts, accounts = contacts | set(more.contacts), accounts | set(more.accounts)
    for account in Account._base_manager.filter(pk__in=person.accounts, kind=Account.Kind.PERSON):
        more = of(account)
        contacts, accounts = contacts | set(more.contacts), accounts | set(more.accounts)
    return Person(tuple(sorted(contacts)), tuple(sorted(accounts)), person.colleagues)


def _merged(model: type[Contact] | type[Account], numbers: set[int]) -> set[int]:
    """These records, what they were merged into, and all that was merged into that."""
    rows = model._base_manager
    standing = {
        pk if into is None else into for pk, into in rows.filter(pk__in=numbers).values_list("pk", "merged_into")
    }
    return standing | set(rows.filter(merged_into__in=standing).values_list("pk", flat=True))


# --- what she was ever called ---------------------------------------------------------------------------------------------

_CALLED = ("given_name", "family_name", "email", "phone", "mobile")


def needles_of(person: Person, more: Iterable[dict[str, Any]] = ()) -> Needles:
    """By what she is found: what her records hold now, what they held before as history knows it, and what `more` says (sealed rows)."""
    held = [*Contact._base_manager.filter(pk__in=person.contacts).values(*_CALLED), *more]
    held += _before(person)
    names = {(one.get("given_name") or "", one.get("family_name") or "") for one in held}
    last = [one["family_name"] for one in held if one.get("family_name")]
    first = [one["given_name"] for one in held if one.get("given_name")]
    # Of a history that tells field by field, any first name may have gone with any last name.
    names |= {(given, family) for given in first for family in last}
    mails = {one["email"].lower() for one in held if one.get("email")}
    phones = {one[name] for one in held for name in ("phone", "mobile") if one.get(name)}
    phrases: set[str] = set()
    for point in ContactPoint._base_manager.filter(_hers(person)).values("kind", "value"):
        (mails if "@" in point["value"] else phones).add(
            point["value"].lower() if "@" in point["value"] else point["value"]
        )
    for account in Account._base_manager.filter(pk__in=person.accounts):
        phrases |= {account.name, account.street}
        mails |= {account.email} - {""}
        phones |= {account.phone} - {""}
        given, _gap, family = account.name.strip().rpartition(" ")
        if family and given:
            names.add((given.split()[-1], family))
    for one in held:
        phrases |= set(one.get("phrases", ()))
    phrases |= set(Address._base_manager.filter(_hers(person)).exclude(street="").values_list("street", flat=True))
    phrases = {one for one in phrases if one and not _is_common(one, person)}
    country = House.known().country
    read = [Number.read(text, country) for text in sorted(phones)]
    named = tuple(sorted((g.strip(), f.strip()) for g, f in names if f and f.strip() and not f.startswith("⟨")))
    return Needles(
        named,
        tuple(sorted(mail for mail in mails if "@" in mail)),
        tuple(sorted({number.national for number in read if number})),
        tuple(sorted(p for p in phrases if p)),
        not _shared(named, person),
    )


def _is_common(phrase: str, person: Person) -> bool:
    """Whether a street (or a name) is also that of another account: then it tells nothing about her."""
    others = Account._base_manager.exclude(pk__in=person.accounts).filter(
        models.Q(street=phrase) | models.Q(name=phrase)
    )
    homes = Address._base_manager.exclude(_hers(person)).filter(street=phrase)
    return others.exists() or homes.exists()


def _hers(person: Person) -> models.Q:
    return models.Q(contact__in=person.contacts) | models.Q(account__in=person.accounts)


def _shared(names: Iterable[tuple[str, str]], person: Person) -> bool:
    """Whether another living contact has one of her family names."""
    others = Contact.objects.living().exclude(pk__in=person.contacts)
    return any(
        others.filter(key__startswith=f"{fold(family)} ").exists() for family in {f for _g, f in names} if fold(family)
    )


def same_name(names: Iterable[tuple[str, str]], person: Person) -> list[Contact]:
    """Other living contacts of her name, ten at most."""
    keys = {fold(f"{family} {given}")[:210] for given, family in names if given}
    others = Contact.objects.living().exclude(pk__in=person.contacts).filter(key__in=keys)
    return list(others.select_related("main_account").order_by("pk")[:10])


def shares(needles: Needles, person: Person) -> list[Contact]:
    """Other living contacts with one of her mail addresses, ten at most."""
    others = Contact.objects.living().exclude(pk__in=person.contacts).filter(email__in=needles.mails)
    return list(others.select_related("main_account").order_by("pk")[:10])


def _before(person: Person) -> list[dict[str, Any]]:
    """What events and batches say that her contacts were called before."""
    found: list[dict[str, Any]] = []
    events = Event.objects.filter(subject_type="customers.contact", subject_id__in=person.contacts)
    for changes in events.values_list("changes", flat=True):
        for place in (0, 1):
            found.append(
                {
                    n: v[place]
                    for n, v in changes.items()
                    if n in _CALLED and len(v) > place and isinstance(v[place], str)
                }
            )
    for chunk in chunks_about(Contact, person.contacts):
        fields, rows = chunks.unpack(chunk.changed)
        for row in rows:
            if row[0] in person.contacts:
                for values in (row[1 : 1 + len(fields)], row[1 + len(fields) :]):
                    found.append(
                        {n: v for n, v in zip(fields, values, strict=True) if n in _CALLED and isinstance(v, str)}
                    )
    return [one for one in found if any(one.values())]


def chunks_about(model: type[models.Model], numbers: Collection[int]) -> list[BatchChunk]:
    """The chunks that changed one of these records."""
    if not numbers:
        return []
    ranged = BatchChunk.objects.filter(model=model._meta.label_lower, last__gte=min(numbers), first__lte=max(numbers))
    return [chunk for chunk in ranged.iterator(50) if chunks.changed_among(chunk.ids, numbers)]

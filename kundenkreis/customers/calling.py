"""A call comes in: which of the accounts and contacts that a person may see have this number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from kundenkreis.core.models import House
from kundenkreis.customers.dialling import Number, holding
from kundenkreis.customers.models import Account, Contact, ContactPoint

MOST = 20
_CALLED = (ContactPoint.Kind.PHONE, ContactPoint.Kind.MOBILE)


@dataclass(frozen=True)
class Caller:
    """Who may be calling: an account, or a contact, and the number as it stands in the record."""

    record: Account | Contact
    number: str
    is_exact: bool


def callers(text: str, user: Any) -> tuple[list[Caller], bool]:
    """At most 20, exact numbers first, and whether there are more. None for what is no number, or what `user` may not see."""
    country = House.current().country
    number = Number.read(text, country)
    if number is None:
        return [], False
    found: dict[tuple[type, int], Caller] = {}
    for caller in islice(_all(number, user, country), 200):
        key = (type(caller.record), caller.record.pk)
        if key not in found or caller.is_exact:
            found[key] = caller
    ranked = sorted(found.values(), key=lambda caller: not caller.is_exact)
    return ranked[:MOST], len(ranked) > MOST


def _all(number: Number, user: Any, country: str) -> Iterator[Caller]:
    contacts = Contact.objects.visible_to(user).living().select_related("main_account")
    accounts = Account.objects.visible_to(user).living()
    for rows, column in ((contacts, "mobile"), (contacts, "phone"), (accounts, "phone")):
        for record in holding(rows, column, number):
            yield from _fitting(record, getattr(record, column), number, country)
    points = ContactPoint.objects.living().filter(kind__in=_CALLED)
    for whose, rows in (("contact", contacts), ("account", accounts)):
        lines = holding(points.filter(**{f"{whose}__in": rows}), "value", number)
        for point in lines.select_related("account", "contact__main_account"):
            yield from _fitting(getattr(point, whose), point.value, number, country)


def _fitting(record: Account | Contact, written: str, number: Number, country: str) -> Iterator[Caller]:
    account = record.main_account if isinstance(record, Contact) else record
    stored = Number.read(written, (account.country if account else "") or country)
    if stored is not None and number.fits(stored):
        yield Caller(record, written, number.whole == stored.whole)

"""Which addresses of contacts are barred: on the house's suppression list, the ECG list or the Robinson list; and putting them there."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.core import bulk
from kundenkreis.core.models import House
from kundenkreis.core.text import fold
from kundenkreis.customers import fingerprints
from kundenkreis.customers.dialling import Number, holding
from kundenkreis.customers.fingerprints import Postal
from kundenkreis.customers.models import Account, Address, Barred, Contact, Register, RegisterEntry, Suppression
from kundenkreis.history.models import Event
from kundenkreis.history.recording import join

Kind = Barred.Kind
_CHUNK = 5000
EVERY = frozenset(Kind.values)
SUPPRESSING = frozenset(Suppression.Kind.values)


@dataclass
class Bars:
    """By what a contact's addresses are barred: suppressions by kind (the earliest), and public lists with their day."""

    suppressed: dict[str, Suppression] = field(default_factory=dict)
    listed: dict[str, dt.date] = field(default_factory=dict)

    def kinds(self) -> set[str]:
        return {*self.suppressed, *self.listed}


def of_contacts(contacts: Sequence[Contact], kinds: Collection[str] = EVERY) -> dict[int, Bars]:
    """Contact's number → its bars, for as many as one likes in at most five queries."""
    digests = _digests(contacts, kinds)
    found = {contact.pk: Bars() for contact in contacts}
    holders: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for pk, kind, digest in digests:
        holders[digest].append((pk, kind))
    own = [digest for digest, held in holders.items() if any(kind in SUPPRESSING for _pk, kind in held)]
    for one in Suppression.objects.in_force().filter(digest__listed=own).order_by("-since", "-pk"):
        for pk, kind in holders[one.digest]:
            if kind == one.kind:
                found[pk].suppressed[kind] = one
    days = {pk: (kind, day) for pk, kind, day in Register.objects.current().values_list("pk", "kind", "as_of")}
    lines = RegisterEntry.objects.filter(register__in=list(days), digest__listed=list(holders))
    for digest, register in lines.values_list("digest", "register_id"):
        list_kind, day = days[register]
        for pk, kind in holders[digest]:
            if kind == list_kind:
                found[pk].listed[kind] = day
    return found


def _digests(contacts: Sequence[Contact], kinds: Collection[str]) -> list[tuple[int, str, str]]:
    """(contact, kind of bar, hash) of every address of these contacts that is asked for."""
    house = House.known()
    found: list[tuple[int, str, str]] = []
    key = house.suppression_key
    postal = {Kind.ADDRESS, Kind.ROBINSON} & set(kinds)
    accounts = _accounts_of(contacts) if postal or Kind.PHONE in kinds else {}
    letters = _letters(contacts, accounts) if postal else {}
    for contact in contacts:
        account = accounts.get(contact.main_account_id or 0)
        if Kind.EMAIL in kinds and (spelling := fingerprints.mail(contact.email)):
            found.append((contact.pk, Kind.EMAIL, fingerprints.digest(key, Kind.EMAIL, spelling)))
        if Kind.ECG in kinds and contact.email:
            found += [(contact.pk, Kind.ECG, one) for one in fingerprints.ecg(contact.email)]
        if Kind.PHONE in kinds:
            country = (account.country if account else "") or house.country
            numbers = {fingerprints.number(text, country) for text in (contact.phone, contact.mobile)} - {""}
            found += [(contact.pk, Kind.PHONE, fingerprints.digest(key, Kind.PHONE, one)) for one in numbers]
        for where in letters.get(contact.pk, ()):
            hashed = fingerprints.digest(key, Kind.ADDRESS, where)
            found += [(contact.pk, kind, hashed) for kind in sorted(postal)]
    return found


def _accounts_of(contacts: Sequence[Contact]) -> dict[int, Account]:
    numbers = {contact.main_account_id for contact in contacts} - {None}
    rows = Account._base_manager.filter(pk__listed=sorted(numbers)).only("country", "street", "postcode", "place")  # type: ignore[type-var]
    return {account.pk: account for account in rows}


def _letters(contacts: Sequence[Contact], accounts: dict[int, Account]) -> dict[int, set[str]]:
    """Where letters to these contacts go: their own addresses and their main account's."""
    found: dict[int, set[str]] = defaultdict(set)
    known = {contact.pk: contact for contact in contacts}
    own = Address.objects.living().filter(contact_id__listed=sorted(known))
    places: list[tuple[Any, ...]] = list(own.values_list("contact_id", "street", "postcode", "place"))
    for contact in contacts:
        if account := accounts.get(contact.main_account_id or 0):
            places.append((contact.pk, account.street, account.postcode, account.place))
    for pk, street, postcode, place in places:
        contact = known[pk]
        postal = Postal(contact.family_name, contact.given_name, street, postcode, place)
        if spelling := fingerprints.letter(postal):
            found[pk].add(spelling)
    return found


# --- what filters read ---------------------------------------------------------------------------------------------------


def asked_kinds() -> set[str]:
    """The kinds of bars that can be at all now; without lists nothing has to be hashed."""
    kinds = set(Suppression.objects.in_force().order_by().values_list("kind", flat=True).distinct())
    return kinds | set(Register.objects.current().order_by().values_list("kind", flat=True))


def mark(numbers: Collection[int], kinds: Collection[str] | None = None) -> None:
    """Bring what filters know of these contacts' bars in step; of some kinds only, if told."""
    ids, asked = sorted(numbers), asked_kinds()
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        wanted = EVERY if kinds is None else frozenset(kinds)
        present = Barred.objects.filter(contact_id__listed=some, kind__in=wanted)
        before = {(pk, kind): number for number, pk, kind in present.values_list("pk", "contact_id", "kind")}
        now: set[tuple[int, str]] = set()
        if asked & wanted:
            contacts = list(Contact._base_manager.filter(pk__listed=some))
            bars = of_contacts(contacts, asked & wanted)
            now = {(pk, kind) for pk, one in bars.items() for kind in one.kinds()}
        if gone := before.keys() - now:
            bulk.delete_ids(Barred, [before[key] for key in gone])
        if new := sorted(now - before.keys()):
            bulk.insert_rows(Barred, ["contact_id", "kind"], new)


def mark_all(kinds: Collection[str], tell: Callable[[int], None] | None = None) -> None:
    """The same for all contacts, 5,000 in each transaction: after a list was replaced."""
    after, done = 0, 0
    if not asked_kinds() & set(kinds) and not Barred.objects.filter(kind__in=sorted(kinds)).exists():
        return
    while True:
        rows = Contact._base_manager.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)
        some = list(rows[:_CHUNK])
        if not some:
            return
        with transaction.atomic():
            mark(some, kinds)
        after, done = some[-1], done + len(some)
        if tell:
            tell(done)


def mark_like(suppression: Suppression) -> None:
    """After a suppression began or ended: those contacts whose mark it may be. Who has the address now is found where it is asked."""
    marked = Barred.objects.filter(kind=suppression.kind).order_by("contact_id").values_list("contact_id", flat=True)
    mark(list(marked), [suppression.kind])


# --- suppressing ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def suppress(
    kind: str, digest: str, *, by: Any, reason: str, source: str = "", now: dt.datetime | None = None
) -> tuple[Suppression, Event | None]:
    """Put one hashed address on the suppression list; the event is None when it stands there already."""
    there = Suppression.objects.in_force().filter(digest=digest).first()
    if there is not None:
        return there, None
    now = now or timezone.now()
    one = Suppression.add(by=by, now=now, kind=kind, digest=digest, reason=reason, source=source[:200], since=now)
    return one, Event.objects.about(one).latest("pk")


def suppress_address(kind: str, text: str, *, by: Any, reason: str, source: str = "") -> Suppression:
    """The same for a mail address or a number as a person writes it. Raises ValidationError for what is none."""
    one, _event = suppress(kind, _hash_of(kind, text), by=by, reason=reason, source=source)
    mark(_holders(kind, text), [kind])
    return one


def find(kind: str, text: str) -> Suppression | None:
    """The suppression of a mail address or number that is in force. Raises ValidationError for what is none."""
    return Suppression.objects.in_force().filter(digest=_hash_of(kind, text)).first()


def _hash_of(kind: str, text: str) -> str:
    house = House.known()
    spelling = fingerprints.mail(text) if kind == Kind.EMAIL else ""
    spelling = fingerprints.number(text, house.country) if kind == Kind.PHONE else spelling
    if not spelling:
        raise ValidationError({"address": _("“%(text)s” is no address of this kind.") % {"text": text[:60]}})
    return fingerprints.digest(house.suppression_key, kind, spelling)


def _holders(kind: str, text: str) -> list[int]:
    """Contacts that may have this address, by the indexes of its columns."""
    rows = Contact._base_manager
    if kind == Kind.EMAIL:
        spelling = fingerprints.mail(text)
        return list(rows.filter(email=spelling).exclude(email="").values_list("pk", flat=True))
    read = Number.read(text, House.known().country)
    if read is None:
        return []
    found = [holding(rows.all(), column, read).values_list("pk", flat=True) for column in ("phone", "mobile")]
    return sorted({pk for some in found for pk in some})


@transaction.atomic
def suppress_contact(
    contact: Contact, *, by: Any, reason: str, source: str = "", with_event: Event | None = None
) -> list[Suppression]:
    """Every address of a contact: mail, numbers, letters. Given an event they are taken back with it, as far as nobody touched them."""
    made = []
    asked = {Kind.EMAIL, Kind.PHONE, Kind.ADDRESS}
    for _pk, kind, digest in _digests([contact], asked):
        one, event = suppress(kind, digest, by=by, reason=reason, source=source)
        if event is not None:
            made.append(one)
            if with_event is not None:
                join(event, with_event)
    mark(_like(contact), asked)
    return made


def _like(contact: Contact) -> list[int]:
    """The contact and those who share a mail address, a number or the name with her."""
    found = {contact.pk}
    found |= set(_holders(Kind.EMAIL, contact.email)) if contact.email else set()
    for text in filter(None, (contact.phone, contact.mobile)):
        found |= set(_holders(Kind.PHONE, text))
    key = fold(f"{contact.family_name} {contact.given_name}")[:210]
    found |= set(Contact.objects.living().filter(key=key).order_by().values_list("pk", flat=True)[:_CHUNK])
    return sorted(found)


@transaction.atomic
def object_to_advertising(contact: Contact, *, by: Any, source: str = "", now: dt.datetime | None = None) -> Event:
    """The person wants no advertising any more, whatever the purpose and channel (GDPR Art. 21 (2) and (3)).

    Her addresses go onto the suppression list, so that it outlives her record. Raises ValidationError when she has objected already.
    """
    now = now or timezone.now()
    contact.refresh_from_db()
    if contact.objected_at is not None:
        raise ValidationError(_("The objection is recorded already."))
    event = contact.change(by=by, now=now, verb="objected", objected_at=now, objection_source=source.strip()[:200])
    assert event is not None
    suppress_contact(contact, by=by, reason=Suppression.Reason.OBJECTION, source=source, with_event=event)
    return event


@transaction.atomic
def end_objection(contact: Contact, *, by: Any, source: str) -> Event | None:
    """The person wants advertising again, and it is known how we learnt of it; what is suppressed stays until it is lifted."""
    if not source.strip():
        raise ValidationError({"source": _("Write how the person said so.")})
    contact.refresh_from_db()
    if contact.objected_at is None:
        raise ValidationError(_("There is no objection."))
    values = {"objected_at": None, "objection_source": source.strip()[:200]}
    return contact.change(by=by, verb="objection_ended", **values)


def barred_by(kinds: Iterable[str]) -> models.QuerySet:
    """Marks of these kinds, for an EXISTS over contacts."""
    return Barred.objects.filter(kind__in=sorted(kinds))

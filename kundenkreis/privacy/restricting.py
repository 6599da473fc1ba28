"""Restriction of processing (Art. 18 GDPR): a person's data are kept and not used, until it is lifted; and the legal hold (Art. 17 (3) e)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.core import clock
from kundenkreis.customers import sealed_addresses
from kundenkreis.customers.models import Account, Contact
from kundenkreis.history.recording import record_event
from kundenkreis.privacy import person as people
from kundenkreis.privacy import sealing
from kundenkreis.privacy.models import Erased, Erasure, LegalHold, Noun, Restriction
from kundenkreis.staff.models import User

Record = Contact | Account | User
MODELS: dict[str, type[Contact] | type[Account]] = {"contact": Contact, "account": Account}


def said(text: str, field: str = "reason", most: int = 500) -> str:
    """A reason as it is kept. Raises ValidationError, by field, when it is empty, too long or holds a zero byte."""
    if "\x00" in text:
        raise ValidationError({field: _("It holds a character that cannot be stored.")})
    if not (found := text.strip()):
        raise ValidationError({field: _("Write why.")})
    if len(found) > most:
        raise ValidationError({field: _("At most %(count)s characters.") % {"count": most}})
    return found


def person_of(record: Record) -> people.Person:
    """Everything that is the same person. Raises ValidationError for a company."""
    if isinstance(record, User):
        return people.Person(colleagues=(record.pk,))
    try:
        return people.of(record)
    except ValueError as wrong:
        raise ValidationError(_("A company is no person. Choose the contact.")) from wrong


def of(record: Record) -> Restriction | None:
    """The restriction that holds for this person, whichever of her records it was asked for."""
    return _in_force(Restriction, person_of(record))


def hold_of(record: Record) -> LegalHold | None:
    return _in_force(LegalHold, person_of(record))


def _in_force(model: Any, person: people.Person) -> Any:
    return model.objects.filter(_hers(person), lifted_at=None).order_by("pk").first()


def _hers(person: people.Person) -> Q:
    customer = Q(noun=Noun.CONTACT, record_id__in=person.contacts) | Q(noun=Noun.ACCOUNT, record_id__in=person.accounts)
    return customer | Q(noun=Noun.USER, record_id__in=person.colleagues)


@transaction.atomic
def restrict(
    record: Record, *, by: Any, reason: str, until: dt.date | None = None, now: dt.datetime | None = None
) -> Restriction:
    """Hide a person from everybody until it is lifted, or until the day `until` is over.

    Her account as a private customer, and what was merged into her, goes with her. Raises ValidationError when she is restricted already,
    or was erased.
    """
    reason, now = said(reason), now or timezone.now()
    if until is not None and until < clock.today():
        raise ValidationError({"until": _("This day is over.")})
    record = _locked(record)
    if isinstance(record, User):
        raise ValidationError(_("A colleague is locked, not restricted."))
    person = person_of(record)
    if _in_force(Restriction, person) is not None:
        raise ValidationError(_("It is restricted already."))
    if record.restricted_at is not None:
        raise ValidationError(_("It was erased."))
    name = str(record)
    sealed = sealing.seal(record, person, now)
    restriction = Restriction.objects.create(
        noun=record.noun(),
        record_id=record.pk,
        name=name[:300],
        reason=reason,
        since=now,
        until=until,
        by=by,
        sealed=sealed,
    )
    sealed_addresses.keep(restriction.pk, sealing.addresses(sealed))
    record.refresh_from_db()
    record_event(record, f"{record.noun()}.restricted", by=by, now=now)
    return restriction


@transaction.atomic
def lift(record: Record, *, by: Any, now: dt.datetime | None = None) -> Restriction:
    """Everything is where it was. Raises ValidationError when nothing is restricted, or an erasure has begun."""
    now = now or timezone.now()
    record = _locked(record)
    found = of(record)
    restriction = Restriction.objects.select_for_update().filter(pk=found.pk, lifted_at=None).first() if found else None
    if restriction is None:
        raise ValidationError(_("It is not restricted."))
    if erasure_of(record) is not None:
        raise ValidationError(_("Its erasure has begun."))
    sealing.unseal(restriction.sealed)
    end(restriction, by, now)
    record.refresh_from_db()
    record_event(record, f"{record.noun()}.restriction_lifted", by=by, now=now)
    return restriction


def end(restriction: Restriction, by: Any, now: dt.datetime) -> None:
    """What was sealed is not kept a second time, nor are the hashes of her addresses."""
    sealed_addresses.forget(restriction.pk)
    restriction.lifted_at, restriction.lifted_by, restriction.sealed, restriction.name = now, by, {}, ""
    restriction.save(update_fields=["lifted_at", "lifted_by", "sealed", "name"])


def lift_due(now: dt.datetime | None = None) -> int:
    """Lift the restrictions whose last day is over; how many there were."""
    count = 0
    for one in Restriction.objects.filter(lifted_at=None, until__lt=clock.today()).order_by("pk"):
        record = MODELS[one.noun]._base_manager.filter(pk=one.record_id).first()
        if record is not None and erasure_of(record) is None:
            lift(record, by=None, now=now)
            count += 1
    return count


@transaction.atomic
def hold(record: Record, *, by: Any, reason: str, now: dt.datetime | None = None) -> LegalHold:
    """Refuse the erasure of a person while her data are needed for a claim."""
    reason, now = said(reason), now or timezone.now()
    record = _locked(record)
    if hold_of(record) is not None:
        raise ValidationError(_("There is a legal hold already."))
    if erasure_of(record) is not None:
        raise ValidationError(_("Its erasure has begun."))
    made = LegalHold.objects.create(noun=record.noun(), record_id=record.pk, reason=reason, since=now, by=by)
    record_event(record, f"{record.noun()}.held", by=by, now=now)
    return made


@transaction.atomic
def end_hold(record: Record, *, by: Any, now: dt.datetime | None = None) -> LegalHold:
    """Her data may be erased again. Raises ValidationError when there is no hold."""
    now = now or timezone.now()
    record = _locked(record)
    found = hold_of(record)
    if found is None:
        raise ValidationError(_("There is no legal hold."))
    found.lifted_at, found.lifted_by = now, by
    found.save(update_fields=["lifted_at", "lifted_by"])
    record_event(record, f"{record.noun()}.hold_lifted", by=by, now=now)
    return found


def _locked(record: Record) -> Record:
    """The record as it is now, and nobody else's until this is done. Raises ValidationError when it is gone for good."""
    found = type(record)._base_manager.select_for_update(of=("self",)).filter(pk=record.pk).first()
    if found is None:
        raise ValidationError(_("It is gone for good."))
    return found


def erasure_of(record: Record) -> Erasure | None:
    """The erasure of this person, if one has begun."""
    if isinstance(record, Account) and record.kind != Account.Kind.PERSON:
        return None
    own = Q(noun=record.noun(), record_id=record.pk)  # of a record that is gone for good nothing else is known
    found = Erased.objects.filter(own | _hers(person_of(record))).select_related("erasure").order_by("-erasure").first()
    return found.erasure if found else None

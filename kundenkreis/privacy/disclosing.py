"""Making a disclosure: passages are blacked out, the file is made, and history keeps that it was, never the file itself."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from kundenkreis.customers.models import Account, Contact
from kundenkreis.history.recording import record_event
from kundenkreis.privacy import restricting, sealing, watching
from kundenkreis.privacy.belonging import Person
from kundenkreis.privacy.disclosure import Disclosure, digest, redactions_of
from kundenkreis.privacy.models import Redaction, SubjectRequest, Way


@contextmanager
def as_she_was(record: Contact | Account) -> Iterator[Person]:
    """The person with all that is held about her. While her data are restricted (Art. 18) they lie sealed: they are laid in their places
    for the time of reading, in a transaction that is taken back, because her right to know rests no more than before.

    Raises ValueError for a company.
    """
    person = _person_of(record)
    restriction = restricting.of(record)
    if restriction is None:
        yield person
        return
    with transaction.atomic():
        sealing.unseal(restriction.sealed)
        yield _person_of(type(record)._base_manager.get(pk=record.pk))
        transaction.set_rollback(True)


def _person_of(record: Contact | Account) -> Person:
    return Person.of_contact(record) if isinstance(record, Contact) else Person.of_account(record)


@transaction.atomic
def black_out(person: Person, place: str, *, passage: str, reason: str, by: Any, language: str = "") -> Redaction:
    """Leave a passage of a text out of her disclosures, because it is about somebody else; without a passage the whole text.

    `language` is that in which the text was read: custom fields and history read differently in another.
    Every time it stands there it is left out. Raises ValidationError by field.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Write why: whose rights stand against it.")})
    text = _text_at(person, place, language)
    if text is None:
        raise ValidationError(_("This text is not there any more."))
    found = _places(text, passage.strip()) if passage.strip() else [0]
    length = len(passage.strip()) or len(text)
    if not found:
        raise ValidationError({"passage": _("This does not stand in the text. Copy it as it is.")})
    own: dict[str, Any] = {"contact": person.contact} if person.contact is not None else {"account": person.accounts[0]}
    common: dict[str, Any] = {
        "place": place,
        "length": length,
        "digest": digest(text),
        "reason": reason.strip()[:300],
        "by": by,
    }
    made = [Redaction.objects.create(**own, **common, start=start) for start in found]
    changes = {"place": [None, place], "reason": [None, reason.strip()[:300]]}
    record_event(person.record, f"{_noun(person)}.passage_blacked_out", by=by, changes=changes)
    return made[0]


@transaction.atomic
def show_again(person: Person, place: str, *, by: Any) -> int:
    """The text goes out whole again. Returns how many passages it had lost."""
    count = redactions_of(person).filter(place=place).delete()[0]
    if count:
        record_event(person.record, f"{_noun(person)}.passage_shown_again", by=by, changes={"place": [None, place]})
    return count


def _text_at(person: Person, place: str, language: str) -> str | None:
    """The whole text as it would go out without any redaction."""
    with translation.override(language or translation.get_language()), as_she_was(person.record) as present:
        return Disclosure(present).text_at(place)


def _places(text: str, passage: str) -> list[int]:
    found, at = [], text.find(passage)
    while at >= 0:
        found.append(at)
        at = text.find(passage, at + len(passage))
    return found


@transaction.atomic
def disclosed(
    person: Person, content: bytes, *, by: Any, count: int, kind: str, language: str, request: SubjectRequest | None = None,
    now: dt.datetime | None = None,
) -> str:  # fmt: skip
    """A file was made for her: history keeps who made it, when, in which form, and its SHA-256, which is returned."""
    sha256 = hashlib.sha256(content).hexdigest()
    changes: dict[str, list] = {
        "sha256": [None, sha256],
        "form": [None, f"{kind} ({language})"],
        "values": [None, count],
    }
    if request is not None:
        changes["request"] = [None, request.number]
        record_event(request, "subjectrequest.disclosed", by=by, now=now, changes=changes)
    record_event(person.record, f"{_noun(person)}.disclosed", by=by, now=now, changes=changes)
    watching.went_out(by, Way.DISCLOSURE, "contacts", 1, now)
    return sha256


def _noun(person: Person) -> str:
    return type(person.record).noun()

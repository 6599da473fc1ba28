"""Erasure of a person (Art. 17 GDPR): what may go goes at once, what the books need is blocked until its date.

`preview` says what would happen, `begin` says that it shall, and `work` does it in the background, step by step. A step that is begun
again does no harm, so a killed process goes on where it was.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.core import clock, patience
from kundenkreis.customers.models import Account, Contact
from kundenkreis.history.recording import record_event
from kundenkreis.privacy import (
    erasing_requests,
    erasing_steps,
    erasures_kept,
    former,
    mentions,
    restricting,
    retention,
    sealing,
)
from kundenkreis.privacy import person as people
from kundenkreis.privacy.holding import Retention
from kundenkreis.privacy.mentions import Mention
from kundenkreis.privacy.models import Erasure, LegalHold, Restriction
from kundenkreis.privacy.models.erasures import FORSAKEN
from kundenkreis.privacy.needles import Needles
from kundenkreis.staff.models import User

logger = logging.getLogger(__name__)
Record = Contact | Account | User


@dataclass
class Preview:
    """What an erasure would do. `rows` counts what goes at once, by the name of its table."""

    person: people.Person
    name: str
    rows: dict[str, int] = field(default_factory=dict)
    books: retention.Books | None = None
    law: str = retention.LAW
    mentions: list[Mention] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)  # tables that are too long to be read while somebody waits
    same_name: list[Any] = field(default_factory=list)  # contacts, and colleagues where it is about one
    same_mail: list[Contact] = field(default_factory=list)
    is_rare: bool = True
    documents: int = 0
    references: list[Any] = field(default_factory=list)  # orders of others in whose reference she is named
    hold: LegalHold | None = None
    restriction: Restriction | None = None
    erasure: Erasure | None = None
    # Of a colleague: since when she is gone, until when her account is held, and until when her trips are.
    former: former.Former | None = None
    trips: int = 0
    trips_until: dt.date | None = None


def preview(record: Record) -> Preview:
    """What would go, what is kept until when, where others' texts name her, and what is not certain. Reads texts: not for a list."""
    return _of_colleague(record) if isinstance(record, User) else _of_customer(record)


def _of_colleague(record: User) -> Preview:
    person, needles = former.person_of(record), former.needles_of(record)
    found, unread = mentions.find(person, needles)
    return Preview(
        person,
        str(record),
        former.rows_of(record),
        law=former.LAW,
        mentions=found,
        unread=unread,
        same_name=former.same_name(needles, record),
        is_rare=needles.is_rare,
        hold=restricting.hold_of(record),
        erasure=restricting.erasure_of(record),
        former=next((one for one in former.everybody() if one.person.pk == record.pk), None),
        trips=former.trips_of(person.colleagues).count(),
        trips_until=former.books_until(person.colleagues),
    )


def _of_customer(record: Contact | Account) -> Preview:
    person = restricting.person_of(record)
    restriction = restricting.of(record)
    needles = erasing_steps.needles_of(person, restriction)
    found, unread = mentions.find(person, needles)
    rows: Counter[str] = Counter()
    for line, model, some in sealing.parts(person):
        if line.retention is Retention.DERIVED:
            continue  # what the program makes of the rest tells nobody anything
        rows[str(model._meta.verbose_name_plural)] += some.count()
    for rows_of_seal in (restriction.sealed.get("rows", {}) if restriction else {}).items():
        rows[str(models_name(rows_of_seal[0]))] += len(rows_of_seal[1])
    return Preview(
        person,
        restriction.name if restriction else str(record),
        {name: count for name, count in rows.items() if count},
        retention.books_of(person.accounts, clock.today()),
        mentions=found,
        unread=unread,
        same_name=people.same_name(needles.names, person),
        same_mail=people.shares(people.needles_of(person), person),
        is_rare=needles.is_rare,
        documents=erasing_requests.documents(person).count(),
        references=_references(person, needles),
        hold=restricting.hold_of(record),
        restriction=restriction,
        erasure=restricting.erasure_of(record),
    )


def _references(person: people.Person, needles: Needles) -> list[Any]:
    try:
        with patience.at_most(mentions.PATIENCE_MS):
            return list(erasing_steps.references(person, needles)[:50])
    except patience.TookTooLong:
        return []


def models_name(label: str) -> Any:
    from django.apps import apps

    return apps.get_model(label)._meta.verbose_name_plural


@transaction.atomic
def begin(
    record: Record,
    *,
    by: Any,
    note: str = "",
    request_number: str = "",
    spared: Collection[str] = (),
    now: dt.datetime | None = None,
) -> Erasure:
    """Have a person erased. `spared` are places (`Mention.place`) in which her name is not hers.

    Raises ValidationError while there is a legal hold, when she is erased already or is being erased, for a company, and for a colleague
    who can still sign in.
    """
    from kundenkreis.privacy import tasks

    now = now or timezone.now()
    note = restricting.said(note, "note") if note.strip() else ""
    if "\x00" in request_number or len(request_number) > 40:
        raise ValidationError({"request_number": _("This is no number of a request.")})
    person, locked = _locked(record)
    if isinstance(locked, User) and not former.has_left(locked):
        raise ValidationError(_("Whoever can still sign in is not erased. Lock the account first."))
    if restricting.hold_of(record) is not None:
        raise ValidationError(_("There is a legal hold. Lift it first."))
    if restricting.erasure_of(record) is not None:
        raise ValidationError(_("This person is erased already, or is being erased."))
    erasure = Erasure.begin(
        contacts=list(person.contacts), accounts=list(person.accounts), colleagues=list(person.colleagues), note=note,
        request_number=request_number.strip(),
        begun_at=now, begun_by=by, begun_by_name=by.get_full_name() if by else "", step=erasing_steps.FIRST,
        spared=sorted(set(map(str, spared)))[:5000],
    )  # fmt: skip
    tasks.erase.enqueue(erasure.pk)
    return erasure


def _locked(record: Record) -> tuple[people.Person, Record]:
    """All records that are the same person, nobody else's until this is done, and the one that was asked for.

    Whoever erases the same person by another of her records, or merges one of them, waits. Raises ValidationError when it is gone.
    """
    held = people.Person()
    while True:
        found = type(record)._base_manager.filter(pk=record.pk).first()
        if found is None:
            raise ValidationError(_("It is gone for good."))
        person = restricting.person_of(found)
        if person == held:
            return person, found
        people.lock(person)
        held = person


def work(erasure: Erasure) -> Erasure:
    """Do what is still to be done, from the step that it is at. Nothing happens to one that has ended, or that another works on."""
    now = timezone.now()
    idle = models.Q(heartbeat_at=None) | models.Q(heartbeat_at__lt=now - FORSAKEN)
    mine = Erasure.objects.filter(idle, pk=erasure.pk, state=Erasure.State.RUNNING).update(heartbeat_at=now)
    erasure.refresh_from_db()
    if not mine:
        return erasure
    try:
        while erasure.is_running:
            step = erasing_steps.STEPS[erasure.step]
            with_counts = step(erasure)
            erasure.counts = erasure.counts | with_counts
            _next(erasure)
    except BaseException:
        # Whoever comes next need not wait until it looks forsaken.
        Erasure.objects.filter(pk=erasure.pk).update(heartbeat_at=None)
        raise
    return erasure


@transaction.atomic
def _next(erasure: Erasure) -> None:
    names = list(erasing_steps.STEPS)
    place = names.index(erasure.step) + 1
    erasure.heartbeat_at = timezone.now()
    if place < len(names):
        erasure.step = names[place]
    else:
        _finish(erasure)
    erasure.save()


def _finish(erasure: Erasure) -> None:
    erasure.state = Erasure.State.KEPT if erasure.kept else Erasure.State.DONE
    erasure.ended_at, erasure.values, erasure.spared, erasure.heartbeat_at, erasure.step = (
        timezone.now(),
        {},
        [],
        None,
        "",
    )
    record_event(erasure, "erasure.finished", by=erasure.begun_by, changes={"state": [None, erasure.state]})


def orphans() -> list[Erasure]:
    """Erasures that nobody works on: their job was lost, or its worker killed."""
    before = timezone.now() - FORSAKEN
    idle = models.Q(heartbeat_at=None, begun_at__lt=timezone.now() - dt.timedelta(minutes=1)) | models.Q(
        heartbeat_at__lt=before
    )
    return list(Erasure.objects.filter(idle, state=Erasure.State.RUNNING).order_by("pk"))


def release_due(today: dt.date | None = None) -> int:
    """Empty what was kept for books whose date is over; how many erasures there were."""
    due = Erasure.objects.filter(state=Erasure.State.KEPT, kept_until__lt=today or clock.today()).order_by("pk")
    count = 0
    for erasure in Erasure.objects.filter(state=Erasure.State.KEPT).exclude(colleagues=[]).order_by("pk"):
        erasing_steps.release_trips(erasure, today or clock.today())  # year by year, as each one's retention ends
    for erasure in due:
        with transaction.atomic():
            erasing_steps.release(erasure, today or clock.today())
            erasure.kept, erasure.state, erasure.is_compacted = {}, Erasure.State.DONE, False
            erasure.save(update_fields=["kept", "state", "is_compacted"])
            record_event(erasure, "erasure.released", by=None)
        count += 1
    return count


def begin_due(today: dt.date | None = None) -> int:
    """Begin the erasure of colleagues whose time is over; how many. Where somebody has the same name, a person has to look at the texts."""
    count = 0
    for one in former.due(today):
        if not former.same_name(former.needles_of(one), one):
            begin(one, by=None)
            count += 1
    return count


def again() -> int:
    """Erase anew whom a restored backup has brought back; how many there were."""
    count = 0
    for line, there in list(erasures_kept.outstanding()):
        Erasure.begin(
            token=line["token"], contacts=there[Contact], accounts=there[Account], colleagues=there[User],
            begun_at=timezone.now(), step=erasing_steps.FIRST,
            note=_("Erased anew after a restore"),
        )  # fmt: skip
        count += 1
    return count


def finish_all() -> int:
    """Work on everything that is to be done now, in this process: after a restore, and for tests."""
    again()
    count = 0
    for erasure in Erasure.objects.filter(state=Erasure.State.RUNNING).order_by("pk"):
        work(erasure)
        count += 1
    return count

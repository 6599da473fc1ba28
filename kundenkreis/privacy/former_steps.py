"""The erasure of a colleague's account, where it is another one than that of a customer: the account, and history that names her.

Her number stays in every record and event; what is called by it is a former colleague and no name. As in `erasing_steps` each step may
be begun again.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore
from django.db import models, transaction
from django.utils import timezone

from kundenkreis.core import clock
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch, BatchChunk, Event
from kundenkreis.history.recording import Recorded, record_event
from kundenkreis.history.values import ERASED
from kundenkreis.privacy import erasures_kept, former, inventory, mentions, unnaming, unsaying
from kundenkreis.privacy.models import Erasure, LegalHold, Noun
from kundenkreis.privacy.needles import Needles, Replacer
from kundenkreis.privacy.person import chunks_about
from kundenkreis.quality.models import EditedSheet
from kundenkreis.staff.models import User
from kundenkreis.staff.roles import Role
from kundenkreis.trips.models import Leg, Trip

_SLICE = 2_000
# What is about colleagues only: whoever is named there is one, also when a customer has the same name.
_AMONG_US = ("staff.", "trips.", "lists.savedview", "customers.accountteammember")


# --- the account -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def records(erasure: Erasure) -> dict[str, int]:
    """The account is emptied, what hangs on it is deleted, trips stay as long as the books need them."""
    if erasure.values:
        return {}
    line, now = erasures_kept.line_of(erasure), timezone.now()
    people = list(User._base_manager.select_for_update(of=("self",)).filter(pk__in=erasure.colleagues).order_by("pk"))
    found = [former.needles_of(one) for one in people]
    told: dict[str, list[int]] = {}
    erasure.kept = _for_the_books(people)
    erasure.kept_until = former.books_until(erasure.colleagues) if erasure.kept else None
    erasure.law = former.LAW if erasure.kept else ""
    count = _take_trips(former.over(erasure.colleagues, clock.today()))
    for person, needles in zip(people, found, strict=True):
        same = former.same_name(needles, person)
        count += _take_rows(person, needles, told)
        _empty(person, now)
        record_event(person, "user.erased", by=erasure.begun_by if erasure.begun_by_id != person.pk else None, now=now)
        erasure.values |= {"same": [[one._meta.label_lower, one.pk] for one in same]}
    known = erasures_kept.read(erasures_kept.path())
    erasure.values |= {
        "needles": _together(found).stored(), "told": told, "again": line["token"] in {one["token"] for one in known},
    }  # fmt: skip
    LegalHold.objects.filter(noun=Noun.USER, record_id__in=erasure.colleagues).update(reason="")
    erasure.save()
    erasures_kept.add(line)
    return {"rows": count}


def _together(found: list[Needles]) -> Needles:
    """What all of them are found by; of one person it is her own."""

    def each(of: Callable[[Needles], Iterable[Any]]) -> tuple[Any, ...]:
        return tuple(sorted({one for needles in found for one in of(needles)}))

    return Needles(
        each(lambda n: n.names), each(lambda n: n.mails), each(lambda n: n.phones), (), all(n.is_rare for n in found)
    )


def _for_the_books(people: list[User]) -> dict[str, Any]:
    """Whose trips the vouchers are: without a name no one could be paid by them."""
    needing = set(former.trips_of(one.pk for one in people).values_list("person_id", flat=True))
    past = set(former.over([one.pk for one in people], clock.today()).values_list("pk", flat=True))
    still = set(former.trips_of(needing).exclude(pk__in=past).values_list("person_id", flat=True))
    kept = {str(one.pk): one.get_full_name() for one in people if one.pk in still}
    return {"colleagues": kept} if kept else {}


def _take_rows(person: User, needles: Needles, told: dict[str, list[int]]) -> int:
    """Delete what hangs on the account; `told` gets the numbers of what has a history of its own."""
    count = 0
    for _line, model, rows in former.parts(person, {person.email, *needles.mails}):
        if issubclass(model, Recorded):
            told.setdefault(model._meta.label_lower, []).extend(rows.values_list("pk", flat=True))
        count += rows.delete()[0]
    store, session = SessionStore(), apps.get_model("sessions", "Session")
    hers = [
        one.pk
        for one in session._base_manager.iterator(500)
        if str(store.decode(one.session_data).get("_auth_user_id")) == str(person.pk)
    ]
    return count + session._base_manager.filter(pk__in=hers).delete()[0]


def _take_trips(trips: models.QuerySet[Trip]) -> int:
    """Trips whose retention is over, with what history says of them."""
    numbers = list(trips.values_list("pk", flat=True))
    legs = list(Leg._base_manager.filter(trip_id__in=numbers).values_list("pk", flat=True))
    for model, ids in ((Trip, numbers), (Leg, legs)):
        unsaying.unsay_events([(model._meta.label_lower, pk) for pk in ids], "…")
        unsaying.unsay_chunks(model, ids)
    return Trip._base_manager.filter(pk__in=numbers).delete()[0]


def _empty(person: User, now: Any) -> None:
    """Nothing is left of the account but its number. Nobody signs in with it, and nothing brings it back."""
    line = inventory.of(User)
    columns = [name for name in getattr(line, "fields", {}) if name not in ("is_active", "role")]
    for name in columns:
        field: Any = User._meta.get_field(name)
        setattr(person, field.attname, None if field.null else field.get_default() if field.has_default() else "")
    person.last_name, person.email = former.nameless(person.pk), f"erased-{person.pk}@former.invalid"
    person.password, person.role = make_password(None), Role.READ_ONLY
    person.is_active, person.deleted_at, person.erased_at = False, person.deleted_at or now, now
    person.changed_at, person.version = now, person.version + 1
    person.save()


# --- history ---------------------------------------------------------------------------------------------------------------


def history(erasure: Erasure, alive: Callable[[], None]) -> dict[str, int]:
    """Her name out of who did it, out of what was done to her account, and out of where others' history names her."""
    needles = Needles.read(erasure.values["needles"])
    count = 0
    for pk in erasure.colleagues:
        label = former.nameless(pk)
        count += _as_actor(pk, label, alive)
        count += unsaying.unsay_events([("staff.user", pk)], label)
        count += _own_rows(pk)
        EditedSheet._base_manager.filter(owner_id=pk).update(made_by=label)
        Erasure.objects.filter(begun_by_id=pk).update(begun_by_name=label)
    for model, ids in erasure.values.get("told", {}).items():
        count += unsaying.unsay_events([(model, pk) for pk in ids], "…")
    label = former.nameless(erasure.colleagues[0])
    count += _of_others(erasure, needles, label, alive)
    count += _chunks(erasure, needles, label, alive)
    return {"history": count}


def _own_rows(pk: int) -> int:
    """Whatever batches did to her account, whether she may sign in included: no undo touches it any more."""
    count = 0
    for chunk in chunks_about(User, [pk]):
        fields, rows = chunks.unpack(chunk.changed)
        places = [at for at, name in enumerate([*fields, *fields], start=1) if name != "version"]
        for row in rows:
            if row[0] == pk:
                count += 1
                for place in places:
                    row[place] = ERASED
        BatchChunk.objects.filter(pk=chunk.pk).update(changed=chunks.pack(fields, rows))
    return count


def _as_actor(pk: int, label: str, alive: Callable[[], None]) -> int:
    """In whatever she did stands her number, and no name. Slice by slice along an index: it may be millions."""
    count = Batch.objects.filter(actor_id=pk).exclude(actor_name=label).update(actor_name=label)
    last = 0
    while True:
        numbers = list(
            Event.objects.filter(actor_id=pk, pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_SLICE]
        )
        if not numbers:
            return count
        some = Event.objects.filter(actor_id=pk, pk__gt=last, pk__lte=numbers[-1])
        count += some.exclude(actor_name=label).update(actor_name=label)
        last = numbers[-1]
        alive()


def _of_others(erasure: Erasure, needles: Needles, label: str, alive: Callable[[], None]) -> int:
    """Events that name her: as owner or deputy by her number, in other texts by what she is called."""
    replacer = _replacer(needles, label)
    if replacer is None:
        return 0
    same = {(model, pk) for model, pk in erasure.values.get("same", [])}
    numbers, count = set(erasure.colleagues), 0
    for place, event in enumerate(mentions.candidates(Event, ["subject_label", "changes"], needles)):
        changes, said = _without(event, numbers, label, replacer), event.subject_label
        if not same or event.subject_type.startswith(_AMONG_US):
            changes, said = replacer.any(changes), replacer.text(said)
        if (changes, said) != (event.changes, event.subject_label):
            Event.objects.filter(pk=event.pk).update(changes=changes, subject_label=said[:200])
            count += 1
        if place % 200 == 0:
            alive()
    return count


def _replacer(needles: Needles, label: str) -> Replacer | None:
    pattern = needles.pattern(own=False)
    return Replacer(pattern, label) if pattern else None


def _without(event: Event, numbers: set[int], label: str, replacer: Replacer) -> dict[str, list]:
    """The changes of an event, with her label where a reference leads to her by her number."""
    try:
        model = apps.get_model(event.subject_type)
    except LookupError:
        return event.changes
    found = {}
    for name, values in event.changes.items():
        found[name] = list(values) if isinstance(values, list) else values
        if len(values) != 4 or unnaming._target(model, name) is not User:
            continue
        for place in (0, 1):
            if isinstance(values[place], list):
                if numbers & set(values[place]):
                    found[name][place + 2] = replacer.text(str(values[place + 2]))
            elif values[place] in numbers and values[place + 2]:
                found[name][place + 2] = label
    return found


def _chunks(erasure: Erasure, needles: Needles, label: str, alive: Callable[[], None]) -> int:
    """Packed rows that name her. Those about customers of the same name are left as they are."""
    replacer, count = _replacer(needles, label), 0
    if replacer is None:
        return 0
    same = {model for model, _pk in erasure.values.get("same", [])}
    for pk in list(BatchChunk.objects.order_by("pk").values_list("pk", flat=True)):
        chunk = BatchChunk.objects.get(pk=pk)
        if chunk.model in same and chunk.model != "staff.user":
            continue
        alike, packed = replacer.any(chunk.alike), bytes(chunk.changed)
        if packed and replacer.pattern.search(zlib.decompress(packed).decode()):
            fields, rows = chunks.unpack(packed)
            packed = chunks.pack(fields, [[replacer.any(value) for value in row] for row in rows])
        if packed != bytes(chunk.changed) or json.dumps(alike) != json.dumps(chunk.alike):
            BatchChunk.objects.filter(pk=pk).update(changed=packed, alike=alike)
            count += 1
        if pk % 50 == 0:
            alive()
    return count


def release(erasure: Erasure, today: Any) -> int:
    """Trips whose retention is over by that day go; how many rows."""
    return _take_trips(former.over(erasure.colleagues, today))

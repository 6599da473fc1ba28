"""What changed in rights, when and by whom: the part of the history that says who may what.

Of people, teams, territories, deputies, seats and tokens there are few events, gathered by the index of their subjects. Of accounts that came
to another owner, team or territory there may be millions: they have a table of their own (`moves`), of which only a page is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from kundenkreis.history.chunks import changed_among
from kundenkreis.history.models import BatchChunk, Event
from kundenkreis.staff.models import AccountMove, ApiToken, Deputy, User

_FIRST = 1_000
SEATS = "customers.accountteammember"
# Whose every event is about rights.
_WHOLE = ("staff.deputy", "staff.territory", "staff.apitoken", SEATS, "staff.accessreview")
# What of a person, a team or the house says who may what.
_USER = ("role", "team", "is_active")
_USER_VERBS = (
    "user.added", "user.discarded", "user.restored", "user.locked", "user.unlocked", "user.handed_over",
    "user.access_reviewed",
)  # fmt: skip
_TEAM_VERBS = ("team.added", "team.discarded", "team.restored")
_HOUSE = ("works_agreement_on", "works_agreement")
# Rows of these change in batches too: an import of people, a handing over, a merge that takes seats along.
_IN_BATCHES = ("staff.user", "staff.team", "staff.territory", "staff.deputy", SEATS)


@dataclass(frozen=True)
class Window:
    """Which page is read: `size` events below number `beyond`, or above it when it is read `upwards`; None for the first page."""

    beyond: int | None = None
    upwards: bool = False
    size: int = 200


def rights_changes(
    *,
    person: User | None = None,
    by: User | None = None,
    since: dt.datetime | None = None,
    window: Window = Window(),  # noqa: B008 frozen
) -> QuerySet[Event]:
    """Events that changed who may what, in no order: about a person, by a person, from a moment on. Whole within the window only.

    The numbers are gathered by the index of the subjects first: among millions of events few are about rights. Batches that moved
    accounts are told when nobody in particular is asked for, because they do not say whose each account was.
    """
    asked = _about(person) if person is not None else _all()
    asked.append(Q(pk__in=_moved(person, by, since, window)))
    first, *others = [Event.objects.filter(one).order_by().values("pk") for one in asked]
    found = Event.objects.filter(pk__gathered=first.union(*others))
    if by is not None:
        found = found.filter(actor_id=by.pk)
    return found.filter(at__gte=since) if since is not None else found


def _moved(person: User | None, by: User | None, since: dt.datetime | None, window: Window) -> list[int]:
    """Events by which an account came to another owner, team or territory: those of the window, each way along an index."""
    rows = AccountMove.objects.order_by("event_id" if window.upwards else "-event_id")
    if window.beyond is not None:
        rows = rows.filter(**{"event_id__gt" if window.upwards else "event_id__lt": window.beyond})
    if since is not None:
        # Numbers rise with time but for a little: the first of the day are looked at, so that nobody walks to the beginning.
        first = Event.objects.filter(at__gte=since).order_by("at", "pk").values_list("pk", flat=True)[:_FIRST]
        rows = rows.filter(event_id__gte=min(first, default=0), event__at__gte=since)
    ways = [rows.filter(before_id=person.pk), rows.filter(after_id=person.pk)] if person is not None else [rows]
    if by is not None:
        ways = [way.filter(by_id=by.pk) for way in ways]
    found = {pk for way in ways for pk in way.values_list("event_id", flat=True)[: window.size + 1]}
    return sorted(found, reverse=not window.upwards)[: window.size + 1]


def _all() -> list[Q]:
    moved = Q(model="customers.account") & (
        Q(_fields__contains='"owner') | Q(_fields__contains='"team') | Q(_fields__contains='"territory')
    )
    chunks = BatchChunk.objects.annotate(_fields=Cast("fields", TextField()))
    batches = chunks.filter(Q(model__in=_IN_BATCHES) | moved).values("batch_id")
    return [
        Q(subject_type__in=_WHOLE),
        _of_people(),
        Q(subject_type="staff.team") & (Q(verb__in=_TEAM_VERBS) | Q(changes__has_key="parent")),
        Q(subject_type="core.house", changes__has_any_keys=list(_HOUSE)),
        Q(subject_type__in=("history.batch", "quality.importrun"), batch_id__in=batches),
    ]


def _of_people() -> Q:
    return Q(subject_type="staff.user") & (Q(verb__in=_USER_VERBS) | Q(changes__has_any_keys=list(_USER)))


def _about(person: User) -> list[Q]:
    """What happened to her own rights: to herself, as and with her deputies, her seats, territories and tokens, and in batches."""
    deputies = _numbers(Deputy, Q(person=person) | Q(deputy=person)) | _once("staff.deputy", person)
    seats = _numbers(apps.get_model(SEATS), Q(person=person) | Q(deputy=person)) | _once(SEATS, person)
    tokens = set(ApiToken.objects.filter(user=person).values_list("pk", flat=True))
    return [
        Q(subject_id=person.pk) & _of_people(),
        Q(subject_type="staff.deputy", subject_id__in=deputies),
        Q(subject_type=SEATS, subject_id__listed=seats),
        Q(subject_type="staff.apitoken", subject_id__in=tokens),
        Q(subject_type="staff.territory", pk__in=_of_territories(person)),
        Q(subject_type__in=("history.batch", "quality.importrun"), batch_id__in=_batches_with(person)),
    ]


def _numbers(model: Any, asked: Q) -> set[int]:
    return set(model._base_manager.filter(asked).values_list("pk", flat=True))


def _once(label: str, person: User) -> set[int]:
    """Of what is gone for good from the bin, the event by which it came still names her."""
    added = Event.objects.filter(subject_type=label, verb__endswith=".added")
    named = added.filter(Q(changes__person__1=person.pk) | Q(changes__deputy__1=person.pk))
    return set(named.values_list("subject_id", flat=True))


def _of_territories(person: User) -> list[int]:
    """Territories are few: whether she came or went is read from what each event says of its people, owner and deputy."""
    events = Event.objects.filter(subject_type="staff.territory", changes__has_any_keys=["people", "owner", "deputy"])
    return [pk for pk, changes in events.values_list("pk", "changes") if person.pk in _of_both_sides(changes)]


def _of_both_sides(changes: dict[str, list]) -> set[int]:
    alone = {one for name in ("owner", "deputy") for one in changes.get(name, [])[:2] if one is not None}
    return alone | (_differing(changes["people"]) if "people" in changes else set())


def _differing(values: list) -> set[int]:
    before, after = (set(side) if isinstance(side, list) else set() for side in values[:2])
    return before ^ after


def _batches_with(person: User) -> set[int]:
    """Batches that changed or added her own row, by their chunks."""
    chunks: Iterable[BatchChunk] = BatchChunk.objects.filter(
        model="staff.user", first__lte=person.pk, last__gte=person.pk
    )
    return {chunk.batch_id for chunk in chunks if _holds(chunk, person.pk)}


def _holds(chunk: BatchChunk, pk: int) -> bool:
    return any(first <= pk <= last for first, last in chunk.added) or bool(changed_among(chunk.ids, [pk]))

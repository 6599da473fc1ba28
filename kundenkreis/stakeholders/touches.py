"""Who of us speaks with whom of them, from what was done: calls, mails, visits and meetings of the last year that reached somebody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.staff.models import User
from kundenkreis.stakeholders.warmth import WINDOW, Cells, Touch, Warmth, warmth

MET = (Activity.Kind.CALL, Activity.Kind.VISIT, Activity.Kind.MEETING, Activity.Kind.MAIL)
SIDED = frozenset({Activity.Kind.CALL, Activity.Kind.MAIL})  # of a visit nobody says from which side it came


def cells(user: Any, contacts: Collection[int], today: dt.date | None = None) -> Cells:
    """How strong the relationship of each of us with each of these contacts is, as far as `user` sees what was done. Three queries."""
    today, found = today or clock.today(), {}
    for pair, some in _touches(user, set(contacts), today).items():
        if (strength := warmth(some, today)) is not None:
            found[pair] = strength
    return found


def _touches(user: Any, contacts: set[int], today: dt.date) -> dict[tuple[int, int], list[Touch]]:
    """{(one of us, contact): touches}. An activity counts once for each of us and of them who took part."""
    if not contacts:
        return {}
    since = clock.midnight(today - dt.timedelta(days=WINDOW - 1))
    among = Activity.participants.through._base_manager.filter(contact_id__in=contacts)
    with_them = Q(contact_id__in=contacts) | Q(pk__in=among.values("activity_id"))
    done = Activity.objects.visible_to(user).living().filter(is_open=False, kind__in=MET, at__gte=since)
    done = done.exclude(outcome__in=Activity.MISSED).filter(with_them).order_by()
    rows = {row[0]: row for row in done.values_list("pk", "at", "kind", "is_incoming", "owner_id", "contact_id")}
    theirs = {pk: {row[5]} & contacts for pk, row in rows.items()}
    for activity, contact in among.values_list("activity_id", "contact_id"):
        if activity in rows:
            theirs[activity].add(contact)
    ours = {pk: {row[4]} - {None} for pk, row in rows.items()}
    for activity, colleague in _colleagues(rows):
        ours[activity].add(colleague)
    found: dict[tuple[int, int], list[Touch]] = {}
    for pk, (_pk, at, kind, incoming, _owner, _contact) in rows.items():
        touch = Touch(timezone.localdate(at), bool(incoming) if kind in SIDED else None)
        for pair in ((us, them) for us in ours[pk] for them in theirs[pk]):
            found.setdefault(pair, []).append(touch)
    return found


def _colleagues(ids: Iterable[int]) -> Iterable[tuple[int, int]]:
    rows = Activity.colleagues.through._base_manager.filter(activity_id__listed=list(ids) or [0])
    return rows.values_list("activity_id", "user_id")


def ours_of(found: Cells) -> set[int]:
    return {us for us, _them in found}


def people(ids: Collection[int]) -> list[User]:
    """Those who work here still, by name."""
    rows = User.objects.living().filter(pk__in=ids, is_active=True)
    return list(rows.order_by("last_name", "first_name", "pk"))


__all__ = ["Cells", "Warmth", "cells", "ours_of", "people"]

"""Who took part in an activity beside its contact and its owner, as far as a person may be told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from kundenkreis.activities.models import Activity, ActivityQuerySet
from kundenkreis.customers.discretion import within_reach
from kundenkreis.customers.models import Contact
from kundenkreis.staff.models import User


def attach(person: Any, rows: Sequence[Activity]) -> None:
    """Hang `also_with` (contacts whom the person may see) and `with_colleagues` on the activities: four queries, however many."""
    by_pk = {row.pk: row for row in rows}
    for row in rows:
        row.also_with, row.with_colleagues = [], []  # type: ignore[attr-defined]
    # Asked even for nothing, so that a page asks as often for a quiet record as for a busy one.
    ids = list(by_pk) or [0]
    contacts = list(Activity.participants.through._base_manager.filter(activity_id__in=ids).values_list(*_CONTACTS))
    seen = within_reach(person, Contact, {contact for _activity, contact in contacts} or {0})
    known = Contact.objects.living().in_bulk(seen or {0})
    for activity, contact in contacts:
        if contact in known and contact != by_pk[activity].contact_id:
            by_pk[activity].also_with.append(known[contact])  # type: ignore[attr-defined]
    colleagues = Activity.colleagues.through._base_manager.filter(activity_id__in=ids).select_related("user")
    for link in colleagues.order_by("user__last_name", "pk"):
        by_pk[link.activity_id].with_colleagues.append(link.user)  # type: ignore[attr-defined]
    for row in rows:
        row.also_with.sort(key=lambda contact: (contact.key, contact.pk))  # type: ignore[attr-defined]


_CONTACTS = ("activity_id", "contact_id")


def taken_along(person: Any, people: Collection[int]) -> ActivityQuerySet:
    """What is still to be done by others and these people are put on as colleagues, as far as `person` may see it."""
    return taking_part(person, people).filter(is_open=True)


def taking_part(person: Any, people: Collection[int]) -> ActivityQuerySet:
    """The activities of others that these people are put on as colleagues, done ones too, as far as `person` may see them.

    Taking part opens no account to anybody: what lies outside her reach is not told to her.
    """
    along = Activity.colleagues.through._base_manager.filter(user_id__in=people)
    rows = Activity.objects.visible_to(person).living().filter(pk__gathered=along.values("activity_id"))
    return rows.exclude(owner_id__in=people)


def by_day(rows: Iterable[Activity]) -> list[Activity]:
    """What is to be done in the order of its days; what has none comes last."""
    return sorted(rows, key=lambda one: (one.due_on or dt.date.max, one.at, one.pk))


def with_hidden(person: User, activity: Activity, chosen: Iterable[Contact]) -> list[Contact]:
    """Those whom the person chose, and those who take part already and whom she may not see: they stay."""
    found = list(chosen)
    if activity.pk is None:
        return found
    present = Contact._base_manager.filter(took_part=activity.pk)
    seen = within_reach(person, Contact, present.values_list("pk", flat=True))
    return [*found, *present.exclude(pk__in=seen | {one.pk for one in found})]

"""Who took part in an activity beside its contact and its owner, as far as a person may be told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kundenkreis.activities.models import Activity
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


def with_hidden(person: User, activity: Activity, chosen: Iterable[Contact]) -> list[Contact]:
    """Those whom the person chose, and those who take part already and whom she may not see: they stay."""
    found = list(chosen)
    if activity.pk is None:
        return found
    present = Contact._base_manager.filter(took_part=activity.pk)
    seen = within_reach(person, Contact, present.values_list("pk", flat=True))
    return [*found, *present.exclude(pk__in=seen | {one.pk for one in found})]

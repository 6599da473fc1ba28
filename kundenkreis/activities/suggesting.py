"""Whom to speak with next at an account, and how: a proposal with a reason that anyone can check, no forecast."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Max
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.activities.touching import touches
from kundenkreis.core import clock
from kundenkreis.customers import cadence
from kundenkreis.customers.models import Contact, Position
from kundenkreis.customers.models.dated import holding

# So long without having met, and it is time for a visit instead of a call.
UNMET = dt.timedelta(days=180)
_MET = (Activity.Kind.VISIT, Activity.Kind.MEETING)


@dataclass(frozen=True)
class Suggestion:
    """`contact` is None when nobody is known there whom the person may see; `last` is the day of the last touch with the contact.

    `rhythm` is the position of hers whose own rhythm sets the account's day, if one does.
    """

    kind: str
    contact: Contact | None
    last: dt.date | None
    rhythm: Position | None = None


def suggest(accounts: Sequence[int], person: Any) -> Mapping[int, Suggestion]:
    """For each account: the contact whose own rhythm makes it due, or else the one who was spoken with longest ago (never first, the main
    one before the others); by a visit if nobody was met there for half a year. Four queries, however many accounts.
    """
    today = clock.today()
    seats = Position.objects.living().filter(holding(today), account_id__in=accounts)
    seats = seats.filter(
        contact__in=Contact.objects.visible_to(person).living().filter(positions__account_id__in=accounts)
    )
    people: dict[int, list[Position]] = {}
    seats = seats.select_related("contact").annotate(account_due=F("account__next_touch_on"))
    for seat in seats.order_by("-is_main", "pk"):
        people.setdefault(seat.account_id, []).append(seat)
    contacts = {seat.contact_id for found in people.values() for seat in found}
    spoken = _latest(touches().filter(contact_id__in=contacts), "contact_id")
    for contact, day in _latest(touches().filter(participants__in=contacts), "participants").items():
        spoken[contact] = max(day, spoken.get(contact, day))
    met = _latest(touches().filter(account_id__in=accounts, kind__in=_MET), "account_id")
    found = {}
    for account in accounts:
        seen = people.get(account, [])
        rhythm = setting_the_day(seen, seen[0].account_due) if seen else None  # type: ignore[attr-defined]
        whom = rhythm or min(seen, key=lambda seat: spoken.get(seat.contact_id, dt.date.min), default=None)
        visit = account not in met or met[account] < today - UNMET
        found[account] = Suggestion(
            Activity.Kind.VISIT if visit else Activity.Kind.CALL,
            whom.contact if whom else None,
            spoken.get(whom.contact_id) if whom else None,
            rhythm,
        )
    return found


def setting_the_day(seats: Sequence[Position], due: dt.date) -> Position | None:
    """Of an account's positions the one whose own rhythm is why the account is due on its day and not later."""
    agreed = [seat for seat in seats if seat.touch_days is not None]
    first = min(agreed, key=cadence.of_position, default=None)
    return first if first and cadence.of_position(first) <= due else None


def _latest(rows: Any, column: str) -> dict[int, dt.date]:
    found = rows.order_by().values_list(column).annotate(Max("at"))
    return {pk: timezone.localdate(at) for pk, at in found}

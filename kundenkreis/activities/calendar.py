"""A person's appointments as an iCalendar (RFC 5545), for the calendar programs that subscribe to it by its secret address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from kundenkreis.activities.models import Activity
from kundenkreis.activities.participating import attach, by_day, taking_part
from kundenkreis.core import clock, zones
from kundenkreis.core.models import House
from kundenkreis.customers.discretion import spare
from kundenkreis.staff.models import ApiToken, User
from kundenkreis.staff.scopes import CALENDAR

KINDS = (Activity.Kind.CALL, Activity.Kind.VISIT, Activity.Kind.MEETING)
DAYS_BEFORE, DAYS_AHEAD, MOST = 90, 400, 1000
# How long an appointment lasts of which nobody has said it.
MINUTES = {Activity.Kind.CALL: 15, Activity.Kind.VISIT: 60, Activity.Kind.MEETING: 60}
REFRESH = dt.timedelta(minutes=30)


def subscriptions(person: User) -> QuerySet[ApiToken]:
    """Her secret addresses that still work, newest first."""
    return ApiToken.objects.filter(user=person, scopes=[CALENDAR], revoked_at=None)


def subscribe(person: User, name: str) -> tuple[ApiToken, str]:
    """A new secret address for `name` (what shows it: "My phone"), without end until it is revoked; its key is given once."""
    return ApiToken.issue(user=person, name=name, scopes=[CALENDAR], by=person, days=None)


def subscriber(key: str) -> ApiToken | None:
    """The living subscription of this key; None for an unknown or revoked one, and for a token of the API."""
    token = ApiToken.find(key)
    return token if token is not None and token.scopes == [CALENDAR] else None


def appointments(person: User, today: dt.date) -> list[Activity]:
    """Her calls, visits and meetings, and those of colleagues to which she comes along, from 90 days ago to 400 days ahead, at most
    1,000: the soonest, then what was last.

    What names an account or contact outside her reach is told without that name.
    """
    first, last = today - dt.timedelta(days=DAYS_BEFORE), today + dt.timedelta(days=DAYS_AHEAD)
    own = Activity.objects.living().visible_to(person).filter(owner=person)
    planned: list[Activity] = []
    done: list[Activity] = []
    # Each by its own index; what is hers and what she comes along to are then one calendar.
    for found in (own, taking_part(person, [person.pk])):
        some = found.filter(kind__in=KINDS).select_related("account", "contact", "owner")
        planned += some.open_between(first, last).order_by("due_on", "at", "pk")[:MOST]
        past = some.filter(is_open=False, at__gte=clock.midnight(first), at__lt=clock.midnight(last))
        done += past.order_by("-at", "-pk")[:MOST]
    planned = by_day(planned)[:MOST]
    done.sort(key=lambda one: (one.at, one.pk), reverse=True)
    rows = [*reversed(done[: MOST - len(planned)]), *planned]
    for row in rows:
        row.is_along = row.owner_id != person.pk  # type: ignore[attr-defined]
    spare(person, rows, "account", "contact")
    attach(person, rows)
    return rows


def calendar_of(person: User) -> bytes:
    """The calendar as a file, in her language. The same appointments make the same bytes."""
    with translation.override(person.language):
        return _calendar(person, appointments(person, clock.today())).to_ical()


def _calendar(person: User, rows: Sequence[Activity]) -> Calendar:
    made = Calendar()
    made.add("prodid", "-//Kundenkreis//Kundenkreis//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    name = f"{House.known().name}: {person.get_full_name()}"
    made.add("name", name)  # RFC 7986; the other two are what Outlook and Apple read
    made.add("x-wr-calname", name)
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", REFRESH)
    for row in rows:
        made.add_component(_event(row))
    return made


def _event(row: Activity) -> Event:
    event = Event()
    root = settings.PUBLIC_URL.rstrip("/")
    host = root.partition("//")[2] or "kundenkreis"
    address = root + reverse("activities:detail", args=[row.pk])
    event.add("uid", f"activity-{row.pk}@{host}")
    event.add("sequence", row.version)
    event.add("dtstamp", row.changed_at)
    event.add("last-modified", row.changed_at)
    if row.has_hour:
        minutes = row.minutes or MINUTES[Activity.Kind(row.kind)]
        event.add("dtstart", row.at.astimezone(dt.UTC))
        event.add("dtend", row.at.astimezone(dt.UTC) + dt.timedelta(minutes=minutes))
    else:
        event.add("dtstart", row.day)
        event.add("dtend", row.day + dt.timedelta(days=1))
    event.add("summary", _summary(row))
    event.add("description", "\n".join([*_hour(row), *_who(row), *filter(None, (row.body.strip(),)), address]))
    event.add("url", address)
    event.add("status", "CONFIRMED")
    if row.account is not None and row.kind == Activity.Kind.VISIT:
        event.add(
            "location",
            ", ".join(filter(None, (row.account.street, f"{row.account.postcode} {row.account.place}".strip()))),
        )
    if row.is_open and row.remind_at is not None and not row.is_along:  # type: ignore[attr-defined]
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _summary(row))
        alarm.add("trigger", row.remind_at.astimezone(dt.UTC))
        event.add_component(alarm)
    return event


def _summary(row: Activity) -> str:
    where = f"{row.account.name}: {row.subject}" if row.account is not None else row.subject
    text = f"{row.get_kind_display()} · {where}"
    return text if row.is_open else _("%(text)s (done)") % {"text": text}


def _hour(row: Activity) -> list[str]:
    """What the clocks show there and here, where that differs; the beginning itself is in UTC, and each calendar shows its own time."""
    if not (row.has_hour and zones.is_foreign(row.time_zone, row.at)):
        return []
    return [" · ".join(f"{zones.local(row.at, name):%H:%M} {zones.city(name)}" for name in (row.time_zone, ""))]


def _who(row: Activity) -> list[str]:
    """The contacts with a number to call each, or the account's number; whose it is, if not hers, and the colleagues who come along."""
    contacts = [*([row.contact] if row.contact else []), *row.also_with]  # type: ignore[attr-defined]
    found = [", ".join(filter(None, (one.full_name, one.mobile or one.phone))) for one in contacts]
    if not found and row.account is not None and row.account.phone:
        found = [row.account.phone]
    owner = [_("with %(name)s") % {"name": row.owner}] if row.is_along and row.owner else []  # type: ignore[attr-defined]
    return [*found, *owner, *(str(colleague) for colleague in row.with_colleagues)]  # type: ignore[attr-defined]

"""A report: what came out of a call, visit or meeting, and the step after it, in one transaction."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.history.models import Event
from kundenkreis.history.recording import join
from kundenkreis.staff.models import User

KINDS = (Activity.Kind.CALL, Activity.Kind.VISIT, Activity.Kind.MEETING)


@transaction.atomic
def report(
    activity: Activity, *, by: User, next_step: str = "", next_on: dt.date | None = None, **values: Any
) -> tuple[Activity, Event | None, Activity | None]:
    """`activity` took place: a planned one is done now, one that was never stored is written. `values` are its outcome, body, minutes,
    contact and participants. Returns it, the event, and the task that follows, if there is one. Raises ValidationError, and then nothing
    is written.
    """
    now = timezone.now()
    if activity.pk:
        event = activity.change(by=by, now=now, verb="finished", is_open=False, done_at=now, **values)
    else:
        made = {
            "kind": activity.kind,
            "subject": activity.subject,
            "account": activity.account,
            "owner": by,
            "at": activity.at,
            "purpose": activity.purpose,
        }
        activity = Activity.add(by=by, **made | values)
        event = Event.objects.about(activity).latest("pk")
    if not next_step:
        return activity, event, None
    return activity, event, follow_up(activity, event, by=by, step=next_step, on=next_on)


@transaction.atomic
def follow_up(activity: Activity, event: Event | None, *, by: User, step: str, on: dt.date | None) -> Activity:
    """The task after an activity, for whose it is; whoever takes `event` back takes the task back with it."""
    values = {"kind": Activity.Kind.TASK, "subject": step, "due_on": on}
    return _after(activity, event, by, **values)


@transaction.atomic
def call_again(activity: Activity, event: Event | None, *, by: User, at: dt.datetime, subject: str) -> Activity:
    """A call that is planned after another one, with a reminder at its hour; taken back with `event` as well."""
    values = {"kind": Activity.Kind.CALL, "subject": subject, "due_on": timezone.localdate(at)}
    return _after(activity, event, by, at=at, remind_at=at, **values)


def _after(activity: Activity, event: Event | None, by: User, **values: Any) -> Activity:
    whose = {"account": activity.account, "contact": activity.contact, "owner": activity.owner or by}
    following = Activity.add(by=by, is_open=True, **whose | values)
    if event is not None:
        join(Event.objects.about(following).latest("pk"), event)
    return following

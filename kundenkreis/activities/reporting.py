"""A report: what came out of a call, visit or meeting, and the step after it, in one transaction."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.history.models import Event
from kundenkreis.staff.models import User

KINDS = (Activity.Kind.CALL, Activity.Kind.VISIT, Activity.Kind.MEETING)


@transaction.atomic
def report(
    activity: Activity, *, by: User, next_step: str = "", next_on: dt.date | None = None, **values: Any
) -> tuple[Event | None, Activity | None]:
    """`activity` took place: a planned one is done now, one that was never stored is written. `values` are its outcome, body, minutes
    and contact. Returns the event and the task that follows, if there is one. Raises ValidationError, and then nothing is written.
    """
    now = timezone.now()
    if activity.pk:
        event = activity.change(by=by, now=now, verb="finished", is_open=False, done_at=now, **values)
    else:
        made = {"kind": activity.kind, "subject": activity.subject, "account": activity.account, "owner": by, "at": now}
        activity = Activity.add(by=by, **made | values)
        event = Event.objects.about(activity).latest("pk")
    if not next_step:
        return event, None
    following = Activity.add(
        by=by,
        kind=Activity.Kind.TASK,
        subject=next_step,
        account=activity.account,
        contact=activity.contact,
        owner=activity.owner or by,
        is_open=True,
        due_on=next_on,
    )
    return event, following

"""Calls, visits, meetings, mails, tasks and notes."""

from __future__ import annotations

from typing import Any

from ninja import Router

from kundenkreis.activities.models import Activity
from kundenkreis.activities.participating import with_hidden
from kundenkreis.api import fields
from kundenkreis.api.noun import Noun, of
from kundenkreis.api.problems import forbidden
from kundenkreis.api.resource import Routes
from kundenkreis.api.shapes import name_of, named
from kundenkreis.core.filters import Filter
from kundenkreis.customers.grouping import OF_ACCOUNT
from kundenkreis.customers.models import Account, Consent
from kundenkreis.lists import asking
from kundenkreis.staff import access

_FIELDS = (
    "kind",
    "subject",
    "body",
    "account",
    "contact",
    "participants",
    "owner",
    "colleagues",
    "at",
    "time_zone",
    "minutes",
    "due_on",
    "remind_at",
    "is_open",
    "outcome",
    "purpose",
    "is_incoming",
    "is_pinned",
)


def _change(activity: Activity, *, by: Any, **values: Any) -> Any:
    """Whoever moves an activity to another account or contact must be allowed to add one there. Raises Problem 403."""
    if "participants" in values:
        values["participants"] = with_hidden(by, activity, values["participants"])
    event = activity.change(by=by, **values)
    whose = activity.account or activity.contact
    if (
        event is not None
        and {"account", "contact"} & set(event.changes)
        and whose is not None
        and not access.may(by, "activities.add", whose)
    ):
        raise forbidden()
    return event


ACTIVITIES = Noun(
    path="activities",
    title="Activity",
    model=Activity,
    area="activities",
    listed=Activity.objects.gathered_for,
    tag="Activities",
    about="What happened with a customer, and what is to be done. `participant_ids` are contacts beside `contact_id`, those whom the caller"
    " may see (others stay when it is written), `colleague_ids` people beside the owner; taking part opens no account to them.",
    allowed=of("activities"),
    read=(
        *_FIELDS,
        "done_at",
        name_of("account_name", "account", Account),
        named("owner_name", "owner"),
        fields.shown("activities"),
    ),
    write=_FIELDS,
    more=fields.WRITTEN,
    fielded="activities",
    mine="owner",
    change=_change,
    filters=(
        Filter("account", "number", "account", "account_id"),
        OF_ACCOUNT,
        Filter("contact", "number", "contact", "contact_id"),
        Filter("owner", "person", "whose", "owner_id"),
        Filter("kind", "choice", "kind", choices=Activity.Kind.choices),
        Filter("is_open", "flag", "to do", aliases=("open",)),
        Filter("due_on", "date", "due", aliases=("due",)),
        Filter("at", "moment", "day", "at"),
        Filter("outcome", "choice", "outcome", choices=Activity.Outcome.choices),
        Filter("subject", "text", "subject"),
        Filter("purpose", "choice", "advertising for", choices=Consent.Purpose.choices),
        Filter("pinned", "flag", "pinned", "is_pinned"),
        *asking.of("log"),
    ),
    sorts={"at": "at", "due_on": "due_on"},
)

NOUNS = [ACTIVITIES]


def routers() -> list[Router]:
    routes = Routes(ACTIVITIES)
    routes.step("finish", "Tick one off", Activity.finish)
    routes.step("reopen", "Open one again", Activity.reopen)
    return [routes.router]

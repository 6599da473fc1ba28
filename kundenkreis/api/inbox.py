"""The caller's own notifications, and what she wishes to be told."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from kundenkreis.api import shapes, writing
from kundenkreis.api.answers import answered
from kundenkreis.api.noun import READ, Noun
from kundenkreis.api.problems import not_found
from kundenkreis.api.resource import Pk, Routes, body
from kundenkreis.core.filters import Filter
from kundenkreis.inbox.kinds import KINDS, NAMES
from kundenkreis.inbox.models import Notification, Preference

NOTIFICATIONS = Noun(
    path="notifications",
    title="Notification",
    model=Notification,
    area="notifications",
    tag="Notifications",
    about="What the product told the caller.",
    allowed=lambda user, verb, record: user.is_authenticated,
    read=("kind", "text", "path", "at", "read_at"),
    filters=(Filter("kind", "text", "kind"), Filter("read_at", "moment", "read", "read_at")),
    default_sort="-id",
    verbs=READ,
)

NOUNS = [NOTIFICATIONS]

_Kind = Literal["mention", "assigned", "taken_along", "due", "reminder", "hand_over", "import", "undo"]


class NotificationChoices(shapes.Written):
    """Which kinds come into the inbox and into the daily mail, whether there is one, and from which hour on."""

    inbox: list[_Kind]
    mail: list[_Kind]
    daily_mail: bool
    hour: Annotated[int, Field(ge=0, le=23)]


def _choices(wishes: Preference) -> dict[str, Any]:
    told = {
        name: [kind.name for kind in KINDS if kind.name not in without]
        for name, without in (("inbox", wishes.quiet), ("mail", wishes.unmailed))
    }
    return told | {"daily_mail": wishes.digest, "hour": wishes.hour}


def routers() -> list[Router]:
    routes = Routes(NOTIFICATIONS)

    def read(request: HttpRequest, id: Pk) -> HttpResponse:
        caller = routes.may(request, "add")
        notification = Notification.objects.visible_to(caller.user).filter(pk=id).first()
        if notification is None:
            raise not_found()
        notification.read()
        return answered(routes.show(caller, id))

    def chosen(request: HttpRequest) -> HttpResponse:
        return answered(_choices(Preference.of(routes.may(request, "see").user)))

    def choose(request: HttpRequest) -> HttpResponse:
        person = routes.may(request, "change").user
        given = writing.body_of(request, NotificationChoices)
        wishes = Preference.choose(
            person,
            by=person,
            quiet=NAMES - set(given.inbox),
            unmailed=NAMES - set(given.mail),
            digest=given.daily_mail,
            hour=given.hour,
        )
        return answered(_choices(wishes))

    routes.route("POST", "/notifications/{int:id}/read", read, "read", "Mark one as read", NOTIFICATIONS.record_schema)
    routes.route("GET", "/notification-choices", chosen, "choices", "What I am told where", NotificationChoices)
    said, asked = "Choose what I am told where", body(NotificationChoices)
    routes.route("PUT", "/notification-choices", choose, "choose", said, NotificationChoices, requestBody=asked)
    return [routes.router]

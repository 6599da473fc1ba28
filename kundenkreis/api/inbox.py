"""The caller's own notifications."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from django.http import HttpRequest, HttpResponse
from ninja import Router

from kundenkreis.api.answers import answered
from kundenkreis.api.noun import READ, Noun
from kundenkreis.api.problems import not_found
from kundenkreis.api.resource import Pk, Routes
from kundenkreis.core.filters import Filter
from kundenkreis.inbox.models import Notification

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


def routers() -> list[Router]:
    routes = Routes(NOTIFICATIONS)

    def read(request: HttpRequest, id: Pk) -> HttpResponse:
        caller = routes.may(request, "add")
        notification = Notification.objects.visible_to(caller.user).filter(pk=id).first()
        if notification is None:
            raise not_found()
        notification.read()
        return answered(routes.show(caller, id))

    routes.route("POST", "/notifications/{int:id}/read", read, "read", "Mark one as read", NOTIFICATIONS.record_schema)
    return [routes.router]

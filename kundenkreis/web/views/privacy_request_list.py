"""The worklist of privacy requests, and those that are done: columns and filters."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from markupsafe import Markup

from kundenkreis.customers.asking import people
from kundenkreis.privacy.models import OPEN, Kind, State, SubjectRequest
from kundenkreis.web import formats
from kundenkreis.web.components import component
from kundenkreis.web.lists import Column, Filter, ListPage


def _counted(count: int) -> str:
    return ngettext("%(count)s request", "%(count)s requests", count) % {"count": formats.count(count)}


def left(one: SubjectRequest) -> str:
    """How long there is time, in words."""
    days = one.days_left
    if not one.is_open:
        return ""
    if days < 0:
        return ngettext("%(count)s day late", "%(count)s days late", -days) % {"count": formats.count(-days)}
    if days == 0:
        return translated("today")
    return ngettext("%(count)s day left", "%(count)s days left", days) % {"count": formats.count(days)}


def tone(one: SubjectRequest) -> str:
    if not one.is_open:
        return ""
    return "bad" if one.days_left < 0 else "warn" if one.days_left <= 7 else ""


def _left_cell(one: SubjectRequest) -> Markup:
    badge = component("badge", left(one), kind=tone(one))
    waiting = component("badge", translated("waits for proof of identity"), kind="info") if one.is_waiting else ""
    return Markup("{} {}").format(badge, waiting)


def _who(one: SubjectRequest) -> Any:
    return str(one.contact) if one.contact else one.name or translated("outside your reach")


_NEEDS = (
    "contact__given_name",
    "contact__family_name",
    "contact__title_before",
    "contact__title_after",
    "contact__form_of_address",
)
_COLUMNS = (
    Column("number", _("Number"), "name", sort="number", always=True),
    Column("kind", _("What is asked"), "choice"),
    Column("who", _("Who"), value=lambda one: _who(one), related=("contact",), needs=("contact_id", "name", *_NEEDS)),
    Column("received_on", _("Received"), "date", sort="received_on"),
    Column("state", _("State"), "choice"),
)
_RESPONSIBLE = Column(
    "responsible", _("Who answers"), "person", related=("responsible",), needs=("responsible__first_name", "responsible__last_name")
)  # fmt: skip
_FILTERS = (
    Filter("kind", "choice", _("What is asked"), choices=Kind.choices),
    Filter("state", "choice", _("State"), choices=State.choices),
    Filter("responsible", "person", _("Who answers"), "responsible_id", choices=people),
    Filter("received", "date", _("Received"), "received_on"),
    Filter("due", "date", _("Due"), "due_on"),
)


def _open(request: HttpRequest) -> Any:
    return SubjectRequest.objects.visible_to(request.user).open()


def _done(request: HttpRequest) -> Any:
    return SubjectRequest.objects.visible_to(request.user).living().exclude(state__in=OPEN)


REQUESTS = ListPage(
    name="privacy_requests",
    model=SubjectRequest,
    title=_("Privacy requests"),
    icon="shield",
    name_column="number",
    sort="due_on",
    base=_open,
    spared=("contact",),
    columns=(
        *_COLUMNS,
        Column("due_on", _("Due"), "date", sort="due_on"),
        Column(
            "left",
            _("Time left"),
            value=left,
            cell=_left_cell,
            needs=("due_on", "state", "identity_asked_on", "identity_on"),
        ),
        _RESPONSIBLE,
    ),
    filters=_FILTERS,
    add_url="privacy_requests:add",
    add_label=_("Request"),
    add_action="requests.add",
    counted=_counted,
    empty=_(
        "No request is open. Whoever asks for her data, in whatever way, is taken in here: the month runs from that day."
    ),
)
DONE = ListPage(
    name="privacy_done",
    model=SubjectRequest,
    title=_("Answered privacy requests"),
    icon="shield",
    name_column="number",
    sort="-received_on",
    row_url="privacy_requests:detail",
    base=_done,
    spared=("contact",),
    columns=(*_COLUMNS, Column("answered_on", _("Answered"), "date"), _RESPONSIBLE),
    filters=_FILTERS,
    counted=_counted,
    empty=_("Nothing has been answered yet."),
)

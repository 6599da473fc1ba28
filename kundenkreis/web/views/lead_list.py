"""The list of leads: its columns, filters and board."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kundenkreis.core import search
from kundenkreis.leads import routing
from kundenkreis.leads.asking import LEAD
from kundenkreis.leads.models import Lead
from kundenkreis.web import formats
from kundenkreis.web.components import component
from kundenkreis.web.lists import Column, ListPage
from kundenkreis.web.lists.boards import Board

TONES = {"new": "accent", "working": "", "converted": "good", "disqualified": ""}


def _counted(count: int) -> str:
    return ngettext("%(count)s lead", "%(count)s leads", count) % {"count": formats.count(count)}


def status(lead: Lead) -> Any:
    """The status as a badge."""
    return component("badge", lead.get_status_display(), kind=TONES[lead.status])


def due(lead: Lead) -> Any:
    """Until when somebody has to speak with her for the first time, by colour; nothing once somebody has."""
    if lead.status not in Lead.OPEN or lead.first_touched_at is not None or lead.first_touch_due is None:
        return ""
    now = routing.moment()
    late = lead.first_touch_due < now
    soon = not late and timezone.localdate(lead.first_touch_due) == timezone.localdate(now)
    kind = "bad" if late else "warn" if soon else ""
    said = formats.moment(lead.first_touch_due)
    return component("badge", said, kind=kind, icon="alarm-clock") if kind else said


def person(lead: Lead) -> str:
    return lead.full_name if lead.company else ""


def _put(lead: Lead, value: str, by: Any) -> Any:
    """A card in another column: converting and disqualifying ask something, so that they have a page of their own."""
    if value == Lead.Status.WORKING and lead.status == Lead.Status.NEW:
        return lead.change(by=by, status=value)
    if value == Lead.Status.WORKING and lead.status == Lead.Status.DISQUALIFIED:
        return lead.reopen(by=by)
    raise ValidationError(_("Open the lead: this asks for more than a place on the board."))


def _line(lead: Lead) -> str:
    said = ngettext("%(points)s point", "%(points)s points", abs(lead.score)) % {"points": formats.number(lead.score)}
    return " · ".join(filter(None, (person(lead), lead.place, said)))


_NAME = ("company", "title_before", "given_name", "family_name", "title_after", "email", "number")
LEADS = ListPage(
    name="leads",
    model=Lead,
    title=_("Leads"),
    icon="user-plus",
    name_column="name",
    sort="-received",
    needs=("status", "first_touched_at"),
    search_kind=search.LEAD,
    fielded="leads",
    columns=(
        Column("name", _("Lead"), "name", value=str, needs=_NAME, sort="key", always=True),
        Column("person", _("Person"), value=person, needs=_NAME),
        Column("status", _("Status"), value=lambda lead: lead.get_status_display(), cell=status, needs=("status",)),
        Column("score", _("Score"), "number", sort="score", first_down=True),
        Column("received", _("Received"), "moment", value="received_at", sort="received_at", first_down=True),
        Column(
            "due", _("First touch due"), value="first_touch_due", cell=due,
            needs=("first_touch_due", "first_touched_at", "status"), sort="first_touch_due",
        ),
        Column("source", _("Source"), "choice"),
        Column("campaign", _("Campaign")),
        Column("place", _("Place"), shown=False),
        Column("country", _("Country"), shown=False),
        Column("industry", _("Industry"), shown=False),
        Column("interest", _("Interested in"), shown=False),
        Column("email", _("E-mail"), shown=False),
        Column("phone", _("Phone"), shown=False),
        Column("number", _("Number"), shown=False),
        Column("reason", _("Reason"), "choice", shown=False),
        Column(
            "owner", _("Owner"), "person", related=("owner",), needs=("owner__first_name", "owner__last_name")
        ),
    ),
    filters=LEAD,
    drivers=frozenset({"received", "owner", "team", "territory", "score", "status"}),
    boards=(
        Board(
            "status", _("Status"), "status", lambda: Lead.Status.choices, _put, "leads.change", line=_line,
            needs=("score", "place", *_NAME),
        ),
    ),
    add_url="leads:add",
    add_label=_("Lead"),
    add_action="leads.add",
    export="leads.export",
    counted=_counted,
    empty=_("No leads yet. They come in by a form on your website, by import, from a business card, or by hand."),
)  # fmt: skip

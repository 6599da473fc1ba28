"""The list of all activities: its columns and filters."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from markupsafe import Markup

from kundenkreis.activities.agenda import day_in, part_of
from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.customers.asking import people
from kundenkreis.customers.grouping import OF_ACCOUNT
from kundenkreis.fields import picks
from kundenkreis.fields.asking import picked
from kundenkreis.lists import asking
from kundenkreis.web import formats
from kundenkreis.web.lists import Column, Filter, ListPage
from kundenkreis.web.lists.boards import Board
from kundenkreis.web.lists.calendars import Calendar
from kundenkreis.web.views.of_account import BY_NAME, account_column


def _counted(count: int) -> str:
    return ngettext("%(count)s activity", "%(count)s activities", count) % {"count": formats.count(count)}


def _line(row: Activity) -> Markup:
    """Account and day of a card."""
    day = formats.when(row.due_on if row.is_open and row.due_on else row.at)
    return Markup(" · ").join([row.account.name, day] if row.account else [day])


def _parts() -> list[tuple[str, Any]]:
    return [
        ("overdue", _("Overdue")),
        ("today", _("Today")),
        ("soon", _("The next seven days")),
        ("later", _("Later")),
        ("someday", _("Without a day")),
    ]


def _put(activity: Activity, part: str, by: Any) -> Any:
    """Onto another day, so that it stands in that column of the board."""
    if part == "overdue":
        raise ValidationError(_("Nothing is put among what is overdue. Choose another column."))
    return activity.change(by=by, due_on=day_in(part, clock.today()))


def _time(row: Activity) -> str:
    return f"{timezone.localtime(row.at):%H:%M}"


def _contact(row: Activity) -> Any:
    return row.contact.full_name if row.contact else ""


ACTIVITIES = ListPage(
    name="log",
    model=Activity,
    title=_("All activities"),
    icon="activity",
    name_column="subject",
    sort="-at",
    columns=(
        Column("subject", _("Subject"), "name", always=True),
        Column("kind", _("Kind"), "choice"),
        account_column(),
        Column(
            "contact",
            _("Contact"),
            value=_contact,
            related=("contact",),
            needs=("contact__title_before", "contact__given_name", "contact__family_name", "contact__title_after"),
        ),
        Column("owner", _("Whose"), "person", related=("owner",), needs=("owner__first_name", "owner__last_name")),
        Column("outcome", _("Outcome"), "choice"),
        Column("due_on", _("Due"), "date", shown=False),
        Column("minutes", _("Minutes"), "number", shown=False),
        Column("at", _("When"), "moment", sort="at", first_down=True),
    ),
    filters=(
        Filter("subject", "text", _("Subject")),
        picked("kind", _("Kind"), "activities.kind"),
        Filter("owner", "person", _("Whose"), "owner_id", choices=people),
        OF_ACCOUNT,
        BY_NAME,
        picked("outcome", _("Outcome"), "activities.outcome"),
        Filter("at", "moment", _("When"), "at"),
        Filter("due", "date", _("Due"), "due_on", aliases=("due_on",)),
        Filter("open", "flag", _("To do"), "is_open", aliases=("is_open",)),
        Filter("pinned", "flag", _("Pinned"), "is_pinned"),
        *asking.of("log"),
    ),
    fielded="activities",
    edited={
        "subject": ("subject", "body"),
        "kind": ("kind",),
        "owner": ("owner",),
        "outcome": ("outcome",),
        "due_on": ("due_on",),
        "minutes": ("minutes",),
    },
    spared=("account", "contact"),
    needs=("is_open",),
    base=lambda request: Activity.objects.gathered_for(request.user).living(),
    boards=(
        Board(
            "kind",
            _("Kind"),
            "kind",
            picks.choices_of("activities.kind"),
            lambda activity, value, by: activity.change(by=by, kind=value),
            "activities.change",
            line=_line,
            needs=("at", "due_on", "is_open", "account__name"),
        ),
        Board(
            "due",
            _("Due"),
            "due_on",
            _parts,
            _put,
            "activities.change",
            line=_line,
            needs=("at", "is_open", "account__name"),
            lane=lambda: part_of(clock.today()),
            only=Q(is_open=True),
        ),
    ),
    calendar=Calendar("at", line=_time, needs=("at", "is_open", "due_on")),
    row_url="activities:detail",
    add_url="activities:plan",
    add_label=_("Activity"),
    add_action="activities.add",
    export="activities.export",
    counted=_counted,
    empty=_("No activities yet. What is written over a customer's timeline stands here."),
)

"""The list of projects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kundenkreis.core import search
from kundenkreis.core.filters import Filter
from kundenkreis.customers.asking import people
from kundenkreis.pipeline.models import Opportunity, Project
from kundenkreis.web import formats
from kundenkreis.web.lists import Column, ListPage


def _counted(count: int) -> str:
    return ngettext("%(count)s project", "%(count)s projects", count) % {"count": formats.count(count)}


def _bidders(rows: Sequence[Any], request: HttpRequest) -> None:
    """How many opportunities each has that the person sees. One query."""
    some = Opportunity.objects.visible_to(request.user).living().filter(project_id__in=[row.pk for row in rows])
    found = dict(some.filter(project_id__isnull=False).order_by().values_list("project_id").annotate(Count("pk")))
    for row in rows:
        row.bidders = found.get(row.pk, 0)


def _value(row: Project) -> str:
    return formats.money(row.value, row.currency, 0) if row.value is not None else ""


PROJECTS = ListPage(
    name="projects",
    model=Project,
    title=_("Projects"),
    icon="building",
    columns=(
        Column("name", _("Project"), "name", sort="name", always=True),
        Column("number", _("Number"), shown=False),
        Column("where", _("Place"), needs=("place", "country")),
        Column("status", _("Status"), "choice"),
        Column(
            "value", _("Project value"), "money", value="value_house", cell=_value, sort="value_house", first_down=True,
            needs=("value_house", "value", "currency"),
        ),
        Column("bidders", _("Our opportunities"), "number", value=lambda row: row.bidders, needs=(), with_extra=True),
        Column("specified_on", _("Specified"), "date", shown=False),
        Column("tendered_on", _("Tendered"), "date"),
        Column("awarded_on", _("Awarded"), "date"),
        Column("owner", _("Owner"), "person", related=("owner",), needs=("owner__first_name", "owner__last_name")),
        Column("team", _("Team"), related=("team",), needs=("team__name",), shown=False),
    ),
    filters=(
        Filter("name", "text", _("Name")),
        Filter("number", "text", _("Number")),
        Filter("place", "text", _("Place")),
        Filter("country", "text", _("Country")),
        Filter("status", "choice", _("Status"), choices=Project.Status.choices),
        Filter("value", "number", _("Value in house currency"), "value_house"),
        Filter("owner", "person", _("Owner"), "owner_id", choices=people),
        Filter("tendered", "date", _("Tendered"), "tendered_on"),
        Filter("awarded", "date", _("Awarded"), "awarded_on"),
        Filter(
            "undecided", "choice", _("Decided"), choices=(("open", _("not yet")), ("closed", _("awarded or abandoned"))),
            asks=lambda value: Q(status__in=["awarded", "abandoned"]) if value == "closed" else ~Q(status__in=["awarded", "abandoned"]),
        ),
    ),
    fielded="projects",
    annotate={"bidders": _bidders},
    search_kind=search.PROJECT,
    add_url="projects:add",
    add_label=_("Project"),
    add_action="opportunities.add",
    export="opportunities.export",
    counted=_counted,
    empty=_("No projects yet. A building for which several bid stands here once, with all who take part in it."),
)  # fmt: skip

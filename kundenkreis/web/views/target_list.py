"""The list of all targets: its columns and filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kundenkreis.catalogue.models import Family
from kundenkreis.core import fiscal
from kundenkreis.customers.asking import people
from kundenkreis.market.attainment import attained
from kundenkreis.market.models import MONTHS, Target
from kundenkreis.staff.models import Team
from kundenkreis.web import formats
from kundenkreis.web.lists import Column, Filter, ListPage


def _counted(count: int) -> str:
    return ngettext("%(count)s target", "%(count)s targets", count) % {"count": formats.count(count)}


def _stand(rows: Sequence[Target], request: HttpRequest) -> None:
    """How each stands in its whole year, as far as the person is told."""
    found = attained(rows, "year", request.user)
    for row in rows:
        row.stand = found[row.pk].pace  # type: ignore[attr-defined]


def holder(row: Target) -> str:
    return str(row.holder)


def _share(row: Any) -> str:
    return formats.percent(100 * row.stand.share, 1) if row.stand and row.stand.share is not None else ""


_HELD = ("level", "team__name", "person__first_name", "person__last_name", "account__name")

TARGETS = ListPage(
    name="targets",
    model=Target,
    title=_("All targets"),
    icon="target",
    name_column="holder",
    sort="-total",
    needs=("starts_on", "level", "business", "team", "person", "account", "family", *MONTHS),
    columns=(
        Column("holder", _("Target of"), "name", value=holder, related=("team", "person", "account"), needs=_HELD, always=True),
        Column("level", _("Kind"), "choice", shown=False),
        Column("year", _("Fiscal year"), value=lambda row: fiscal.name(row.starts_on), needs=("starts_on",), sort="starts_on"),
        Column("family", _("Product family"), related=("family",), needs=("family__name",)),
        Column("business", _("Business"), "choice"),
        Column("total", _("Target"), "money", sort="total", first_down=True),
        Column(
            "actual", _("Actual"), "money", value=lambda row: row.stand.actual if row.stand else None, needs=(), with_extra=True
        ),
        Column("share", _("Attainment"), value=_share, needs=(), with_extra=True),
        Column("note", _("Note"), shown=False),
    ),
    filters=(
        Filter("level", "choice", _("Target of"), choices=Target.Level.choices),
        Filter("year", "date", _("Fiscal year from"), "starts_on", aliases=("starts_on",)),
        Filter("person", "person", _("Person"), "person_id", choices=people),
        Filter("team", "choice", _("Team"), "team_id", choices=lambda: list(Team.objects.living().values_list("pk", "name"))),
        Filter(
            "family", "choice", _("Product family"), "family_id",
            choices=lambda: list(Family.objects.living().order_by("name").values_list("pk", "name")),
        ),
        Filter("business", "choice", _("Business"), choices=Target.Business.choices),
        Filter("total", "number", _("Target"), "total"),
    ),
    row_name=str,
    annotate={"actual": _stand},
    add_url="targets:add",
    add_label=_("Target"),
    add_action="targets.add",
    export="targets.export",
    counted=_counted,
    empty=_("No targets yet. Plan a year in the grid, or set a single one."),
)  # fmt: skip

"""The list of accounts: its columns and filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from kundenkreis.core import clock, search
from kundenkreis.customers.models import Account, Tag
from kundenkreis.staff.models import Team, Territory, User
from kundenkreis.web import charts, formats
from kundenkreis.web.account360 import trends
from kundenkreis.web.components import component
from kundenkreis.web.forms.customers import countries, country_name
from kundenkreis.web.lists import Column, Filter, ListPage


def people() -> list[tuple[int, str]]:
    return [(p.pk, str(p)) for p in User.objects.living().order_by("last_name", "first_name")]


def _teams() -> list[tuple[int, str]]:
    return list(Team.objects.living().values_list("pk", "name"))


def _territories() -> list[tuple[int, str]]:
    return list(Territory.objects.living().values_list("pk", "name"))


def _tags() -> list[tuple[int, str]]:
    return list(Tag.objects.living().values_list("pk", "name"))


def _with_trends(rows: Sequence[Account], request: HttpRequest) -> None:
    found = trends([row.pk for row in rows], clock.today()) if rows else {}
    for row in rows:
        row.trend = found[row.pk]  # type: ignore[attr-defined]


def _trend(row: Account) -> Any:
    return charts.sparkline(row.trend) if any(row.trend) else ""  # type: ignore[attr-defined]


def _revenue(row: Account) -> Any:
    return formats.money(row.revenue_12m, digits=0) if row.revenue_12m else ""


def _change(row: Account) -> Any:
    share = row.revenue_change
    return None if share is None else share * 100


def _counted(count: int) -> str:
    return ngettext("%(count)s account", "%(count)s accounts", count) % {"count": formats.count(count)}


ACCOUNTS = ListPage(
    name="accounts",
    model=Account,
    title=_("Accounts"),
    icon="building-2",
    columns=(
        Column("name", _("Account"), "name", sort="key", needs=("name", "tier"), always=True),
        Column("number", _("Number"), sort="number", shown=False),
        Column("place", _("Place")),
        Column("country", _("Country"), value=lambda a: country_name(a.country), needs=("country",), shown=False),
        Column("owner", _("Owner"), "person", related=("owner",), needs=("owner__first_name", "owner__last_name")),
        Column("territory", _("Territory"), related=("territory",), needs=("territory__name",), shown=False),
        Column("team", _("Team"), related=("team",), needs=("team__name",), shown=False),
        Column("relation", _("Relation"), "choice", shown=False),
        Column("industry", _("Industry"), shown=False),
        Column(
            "revenue",
            _("Revenue 12 m"),
            "money",
            value="revenue_12m",
            cell=_revenue,
            sort="revenue_12m",
            first_down=True,
        ),
        Column(
            "change", pgettext_lazy("figure", "Change"), "delta", value=_change, needs=("revenue_12m", "revenue_before")
        ),
        Column("trend", _("Trend"), "html", value=lambda a: "", cell=_trend, needs=(), with_extra=True),
        Column(
            "last",
            _("Last order"),
            "date",
            value="last_ordered",
            needs=("last_order_on",),
            sort="last_order_on",
            first_down=True,
        ),
        Column("since", _("Customer since"), "date", value="customer_since", shown=False),
        Column("email", _("E-mail"), shown=False),
        Column("phone", _("Phone"), cell=lambda a: formats.telephone(a.phone), shown=False),
        Column("vat_id", _("VAT ID (UID)"), shown=False),
    ),
    filters=(
        Filter("name", "text", _("Name"), "key"),
        Filter("owner", "person", _("Owner"), choices=people),
        Filter("revenue", "number", _("Revenue 12 m"), "revenue_12m"),
        Filter("last", "date", _("Last order"), "last_order_on"),
        Filter("country", "choice", _("Country"), choices=lambda: [c for c in countries() if c[0]]),
        Filter("place", "text", _("Place")),
        Filter("postcode", "text", _("Postcode")),
        Filter("tier", "choice", _("Tier"), choices=Account.Tier.choices),
        Filter("relation", "choice", _("Relation"), choices=Account.RelationKind.choices),
        Filter("industry", "text", _("Industry")),
        Filter("team", "choice", _("Team"), "team_id", choices=_teams),
        Filter("territory", "choice", _("Territory"), "territory_id", choices=_territories),
        Filter("tag", "choice", _("Tag"), "tags__id", choices=_tags),
        Filter("since", "date", _("Customer since"), "customer_since"),
    ),
    drivers=frozenset({"owner", "team", "territory", "country", "revenue", "last", "name"}),
    search_kind=search.ACCOUNT,
    annotate={"trend": _with_trends},
    mark=lambda row: component("tier", row.tier),
    peek=True,
    add_url="accounts:add",
    add_label=_("Account"),
    export="accounts.export",
    bulk_url="accounts:bulk",
    bulk=(
        ("owner", _("Change owner"), "accounts.assign"),
        ("tags", _("Tag"), "accounts.change"),
        ("tier", _("Tier"), "accounts.change"),
    ),
    sums=("revenue_12m",),
    counted=_counted,
    empty=_(
        "No accounts yet. Companies and people you look after stand here, with their sales and everything that was said."
    ),
)

"""The list of accounts: its columns and filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from kundenkreis.core import clock, search
from kundenkreis.core.countries import country_name
from kundenkreis.customers.asking import ACCOUNT
from kundenkreis.customers.models import Account
from kundenkreis.fields import picks
from kundenkreis.lists import asking
from kundenkreis.web import charts, formats
from kundenkreis.web.account360 import OF_TRENDS, trends
from kundenkreis.web.components import component
from kundenkreis.web.lists import Column, ListPage
from kundenkreis.web.lists.boards import Board
from kundenkreis.web.phones import dial, with_reports


def _with_trends(rows: Sequence[Account], request: HttpRequest) -> None:
    found = trends(rows, clock.today())
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


BULK = (
    ("owner", _("Change owner"), "accounts.assign"),
    ("tags", _("Tag"), "accounts.change"),
    ("tier", _("Tier"), "accounts.change"),
    ("custom", _("Custom field"), "accounts.change"),
    ("wanted", _("Put on the wanted list"), "target_accounts.add"),
)
"""What can be changed on many accounts at once, in each list of them."""

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
        Column("industry", _("Industry"), "choice", shown=False),
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
        Column("trend", _("Trend"), "html", value=lambda a: "", cell=_trend, needs=OF_TRENDS, with_extra=True),
        Column(
            "last",
            _("Last order"),
            "date",
            value="last_ordered",
            needs=("last_order_on",),
            sort="last_order_on",
            first_down=True,
        ),
        Column(
            "touched",
            _("Last touch"),
            "date",
            value="last_touched",
            needs=("last_touch_on",),
            shown=False,
        ),
        Column(
            "touch",
            _("Next touch due"),
            "date",
            value="touch_due",
            needs=("next_touch_on",),
            sort="next_touch_on",
            shown=False,
        ),
        Column("since", _("Customer since"), "date", value="customer_since", shown=False),
        Column("email", _("E-mail"), shown=False),
        Column("phone", _("Phone"), cell=lambda a: dial(a, a.phone, "account"), shown=False),
        Column("vat_id", _("VAT ID (UID)"), shown=False),
    ),
    filters=(*ACCOUNT, *asking.of("accounts")),
    drivers=frozenset({"owner", "team", "territory", "country", "revenue", "last", "name"}),
    boards=(
        Board(
            "tier",
            _("Tier"),
            "tier",
            lambda: [*picks.labels("accounts.tier"), ("", _("none"))],
            lambda account, value, by: account.change(by=by, tier=value),
            "accounts.change",
            sums="revenue_12m",
            line=lambda a: " · ".join(
                filter(None, (a.place, formats.money(a.revenue_12m, digits=0) if a.revenue_12m else ""))
            ),
            needs=("place", "revenue_12m"),
        ),
    ),
    fielded="accounts",
    search_kind=search.ACCOUNT,
    annotate={"trend": _with_trends, "phone": with_reports},
    mark=lambda row: component("tier", row.tier),
    peek=True,
    add_url="accounts:add",
    add_label=_("Account"),
    export="accounts.export",
    edited={
        "name": ("name", "tier", "tags"),
        "place": ("place",),
        "country": ("country",),
        "owner": ("owner",),
        "territory": ("territory",),
        "team": ("team",),
        "relation": ("relation",),
        "industry": ("industry",),
        "since": ("customer_since",),
        "email": ("email",),
        "phone": ("phone",),
        "vat_id": ("vat_id",),
    },
    bulk_url="accounts:bulk",
    bulk=BULK,
    sums=("revenue_12m",),
    counted=_counted,
    empty=_(
        "No accounts yet. Companies and people you look after stand here, with their sales and everything that was said."
    ),
)

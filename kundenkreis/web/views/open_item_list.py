"""The list of open items: its columns and filters, and what they come to in house currency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from markupsafe import Markup

from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.customers.grouping import OF_ACCOUNT
from kundenkreis.lists import asking
from kundenkreis.orders.models import OpenItem
from kundenkreis.orders.receivables import in_house_currency, receivables
from kundenkreis.web import formats
from kundenkreis.web.components import component
from kundenkreis.web.lists import Column, Filter, ListPage
from kundenkreis.web.views.of_account import BY_NAME, account_column


def _due(row: OpenItem) -> Any:
    said = formats.when(row.due_on)
    return Markup('<span class="bad">{}</span>').format(said) if row.due_on < clock.today() else said


def _converted(rows: Sequence[OpenItem], request: HttpRequest) -> None:
    found, currency = in_house_currency(rows), House.known().currency
    for row in rows:
        row.shown_in_house = (found[row.pk], currency)  # type: ignore[attr-defined]


def _in_house(row: OpenItem) -> Any:
    amount, currency = row.shown_in_house  # type: ignore[attr-defined]
    return component("badge", _("no rate"), "warn") if amount is None else formats.money(amount, currency)


def _counted(count: int) -> str:
    return ngettext("%(count)s open item", "%(count)s open items", count) % {"count": formats.count(count)}


def _totals(rows: QuerySet) -> list[str]:
    found = receivables(rows.order_by(), clock.today())
    parts = [formats.money(found.open, found.currency, 0)]
    if found.late:
        parts.append(translated("%(amount)s overdue") % {"amount": formats.money(found.late, found.currency, 0)})
    return parts + [
        translated("%(amount)s without a rate") % {"amount": formats.money(part.open, part.currency, 0)}
        for part in found.unknown
    ]


OPEN_ITEMS = ListPage(
    name="open_items",
    model=OpenItem,
    title=_("Open items"),
    icon="hand-coins",
    name_column="number",
    sort="due",
    columns=(
        Column("number", _("Document number"), "name", always=True),
        account_column(),
        Column("booked", _("Booked on"), "date", value="booked_on"),
        Column("due", _("Due"), "date", value="due_on", cell=_due, sort="due_on"),
        Column("level", _("Dunning level"), "number", value="dunning_level", shown=False),
        Column(
            "open",
            _("Still open"),
            "money",
            value="open_amount",
            cell=lambda item: formats.money(item.open_amount, item.currency),
            needs=("open_amount", "currency"),
        ),
        Column("currency", _("Currency"), shown=False),
        Column(
            "house",
            _("In house currency"),
            "money",
            value=lambda item: None,
            cell=_in_house,
            needs=("open_amount", "currency", "booked_on"),
            with_extra=True,
        ),
    ),
    filters=(
        OF_ACCOUNT,
        Filter("number", "text", _("Document number")),
        BY_NAME,
        Filter("due", "date", _("Due"), "due_on"),
        Filter("booked", "date", _("Booked on"), "booked_on"),
        Filter("level", "number", _("Dunning level"), "dunning_level"),
        Filter("currency", "text", _("Currency")),
        *asking.of("open_items"),
    ),
    annotate={"house": _converted},
    totals=_totals,
    summed_by=frozenset({"of"}),
    export="orders.export",
    counted=_counted,
    empty=_("Nothing is open. Open items come in from the ERP by import."),
)

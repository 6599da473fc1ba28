"""The list of exchange rates: its columns and filters."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kundenkreis.rates.models import ExchangeRate
from kundenkreis.web import formats
from kundenkreis.web.lists import Column, Filter, ListPage


def _counted(count: int) -> str:
    return ngettext("%(count)s rate", "%(count)s rates", count) % {"count": formats.count(count)}


def _currencies() -> list[tuple[str, str]]:
    codes = ExchangeRate.objects.living().order_by("currency").values_list("currency", flat=True).distinct()
    return [(code, code) for code in codes]


RATES = ListPage(
    name="rates",
    model=ExchangeRate,
    title=_("Exchange rates"),
    icon="hand-coins",
    name_column="currency",
    sort="-on",
    columns=(
        Column("currency", _("Currency"), "name", always=True),
        Column(
            "on", _("Day"), "date", cell=lambda rate: formats.day(rate.on), needs=("on",), sort="on", first_down=True
        ),
        Column(
            "rate", _("Units for one euro"), "number", cell=lambda rate: formats.number(rate.rate, 5), needs=("rate",)
        ),
        Column("source", _("Source")),
        Column("changed_at", _("Last change"), "moment", shown=False),
    ),
    filters=(
        Filter("currency", "choice", _("Currency"), choices=_currencies),
        Filter("on", "date", _("Day")),
        Filter("source", "text", _("Source")),
    ),
    add_url="rates:add",
    add_label=_("Exchange rate"),
    add_action="rates.change",
    counted=_counted,
    empty=_("No exchange rates yet. Without one, documents in other currencies cannot come in."),
)

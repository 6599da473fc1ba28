"""The list of products: its columns and filters."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kundenkreis.catalogue.models import Family, Product, Unit
from kundenkreis.core import search
from kundenkreis.web import formats
from kundenkreis.web.components import component
from kundenkreis.web.lists import Column, Filter, ListPage


def _families() -> list[tuple[int, str]]:
    return list(Family.objects.living().values_list("pk", "name"))


def _units() -> list[tuple[int, str]]:
    return [(unit.pk, str(unit)) for unit in Unit.objects.living()]


def _state(row: Product) -> Any:
    return "" if row.is_active else component("badge", _("no longer sold"))


def _counted(count: int) -> str:
    return ngettext("%(count)s product", "%(count)s products", count) % {"count": formats.count(count)}


PRODUCTS = ListPage(
    name="products",
    model=Product,
    title=_("Products"),
    icon="tag",
    columns=(
        Column("name", _("Product"), "name", sort="key", needs=("name",), always=True),
        Column("number", _("Item number"), sort="number"),
        Column("family", _("Family"), related=("family",), needs=("family__name",)),
        Column("unit", _("Unit"), related=("unit",), needs=("unit__name_en", "unit__name_de")),
        Column("kind", _("Kind"), "choice", shown=False),
        Column("ean", _("GTIN (EAN)"), shown=False),
        Column("state", _("State"), value=lambda p: p.is_active, cell=_state, needs=("is_active",)),
        Column("created_at", _("Created"), "moment", shown=False),
    ),
    filters=(
        Filter("name", "text", _("Name"), "key"),
        Filter("number", "text", _("Item number")),
        Filter("family", "choice", _("Family"), "family_id", choices=_families),
        Filter("unit", "choice", _("Unit"), "unit_id", choices=_units),
        Filter("kind", "choice", _("Kind"), choices=Product.Kind.choices),
        Filter("sold", "flag", _("Sold now"), "is_active"),
    ),
    fielded="products",
    search_kind=search.PRODUCT,
    peek=False,
    export="products.export",
    edited={
        "name": ("name",),
        "family": ("family",),
        "unit": ("unit",),
        "kind": ("kind",),
        "ean": ("ean",),
        "state": ("is_active",),
    },
    add_url="products:add",
    add_label=_("Product"),
    counted=_counted,
    empty=_("No products yet. They come in with the sales of an import, or one by one."),
)

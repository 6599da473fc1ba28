"""Products with family, unit and price on a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from kundenkreis.catalogue.models import Family, Product, Unit
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.targets.base import Job, MatchKey, Outcome, Target
from kundenkreis.quality.targets.prices import Prices
from kundenkreis.quality.targets.records import Key, Records, Row

FIELDS = (
    FieldSpec("number", _("item number"), required=True, synonyms=("sku", "stock code", "artikelnummer", "material")),
    FieldSpec("name", _("name"), required=True, synonyms=("product", "description", "bezeichnung", "artikel")),
    FieldSpec("kind", _("kind")),
    FieldSpec("family", _("product family"), synonyms=("series", "category", "group", "warengruppe")),
    FieldSpec("unit", _("unit"), synonyms=("einheit", "me")),
    FieldSpec("ean", _("GTIN (EAN)"), synonyms=("ean", "gtin", "barcode")),
    FieldSpec("description", _("description"), synonyms=("beschreibung", "langtext")),
    FieldSpec("cost", _("cost"), "decimal", synonyms=("einstandspreis", "kosten", "ek")),
    FieldSpec(
        "list_price",
        _("price"),
        "decimal",
        synonyms=("sales price", "list price", "listenpreis", "verkaufspreis", "vk"),
    ),
    FieldSpec("is_active", _("sold now"), "boolean", synonyms=("active", "aktiv")),
)
OWN = {"list_price"}


class Products(Records):
    model = Product
    fields = FIELDS
    columns_of = {spec.name: spec.name for spec in FIELDS if spec.name not in OWN}
    special = {
        "description": {"multiline": True},
        "cost": {"scale": 4, "whole_digits": 10},
        "list_price": {"scale": 4, "whole_digits": 10},
    }

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.prices = Prices(job)

    def key_of(self, row: Row) -> Key | None:
        return (row.values["number"],)

    def find(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        return self.by_column("number", keys)

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        if self.job.may_add:
            self._add_families(rows, outcome)
        rows = self.replace(rows, "family", self._families, "unknown_family", outcome)
        return self.replace(rows, "unit", units, "unknown_unit", outcome)

    def _families(self, texts: list[str]) -> Mapping[str, int]:
        known = {**_written(Family.objects.living(), "name", "code")}
        if not self.job.write:
            known |= {text.casefold(): -1 for text in texts if text.casefold() not in known}
        return {text: known[text.casefold()] for text in texts if text.casefold() in known}

    def _add_families(self, rows: list[Row], outcome: Outcome) -> None:
        """Families that the file names come into being with their products."""
        names = dict.fromkeys(row.values["family"] for row in rows if "family" in row.values)
        known = _written(Family.objects.living(), "name", "code")
        codes = set(Family._base_manager.values_list("code", flat=True))
        new = []
        for name in names:
            if name.casefold() not in known:
                known[name.casefold()] = 0
                code = next(c for c in _codes(name) if c not in codes)
                codes.add(code)
                new.append(Family(code=code, name=name[:100]))
        if new:
            outcome.kept.append(self.job.add_records(new))
            outcome.counts["families_added"] += len(new)

    def follow(self, rows: list[Row], outcome: Outcome) -> None:
        """Prices on the list that the options name (made when it is not there), from the day they name or today."""
        priced = {row.record.pk: row for row in rows if "list_price" in row.values}
        if not priced:
            return
        amounts = {pk: Decimal(row.values["list_price"]) for pk, row in priced.items()}
        for pk in self.prices.follow(amounts, outcome):
            priced[pk].state = "changed" if priced[pk].state == "unchanged" else priced[pk].state


def families(texts: list[str]) -> Mapping[str, int]:
    """Those that are there, by name or code."""
    known = _written(Family.objects.living(), "name", "code")
    return {text: known[text.casefold()] for text in texts if text.casefold() in known}


def units(texts: list[str]) -> Mapping[str, int]:
    known = _written(Unit.objects.living(), "name_en", "name_de", "code")
    return {text: known[text.casefold()] for text in texts if text.casefold() in known}


def _written(records: Any, *columns: str) -> dict[str, int]:
    """Ids by every way to write them; what stands in the last column wins."""
    known: dict[str, int] = {}
    rows = list(records.values_list("pk", *columns))
    for place in range(1, len(columns) + 1):
        known |= {row[place].casefold(): row[0] for row in rows}
    return known


def _codes(name: str) -> Any:
    stem = "".join(letter for letter in name.upper() if letter.isalnum())[:16] or "FAMILY"
    yield stem
    for number in range(2, 10_000):
        yield f"{stem}-{number}"


TARGET = Target(
    name="products",
    label=_("Products"),
    fields=FIELDS,
    keys=(MatchKey("number", _("item number"), ("number",)),),
    needs=("products.add", "products.change"),
    loader=Products,
    row_model="catalogue.product",
)

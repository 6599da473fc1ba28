"""Products with family, unit and price on a list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from kundenkreis.catalogue.models import Family, Price, PriceList, Product, Unit
from kundenkreis.core import bulk, clock
from kundenkreis.core.models import House
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.targets.base import Kept, MatchKey, Outcome, Target
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

    def key_of(self, row: Row) -> Key | None:
        return (row.values["number"],)

    def find(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        return self.by_column("number", keys)

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        if self.job.may_add:
            self._add_families(rows, outcome)
        rows = self.replace(rows, "family", self._families, "unknown_family", outcome)
        return self.replace(rows, "unit", _units, "unknown_unit", outcome)

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
        day, of_list = self._day(), self._price_list(outcome)
        present: dict[int, Price] = {}
        if of_list.pk and of_list.pk > 0:
            open_prices = Price.objects.living().filter(
                Q(ends_on=None) | Q(ends_on__gte=day), price_list=of_list, from_quantity=1, starts_on__lte=day
            )
            for valid in open_prices.filter(product__in=[pk for pk in priced if pk > 0]).order_by("starts_on"):
                present[valid.product_id] = valid
        new: list[Any] = []
        changed: list[Any] = []
        for pk, row in priced.items():
            amount, price = Decimal(row.values["list_price"]), present.get(pk)
            if price is None and self.job.may_add:
                new.append(Price(price_list_id=of_list.pk, product_id=pk, amount=amount, starts_on=day))
            elif price is not None and price.amount != amount and self.job.may_change:
                changed.append((price, amount))
                row.state = "changed" if row.state == "unchanged" else row.state
        if new:
            outcome.kept.append(self.job.add_records(new))
            outcome.counts["prices_added"] += len(new)
        if changed:
            if self.job.write:
                bulk.update_rows(
                    Price, ["id", "amount", "version"], [[p.pk, amount, p.version + 1] for p, amount in changed]
                )
            outcome.kept.append(Kept(Price, (), ["amount"], [[p.pk, p.amount, amount] for p, amount in changed]))
            outcome.counts["prices_changed"] += len(changed)

    def _day(self) -> dt.date:
        said = self.job.options.get("price_from")
        return dt.date.fromisoformat(said) if said else clock.today()

    def _price_list(self, outcome: Outcome) -> PriceList:
        code = self.job.options.get("price_list") or "LIST"
        found = PriceList.objects.filter(code=code).first()
        if found is None:
            currency = self.job.options.get("currency") or House.current().currency
            found = PriceList(code=code, name=translated("List prices"), currency=currency)
            outcome.kept.append(self.job.add_records([found]))
        return found


def _units(texts: list[str]) -> Mapping[str, int]:
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

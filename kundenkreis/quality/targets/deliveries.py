"""Deliveries as the ERP reports them: one row per delivery of an order that is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from kundenkreis.history.recording import Recorded
from kundenkreis.orders.models import Delivery, Order
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.targets.base import MatchKey, Outcome, Target
from kundenkreis.quality.targets.records import Key, Records, Row

FIELDS = (
    FieldSpec(
        "number",
        _("delivery number"),
        required=True,
        synonyms=("delivery", "delivery note", "lieferschein", "lieferscheinnummer", "liefernummer", "lieferung"),
    ),
    FieldSpec(
        "order", _("order number"), required=True, synonyms=("order", "sales order", "auftrag", "auftragsnummer")
    ),
    FieldSpec(
        "promised_on", _("promised for"), "date", synonyms=("promised", "promised date", "zugesagt", "liefertermin")
    ),
    FieldSpec(
        "shipped_on", _("shipped on"), "date", synonyms=("shipped", "ship date", "versandt am", "versanddatum", "versand")
    ),
    FieldSpec(
        "delivered_on", _("delivered on"), "date", synonyms=("delivered", "delivery date", "geliefert am", "zugestellt am")
    ),
    FieldSpec("is_complete", _("in full"), "boolean", synonyms=("complete", "vollständig", "komplett")),
    FieldSpec("carrier", _("carrier"), synonyms=("forwarder", "spedition", "frachtführer", "paketdienst")),
    FieldSpec(
        "tracking", _("tracking number"), synonyms=("tracking", "tracking id", "sendungsnummer", "paketnummer")
    ),
)  # fmt: skip


class Deliveries(Records):
    model = Delivery
    fields = FIELDS
    columns_of = {spec.name: spec.name for spec in FIELDS}
    special = {
        "number": {"max_length": 40},
        "order": {"max_length": 40},
        "carrier": {"max_length": 80},
        "tracking": {"max_length": 80},
    }

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        rows = self.replace(rows, "order", self._orders, "no_order", outcome)
        self.orders = {row.values["order"].pk: row.values["order"] for row in rows}
        for row in rows:
            row.values["order"] = row.values["order"].pk
        return rows

    def _orders(self, texts: list[str]) -> Mapping[str, Order]:
        """By number; what the person cannot see is not there."""
        seen = Order.objects.visible_to(self.job.by) if self.job.by else Order.objects.all()
        found: dict[str, Order] = {}
        for start in range(0, len(texts), 5000):
            orders = seen.living().filter(number__in=texts[start : start + 5000]).only("number", "account_id")
            found |= {order.number: order for order in orders}
        return found

    def key_of(self, row: Row) -> Key | None:
        return (row.values["number"],)

    def find(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        return self.by_column("number", keys)

    def is_unique(self) -> bool:
        return True

    def _prepared(self, record: Recorded, touched: set[str]) -> set[str]:
        """The delivery takes its account from its order, which is known already."""
        assert isinstance(record, Delivery)
        if order := self.orders.get(record.order_id):
            record.order = order
        return super()._prepared(record, touched)


TARGET = Target(
    name="deliveries",
    label=_("Deliveries"),
    fields=FIELDS,
    keys=(MatchKey("number", _("delivery number"), ("number",)),),
    needs=("orders.add", "orders.change"),
    loader=Deliveries,
    row_model="orders.delivery",
)

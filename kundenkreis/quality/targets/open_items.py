"""Open items as the ERP reports them: one row per invoice or credit note that is not settled."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from kundenkreis.core.models import House
from kundenkreis.orders.models import OpenItem
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.targets import references
from kundenkreis.quality.targets.base import MatchKey, Outcome, Target
from kundenkreis.quality.targets.records import Key, Records, Row

FIELDS = (
    FieldSpec("number", _("document number"), required=True, synonyms=("invoice", "belegnummer", "rechnungsnummer")),
    FieldSpec(
        "account", _("account"), required=True, synonyms=("account number", "kundennummer", "debitor", "customer id")
    ),
    FieldSpec(
        "booked_on", _("booked on"), "date", required=True, synonyms=("posting date", "buchungsdatum", "belegdatum")
    ),
    FieldSpec("due_on", _("due"), "date", required=True, synonyms=("due date", "fällig am", "fälligkeit")),
    FieldSpec("currency", _("currency"), "currency", synonyms=("währung",)),
    FieldSpec("amount", _("amount"), "decimal", required=True, synonyms=("betrag",)),
    FieldSpec("open_amount", _("still open"), "decimal", synonyms=("open", "offen", "offener betrag")),
    FieldSpec("dunning_level", _("dunning level"), "integer", synonyms=("mahnstufe",)),
)


class OpenItems(Records):
    model = OpenItem
    fields = FIELDS
    columns_of = {spec.name: spec.name for spec in FIELDS}
    special = {"amount": {"scale": 2, "whole_digits": 14}, "open_amount": {"scale": 2, "whole_digits": 14}}

    def key_of(self, row: Row) -> Key | None:
        return (row.values["number"],)

    def find(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        return self.by_column("number", keys)

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        reach = self.job.reach("accounts.see")
        rows = self.replace(rows, "account", lambda texts: references.accounts(texts, reach), "no_account", outcome)
        for row in rows:
            row.values["account"] = row.values["account"].pk
            row.values.setdefault("open_amount", row.values["amount"])
        return rows

    def make(self, row: Row) -> OpenItem:
        return OpenItem(currency=self.job.options.get("currency") or House.current().currency)


TARGET = Target(
    name="open_items",
    label=_("Open items"),
    fields=FIELDS,
    keys=(MatchKey("number", _("document number"), ("number",)),),
    needs=("orders.add", "orders.change"),
    loader=OpenItems,
    row_model="orders.openitem",
)

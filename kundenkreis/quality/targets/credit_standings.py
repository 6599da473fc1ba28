"""Credit limits and blocks as the ERP reports them: one row per account."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.orders.models import CreditStanding
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.targets import references
from kundenkreis.quality.targets.base import MatchKey, Outcome, Target
from kundenkreis.quality.targets.records import Key, Records, Row

FIELDS = (
    FieldSpec(
        "account", _("account"), required=True, synonyms=("account number", "kundennummer", "debitor", "customer id")
    ),
    FieldSpec("limit", _("credit limit"), "decimal", synonyms=("limit", "kreditlimit", "kreditlinie", "credit line")),
    FieldSpec("currency", _("currency"), "currency", synonyms=("währung",)),
    FieldSpec(
        "is_blocked", _("blocked"), "boolean", synonyms=("block", "credit block", "gesperrt", "sperre", "kreditsperre")
    ),
    FieldSpec("reason", _("reason"), synonyms=("block reason", "grund", "sperrgrund")),
    FieldSpec("as_of", _("as of"), "date", synonyms=("as of date", "stand", "stichtag", "valid from")),
)


class CreditStandings(Records):
    model = CreditStanding
    fields = FIELDS
    columns_of = {spec.name: spec.name for spec in FIELDS}
    special = {"limit": {"scale": 2, "whole_digits": 14}, "reason": {"max_length": 200}}

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        reach = self.job.reach("accounts.see")
        rows = self.replace(rows, "account", lambda texts: references.accounts(texts, reach), "no_account", outcome)
        self.numbers = {row.values["account"].pk: row.values["account"].number for row in rows}
        for row in rows:
            row.values["account"] = row.values["account"].pk
        return rows

    def key_of(self, row: Row) -> Key | None:
        return (row.values["account"],)

    def shown(self, row: Row) -> str:
        return self.numbers[row.values["account"]]

    def find(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        return self.by_column("account_id", keys)

    def make(self, row: Row) -> CreditStanding:
        return CreditStanding(
            currency=self.job.options.get("currency") or House.current().currency, as_of=clock.today()
        )


TARGET = Target(
    name="credit_standings",
    label=_("Credit limits and blocks"),
    fields=FIELDS,
    keys=(MatchKey("account", _("account"), ("account",)),),
    needs=("orders.add", "orders.change"),
    loader=CreditStandings,
    row_model="orders.creditstanding",
)

"""Accounts for the wanted list: one row each, found by their account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from kundenkreis.customers.models import Account
from kundenkreis.history.models import Batch
from kundenkreis.history.recording import Recorded
from kundenkreis.prospecting import fitting
from kundenkreis.prospecting.models import TargetAccount
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.targets import references
from kundenkreis.quality.targets.base import Job, MatchKey, Outcome, Target
from kundenkreis.quality.targets.records import Key, Records, Row
from kundenkreis.staff.models import User

FIELDS = (
    FieldSpec(
        "account",
        _("account"),
        required=True,
        synonyms=("account number", "customer", "company", "firma", "kunde", "kundennummer"),
    ),
    FieldSpec("priority", _("priority"), synonyms=("priorität",)),
    FieldSpec("status", _("status"), synonyms=("state", "target status")),
    FieldSpec("owner", _("owner"), synonyms=("betreuer", "zuständig")),
    FieldSpec(
        "potential",
        _("potential a year, in house currency"),
        "decimal",
        synonyms=("potential", "jahrespotenzial", "potenzial"),
    ),
    FieldSpec(
        "potential_source",
        _("where the potential is known from"),
        synonyms=("source of the potential", "quelle des potenzials", "quelle"),
    ),
    FieldSpec("drop_reason", _("why it was dropped"), synonyms=("reason", "grund")),
    FieldSpec("note", _("note"), synonyms=("notiz", "anmerkung", "notes")),
)


class TargetAccounts(Records):
    model = TargetAccount
    noun = "target_accounts"
    fields = FIELDS
    columns_of = {spec.name: spec.name for spec in FIELDS}
    special = {"potential": {"scale": 2, "whole_digits": 12}, "note": {"multiline": True}}

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.accounts: dict[int, Account] = {}
        self.people: dict[int, User] = {job.by.pk: job.by} if job.by else {}

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        reach = self.job.reach("accounts.see")
        rows = self.replace(rows, "account", lambda texts: references.accounts(texts, reach), "no_account", outcome)
        rows = self.replace(rows, "owner", references.people, "unknown_person", outcome)
        pks = [row.values["account"].pk for row in rows]
        self.accounts = Account._base_manager.in_bulk(pks)
        for row in rows:
            row.values["account"] = row.values["account"].pk
            if (owner := row.values.get("owner")) is not None:
                self.people[owner.pk] = owner
                row.values["owner"] = owner.pk
        return rows

    def key_of(self, row: Row) -> Key | None:
        return (row.values["account"],)

    def find(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        return self.by_column("account_id", keys, deleted_at=None)  # who was taken off the list may come onto it again

    def is_unique(self) -> bool:
        return True

    def shown(self, row: Row) -> str:
        return self.accounts[row.values["account"]].name

    def make(self, row: Row) -> TargetAccount:
        return TargetAccount(owner=self.job.by, created_at=self.job.now)

    def _prepared(self, record: Recorded, touched: set[str]) -> set[str]:
        """Of whom it is, and whose, is known already."""
        one: Any = record
        one.account = self.accounts.get(one.account_id) or one.account
        one.owner = self.people.get(one.owner_id or 0, one.owner)
        return super()._prepared(record, touched)


def _settle(batch: Batch) -> None:
    """How well those fit that are new; may be done twice."""
    runs = batch.chunks.filter(model="prospecting.targetaccount", is_undone=False).values_list("added", flat=True)
    numbers = [pk for some in runs for first, last in some for pk in range(first, last + 1)]
    for start in range(0, len(numbers), 2000):
        fitting.refigure(numbers[start : start + 2000])


TARGET = Target(
    name="target_accounts",
    label=_("Target accounts"),
    fields=FIELDS,
    keys=(MatchKey("account", _("account"), ("account",)),),
    needs=("target_accounts.add", "target_accounts.change"),
    loader=TargetAccounts,
    row_model="prospecting.targetaccount",
    after=_settle,
)

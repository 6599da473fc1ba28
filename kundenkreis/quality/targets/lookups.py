"""What VIES or FinanzOnline answered about VAT IDs, one number a row: the proof that an account's number was asked for.

The batch of VIES (ec.europa.eu, “VIES on the web, batch”) answers with columns such as “MS Code”, “VAT Number”, “Valid”, “Name”,
“Address”; those names are from memory, so any column can be mapped to any field.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock
from kundenkreis.core.text import fold
from kundenkreis.customers import checks
from kundenkreis.customers.models import Account
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.lookups import Lookup
from kundenkreis.quality.targets import references
from kundenkreis.quality.targets.base import MatchKey, Outcome, Target
from kundenkreis.quality.targets.records import Key, Records, Row

FIELDS = (
    FieldSpec(
        "number", _("VAT ID (UID)"), required=True, synonyms=("vat number", "uid", "uid nummer", "ust id", "number")
    ),
    FieldSpec("country", _("country of the number"), synonyms=("ms code", "member state", "land", "country code")),
    FieldSpec("account", _("account"), synonyms=("account number", "kundennummer", "debitor", "customer id")),
    FieldSpec(
        "is_valid", _("valid"), required=True, synonyms=("valid", "answer", "result", "status", "gültig", "ergebnis")
    ),
    FieldSpec("asked_on", _("asked on"), "date", synonyms=("request date", "date", "datum", "abfragedatum")),
    FieldSpec("service", _("service"), synonyms=("dienst", "quelle", "source")),
    FieldSpec(
        "reference",
        _("consultation number"),
        synonyms=("request identifier", "consultation number", "konsultationsnummer", "anfragenummer"),
    ),
    FieldSpec("name", _("name there"), synonyms=("name", "trader name", "firmenname")),
    FieldSpec("address", _("address there"), synonyms=("address", "trader address", "adresse")),
)
_SAYS_YES = frozenset({"yes", "y", "true", "1", "valid", "ja", "j", "gueltig", "ok"})
_SAYS_NO = frozenset({"no", "n", "false", "0", "invalid", "not valid", "nein", "ungueltig", "nicht gueltig"})


class Lookups(Records):
    model = Lookup
    fields = FIELDS
    columns_of = {
        **{name: name for name in ("number", "account", "asked_on", "service", "reference", "name", "address")},
        "answer": "answer",
    }
    special = {
        "reference": {"max_length": 40},
        "name": {"max_length": 200},
        "address": {"max_length": 300},
    }

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        rows = [row for row in rows if self._read(row, outcome)]
        reach = self.job.reach("accounts.change")
        rows = self.replace(rows, "account", lambda texts: references.accounts(texts, reach), "no_account", outcome)
        of_number = self._accounts([row.values["number"] for row in rows if "account" not in row.values])
        good = []
        for row in rows:
            if account := row.values.get("account"):
                found = [account.pk]
            else:
                found = of_number.get(row.values["number"], [])
            if len(found) == 1:
                row.values["account"] = found[0]
                good.append(row)
            else:
                code = "several_found" if found else "no_account"
                self.refuse(outcome, row, "number", code, value=row.values["number"])
        return good

    def _read(self, row: Row, outcome: Outcome) -> bool:
        """The number in its usual spelling, and the answer; False when one of them says nothing."""
        values = row.values
        try:
            values["number"] = checks.uid(str(values["number"]), str(values.pop("country", "")).strip())
        except checks.BadValue as problem:
            wrong = ValidationError(problem.sentence, problem.code, problem.params)
            self.refuse(outcome, row, "number", "invalid", message=wrong)
            return False
        said = fold(str(values.pop("is_valid")))
        if said not in _SAYS_YES | _SAYS_NO:
            self.refuse(outcome, row, "is_valid", "unknown_choice", value=said, choices=[_("yes"), _("no")])
            return False
        values["answer"] = Lookup.Answer.VALID if said in _SAYS_YES else Lookup.Answer.INVALID
        values.setdefault("asked_on", clock.today())
        values.setdefault("service", Lookup.Service.VIES)
        return True

    def _accounts(self, numbers: Sequence[str]) -> dict[str, list[int]]:
        """Whose VAT ID these are, of those that the person may change."""
        found: dict[str, list[int]] = defaultdict(list)
        rows = Account.objects.within(self.job.reach("accounts.change")).living()
        some = sorted(set(numbers))
        for start in range(0, len(some), 5000):
            for pk, number in rows.filter(vat_id__listed=some[start : start + 5000]).values_list("pk", "vat_id"):
                found[number].append(pk)
        return found

    def key_of(self, row: Row) -> Key | None:
        return tuple(row.values[name] for name in ("account", "number", "asked_on", "service"))

    def shown(self, row: Row) -> str:
        return str(row.values["number"])

    def find(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        found: dict[Key, list[int]] = defaultdict(list)
        accounts = sorted({key[0] for key in keys})
        for start in range(0, len(accounts), 5000):
            some: Any = Lookup._base_manager.filter(account_id__listed=accounts[start : start + 5000])
            for *key, pk in some.values_list("account_id", "number", "asked_on", "service", "pk"):
                found[tuple(key)].append(pk)
        return {key: found[key] for key in keys if key in found}


TARGET = Target(
    name="lookups",
    label=_("Look-ups of VAT IDs"),
    fields=FIELDS,
    keys=(MatchKey("number", _("VAT ID and day"), ("number",)),),
    needs=("accounts.change",),
    loader=Lookups,
    row_model="quality.lookup",
)

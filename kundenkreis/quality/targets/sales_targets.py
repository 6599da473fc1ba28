"""Targets of a fiscal year: one row each, with its twelve months, or with the year to be split into them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kundenkreis.catalogue.models import Family
from kundenkreis.core import fiscal
from kundenkreis.core.models import House
from kundenkreis.market.models import MONTHS, Target
from kundenkreis.market.splitting import split
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.targets import references
from kundenkreis.quality.targets.base import Job, MatchKey, Outcome
from kundenkreis.quality.targets.base import Target as Importable
from kundenkreis.quality.targets.records import Key, Records, Row

_HOLDERS = ("team", "person", "account")
# Calendar months as files name them; which month of the fiscal year each is, the settings say (`synonyms`).
_CALLED = (
    ("january", "jan", "jänner", "januar", "jän"), ("february", "feb", "februar", "feber"), ("march", "mar", "märz", "mär"),
    ("april", "apr"), ("may", "mai"), ("june", "jun", "juni"), ("july", "jul", "juli"), ("august", "aug"),
    ("september", "sep", "sept"), ("october", "oct", "oktober", "okt"), ("november", "nov"), ("december", "dec", "dezember", "dez"),
)  # fmt: skip
FIELDS = (
    FieldSpec("year", _("fiscal year"), required=True, synonyms=("year", "geschäftsjahr", "jahr", "fiscal year from")),
    FieldSpec("level", _("target of"), synonyms=("level", "ziel von", "ebene")),
    FieldSpec("team", _("team")),
    FieldSpec("person", _("person"), synonyms=("sales agent", "verkäufer", "mitarbeiter")),
    FieldSpec("account", _("account"), synonyms=("account number", "customer", "kunde", "kundennummer")),
    FieldSpec("family", _("product family"), synonyms=("family", "warengruppe", "product group")),
    FieldSpec("business", _("business"), synonyms=("geschäft",)),
    FieldSpec("total", _("target of the year"), "decimal", synonyms=("total", "target", "ziel", "jahresziel", "summe")),
    *(
        FieldSpec(
            name,
            format_lazy("{month} {number}", month=_("month"), number=number),
            "decimal",
            synonyms=(f"monat {number}", f"m{number}"),
        )
        for number, name in enumerate(MONTHS, 1)
    ),
    FieldSpec("note", _("note"), synonyms=("notiz", "anmerkung")),
)
_YEAR = re.compile(r"(20\d\d|21\d\d)(?:/(\d\d|\d{4}))?", re.ASCII)
_DAY = re.compile(r"(20\d\d|21\d\d)-(0[1-9]|1[0-2])-01", re.ASCII)


def synonyms() -> Mapping[str, tuple[str, ...]]:
    """The months of the house's fiscal year by their names."""
    begins = House.known().fiscal_month - 1
    return {name: _CALLED[(begins + place) % 12] for place, name in enumerate(MONTHS)}


def begins_on(text: str, fiscal_month: int) -> dt.date | None:
    """ "2026" or "2026/27" by the fiscal year of the house, "2026-07-01" as it is; None for what is no year of twelve such months."""
    if found := _DAY.fullmatch(text.strip()):
        return dt.date(int(found[1]), int(found[2]), 1)
    found = _YEAR.fullmatch(text.strip())
    if found is None or (found[2] and int(found[2][-2:]) != (int(found[1]) + 1) % 100):
        return None
    return dt.date(int(found[1]), fiscal_month, 1)


class Targets(Records):
    model = Target
    noun = "targets"
    fields = FIELDS
    columns_of = {spec.name: spec.name for spec in FIELDS if spec.name not in ("year", "total")} | {"year": "starts_on"}
    special = {
        **{name: {"scale": 2, "whole_digits": 12} for name in ("total", *MONTHS)}, "note": {"multiline": True},
    }  # fmt: skip

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.fiscal_month = House.current().fiscal_month
        self.named: dict[tuple[str, int], Any] = {}

    # --- of what a row is

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        reach = self.job.reach("accounts.see")
        rows = [row for row in rows if self._dated(row, outcome)]
        rows = self.replace(rows, "team", references.teams, "unknown_team", outcome)
        rows = self.replace(rows, "person", references.people, "unknown_person", outcome)
        rows = self.replace(rows, "account", lambda texts: references.accounts(texts, reach), "no_account", outcome)
        rows = self.replace(rows, "family", _families, "unknown_record", outcome)
        for row in rows:
            for name in (*_HOLDERS, "family"):
                if (record := row.values.get(name)) is not None:
                    self.named[name, record.pk] = record
                    row.values[name] = record.pk
        return [row for row in rows if self._held(row, outcome) and self._split(row, outcome)]

    def _dated(self, row: Row, outcome: Outcome) -> bool:
        begins = begins_on(str(row.values["year"]), self.fiscal_month)
        if begins is None:
            said = ValidationError(_("Write the fiscal year as 2026, as 2026/27, or by its first day."))
            self.refuse(outcome, row, "year", "invalid", message=said)
            return False
        row.values["year"] = begins
        return True

    def _held(self, row: Row, outcome: Outcome) -> bool:
        """Whose target it is: what is named says it; the whole house's is called so."""
        named = [name for name in _HOLDERS if name in row.values]
        level = row.values.setdefault("level", named[0] if len(named) == 1 else "")
        if named == ([] if level == Target.Level.HOUSE else [level]):
            return True
        said = (
            _("A target is of the house, or of one team, person or account.")
            if named or level
            else _("Choose whose target it is.")
        )
        self.refuse(outcome, row, "level", "invalid", message=ValidationError(said))
        return False

    def _split(self, row: Row, outcome: Outcome) -> bool:
        """A year without months is split when its record is known; with months it is what they come to."""
        months = [row.values[name] for name in MONTHS if name in row.values]
        total = row.values.get("total")
        if total is None or len(months) < len(MONTHS) or sum(months) == total:
            return True
        said = ValidationError(_("The months come to %(sum)s."), params={"sum": f"{sum(months):,.2f}"})
        self.refuse(outcome, row, "total", "invalid", message=said)
        return False

    def key_of(self, row: Row) -> Key | None:
        values = row.values
        of = [values.get(name, 0) for name in (*_HOLDERS, "family")]
        return (values["year"], values["level"], *of, values.get("business", Target.Business.ALL.value))

    def find(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        wanted, found = set(keys), dict[Key, list[int]]()
        rows = Target._base_manager.filter(deleted_at=None, starts_on__in={key[0] for key in keys}).order_by("pk")
        columns = ("pk", "starts_on", "level", "team_id", "person_id", "account_id", "family_id", "business")
        for pk, starts_on, level, *of, business in rows.values_list(*columns).iterator(chunk_size=5000):
            if (key := (starts_on, level, *(one or 0 for one in of), business)) in wanted:
                found.setdefault(key, []).append(pk)
        return found

    def shown(self, row: Row) -> str:
        holder = self.named.get((row.values["level"], row.values.get(row.values["level"], 0)))
        return f"{holder or _('the whole house')} {fiscal.name(row.values['year'])}"

    def agree(self, row: Row) -> None:
        """The year in the proportions that are there, else in equal parts; what months the file names beside stay as it says."""
        values = row.values
        named = [name for name in MONTHS if name in values]
        total = values.get("total")
        if total is None or len(named) == len(MONTHS):
            return
        rest = [name for name in MONTHS if name not in values]
        left = total - sum((values[name] for name in named), Decimal(0))
        weights = [getattr(row.record, name) for name in rest]
        values |= dict(zip(rest, split(max(left, Decimal(0)), weights), strict=True))

    def _prepared(self, record: Any, touched: set[str]) -> set[str]:
        """Of whom it is, is known already."""
        for name in (*_HOLDERS, "family"):
            if (known := self.named.get((name, getattr(record, f"{name}_id") or 0))) is not None:
                setattr(record, name, known)
        return super()._prepared(record, touched)


def _families(texts: Sequence[str]) -> Mapping[str, Family]:
    """By code or name."""
    wanted = {text.strip().casefold(): text for text in texts}
    rows = list(Family.objects.living())
    by_name = {wanted[one.name.casefold()]: one for one in rows if one.name.casefold() in wanted}
    return by_name | {wanted[one.code.casefold()]: one for one in rows if one.code.casefold() in wanted}


TARGET = Importable(
    name="targets",
    label=_("Targets"),
    fields=FIELDS,
    keys=(MatchKey("target", _("year, and whose it is"), ("year",)),),
    needs=("targets.add", "targets.change"),
    loader=Targets,
    row_model="market.target",
    synonyms=synonyms,
)

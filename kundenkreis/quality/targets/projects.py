"""Projects of a list: one row each, found by number, or by name and place."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock, numbering
from kundenkreis.core.models import House
from kundenkreis.history.recording import Recorded
from kundenkreis.pipeline.models import Project
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.targets import references
from kundenkreis.quality.targets.base import Job, MatchKey, Outcome, Target
from kundenkreis.quality.targets.by_columns import NewAlike
from kundenkreis.quality.targets.records import Key, Records, Row
from kundenkreis.rates.dated import rates_for

FIELDS = (
    FieldSpec("number", _("project number"), synonyms=("project id", "projektnummer", "objektnummer")),
    FieldSpec("name", _("project"), required=True, synonyms=("projekt", "project name", "projektname", "objekt", "bauvorhaben")),
    FieldSpec("place", _("place"), synonyms=("city", "town", "ort", "stadt")),
    FieldSpec("country", _("country"), "country", synonyms=("land",)),
    FieldSpec("status", _("status"), synonyms=("state", "project status", "projektstatus")),
    FieldSpec("specified_on", _("specified on"), "date", synonyms=("ausgeschrieben in leistungsverzeichnis am", "spezifiziert am")),
    FieldSpec("tendered_on", _("tendered on"), "date", synonyms=("tender date", "ausgeschrieben am", "ausschreibung")),
    FieldSpec("awarded_on", _("awarded on"), "date", synonyms=("award date", "vergeben am", "vergabe")),
    FieldSpec("value", _("project value"), "decimal", synonyms=("volume", "projektwert", "objektwert", "auftragssumme")),
    FieldSpec("currency", _("currency"), "currency", synonyms=("währung",)),
    FieldSpec("owner", _("owner"), synonyms=("betreuer", "zuständig", "verkäufer")),
    FieldSpec("description", _("description"), synonyms=("beschreibung", "notiz", "note")),
)  # fmt: skip


class Projects(Records):
    model = Project
    noun = "opportunities"  # whose rights are those of projects
    fields = FIELDS
    columns_of = {spec.name: spec.name for spec in FIELDS}
    special = {"value": {"scale": 2, "whole_digits": 12}, "description": {"multiline": True}}

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.house = House.current().currency
        self.currency = job.options.get("currency") or self.house
        self.people: dict[int, Any] = {job.by.pk: job.by} if job.by else {}
        self.rates: dict[str, Decimal | None] = {}

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        rows = self.replace(rows, "owner", references.people, "unknown_person", outcome)
        for row in rows:
            if (owner := row.values.get("owner")) is not None:
                self.people[owner.pk] = owner
                row.values["owner"] = owner.pk
            for name in ("name", "place"):
                if name in row.values:
                    row.values[name] = " ".join(str(row.values[name]).split())
        return rows

    def key_of(self, row: Row) -> Key | None:
        values = row.values
        if self.job.run.match_by == "number":
            return ("number", values["number"]) if values.get("number") else None
        return ("name", values["name"].casefold(), values.get("place", "").casefold()) if values.get("name") else None

    def find(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        if keys and keys[0][0] == "number":
            found = self.by_column("number", [(key[1],) for key in keys])
            return {("number", *key): pks for key, pks in found.items()}
        wanted, named = set(keys), dict[Key, list[int]]()
        rows = Project._base_manager.filter(deleted_at=None).order_by("pk").values_list("pk", "name", "place")
        for pk, name, place in rows.iterator(chunk_size=5000):
            if (key := ("name", name.casefold(), place.casefold())) in wanted:
                named.setdefault(key, []).append(pk)
        return named

    def is_unique(self) -> bool:
        return self.job.run.match_by == "number"

    def shown(self, row: Row) -> str:
        return ", ".join(filter(None, (row.values.get("number") or row.values["name"], row.values.get("place", ""))))

    def make(self, row: Row) -> Project:
        return Project(currency=self.currency, owner=self.job.by)

    def agree(self, row: Row) -> None:
        """The day of a new status is today, unless the file or the project knows it."""
        day = Project.DAYS.get(row.values.get("status", ""))
        if day and day not in row.values and row.values["status"] != row.record.status and not getattr(row.record, day):
            row.values[day] = clock.today()

    def _prepared(self, record: Recorded, touched: set[str]) -> set[str]:
        assert isinstance(record, Project)
        record.owner = self.people.get(record.owner_id or 0, record.owner)
        if record._state.adding:
            touched = touched | {"owner"}  # whose it is says which team's
        record.at_rate(self._rate(record.currency), self.house)
        return super()._prepared(record, touched)

    def _rate(self, currency: str) -> Decimal | None:
        if currency not in self.rates:
            today = clock.today()
            self.rates[currency] = rates_for([(currency, today)], self.house)[currency, today]
        return self.rates[currency]

    def number_new(self, rows: list[Row], new: NewAlike | None) -> None:
        unnumbered = [row.record for row in rows if not row.record.number]
        if self.job.write and unnumbered:
            numbers = numbering.next_numbers("project", len(unnumbered), "P-")
            for record, number in zip(unnumbered, numbers, strict=True):
                record.number = number


TARGET = Target(
    name="projects",
    label=_("Projects"),
    fields=FIELDS,
    keys=(
        MatchKey("name", _("name and place"), ("name",)),
        MatchKey("number", _("project number"), ("number",)),
    ),
    needs=("opportunities.add", "opportunities.change"),
    loader=Projects,
    row_model="pipeline.project",
)

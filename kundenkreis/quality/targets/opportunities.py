"""Opportunities of another CRM: one row each, with its stage, its days and, if named, one product."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.catalogue.models import Price
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.history.recording import Recorded
from kundenkreis.pipeline import moving
from kundenkreis.pipeline.models import Opportunity, OpportunityLine, Pipeline, Stage, StageChange, counting
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.targets import references
from kundenkreis.quality.targets.base import Job, MatchKey, Outcome, Problem, Target
from kundenkreis.quality.targets.records import Key, Prepared, Records, Row
from kundenkreis.rates.dated import rates_for

FIELDS = (
    FieldSpec("number", _("number"), required=True, synonyms=("opportunity id", "opportunity", "deal id", "chance", "verkaufschance", "nummer")),
    FieldSpec("name", _("name"), synonyms=("opportunity name", "deal", "bezeichnung", "titel")),
    FieldSpec("account", _("account"), synonyms=("account number", "customer", "company", "firma", "kunde", "kundennummer")),
    FieldSpec("pipeline", _("pipeline"), synonyms=("sales process", "vertriebsprozess")),
    FieldSpec("stage", _("stage"), synonyms=("deal stage", "sales stage", "phase", "stufe", "status")),
    FieldSpec("owner", _("owner"), synonyms=("sales agent", "sales rep", "betreuer", "verkäufer")),
    FieldSpec("product", _("product"), synonyms=("item", "produkt", "artikel")),
    FieldSpec("value", _("value"), "decimal", synonyms=("close value", "amount", "deal value", "wert", "betrag", "auftragswert")),
    FieldSpec("currency", _("currency"), "currency", synonyms=("währung",)),
    FieldSpec("probability", _("own probability in %"), "integer", synonyms=("probability", "wahrscheinlichkeit")),
    FieldSpec("opened_on", _("opened"), "date", synonyms=("engage date", "created date", "eröffnet am", "beginn")),
    FieldSpec("closes_on", _("closed, or expected close"), "date", synonyms=("close date", "closed", "abschluss", "abschlussdatum")),
    FieldSpec("decision_on", _("decision date"), "date", synonyms=("decision date", "entscheidung am")),
    FieldSpec("source", _("source"), synonyms=("lead source", "quelle", "herkunft")),
    FieldSpec("campaign", _("campaign"), synonyms=("kampagne",)),
    FieldSpec("project", _("project"), synonyms=("project number", "projekt", "objekt", "bauvorhaben")),
    FieldSpec("description", _("description"), synonyms=("beschreibung", "notiz", "note")),
)  # fmt: skip
_PLAIN = (
    "number", "name", "account", "pipeline", "stage", "owner", "value", "currency", "probability", "decision_on", "source",
    "campaign", "project", "description",
)  # fmt: skip
# What follows from the stage and the days.
_DERIVED = ("opened_at", "closed_at", "stage_since", "outcome", "forecast_category", "expected_close_on")
_NOON = dt.timedelta(hours=12)


def _noon(day: dt.date) -> dt.datetime:
    return clock.midnight(day) + _NOON


class Opportunities(Records):
    model = Opportunity
    noun = "opportunities"
    fields = FIELDS
    columns_of = {name: name for name in (*_PLAIN, *_DERIVED)}
    special = {
        "number": {"max_length": 40}, "value": {"scale": 2, "whole_digits": 12}, "description": {"multiline": True},
    }  # fmt: skip

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.house = House.current().currency
        self.currency = job.options.get("currency") or self.house
        some = Stage.objects.living().select_related("pipeline").order_by("pipeline__position", "position", "pk")
        self.stages = {stage.pk: stage for stage in some}
        self.pipelines = {one.pk: one for one in Pipeline.objects.living()}
        self.known: dict[tuple[str, int], Any] = {}  # people and accounts by field and number
        self.rates: dict[str, Decimal | None] = {}

    def key_of(self, row: Row) -> Key | None:
        return (row.values["number"],)

    def find(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        return self.by_column("number", keys)

    def is_unique(self) -> bool:
        return True

    # --- what the texts of a row mean

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        reach = self.job.reach("accounts.see")
        rows = self.replace(rows, "account", lambda texts: references.accounts(texts, reach), "no_account", outcome)
        rows = self.replace(rows, "owner", references.people, "unknown_person", outcome)
        products = self.job.reach("products.see")
        rows = self.replace(rows, "product", lambda texts: references.products(texts, products), "no_product", outcome)
        seen = self.job.reach("opportunities.see")
        rows = self.replace(rows, "project", lambda texts: references.projects(texts, seen), "unknown_record", outcome)
        rows = [row for row in rows if self._placed(row, outcome)]
        for row in rows:
            for name in ("account", "owner", "project"):
                if (record := row.values.get(name)) is not None:
                    self.known[name, record.pk] = record
                    row.values[name] = record.pk
        prices = self._prices([row.values["product"].pk for row in rows if "product" in row.values])
        for row in rows:
            if (product := row.values.get("product")) is not None:
                row.values["list_price"] = prices.get(product.pk)
        return rows

    def _placed(self, row: Row, outcome: Outcome) -> bool:
        """Pipeline and stage by their names in either language."""
        text = row.values.get("pipeline")
        among = list(self.pipelines.values())
        if text is not None:
            found = [one for one in among if _called(one, text)]
            if not found:
                names = [one.name for one in among]
                self.refuse(outcome, row, "pipeline", "unknown_choice", value=text, choices=names)
                return False
            row.values["pipeline"] = found[0].pk
        text = row.values.get("stage")
        if text is None:
            return True
        pipeline = row.values.get("pipeline")
        usual = pipeline or next(iter(self.pipelines), None)
        # A stage's name alone means that of the first pipeline, or of the first one that has such a stage.
        some = sorted(self.stages.values(), key=lambda one: one.pipeline_id != usual)
        found_stage = next(
            (one for one in some if _called(one, text) and (pipeline is None or one.pipeline_id == pipeline)), None
        )
        if found_stage is None:
            names = [one.name for one in some if one.pipeline_id == usual]
            self.refuse(outcome, row, "stage", "unknown_choice", value=text, choices=names)
            return False
        row.values |= {"stage": found_stage.pk, "pipeline": found_stage.pipeline_id}
        return True

    def _prices(self, products: list[int]) -> Mapping[int, Decimal]:
        """The latest list price of each in the file's currency."""
        rows = Price.objects.living().filter(product_id__listed=products, price_list__currency=self.currency)
        return dict(rows.order_by("starts_on", "pk").values_list("product_id", "amount"))

    # --- what follows

    def make(self, row: Row) -> Opportunity:
        one: Opportunity = self.shape.empty()
        one.currency, one.opened_at = self.currency, self.job.now
        one.owner_id = self.job.by.pk if self.job.by else None
        if self.job.by:
            self.known["owner", self.job.by.pk] = self.job.by
        if "stage" not in row.values:
            pipeline = row.values.get("pipeline") or next(iter(self.pipelines), None)
            first = next((one for one in self.stages.values() if one.pipeline_id == pipeline and one.is_open), None)
            if first is not None:
                row.values |= {"stage": first.pk, "pipeline": first.pipeline_id}
        return one

    def agree(self, row: Row) -> None:
        """The days and the outcome that belong to the stage."""
        values, one = row.values, row.record
        if row.state == "added":
            values.setdefault("name", self._name(values))
            if "value" not in values and values.get("list_price"):
                values["value"] = values["list_price"].quantize(Decimal("0.01"))
        elif one.sums_lines:
            values.pop("value", None)
        if "opened_on" in values:
            values["opened_at"] = _noon(values["opened_on"])
        opened = values.get("opened_at", one.opened_at)
        stage = self.stages.get(values.get("stage", one.stage_id))
        moves = stage is not None and stage.pk != one.stage_id
        if stage is None:
            return
        if stage.is_open:
            values |= {"outcome": "", "closed_at": None}
            if "closes_on" in values:
                values["expected_close_on"] = values["closes_on"]
            if moves:
                values["stage_since"] = opened if row.state == "added" else self.job.now
            return
        closed = _noon(values["closes_on"]) if "closes_on" in values else one.closed_at or max(self.job.now, opened)
        values |= {"outcome": stage.kind, "closed_at": closed, "probability": None}
        values["forecast_category"] = "closed" if stage.kind == "won" else "omitted"
        if row.state == "added":
            values["expected_close_on"] = closed.date()
        if moves:
            values["stage_since"] = max(closed, opened)

    def _name(self, values: Mapping[str, Any]) -> str:
        """By what and for whom, when the file has no name for it."""
        account = self.known.get(("account", values.get("account", 0)))
        parts = [values["product"].name if "product" in values else "", account.name if account else ""]
        return " · ".join(filter(None, parts))[:200] or values["number"]

    def forbid(self, row: Row, differs: set[str]) -> Problem | None:
        day, is_open = row.values.get("expected_close_on"), not row.values.get("outcome", row.record.outcome)
        if row.state != "added" and "expected_close_on" in differs and is_open and moving.is_past(day):
            return Problem(row.number, "closes_on", "invalid", {"message": ValidationError(moving.PAST)})
        return None

    def _refuse_invalid(self, row: Row, wrong: ValidationError, outcome: Outcome) -> None:
        """What is wrong with a day that follows is wrong with the one that the file has."""
        given = {"opened_at": "opened_on", "closed_at": "closes_on", "expected_close_on": "closes_on"}
        if not hasattr(wrong, "error_dict") or not wrong.error_dict.keys() & given.keys():
            super()._refuse_invalid(row, wrong, outcome)
            return
        problems = [
            Problem(row.number, given.get(name, name), "invalid", {"message": ValidationError(errors)})
            for name, errors in wrong.error_dict.items()
        ]
        outcome.counts["rejected"] += len(outcome.reject(problems))

    def _prepared(self, record: Recorded, touched: set[str]) -> set[str]:
        """What it refers to is known already, and so is the rate."""
        assert isinstance(record, Opportunity)
        for name in ("account", "owner", "project"):
            known = self.known.get((name, getattr(record, f"{name}_id") or 0))
            if known is not None:
                setattr(record, name, known)
        if (stage := self.stages.get(record.stage_id)) is not None:
            record.stage, record.pipeline = stage, self.pipelines[stage.pipeline_id]
        record.at_rate(self._rate(record.currency), self.house)
        return super()._prepared(record, touched)

    def _rate(self, currency: str) -> Decimal | None:
        if currency not in self.rates:
            today = clock.today()
            self.rates[currency] = rates_for([(currency, today)], self.house)[currency, today]
        return self.rates[currency]

    def follow(self, rows: list[Row], outcome: Outcome) -> None:
        """A new opportunity with a product has a line of it."""
        lines = [self._line(row) for row in rows if row.state == "added" and "product" in row.values]
        if lines:
            outcome.kept.append(self.job.add_records(lines))
            outcome.counts["lines_added"] += len(lines)

    def _line(self, row: Row) -> OpportunityLine:
        price = row.values.get("value") or row.values.get("list_price") or Decimal(0)
        return OpportunityLine(
            opportunity_id=row.record.pk, product_id=row.values["product"].pk, quantity=Decimal(1), price=price,
            amount=price.quantize(Decimal("0.01")),
        )  # fmt: skip

    def store(self, prepared: Prepared) -> Outcome:
        """As of all records; their ways through the stages, and what counts of their projects, are brought into step."""
        outcome = super().store(prepared)
        if self.job.write:
            kept = [one for one in outcome.kept if one.model is Opportunity]
            changed = [row[0] for one in kept for row in one.changed]
            both = [*(pk for one in kept for pk in one.added), *changed]
            StageChange.follow(both)
            counting.follow(counting.of(both))
        return outcome


def _called(one: Pipeline | Stage, text: str) -> bool:
    return text.strip().casefold() in (one.name_en.casefold(), one.name_de.casefold())


TARGET = Target(
    name="opportunities",
    label=_("Opportunities"),
    fields=FIELDS,
    keys=(MatchKey("number", _("number"), ("number",)),),
    needs=("opportunities.add", "opportunities.change"),
    loader=Opportunities,
    row_model="pipeline.opportunity",
)

"""Exchange rates, one a row (`Date,Currency,Rate`) or one column for each currency, as the ECB's `eurofxref-hist.csv` has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from kundenkreis.core import bulk
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.targets.base import Job, Kept, Loader, MatchKey, Outcome, Problem, Target
from kundenkreis.quality.targets.columns import Columns
from kundenkreis.rates.models import SMALLEST, ExchangeRate, is_currency

if TYPE_CHECKING:
    from kundenkreis.quality.reading import Chunk

# Every currency that the ECB has ever quoted (eurofxref-hist.csv, since 1999).
QUOTED = (
    "USD", "JPY", "BGN", "CYP", "CZK", "DKK", "EEK", "GBP", "HUF", "LTL", "LVL", "MTL", "PLN", "ROL", "RON", "SEK", "SIT", "SKK",
    "CHF", "ISK", "NOK", "HRK", "RUB", "TRL", "TRY", "AUD", "BRL", "CAD", "CNY", "HKD", "IDR", "ILS", "INR", "KRW", "MXN", "MYR",
    "NZD", "PHP", "SGD", "THB", "ZAR",
)  # fmt: skip
# How the ECB writes that a currency was not quoted on a day.
NOT_QUOTED = ("N/A", "n/a", "-")
FIELDS = (
    FieldSpec("on", _("day"), "date", required=True, synonyms=("date", "datum", "tag", "time period", "stichtag")),
    FieldSpec("currency", _("currency"), "currency", synonyms=("währung", "currency code")),
    FieldSpec("rate", _("units for one euro"), "decimal", synonyms=("rate", "kurs", "obs value", "wechselkurs")),
    FieldSpec("source", _("source"), synonyms=("quelle",)),
    *(FieldSpec(code, code, "decimal") for code in QUOTED),
)
_WRITTEN: Mapping[str, Any] = {"scale": 8, "whole_digits": 10}
SPECIAL: dict[str, Mapping[str, Any]] = {"source": {"max_length": 100}, **dict.fromkeys(("rate", *QUOTED), _WRITTEN)}
COLUMNS = ("id", "version", "created_at", "changed_at", "deleted_at", "currency", "on", "rate", "source")
Key = tuple[str, dt.date]


@dataclass
class Row:
    """One row of the file: what it says of each currency on its day."""

    number: int
    on: dt.date
    source: str
    rates: dict[str, Decimal] = field(default_factory=dict)


@dataclass
class Stored:
    """A rate as it stands in the database; `pk` is 0 for one that this chunk adds."""

    rate: Decimal
    source: str
    pk: int = 0
    version: int = 1
    before: tuple[Decimal, str] | None = None

    def become(self, rate: Decimal, source: str) -> str:
        """The rate of another row for the same currency and day. Returns what that is: changed, or unchanged."""
        if self.rate == rate:
            return "unchanged"
        self.before = self.before or (self.rate, self.source)
        self.rate, self.source = rate, source
        return "changed"


class Rates(Loader):
    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.columns = Columns(job.run, FIELDS, SPECIAL)
        self.own = job.own(ExchangeRate)
        self.rehearsed: dict[Key, Stored] = {}

    def read(self, chunk: Chunk) -> tuple[list[Row], list[Problem]]:
        frame, problems = self.columns.read(_without_gaps(chunk))
        bad = {p.row for p in problems if not p.is_note}
        names = frame.columns[1:]
        rows = []
        for number, *cells in frame.iter_rows():
            if number in bad:
                continue
            values = {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}
            row = Row(number, values["on"], values.get("source") or self.job.run.file_name[:100])
            wrong = self._take(row, values)
            problems += wrong
            if not wrong:
                rows.append(row)
        return rows, problems

    def _take(self, row: Row, values: Mapping[str, Any]) -> list[Problem]:
        """Put the row's cells into `row.rates`; what is wrong with them."""
        row.rates = {code: values[code] for code in QUOTED if code in values}
        wrong = []
        if "currency" in values and "rate" in values:
            row.rates[values["currency"]] = values["rate"]
        elif "currency" in values or "rate" in values or not any(code in self.columns.mapping for code in QUOTED):
            wrong = [Problem(row.number, name, "missing") for name in ("currency", "rate") if name not in values]
        for code, rate in row.rates.items():
            name = code if code in values else "rate"
            if code == "EUR" or not is_currency(code):
                wrong.append(Problem(row.number, "currency", "no_such_currency", {"value": code}))
            elif rate < SMALLEST:
                wrong.append(Problem(row.number, name, "rate_not_positive", {"value": str(rate)}))
        return wrong

    def store(self, prepared: tuple[list[Row], list[Problem]]) -> Outcome:
        rows, problems = prepared
        outcome = Outcome()
        outcome.counts["rejected"] = len(outcome.reject(problems))
        known = self._known(rows)
        for row in rows:
            if refusal := self._refusal(row, known):
                outcome.counts["rejected"] += len(outcome.reject([refusal]))
                continue
            outcome.counts[self._set(row, known)] += 1
        self._write(known, outcome)
        return outcome

    def _known(self, rows: list[Row]) -> dict[Key, Stored]:
        """What the database says of these days, in a rehearsal with what the rows before would have made of it."""
        if not rows:
            return {}
        days = [row.on for row in rows]
        found = ExchangeRate.objects.living().filter(on__gte=min(days), on__lte=max(days))
        if self.job.write:
            found = found.select_for_update()
        known = {
            (currency, on): Stored(rate, source, pk, version)
            for pk, version, currency, on, rate, source in found.filter(
                currency__in={code for row in rows for code in row.rates}
            ).values_list("pk", "version", "currency", "on", "rate", "source")
        }
        return known | self.rehearsed

    def _refusal(self, row: Row, known: dict[Key, Stored]) -> Problem | None:
        """Why the row as a whole cannot be stored with what was asked for."""
        for code in row.rates:
            is_known, shown = (code, row.on) in known, f"{code} {row.on}"
            if is_known and not self.job.may_change:
                return Problem(row.number, "", "exists", {"value": shown})
            if not is_known and not self.job.may_add:
                return Problem(row.number, "", "not_found", {"value": shown})
        return None

    def _set(self, row: Row, known: dict[Key, Stored]) -> str:
        """Take the row's rates into `known`; what became of the row: added before changed before unchanged."""
        states = {"unchanged"}
        for code, rate in row.rates.items():
            if present := known.get((code, row.on)):
                states.add(present.become(rate, row.source))
            else:
                known[code, row.on] = Stored(rate, row.source)
                states.add("added")
        return next(state for state in ("added", "changed", "unchanged") if state in states)

    def _write(self, known: dict[Key, Stored], outcome: Outcome) -> None:
        if not self.job.write:
            self.rehearsed = known
            return
        now = self.job.now
        new = [(key, one) for key, one in known.items() if not one.pk]
        ids = self.job.new_ids(ExchangeRate, len(new)) if new else range(0)
        added = ([pk, 1, now, now, None, *key, one.rate, one.source] for pk, (key, one) in zip(ids, new, strict=True))
        if new:
            bulk.insert_rows(ExchangeRate, COLUMNS, added)
            self.own.add(ids)
            outcome.kept.append(Kept(ExchangeRate, ids))
        changed = [one for one in known.values() if one.pk and one.before and one.before[0] != one.rate]
        bulk.update_rows(
            ExchangeRate,
            ("id", "rate", "source", "version", "changed_at"),
            ([one.pk, one.rate, one.source, one.version + (one.pk not in self.own), now] for one in changed),
        )
        others = [
            [one.pk, *one.before, one.rate, one.source] for one in changed if one.before and one.pk not in self.own
        ]
        if others:
            outcome.kept.append(Kept(ExchangeRate, (), ("rate", "source"), others))


def _without_gaps(chunk: Chunk) -> Chunk:
    """The chunk with empty cells where the ECB writes that there was no rate."""
    import polars as pl

    cells = pl.all()
    filled = pl.when(cells.str.strip_chars().is_in(NOT_QUOTED)).then(pl.lit("")).otherwise(cells)
    return replace(chunk, frame=chunk.frame.with_columns(filled.name.keep()))


TARGET = Target(
    name="rates",
    label=_("Exchange rates"),
    fields=FIELDS,
    keys=(MatchKey("day", _("day and currency"), ("on",)),),
    needs=("rates.change",),
    loader=Rates,
    row_model="rates.exchangerate",
)

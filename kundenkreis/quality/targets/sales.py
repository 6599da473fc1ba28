"""Sales: a file with one row per order line, as an ERP writes it.

Orders, and the accounts and products they name, come into being as the lines do. A file has no line numbers, so a line is known by its
order, its product and being the n-th line of this product in this order; importing the file again finds the same lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.models import House
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch, BatchChunk
from kundenkreis.orders import figures
from kundenkreis.orders.models import Order
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.targets.base import Job, Loader, MatchKey, Outcome, Problem, Target
from kundenkreis.quality.targets.columns import Columns
from kundenkreis.quality.targets.custom import special, specs
from kundenkreis.quality.targets.sales_amounts import (
    PRICE,
    QUANTITY,
    too_large,
    whole,
    with_amounts,
    with_house_amounts,
)
from kundenkreis.quality.targets.sales_custom import OrderCustom
from kundenkreis.quality.targets.sales_store import SalesStore
from kundenkreis.rates.dated import NoRate, rate_on

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    import polars as pl

    from kundenkreis.quality.reading import Chunk, Source

FIELDS = (
    FieldSpec(
        "order",
        _("order number"),
        required=True,
        synonyms=("invoice", "invoice no", "document number", "belegnummer", "rechnungsnummer"),
    ),
    FieldSpec(
        "product",
        _("item number"),
        required=True,
        synonyms=("stock code", "sku", "article", "artikelnummer", "material"),
    ),
    FieldSpec("description", _("text"), synonyms=("item description", "artikelbezeichnung", "bezeichnung")),
    FieldSpec("quantity", _("quantity"), "decimal", required=True, synonyms=("qty", "menge", "anzahl")),
    FieldSpec(
        "unit_price",
        _("unit price"),
        "decimal",
        required=True,
        synonyms=("price", "preis", "einzelpreis", "stückpreis"),
    ),
    FieldSpec(
        "ordered_at",
        _("date"),
        "datetime",
        required=True,
        synonyms=("invoice date", "order date", "belegdatum", "rechnungsdatum"),
    ),
    FieldSpec("account", _("account number"), synonyms=("customer id", "customer number", "kundennummer", "debitor")),
    FieldSpec("account_name", _("account name"), synonyms=("customer name", "kunde", "firma")),
    FieldSpec("country", _("country"), "country", synonyms=("land",)),
    FieldSpec("currency", _("currency"), "currency", synonyms=("währung",)),
    FieldSpec(
        "customer_reference", _("customer's order number"), synonyms=("customer reference", "bestellnummer des kunden")
    ),
)
LENGTHS: dict[str, dict[str, Any]] = {
    "order": {"max_length": 40},
    "product": {"max_length": 40},
    "description": {"max_length": 200},
    "quantity": {"scale": 3},
    "unit_price": {"scale": 4},
    "account": {"max_length": 40},
    "account_name": {"max_length": 200},
    "customer_reference": {"max_length": 60},
}


@dataclass(frozen=True)
class Rows:
    """The good lines of a chunk, typed, and what was wrong with the others."""

    lines: pl.DataFrame
    problems: list[Problem]


class HouseCurrencyChanged(Exception):
    """The house has another currency than the one into which this run converts."""


class Sales(Loader):
    least_piece = 1_000

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.columns = Columns(job.run, (*FIELDS, *specs("orders")), {**LENGTHS, **special("orders")})
        self.custom = OrderCustom(job)
        self.house = House.current().currency
        self.currency = job.options.get("currency") or self.house
        self.zone = ZoneInfo(settings.TIME_ZONE)
        self._rates: dict[tuple[str, dt.date], Decimal] = {}
        self._unquoted: set[str] = set()
        self.keeper = SalesStore(job, self.columns, self._house_amounts, self.custom)

    def resume(self, source: Source) -> None:
        self.keeper.resume(source)

    def read(self, chunk: Chunk) -> Rows:
        import polars as pl

        lines, problems = self.columns.read(chunk, lenient=frozenset({"country", "description"}))
        lines, wrong = self.custom.read(self._complete(lines))
        problems += wrong
        huge = lines.filter(too_large().fill_null(False))["row"].to_list()
        problems += [Problem(row, "quantity", "too_large") for row in huge]
        problems += self._without_rate(lines)
        if rejected := {p.row for p in problems if not p.is_note}:
            lines = lines.filter(~pl.col("row").is_in(list(rejected)))
        if not lines.height:
            return Rows(lines, problems)
        lines = lines.with_columns(whole("quantity", QUANTITY), whole("unit_price", PRICE))
        return Rows(self._house_amounts(with_amounts(lines)), problems)

    def store(self, rows: Rows) -> Outcome:
        outcome = Outcome()
        outcome.counts["rejected"] = len(outcome.reject(rows.problems))
        if rows.lines.height:
            self.keeper.store(rows.lines, outcome)
        if House.current().currency != self.house:
            raise HouseCurrencyChanged  # the chunk is taken back; going on converts into the new one
        return outcome

    def _complete(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Columns that the file does not have, the day, and the moment in UTC (none where the file knows only the day)."""
        import polars as pl

        absent = [f.name for f in FIELDS if f.name not in lines.columns]
        lines = lines.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent)
        local = pl.col("ordered_at")
        moment = local.dt.replace_time_zone(
            str(self.zone), ambiguous="earliest", non_existent="null"
        ).dt.convert_time_zone("UTC")
        return lines.with_columns(
            local.dt.date().alias("ordered_on"),
            pl.when(local.dt.time() != pl.time(0, 0)).then(moment).alias("ordered_at"),
            pl.col("currency").fill_null(self.currency),
            pl.col("description").fill_null(""),
            pl.col("country").fill_null(""),
            pl.col("customer_reference").fill_null(""),
        )

    def _house_amounts(self, lines: pl.DataFrame) -> pl.DataFrame:
        return with_house_amounts(lines, self._rate, self.house)

    def _rate(self, currency: str, day: dt.date) -> Decimal:
        if (currency, day) not in self._rates:
            self._rates[currency, day] = rate_on(currency, day, self.house)
        return self._rates[currency, day]

    def _without_rate(self, lines: pl.DataFrame) -> list[Problem]:
        import polars as pl

        problems = []
        for currency, day in lines.select("currency", "ordered_on").drop_nulls().unique(subset=["currency"]).rows():
            try:
                self._rate(currency, day)
            except NoRate:
                rows = lines.filter(pl.col("currency") == currency)["row"].to_list()
                problems += [Problem(row, "currency", "no_rate", {"currency": currency}) for row in rows]
        return problems


def accounts_of(batch: Batch) -> set[int]:
    """Accounts with an order that the batch added or changed."""
    found: set[int] = set()
    for chunk in BatchChunk.objects.filter(batch=batch, model=Order._meta.label_lower):
        for first, last in chunks.added_ids(chunk):
            found |= set(
                Order._base_manager.filter(pk__gte=first, pk__lte=last)
                .exclude(account=None)
                .values_list("account_id", flat=True)
                .distinct()
            )
        fields, rows = chunks.unpack(chunk.changed)
        if rows:
            before, after = fields.index("account_id") + 1, fields.index("account_id") + 1 + len(fields)
            found |= {row[place] for row in rows for place in (before, after)} - {None}
    return found


def after(batch: Batch) -> None:
    figures.push_down(accounts_of(batch))


def after_undo(accounts: set[int] | None) -> None:
    figures.push_down(accounts)


TARGET = Target(
    name="sales",
    label=_("Sales lines"),
    fields=FIELDS,
    keys=(MatchKey("line", _("order, item and its place"), ("order", "product")),),
    needs=("orders.add", "orders.change"),
    loader=Sales,
    row_model="orders.orderline",
    # Prefixes of document numbers that make a credit note or an adjustment; without a prefix, a total below zero is a credit note.
    defaults={"credit_prefix": "", "adjustment_prefix": "", "credit_if_negative": True},
    after=after,
    touched=accounts_of,
    after_undo=after_undo,
)

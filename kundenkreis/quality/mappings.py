"""Mappings of columns to fields: delivered with the product, or remembered from the last file with the same headings."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from kundenkreis.quality import targets
from kundenkreis.quality.fields import signature
from kundenkreis.quality.models import ImportRun, Mapping
from kundenkreis.quality.reading import READING_OPTIONS
from kundenkreis.quality.repairing import own_columns
from kundenkreis.quality.suggesting import suggest
from kundenkreis.quality.targets.base import Target

if TYPE_CHECKING:
    import polars as pl

# What belongs to one file and not to the next one with the same headings: how it is written is found for each anew.
_OF_THE_FILE = {"fingerprint", "decided", "columns", "repaired", *READING_OPTIONS}


def mark(headers: Sequence[str]) -> str:
    """By what files with the same headings are known; a file of repaired rows is known as the one it came from."""
    return signature(own_columns(headers))


@dataclass(frozen=True)
class Known:
    target: str
    name: str
    headers: tuple[str, ...]
    mapping: MappingOf[str, str]
    options: MappingOf[str, Any] = field(default_factory=dict)
    match_by: str = ""
    is_delivered: bool = False


_RETAIL = {
    # Credit notes begin with C, adjustments of bad debt with A; a document below zero without either is an order.
    "currency": "GBP",
    "credit_prefix": "C",
    "adjustment_prefix": "A",
    "credit_if_negative": False,
    "decimal_mark": ".",
}

DELIVERED = (
    Known(
        "sales",
        "Online Retail II (UCI)",
        ("Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"),
        {
            "order": "Invoice", "product": "StockCode", "description": "Description", "quantity": "Quantity",
            "ordered_at": "InvoiceDate", "unit_price": "Price", "account": "Customer ID", "country": "Country",
        },
        _RETAIL,
        "line",
        is_delivered=True,
    ),
    Known(
        "sales",
        "Online Retail (UCI)",
        ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"),
        {
            "order": "InvoiceNo", "product": "StockCode", "description": "Description", "quantity": "Quantity",
            "ordered_at": "InvoiceDate", "unit_price": "UnitPrice", "account": "CustomerID", "country": "Country",
        },
        _RETAIL,
        "line",
        is_delivered=True,
    ),
    # Maven Analytics, "CRM Sales Opportunities": a made-up seller of computer hardware, with spelling mistakes of its own.
    Known(
        "accounts",
        "CRM Sales Opportunities, accounts",
        ("account", "sector", "year_established", "revenue", "employees", "office_location", "subsidiary_of"),
        {"name": "account", "industry": "sector", "employees": "employees", "country": "office_location", "parent": "subsidiary_of"},
        {
            "decimal_mark": ".", "currency": "USD",
            "values": {"country": {"Philipines": "PH"}, "industry": {"technolgy": "technology"}},
        },
        "name",
        is_delivered=True,
    ),
    Known(
        "products",
        "CRM Sales Opportunities, products",
        ("product", "series", "sales_price"),
        {"number": "product", "name": "product", "family": "series", "list_price": "sales_price"},
        {"decimal_mark": ".", "currency": "USD", "price_list": "LIST"},
        "number",
        is_delivered=True,
    ),
    Known(
        "people",
        "CRM Sales Opportunities, sales teams",
        ("sales_agent", "manager", "regional_office"),
        {"full_name": "sales_agent", "manager": "manager", "region": "regional_office"},
        {"mail_domain": "hardware.example", "role": "key_account_manager"},
        "email",
        is_delivered=True,
    ),
    Known(
        "opportunities",
        "CRM Sales Opportunities, sales pipeline",
        ("opportunity_id", "sales_agent", "product", "account", "deal_stage", "engage_date", "close_date", "close_value"),
        {
            "number": "opportunity_id", "owner": "sales_agent", "product": "product", "account": "account", "stage": "deal_stage",
            "opened_on": "engage_date", "closes_on": "close_date", "value": "close_value",
        },
        {
            "decimal_mark": ".", "date_order": "mdy", "currency": "USD",
            # Its two open stages are the first two of new business, as these are called when a house begins.
            "values": {"product": {"GTXPro": "GTX Pro"}, "stage": {"Prospecting": "Qualification", "Engaging": "Needs analysis"}},
        },
        "number",
        is_delivered=True,
    ),
)  # fmt: skip


def _lasting(options: MappingOf[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name not in _OF_THE_FILE and name != "match_by"}


def find(target: str, headers: Sequence[str]) -> Known | None:
    """How a file with these headings was mapped the last time, else as delivered; None when it is new to us."""
    known_by = mark(headers)
    stored = Mapping.objects.filter(target=target, signature=known_by).first()
    if stored:
        match_by = stored.options.get("match_by", "")
        return Known(target, stored.name, tuple(headers), stored.mapping, _lasting(stored.options), match_by)
    return next((known for known in DELIVERED if known.target == target and signature(known.headers) == known_by), None)


def named(target: str, name: str) -> Known | None:
    """A stored or delivered mapping by its name."""
    stored = Mapping.objects.filter(target=target, name=name).order_by("-used_at").first()
    if stored:
        return Known(target, name, (), stored.mapping, _lasting(stored.options))
    return next((known for known in DELIVERED if known.target == target and known.name == name), None)


def target_of(headers: Sequence[str]) -> str:
    """The target that files with these headings went into before, or "" """
    known_by = mark(headers)
    stored = Mapping.objects.filter(signature=known_by).order_by("-used_at").first()
    if stored:
        return stored.target
    return next((known.target for known in DELIVERED if signature(known.headers) == known_by), "")


def likeliest(headers: Sequence[str], sample: pl.DataFrame) -> str:
    """The target that an unknown file fits best: all its needed fields have a column, and then how sure the suggestions are."""

    def fit(target: Target) -> tuple[bool, float]:
        offers = suggest(headers, sample, target.fields)
        needed = {spec.name for spec in target.fields if spec.required}
        return needed <= offers.keys(), sum(offer.confidence for offer in offers.values())

    return max(targets.all_targets().values(), key=fit).name


def remember(run: ImportRun, headers: Sequence[str]) -> None:
    """Keep the run's mapping for the next file with these headings."""
    options = _lasting(run.options)
    Mapping.objects.update_or_create(
        target=run.target,
        signature=mark(headers),
        defaults={
            "name": run.file_name[:120], "mapping": run.mapping, "options": {**options, "match_by": run.match_by},
            "owner": run.owner, "used_at": timezone.now(),
        },
    )  # fmt: skip

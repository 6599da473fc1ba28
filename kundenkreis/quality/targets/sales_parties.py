"""The accounts and products that order lines name: found by number, made where they are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from kundenkreis.catalogue.models import Product
from kundenkreis.core import bulk, search
from kundenkreis.core.models import House
from kundenkreis.core.text import fold
from kundenkreis.customers.models import Account
from kundenkreis.quality.targets.base import Job, Numbers, Outcome, Problem

if TYPE_CHECKING:
    import polars as pl

GERMAN_SPEAKING = {"AT", "DE", "CH", "LI", ""}


class Parties:
    def __init__(self, job: Job) -> None:
        self.job = job
        self.accounts, self.products = Numbers(Account), Numbers(Product)
        self.may_add_products = job.may("products.add")
        self.called = House.current().say(_("Customer %(number)s"))
        self.nameless: dict[str, int] = {}  # products of this run for which no line has had a text yet

    def resume(self) -> None:
        own = self.job.own(Product)
        called_by_number = Product.objects.filter(name=F("number")).values_list("number", "pk")
        self.nameless = {number: pk for number, pk in called_by_number if pk in own}

    def with_accounts(self, lines: pl.DataFrame, outcome: Outcome) -> pl.DataFrame:
        """Adds `account_id`, null where a line names none."""
        import polars as pl

        lines = _without_bin(lines, "account", self.accounts, outcome)
        named = (
            lines.filter(pl.col("account").is_not_null())
            .group_by("account", maintain_order=True)
            .agg(pl.col("account_name", "country", "currency", "ordered_on").first())
        )
        ids = self.accounts.find(named["account"].to_list())
        new = named.filter(~pl.col("account").is_in(list(ids)))
        if new.height and not self.job.may_add:
            lines = refuse(lines, "account", new["account"], "unknown_account", outcome)
        elif new.height:
            kept = self.job.add_records([_account(row, self.called) for row in new.iter_rows(named=True)])
            outcome.kept.append(kept)
            outcome.counts["accounts_added"] += new.height
            fresh = dict(zip(new["account"].to_list(), kept.added, strict=True))
            self.accounts.remember(fresh)
            ids |= fresh
        return lines.with_columns(
            pl.col("account").replace_strict(ids, default=None, return_dtype=pl.Int64).alias("account_id")
        )

    def with_products(self, lines: pl.DataFrame, outcome: Outcome) -> pl.DataFrame:
        """Adds `product_id`. A new product is called what its first line with a text says, however the file is cut."""
        import polars as pl

        lines = _without_bin(lines, "product", self.products, outcome)
        numbers = lines["product"].unique(maintain_order=True).to_list()
        ids = self.products.find(numbers)
        new = [number for number in numbers if number not in ids]
        if new and not (self.job.may_add and self.may_add_products):
            code = "may_not_add_product" if self.job.may_add else "unknown_product"
            lines = refuse(lines, "product", new, code, outcome)
            new = []
        wanted = [*new, *(number for number in numbers if number in self.nameless)]
        texts = (
            lines.filter(pl.col("product").is_in(wanted) & (pl.col("description") != "")) if wanted else lines.clear()
        )
        names = dict(texts.group_by("product", maintain_order=True).agg(pl.col("description").first()).rows())
        self._name({number: names[number] for number in self.nameless.keys() & names.keys()})
        if new:
            kept = self.job.add_records([_product(number, names.get(number)) for number in new])
            outcome.kept.append(kept)
            outcome.counts["products_added"] += len(new)
            fresh = dict(zip(new, kept.added, strict=True))
            self.products.remember(fresh)
            self.nameless |= {number: pk for number, pk in fresh.items() if number not in names}
            ids |= fresh
        return lines.with_columns(
            pl.col("product").replace_strict(ids, default=None, return_dtype=pl.Int64).alias("product_id")
        )

    def _name(self, names: dict[str, str]) -> None:
        named = [_product(number, name) for number, name in sorted(names.items())]
        for product in named:
            product.pk = self.nameless.pop(product.number)
        if named and self.job.write:
            bulk.update_rows(Product, ["id", "name", "key"], [[p.pk, p.name, p.key] for p in named])
            search.bulk_index(search.PRODUCT, [p.search_row() for p in named])


def _without_bin(lines: pl.DataFrame, field: str, numbers: Numbers, outcome: Outcome) -> pl.DataFrame:
    """Lines of something in the bin are refused: there nobody would see them."""
    numbers.find(lines[field].drop_nulls().unique(maintain_order=True).to_list())
    return refuse(lines, field, numbers.in_bin, "in_bin", outcome) if numbers.in_bin else lines


def refuse(lines: pl.DataFrame, field: str, values: Any, code: str, outcome: Outcome) -> pl.DataFrame:
    """The lines without those whose `field` is one of `values`; these become problems."""
    import polars as pl

    wrong = lines.filter(pl.col(field).is_in(list(values)))
    problems = [Problem(row, field, code, {"value": value}) for row, value in wrong.select("row", field).rows()]
    outcome.counts["rejected"] += len(outcome.reject(problems))
    return lines.join(wrong.select("row"), on="row", how="anti", maintain_order="left")


def _account(row: dict[str, Any], called: str) -> Account:
    """`called` is the name of an account that the file names by its number only."""
    number, name = row["account"], row["account_name"]
    name = name or called % {"number": number}
    return Account(
        number=number,
        name=name,
        key=fold(name)[:200],
        country=row["country"],
        currency=row["currency"],
        language="de" if row["country"] in GERMAN_SPEAKING else "en",
        customer_since=row["ordered_on"],
    )


def _product(number: str, name: str | None) -> Product:
    name = " ".join((name or number).split())
    return Product(number=number, name=name, key=fold(name)[:200])

"""What order lines say of their order as a whole: its account, day, currency, country, and whether it is a credit note."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kundenkreis.orders.models import Order
from kundenkreis.quality.targets.base import Job, Outcome, Problem, Runs
from kundenkreis.quality.targets.sales_amounts import CENT

if TYPE_CHECKING:
    import polars as pl

HEAD = ("account_id", "ordered_on", "ordered_at", "currency", "customer_reference", "country")


class Heads:
    """`own` are the orders that this run has added, `house_amounts` converts lines whose day was changed."""

    def __init__(
        self, job: Job, mapping: dict[str, str], own: Runs, house_amounts: Callable[[pl.DataFrame], pl.DataFrame]
    ) -> None:
        self.job, self.mapping, self.own, self.house_amounts = job, mapping, own, house_amounts
        self.options = job.options

    def stored(self, ids: list[int]) -> dict[int, dict[str, Any]]:
        """The orders with these ids as they are now; locked until the chunk is stored."""
        names = ("pk", *HEAD, "custom", "number", "kind", "total", "total_house", "line_count", "version")
        orders = Order._base_manager.select_for_update() if self.job.write else Order._base_manager.all()
        found: dict[int, dict[str, Any]] = {}
        for start in range(0, len(ids), 5000):
            found |= {row["pk"]: row for row in orders.filter(pk__in=ids[start : start + 5000]).values(*names)}
        return found

    def differing(
        self, heads: pl.DataFrame, stored: dict[int, dict[str, Any]], first_met: set[int]
    ) -> dict[int, dict[str, Any]]:
        """What the file says otherwise about orders that are stored; an empty cell says nothing.

        The first row of an order speaks for it; one without an account gets the first that is named.
        """
        said = ["ordered_on", "ordered_at"]
        said += [name for name in ("currency", "customer_reference", "country") if name in self.mapping]
        differing = {}
        for head in heads.iter_rows(named=True):
            pk = head["order_id"]
            before, mine = stored[pk], pk in self.own
            after = {name: head[name] for name in said} if pk in first_met and self.job.may_change else {}
            if before["account_id"] is None and (mine or self.job.may_change):
                after["account_id"] = head["account_id"]
            elif after and "account" in self.mapping:
                after["account_id"] = head["first_account_id"]
            custom = _with_said(before["custom"], head.get("custom"), mine, pk in first_met and self.job.may_change)
            differs = {
                name: value for name, value in after.items() if value not in (None, "") and value != before[name]
            }
            if custom != before["custom"]:
                differs["custom"] = custom
            if differs:
                differing[pk] = differs
        return differing

    def as_their_orders(
        self,
        lines: pl.DataFrame,
        heads: pl.DataFrame,
        stored: dict[int, dict[str, Any]],
        differing: dict[int, dict[str, Any]],
        outcome: Outcome,
    ) -> pl.DataFrame:
        """Account and day of a line are its order's; a line in another currency than its order cannot be right."""
        import polars as pl

        names = ("account_id", "ordered_on", "currency")
        known = {pk: {**order, **differing.get(pk, {})} for pk, order in stored.items()}
        rows = [(pk, *(known[pk][n] for n in names)) for pk in known]
        new = heads.filter(~pl.col("order_id").is_in(list(known))).select("order_id", *names)
        theirs = pl.concat([new, pl.DataFrame(rows, schema=new.schema, orient="row")])
        theirs = theirs.rename({"ordered_on": "day", "currency": "of_order"})
        lines = lines.rename({"account_id": "said"}).join(theirs, on="order_id", how="left", maintain_order="left")
        other = lines.filter(pl.col("currency") != pl.col("of_order"))
        if other.height:
            problems = [
                Problem(row, "currency", "other_currency", {"value": currency, "currency": of_order})
                for row, currency, of_order in other.select("row", "currency", "of_order").rows()
            ]
            outcome.counts["rejected"] += len(outcome.reject(problems))
            lines = lines.filter(pl.col("currency") == pl.col("of_order"))
        self._note_others(lines, outcome)
        lines = lines.drop("said")
        other_day = bool((lines["ordered_on"] != lines["day"]).any())
        lines = lines.drop("of_order", "ordered_on").rename({"day": "ordered_on"})
        return self.house_amounts(lines.drop("amount_house")) if other_day else lines

    def _note_others(self, lines: pl.DataFrame, outcome: Outcome) -> None:
        """Lines that name another account or day than their order has: said once for each order."""
        import polars as pl

        other = (pl.col("said") != pl.col("account_id")) | (pl.col("ordered_on") != pl.col("day"))
        for row, order in (
            lines.filter(other.fill_null(False)).unique("order", keep="first").select("row", "order").rows()
        ):
            outcome.reject([Problem(row, "order", "other_head", {"value": order}, is_note=True)])

    def summed(self, new: pl.DataFrame, lines: pl.DataFrame, outcome: Outcome) -> pl.DataFrame:
        """New orders with the sums of their lines and what kind they are, as they are stored; counts them."""
        import polars as pl

        sums = sums_of([lines]).rename({"amount": "total", "amount_house": "total_house", "len": "line_count"})
        orders = new.join(sums, on="order_id", how="left", maintain_order="left").with_columns(self.kind())
        kinds = dict(orders.group_by("kind").len().rows())
        outcome.counts["orders_added"] += orders.height
        outcome.counts["credit_notes"] += kinds.get(Order.Kind.CREDIT_NOTE.value, 0)
        outcome.counts["adjustments"] += kinds.get(Order.Kind.ADJUSTMENT.value, 0)
        named = pl.col("order_id").alias("id"), pl.col("order").alias("number")
        own = ("custom",) if "custom" in orders.columns else ()
        return orders.select(
            *named, "kind", *HEAD, *own, pl.col("total") / CENT, pl.col("total_house") / CENT, "line_count"
        )

    def kind_of(self, number: str, total: Decimal, kind: str) -> str:
        import polars as pl

        if not self.options.get("credit_if_negative"):
            return kind
        return pl.DataFrame({"order": [number], "total": [float(total)]}).select(self.kind())["kind"][0]

    def kind(self) -> pl.Expr:
        import polars as pl

        credit, adjustment = self.options.get("credit_prefix", ""), self.options.get("adjustment_prefix", "")
        kind = pl.lit(Order.Kind.ORDER.value)
        if self.options.get("credit_if_negative"):
            kind = pl.when(pl.col("total") < 0).then(pl.lit(Order.Kind.CREDIT_NOTE.value)).otherwise(kind)
        for prefix, value in ((credit, Order.Kind.CREDIT_NOTE), (adjustment, Order.Kind.ADJUSTMENT)):
            if prefix:
                kind = pl.when(pl.col("order").str.starts_with(prefix)).then(pl.lit(value.value)).otherwise(kind)
        return kind.alias("kind")


def _with_said(present: dict[str, Any], said: str | None, mine: bool, may_change: bool) -> dict[str, Any]:
    """Values of custom fields with what the file says: over those of an older order, beside those that this run has written."""
    if not said or not (mine or may_change):
        return present
    return json.loads(said) | present if mine else present | json.loads(said)


def sums_of(lines: list[pl.DataFrame]) -> pl.DataFrame:
    """Amount, amount in house currency and number of the lines of each order."""
    import polars as pl

    some = pl.concat([frame.select("order_id", "amount", "amount_house") for frame in lines])
    sums = some.group_by("order_id").agg(pl.col("amount").sum(), pl.col("amount_house").sum(), pl.len())
    return sums.sort("order_id")

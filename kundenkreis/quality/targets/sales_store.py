"""Storing a chunk of order lines: accounts, products, orders, then the lines, each as one set."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F
from django.db.models.functions import Cast, Round

from kundenkreis.core import bulk
from kundenkreis.core.bulk_frames import insert_frame
from kundenkreis.history import chunks
from kundenkreis.history.models import BatchChunk
from kundenkreis.orders.models import Order, OrderLine
from kundenkreis.quality.models import ImportProblem
from kundenkreis.quality.targets.base import Job, Kept, Outcome, Problem, Runs, with_defaults
from kundenkreis.quality.targets.columns import Columns
from kundenkreis.quality.targets.sales_amounts import CENT, PRICE, QUANTITY, money, values
from kundenkreis.quality.targets.sales_custom import OrderCustom
from kundenkreis.quality.targets.sales_heads import HEAD, Heads, sums_of
from kundenkreis.quality.targets.sales_met import Met
from kundenkreis.quality.targets.sales_parties import Parties, refuse

if TYPE_CHECKING:
    import polars as pl

    from kundenkreis.quality.reading import Source

LINE = ("account_id", "ordered_on", "description", "quantity", "unit_price", "amount", "amount_house")
KEY = ("order_id", "product_id", "occurrence")
SCALES = {"quantity": QUANTITY, "unit_price": PRICE, "amount": CENT, "amount_house": CENT}


class SalesStore:
    """Remembers between chunks only what is small: ids by number, and which lines of older orders this file has named."""

    def __init__(
        self,
        job: Job,
        columns: Columns,
        house_amounts: Callable[[pl.DataFrame], pl.DataFrame],
        custom: OrderCustom,
    ) -> None:
        self.job, self.columns, self.mapping, self.house_amounts = job, columns, columns.mapping, house_amounts
        self.custom = custom
        self.parties = Parties(job)
        self.own = Runs()  # orders added by this run
        self.heads = Heads(job, columns.mapping, self.own, house_amounts)
        self.met = Met()  # lines of older orders that this file has named
        self.changed: set[int] = set()  # older orders that this run has changed, to count each once
        self.altered: set[int] = set()  # older orders of which this chunk has changed a line
        self.rehearsed: dict[str, int] = {}  # orders that a rehearsal would have added

    def store(self, lines: pl.DataFrame, outcome: Outcome) -> None:
        import polars as pl

        lines = self.parties.with_accounts(lines, outcome)
        lines = self.parties.with_products(lines, outcome)
        lines, heads = self._with_orders(lines, outcome)
        older = heads.filter(~pl.col("is_new") & (pl.col("order_id") > 0))
        stored = self.heads.stored(older["order_id"].to_list())
        present = self._present_lines(list(stored))
        lines, first_met = self._with_occurrence(lines, list(stored), present)
        outcome.counts["orders_met"] += len(first_met)
        differing = self.heads.differing(older, stored, first_met)
        lines = self.heads.as_their_orders(lines, heads, stored, differing, outcome)
        outcome.counts["without_account"] += lines["account"].null_count()
        changed = self._change_lines(lines, present, differing, stored, outcome)
        added = self._added_lines(lines, present, outcome)
        self._add(added, heads.filter(pl.col("is_new")), outcome)
        self._sum_up(changed, added, stored, differing, outcome)
        self.custom.work_out([pk for pk in heads["order_id"].to_list() if pk > 0])

    # --- orders -----------------------------------------------------------------------------------------------------

    def _with_orders(self, lines: pl.DataFrame, outcome: Outcome) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Lines with their order's id, and one row per order as this chunk describes it, `is_new` or older."""
        import polars as pl

        first = pl.col("ordered_on", "ordered_at", "currency", "customer_reference", "country").first()
        heads = lines.group_by("order", maintain_order=True).agg(
            pl.col("account_id").drop_nulls().first(),
            pl.col("account_id").first().alias("first_account_id"),
            first,
            *(pl.col(name).drop_nulls().first() for name in self.custom.mapped),
        )
        heads = self.custom.of_orders(heads)
        ids, in_bin = self._order_ids(heads["order"].to_list())
        if in_bin:
            lines = refuse(lines, "order", in_bin, "in_bin", outcome)
            heads = heads.filter(~pl.col("order").is_in(list(in_bin)))
        new = heads.filter(~pl.col("order").is_in(list(ids)))["order"]
        if len(new) and not self.job.may_add:
            lines = refuse(lines, "order", new, "unknown_order", outcome)
            heads = heads.filter(~pl.col("order").is_in(new.to_list()))
        elif len(new):
            fresh = self.job.new_ids(Order, len(new))
            ids |= dict(zip(new.to_list(), fresh, strict=True))
            self.own.add(fresh)
            if not self.job.write:
                self.rehearsed.update(zip(new.to_list(), fresh, strict=True))
        new_here = set(new.to_list()) if self.job.may_add else set()
        heads = heads.with_columns(
            _ids("order", ids).alias("order_id"), pl.col("order").is_in(list(new_here)).alias("is_new")
        )
        lines = lines.with_columns(_ids("order", ids).alias("order_id"))
        return lines, heads

    def _order_ids(self, numbers: list[str]) -> tuple[dict[str, int], set[str]]:
        """Ids by number of the orders that exist, and the numbers of those in the bin."""
        ids, in_bin = {n: self.rehearsed[n] for n in numbers if n in self.rehearsed}, set()
        for start in range(0, len(numbers), 5000):
            found = Order._base_manager.filter(number__in=numbers[start : start + 5000])
            for number, pk, deleted_at in found.values_list("number", "pk", "deleted_at"):
                ids[number] = pk
                if deleted_at is not None:
                    in_bin.add(number)
        return ids, in_bin

    # --- lines ------------------------------------------------------------------------------------------------------

    def _present_lines(self, orders: list[int]) -> pl.DataFrame:
        """The stored lines of these orders, amounts as whole numbers."""
        import polars as pl

        whole = {f"{n}_whole": Cast(Round(F(n) * scale), models.BigIntegerField()) for n, scale in SCALES.items()}
        names = ["id", *KEY, "position", *(f"{n}_whole" if n in SCALES else n for n in LINE)]
        query = OrderLine.objects.annotate(**whole).values_list(*names)
        rows = [
            row
            for start in range(0, len(orders), 5000)
            for row in query.filter(order_id__listed=orders[start : start + 5000])
        ]
        schema = {
            "id": pl.Int64, "order_id": pl.Int64, "product_id": pl.Int64, "occurrence": pl.Int64, "position": pl.Int64,
            "account_id": pl.Int64, "ordered_on": pl.Date, "description": pl.String, "quantity": pl.Int64, "unit_price": pl.Int64,
            "amount": pl.Int64, "amount_house": pl.Int64,
        }  # fmt: skip
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _with_occurrence(
        self, lines: pl.DataFrame, older: list[int], present: pl.DataFrame
    ) -> tuple[pl.DataFrame, set[int]]:
        """Numbers the lines of a product within an order as the whole file has them, however far apart they stand.

        Also returns the orders older than this run that the file names here for the first time.
        """
        import polars as pl

        pair = ["order_id", "product_id"]
        lines = _numbered(lines)
        if not older:
            return lines, set()
        own = [order for order in older if order in self.own]
        strange = set(older) - set(own)
        before = [present.filter(pl.col("order_id").is_in(own)).group_by(pair).agg(pl.len().cast(pl.Int64).alias("n"))]
        before.append(self.met.of(strange))
        counted = pl.concat(before).group_by(pair).agg(pl.col("n").sum())
        lines = lines.join(counted, on=pair, how="left", maintain_order="left")
        lines = lines.with_columns(pl.col("occurrence") + pl.col("n").fill_null(0)).drop("n")
        met = (
            lines.filter(pl.col("order_id").is_in(list(strange))).group_by(pair).agg(pl.len().cast(pl.Int64).alias("n"))
        )
        self.met.add(met)
        return lines, strange - set(counted["order_id"].to_list())

    def _change_lines(
        self,
        lines: pl.DataFrame,
        present: pl.DataFrame,
        differing: dict[int, dict[str, Any]],
        stored: dict[int, dict[str, Any]],
        outcome: Outcome,
    ) -> pl.DataFrame:
        """Bring stored lines to what the file says; returns all stored lines of these orders as they are now."""
        import polars as pl

        self.altered = set()
        if not present.height:
            return present
        named = lines.select("row", *KEY, *(pl.col(n).alias(f"new_{n}") for n in ("description", *SCALES)))
        wanted = present.join(named, on=KEY, how="left", maintain_order="left")
        matched = int(wanted["row"].is_not_null().sum())
        if matched and self.job.may_change:
            wanted = self._as_named(wanted)
        wanted = self._moved(wanted, differing, stored)
        differs = pl.any_horizontal(pl.col(n).ne_missing(pl.col(f"old_{n}")) for n in LINE)
        old = present.select("id", *(pl.col(n).alias(f"old_{n}") for n in LINE))
        both = wanted.join(old, on="id", how="left", maintain_order="left")
        # A row counts as changed by what it says itself; that it went along with its order is the order's change.
        own = pl.any_horizontal(
            pl.col(n).ne_missing(pl.col(f"old_{n}")) for n in ("description", "quantity", "unit_price")
        )
        of_rows = both.filter(own & pl.col("row").is_not_null()).height
        outcome.counts["changed"] += of_rows
        outcome.counts["unchanged"] += matched - of_rows
        changed = both.filter(differs)
        if changed.height:
            self._write_changed(changed, outcome)
        return wanted.select(present.columns)

    def _as_named(self, wanted: pl.DataFrame) -> pl.DataFrame:
        """Stored lines with the file's quantity and price (then with its amounts) and its text, if it has one."""
        import polars as pl

        revalued = (pl.col("quantity") != pl.col("new_quantity")) | (pl.col("unit_price") != pl.col("new_unit_price"))
        renamed = pl.col("new_description") != "" if "description" in self.mapping else pl.lit(False)
        return wanted.with_columns(
            pl.when(renamed.fill_null(False)).then("new_description").otherwise("description").alias("description"),
            *(pl.when(revalued.fill_null(False)).then(f"new_{n}").otherwise(n).alias(n) for n in SCALES),
        )

    def _write_changed(self, changed: pl.DataFrame, outcome: Outcome) -> None:
        """Update the lines and keep what they were; lines of this run's own orders go with them anyway."""
        import polars as pl

        after = values(changed, LINE)
        before = values(changed.select(pl.col(f"old_{n}").alias(n) for n in LINE), LINE)
        ids, orders = changed["id"].to_list(), changed["order_id"].to_list()
        if self.job.write:
            bulk.update_rows(OrderLine, ["id", *LINE], ([pk, *new] for pk, new in zip(ids, after, strict=True)))
        rows = zip(ids, orders, before, after, strict=True)
        kept = [[pk, *old, *new] for pk, order, old, new in rows if order not in self.own]
        self.altered = set(orders)
        if kept:
            outcome.kept.append(Kept(OrderLine, (), LINE, kept))

    def _moved(
        self, wanted: pl.DataFrame, differing: dict[int, dict[str, Any]], stored: dict[int, dict[str, Any]]
    ) -> pl.DataFrame:
        """Lines of orders whose account or day the file gives otherwise go with their order."""
        import polars as pl

        moved = {pk: head for pk, head in differing.items() if {"account_id", "ordered_on", "currency"} & head.keys()}
        if not moved:
            return wanted
        rows = [
            (pk, *({**stored[pk], **head}[n] for n in ("account_id", "ordered_on", "currency")))
            for pk, head in moved.items()
        ]
        schema = {"order_id": pl.Int64, "account_id": pl.Int64, "ordered_on": pl.Date, "currency": pl.String}
        heads = pl.DataFrame(rows, schema=schema, orient="row")
        going = wanted.drop("account_id", "ordered_on", "amount_house").join(
            heads, on="order_id", how="inner", maintain_order="left"
        )
        going = self.house_amounts(going).select(wanted.columns)
        staying = wanted.filter(~pl.col("order_id").is_in(list(moved)))
        return pl.concat([staying, going])

    def _added_lines(self, lines: pl.DataFrame, present: pl.DataFrame, outcome: Outcome) -> pl.DataFrame:
        """The lines that are not stored yet, with their positions behind those that are."""
        import polars as pl

        added = lines.join(present.select(KEY), on=KEY, how="anti", maintain_order="left") if present.height else lines
        if added.height and not self.job.may_add:
            outcome.counts["rejected"] += len(
                outcome.reject(Problem(row, "", "unknown_line") for row in added["row"].to_list())
            )
            return added.clear()
        last = present.group_by("order_id").agg(pl.col("position").max().alias("last"))
        added = added.join(last, on="order_id", how="left", maintain_order="left")
        place = pl.int_range(pl.len(), dtype=pl.Int64).over("order_id") + 1 + pl.col("last").fill_null(0)
        outcome.counts["added"] += added.height
        return added.with_columns(place.alias("position"))

    # --- orders again: adding, summing up ---------------------------------------------------------------------------

    def _add(self, added: pl.DataFrame, new_heads: pl.DataFrame, outcome: Outcome) -> None:
        """Insert new orders with their sums, then all new lines."""
        import polars as pl

        if new_heads.height:
            frame = self.heads.summed(new_heads, added, outcome)
            if self.job.write:
                insert_frame(Order, with_defaults(Order, frame, self.job))
            outcome.kept.append(Kept(Order, new_heads["order_id"].to_list()))
        if not added.height:
            return
        ids = self.job.new_ids(OrderLine, added.height)
        if self.job.write:
            frame = added.select(
                *KEY,
                "position",
                "account_id",
                "ordered_on",
                "description",
                *(pl.col(n) / scale for n, scale in SCALES.items()),
            )
            insert_frame(OrderLine, frame.with_columns(pl.int_range(ids.start, ids.stop).alias("id")))
        outcome.kept.append(Kept(OrderLine, ids))

    def _sum_up(
        self,
        present: pl.DataFrame,
        added: pl.DataFrame,
        stored: dict[int, dict[str, Any]],
        differing: dict[int, dict[str, Any]],
        outcome: Outcome,
    ) -> None:
        """Bring heads and sums of the orders that were there already up to date. This run's own need no before and after."""
        import polars as pl

        if not stored:
            return
        sums = sums_of([present, added]).filter(pl.col("order_id").is_in(list(stored)))
        # With its version: an order that somebody touched since, in any field or line, stays whole when this is undone.
        own = ("custom",) if self.custom.mapped else ()
        fields = (*HEAD, *own, "kind", "total", "total_house", "line_count", "version")
        changed, strange = [], []
        for pk, amount, house, count in sums.iter_rows():
            before = stored[pk]
            after = before | differing.get(pk, {})
            after |= {"total": money(amount), "total_house": money(house), "line_count": count}
            if pk in self.own:
                after["kind"] = self.heads.kind_of(before["number"], after["total"], before["kind"])
            if after == before and pk not in self.altered:
                continue
            # This run's own orders stay at their first version, by which undo knows that nobody else touched them.
            after["version"] += pk not in self.own
            changed.append([pk, *(after[f] for f in fields), self.job.now])
            if pk not in self.own:
                strange.append([pk, *(before[f] for f in fields), *(after[f] for f in fields)])
        if self.job.write and changed:
            bulk.update_rows(Order, ["id", *fields, "changed_at"], changed)
        if strange:
            new = {row[0] for row in strange} - self.changed
            self.changed |= new
            outcome.counts["orders_changed"] += len(new)
            outcome.kept.append(Kept(Order, (), fields, strange))

    # --- going on ---------------------------------------------------------------------------------------------------

    def resume(self, source: Source) -> None:
        """Which orders are this run's own, and which lines of older ones it has met (by reading those columns again)."""
        run = self.job.run
        self.own = self.heads.own = self.job.own(Order)
        self.parties.resume()
        for chunk in BatchChunk.objects.filter(batch=self.job.batch, model=Order._meta.label_lower):
            self.changed |= {row[0] for row in chunks.unpack(chunk.changed)[1]}
        if run.counts.get("orders_met"):
            self._meet_again(source)

    def _meet_again(self, source: Source) -> None:
        import polars as pl

        run = self.job.run
        done = run.rows_read + run.counts.get("blank", 0)
        rejected = list(ImportProblem.objects.filter(run=run, is_note=False).values_list("row", flat=True))
        for chunk in source.chunks():
            if chunk.first_row >= source.first_data_row + done:
                return
            lines, _problems = self.columns.read(chunk, only=frozenset({"order", "product"}))
            lines = lines.filter((pl.col("row") < source.first_data_row + done) & ~pl.col("row").is_in(rejected))
            ids, _in_bin = self._order_ids(lines["order"].unique().to_list())
            orders = {number: pk for number, pk in ids.items() if pk not in self.own}
            lines = lines.filter(pl.col("order").is_in(list(orders)))
            products = self.parties.products.find(lines["product"].unique().to_list())
            met = lines.select(_ids("order", orders).alias("order_id"), _ids("product", products).alias("product_id"))
            self.met.add(met.group_by("order_id", "product_id").agg(pl.len().cast(pl.Int64).alias("n")))


def _ids(column: str, ids: dict[str, int]) -> pl.Expr:
    import polars as pl

    return pl.col(column).replace_strict(ids, default=None, return_dtype=pl.Int64)


def _numbered(lines: pl.DataFrame) -> pl.DataFrame:
    """Adds `occurrence` within the chunk. Only pairs that repeat are counted one by one; those are few."""
    import polars as pl

    pair = ["order_id", "product_id"]
    repeats = lines.select((pl.col("order_id") * 1_000_003 + pl.col("product_id")).is_duplicated().alias("repeats"))
    lines = lines.with_columns(repeats["repeats"], pl.lit(1, dtype=pl.Int64).alias("occurrence"))
    if repeats["repeats"].any():
        some = lines.filter("repeats").select("row", (pl.int_range(pl.len(), dtype=pl.Int64).over(pair) + 1).alias("n"))
        lines = lines.join(some, on="row", how="left", maintain_order="left")
        lines = lines.with_columns(pl.col("n").fill_null(1).alias("occurrence")).drop("n")
    return lines.drop("repeats")

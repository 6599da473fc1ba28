"""Which lines of older orders a file has named so far: found again quickly however many there are."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

LARGE = 2_000_000


class Met:
    """Pairs of order and product with how often they were named, in few frames sorted by order.

    A new frame is joined with the one before while that is no larger than it, so n pairs lie in about log n frames and each is moved log n times;
    frames of LARGE rows stay as they are, for joining them would need twice their memory.
    """

    def __init__(self) -> None:
        self._frames: list[pl.DataFrame] = []

    def add(self, pairs: pl.DataFrame) -> None:
        """`pairs` has order_id, product_id and n, each pair once."""
        import polars as pl

        if not pairs.height:
            return
        new = pairs.select("order_id", "product_id", pl.col("n").cast(pl.UInt32)).sort("order_id")
        while self._frames and self._frames[-1].height <= min(new.height, LARGE):
            new = pl.concat([self._frames.pop(), new]).sort("order_id")
        self._frames.append(new)

    def of(self, orders: Collection[int]) -> pl.DataFrame:
        """order_id, product_id and n of these orders; a pair that was added more than once stands there as often."""
        import polars as pl

        wanted = pl.Series("order_id", sorted(orders), dtype=pl.Int64)
        parts = [_rows(frame, wanted) for frame in self._frames]
        schema = {"order_id": pl.Int64, "product_id": pl.Int64, "n": pl.Int64}
        return pl.concat(parts).cast(schema) if parts else pl.DataFrame(schema=schema)  # type: ignore[arg-type]


def _rows(frame: pl.DataFrame, wanted: pl.Series) -> pl.DataFrame:
    """The rows of the wanted orders by bisection: what it costs depends on them, hardly on the frame."""
    import polars as pl

    order = frame["order_id"]
    begin, end = order.search_sorted(wanted, "left"), order.search_sorted(wanted, "right")
    spans = pl.DataFrame({"begin": begin, "end": end}).filter(pl.col("begin") < pl.col("end"))
    places = spans.select(pl.int_ranges("begin", "end")).to_series().explode() if spans.height else None
    return frame.clear() if places is None else frame[places]

"""Amounts of order lines by the column, to the cent the same as `core.money` one by one. No database but rates.

Columns are whole numbers: quantities in thousandths, prices in ten-thousandths, amounts in cents.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kundenkreis.core.money import convert, minor_units

if TYPE_CHECKING:
    import polars as pl

QUANTITY, PRICE, CENT = 1000, 10_000, 100
MOST_AMOUNT = 900_000_000_000  # units of the currency; above, quantity × price would not fit 64 bits
MOST_QUANTITY = 10**10
MOST_PRICE = 10**9

Rate = Callable[[str, dt.date], Decimal]


def whole(column: str, factor: int) -> pl.Expr:
    """A decimal column as whole numbers of 1/factor. Exact up to 15 digits."""
    import polars as pl

    return (pl.col(column).cast(pl.Float64) * factor).round().cast(pl.Int64, strict=False)


def too_large() -> pl.Expr:
    """Rows whose numbers no trade ever had; they do not fit the columns."""
    import polars as pl

    quantity, price = pl.col("quantity").cast(pl.Float64).abs(), pl.col("unit_price").cast(pl.Float64).abs()
    return (quantity >= MOST_QUANTITY) | (price >= MOST_PRICE) | (quantity * price >= MOST_AMOUNT)


def with_amounts(lines: pl.DataFrame) -> pl.DataFrame:
    """Adds `amount`: quantity × price, rounded half away from zero to the currency's smallest unit (DIN 1333)."""
    import polars as pl

    lines = lines.with_columns(_step(lines))
    product = pl.col("quantity") * pl.col("unit_price")
    unit = QUANTITY * PRICE // CENT * pl.col("step")
    rounded = (product.abs() + unit // 2) // unit * pl.col("step")
    return lines.with_columns((rounded * product.sign()).alias("amount"))


def _step(lines: pl.DataFrame) -> pl.Expr:
    """The smallest unit of each line's currency, in cents: 1 for euro, 100 for yen."""
    import polars as pl

    steps = {code: 10 ** max(0, 2 - minor_units(code)) for code in lines["currency"].unique().to_list()}
    if len(set(steps.values())) == 1:
        return pl.lit(next(iter(steps.values())), dtype=pl.Int64).alias("step")
    return pl.col("currency").replace_strict(steps, return_dtype=pl.Int64).alias("step")


def with_house_amounts(lines: pl.DataFrame, rate: Rate, house: str) -> pl.DataFrame:
    """Adds `amount_house`, the same cents as `core.money.convert` gives.

    Doubles decide all but those so near to half a cent that their last digits matter; these few are done in decimals.
    """
    import polars as pl

    if lines["currency"].eq(house).all():
        return lines.with_columns(pl.col("amount").alias("amount_house"))
    days = lines.select("currency", "ordered_on").unique().sort("currency", "ordered_on")
    rates = [rate(currency, day) for currency, day in days.rows()]
    days = days.with_columns(pl.Series("rate", [float(r) for r in rates], dtype=pl.Float64))
    exact = dict(zip(days.select("currency", "ordered_on").rows(), rates, strict=True))
    step = 10 ** max(0, 2 - minor_units(house))
    lines = lines.join(days, on=["currency", "ordered_on"], how="left", maintain_order="left")
    scaled = (pl.col("amount") * pl.col("rate") / step).abs()
    cents = ((scaled + 0.5).floor() * step).cast(pl.Int64) * pl.col("amount").sign()
    near = ((scaled + 0.5 - (scaled + 0.5).round()).abs() < 1e-6 + scaled * 1e-15) & (pl.col("rate") != 1.0)
    lines = lines.with_columns(cents.alias("amount_house"), near.alias("near"))
    if lines["near"].any():
        lines = lines.with_columns(_decided(lines, exact, house))
    return lines.drop("rate", "near")


def _decided(lines: pl.DataFrame, exact: dict, house: str) -> pl.Series:
    import polars as pl

    columns = (lines[name].to_list() for name in ("near", "amount", "amount_house", "currency", "ordered_on"))
    cents = [
        int(convert(Decimal(amount) / CENT, exact[currency, day], house) * CENT) if near else done
        for near, amount, done, currency, day in zip(*columns, strict=True)
    ]
    return pl.Series("amount_house", cents, dtype=pl.Int64)


def money(cents: int) -> Decimal:
    """Cents as an amount."""
    return Decimal(cents).scaleb(-2)


def values(frame: pl.DataFrame, names: tuple[str, ...]) -> list[list[Any]]:
    """Rows of Python values; whole numbers become decimals again."""
    places = {"quantity": -3, "unit_price": -4, "amount": -2, "amount_house": -2}
    rows = []
    for row in frame.select(names).iter_rows():
        rows.append([Decimal(v).scaleb(places[n]) if n in places else v for n, v in zip(names, row, strict=True)])
    return rows

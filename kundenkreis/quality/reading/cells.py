"""Typed cells as the text a person would type: 13085.0 is "13085", a date is ISO, an empty cell is ""."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

# "1.234" alone could be read as one thousand two hundred and thirty-four; "1.2340" cannot.
MISREAD = re.compile(r"^-?[1-9]\d{0,2}\.\d{3}$")


def as_text(cell: Any) -> str:
    """One cell of a spreadsheet as text; numbers with the 15 digits the spreadsheet itself has."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return number_text(cell)
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time()
        return cell.date().isoformat() if midnight else cell.replace(microsecond=0).isoformat()
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, dt.timedelta):
        return _clock(cell)
    return "" if cell is None else str(cell)


def number_text(number: float) -> str:
    """A float without exponent and without ".0"; never a form that a decimal comma could misread."""
    if number == int(number) if abs(number) < 1e15 else False:
        return str(int(number))
    if number != number or number in (float("inf"), float("-inf")):
        return ""
    text = format(Decimal(format(number, ".15g")), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text + "0" if MISREAD.match(text) else text


def _clock(span: dt.timedelta) -> str:
    """A duration as hours:minutes:seconds, above 24 hours too."""
    seconds = round(abs(span).total_seconds())
    sign = "-" if span < dt.timedelta() else ""
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def text_column(column: pl.Series) -> pl.Series:
    """A typed column of a Parquet file as strings without nulls."""
    import polars as pl

    kind = column.dtype
    if kind == pl.String:
        text = column
    elif kind in (pl.Float32, pl.Float64):
        text = _float_column(column)
    elif kind == pl.Boolean:
        text = column.replace_strict({True: "true", False: "false"}, return_dtype=pl.String, default=None)
    elif isinstance(kind, pl.Datetime):
        text = column.dt.strftime("%Y-%m-%dT%H:%M:%S" + ("%:z" if kind.time_zone else ""))
        text = text.str.strip_suffix("T00:00:00")
    elif isinstance(kind, pl.Decimal):
        text = _unmistakable(column.cast(pl.String).str.replace(r"\.0+$", ""))
    elif kind == pl.Binary:
        text = _binary_column(column)
    elif kind.is_nested() or isinstance(kind, pl.Duration) or kind == pl.Object:
        values = ["" if value is None else str(value) for value in column.to_list()]
        text = pl.Series(column.name, values, dtype=pl.String)
    else:
        text = column.cast(pl.String)
    return text.fill_null("").alias(column.name)


def _float_column(column: pl.Series) -> pl.Series:
    """Whole numbers by the integer type, the rest shortest; exponents and far digits one by one."""
    import polars as pl

    whole = (column.round(0) == column) & (column.abs() < 1e15)
    text = column.cast(pl.String)
    if text.str.contains_any(["e", "E", "inf", "NaN"]).any() or (text.str.len_bytes() > 17).any():
        values = [None if value is None else number_text(value) for value in column.to_list()]
        return pl.Series(column.name, values, dtype=pl.String)
    integers = column.cast(pl.Int64, strict=False).cast(pl.String)
    return pl.select(pl.when(whole).then(integers).otherwise(_unmistakable(text))).to_series()


def _unmistakable(text: pl.Series) -> pl.Series:
    return text.str.replace(r"^(-?[1-9]\d{0,2}\.\d{3})$", "${1}0")


def _binary_column(column: pl.Series) -> pl.Series:
    import polars as pl

    values = [None if value is None else value.decode("utf-8", "backslashreplace") for value in column.to_list()]
    return pl.Series(column.name, values, dtype=pl.String)

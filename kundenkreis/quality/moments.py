"""Dates and times as people and programs write them.

A column of dates is turned shape by shape: each shape is a regular expression over the whole column and what it
becomes, so that a clean column costs one pass. Days that do not exist (31.02.) stay empty and are told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

CLOCK = r"(?:[T ,]+(?:um )?(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?(?: Uhr)?)?"
ZONE = r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
YEAR_FIRST = rf"^(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){CLOCK}{ZONE}$"
DAY_DOTS = rf"^(\d{{1,2}})\.\s?(\d{{1,2}})\.\s?(\d{{4}}|\d{{2}}){CLOCK}{ZONE}$"
SLASHES = rf"^(\d{{1,2}})[/-](\d{{1,2}})[/-](\d{{4}}|\d{{2}}){CLOCK}{ZONE}$"
COMPACT = r"^((?:18|19|20|21)\d{2})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?)?([AaPp][Mm])?(Z)?$"
DAY_NAMED = rf"^(\d{{1,2}})\.?[\s-]*(\p{{L}}{{3,9}})\.?,?[\s-]*(\d{{4}}|\d{{2}}){CLOCK}{ZONE}$"
NAME_FIRST = rf"^(\p{{L}}{{3,9}})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}}){CLOCK}{ZONE}$"
SERIAL = r"^[1-9]\d{4}([.,]\d+)?$"
WEEKDAY = r"^\p{L}{2,10}\.?,\s*"

Become = Callable[["pl.Series", str], "pl.Series"]

MONTHS = {
    "jan": 1, "jän": 1, "jaen": 1, "feb": 2, "fev": 2, "mar": 3, "mär": 3, "mae": 3, "mrz": 3, "apr": 4, "mai": 5,
    "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "okt": 10, "oct": 10, "nov": 11, "dez": 12, "dec": 12,
}  # fmt: skip


@dataclass(frozen=True)
class DateDecision:
    """The order of day and month in "03/04/2010": "dmy" or "mdy". `ambiguous`: nothing in the sample settles it."""

    order: str
    ambiguous: bool
    day_first: int = 0
    month_first: int = 0


def decide_dates(sample: pl.Series | Iterable[str | None], default: str = "dmy") -> DateDecision:
    """The order by the values of a sample: a number above 12 can be a day only."""
    import polars as pl

    series = sample if isinstance(sample, pl.Series) else pl.Series(list(sample), dtype=pl.String)
    parts = series.drop_nulls().str.strip_chars().str.extract_groups(r"^(\d{1,2})[/-](\d{1,2})[/-](?:\d{4}|\d{2})\b")
    frame = parts.struct.unnest().drop_nulls().select(pl.all().cast(pl.Int32))
    first, second = frame.to_series(0), frame.to_series(1)
    day_first, month_first = int((first > 12).sum()), int((second > 12).sum())
    settled = (day_first > 0) != (month_first > 0)
    order = default if day_first == month_first else ("dmy" if day_first > month_first else "mdy")
    open_ones = int(((first <= 12) & (second <= 12) & (first != second)).sum())
    return DateDecision(order, bool(open_ones) and not settled, day_first, month_first)


def moments(text: pl.Series, order: str, zone: str | None) -> tuple[pl.Series, pl.Series]:
    """Stripped cells (null where empty) as naive Datetime("us") in `zone` (UTC without), and whether a cell that
    gave none had the shape of a date at all."""
    import polars as pl

    quick = _quick(text)
    if quick is not None:
        return quick, pl.repeat(True, len(text), eager=True)
    values = pl.Series(text.name, [None], dtype=pl.Datetime("us")).new_from_index(0, len(text))
    shaped = pl.repeat(False, len(text), eager=True)
    text = text.str.replace(WEEKDAY, "")
    for pattern, become in _shapes(order, zone):
        hit = (~shaped & text.str.contains(pattern)).fill_null(False).arg_true()
        if len(hit):
            values = values.scatter(hit, become(text.gather(hit), pattern))
            shaped = shaped.scatter(hit, True)
            if int(shaped.sum()) == len(text) - text.null_count():
                break
    return values, shaped


def _quick(text: pl.Series) -> pl.Series | None:
    """A clean column in the form programs write, in one pass; None when it is not clean."""
    first = next((cell for cell in text if cell is not None), "")
    for length, form in ((10, "%Y-%m-%d"), (19, "%Y-%m-%d %H:%M:%S"), (19, "%Y-%m-%dT%H:%M:%S"), (10, "%d.%m.%Y")):
        if len(first) == length:
            parsed = text.str.to_datetime(form, strict=False, time_unit="us", exact=True)
            if parsed.null_count() == text.null_count() and bool((text.str.len_bytes() == length).all()):
                return parsed
    return None


def _shapes(order: str, zone: str | None) -> tuple[tuple[str, Become], ...]:
    """Patterns in the order they are tried, and what becomes of the cells that have them."""

    def by(year: int, month: int, day: int) -> Become:
        places = (year, month, day)
        return lambda text, pattern: _built(text, pattern, places, zone)

    slashes = by(3, 2, 1) if order == "dmy" else by(3, 1, 2)
    return (
        (YEAR_FIRST, by(1, 2, 3)),
        (DAY_DOTS, by(3, 2, 1)),
        (SLASHES, slashes),
        (COMPACT, by(1, 2, 3)),
        (DAY_NAMED, by(3, 2, 1)),
        (NAME_FIRST, by(3, 1, 2)),
        (SERIAL, _serial),
    )


def _built(text: pl.Series, pattern: str, places: tuple[int, int, int], zone: str | None) -> pl.Series:
    """The moments of cells that have the pattern's shape; null for a day or time that does not exist."""
    import polars as pl

    groups = text.str.extract_groups(pattern).struct.unnest()
    names = groups.columns
    year, month, day = (pl.col(names[place - 1]) for place in places)
    hour, minute, second, half, offset = (pl.col(name) for name in names[3:8])
    years = year.cast(pl.Int32)
    years = (
        pl.when(year.str.len_chars() == 2)
        .then(years + pl.when(years <= 68).then(2000).otherwise(1900))
        .otherwise(years)
    )
    letters = month.str.to_lowercase().str.slice(0, 3)
    months = pl.coalesce(
        month.cast(pl.Int32, strict=False), letters.replace_strict(MONTHS, default=None, return_dtype=pl.Int32)
    )
    hours = hour.cast(pl.Int32).fill_null(0)
    afternoon, morning = half.str.contains("(?i)^p").fill_null(False), half.str.contains("(?i)^a").fill_null(False)
    hours = pl.when(afternoon & (hours < 12)).then(hours + 12).when(morning & (hours == 12)).then(0).otherwise(hours)
    stamp = pl.format(
        "{}-{}-{}T{}:{}:{}",
        years.cast(pl.String).str.zfill(4),
        months,
        day,
        hours,
        minute.fill_null("0"),
        second.fill_null("0"),
    )
    frame = groups.select(stamp.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False).alias("at"), offset.alias("offset"))
    if frame["offset"].null_count() < len(frame):
        frame = frame.with_columns(_in_zone(pl.col("at"), pl.col("offset"), zone).alias("at"))
    return frame["at"]


def _in_zone(at: pl.Expr, offset: pl.Expr, zone: str | None) -> pl.Expr:
    """Moments that name their offset as wall time in `zone` (UTC without one); the others stay as they are."""
    import polars as pl

    digits = offset.str.replace(":", "", literal=True)
    minutes = digits.str.slice(1, 2).cast(pl.Int32, strict=False) * 60 + digits.str.slice(3, 2).cast(
        pl.Int32, strict=False
    )
    minutes = pl.when(offset.str.starts_with("-")).then(-minutes).otherwise(minutes).fill_null(0)
    utc = at - pl.duration(minutes=minutes)
    local = utc.dt.replace_time_zone("UTC").dt.convert_time_zone(zone or "UTC").dt.replace_time_zone(None)
    return pl.when(offset.is_null()).then(at).otherwise(local)


def _serial(text: pl.Series, pattern: str) -> pl.Series:
    """Days since 1899-12-30, as spreadsheets count them, to the second."""
    import polars as pl

    seconds = (text.str.replace(",", ".", literal=True).cast(pl.Float64) * 86_400).round(0).cast(pl.Int64)
    epoch = -25_569 * 86_400
    return ((seconds + epoch) * 1_000_000).cast(pl.Datetime("us"))

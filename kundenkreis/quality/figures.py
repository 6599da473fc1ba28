"""Numbers as people write them: which mark is the decimal one, and what a cell is worth.

Everything here works on whole columns. A number that can be read in one way only is read so, wherever it stands;
only forms like "1,234", which two conventions read differently, depend on the column's decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

CURRENCIES = r"EUR|USD|CHF|SFr\.?|Fr\.?|GBP|JPY|CNY|CZK|Kč|HUF|Ft|PLN|zł|SEK|NOK|DKK|kr\.?|RON|BGN|HRK|RSD|TRY|CAD|AUD|Euro|\p{Sc}"
SPACES = r"[\s\u00a0\u2007\u2009\u202f'’´`]"
GROUPS_BROKEN = rf"\d{SPACES}+(\d{{1,2}}|\d{{4,}})(\D|$)"

COMMA_SURE = r"^(\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}|\d*,\d{1,2}|\d*,\d{4,}|0,\d+|\d{4,},\d+|,\d+)$"
POINT_SURE = r"^(\d{1,3}(,\d{3})+\.\d+|\d{1,3}(,\d{3}){2,}|\d*\.\d{1,2}|\d*\.\d{4,}|0\.\d+|\d{4,}\.\d+|\.\d+)$"
COMMA_UNCLEAR = r"^[1-9]\d{0,2},\d{3}$"
POINT_UNCLEAR = r"^[1-9]\d{0,2}\.\d{3}$"
PLAIN = r"^\d+$"
SCIENTIFIC = r"^\d+([.,]\d+)?[eE][+-]?\d{1,2}$"


@dataclass(frozen=True)
class DecimalDecision:
    """The decimal mark of a column, "," or ".", and the values that spoke for either.

    `ambiguous` means that some values could be read both ways and nothing in the sample settles it.
    """

    mark: str
    ambiguous: bool
    comma: int = 0
    point: int = 0
    unclear: int = 0


def decide_decimal(sample: pl.Series | Iterable[str | None], default: str = ",") -> DecimalDecision:
    """The decimal convention of a column by the values of its sample; `default` where these are silent."""
    import polars as pl

    series = sample if isinstance(sample, pl.Series) else pl.Series(list(sample), dtype=pl.String)
    digits = _bare(series.drop_nulls().str.strip_chars())
    comma = int(digits.str.contains(COMMA_SURE).sum())
    point = int(digits.str.contains(POINT_SURE).sum())
    unclear = int((digits.str.contains(COMMA_UNCLEAR) | digits.str.contains(POINT_UNCLEAR)).sum())
    mark = default if comma == point else ("," if comma > point else ".")
    settled = bool(comma or point) and not (comma and point)
    return DecimalDecision(mark, ambiguous=bool(unclear) and not settled, comma=comma, point=point, unclear=unclear)


def _amount(text: pl.Series) -> pl.Series:
    """Cells without currency, percent sign and the ",-" of price tags; the sign or bracket stays."""
    return (
        text.str.replace(rf"(?i)^([-+(−–]?)\s*({CURRENCIES})\s*", "$1")
        .str.replace(rf"(?i)\s*({CURRENCIES}|%)\s*(\)?[-−–]?)$", "$2")
        .str.replace(r"[,.][-–—]{1,2}$", "")
    )


def _bare(text: pl.Series) -> pl.Series:
    """Digits and marks of an amount, without signs, brackets and blanks."""
    return _amount(text).str.replace(r"^[-+(−–]", "").str.replace(r"[-−–)]$", "").str.replace_all(SPACES, "")


def numbers(text: pl.Series, mark: str) -> tuple[pl.Series, pl.Series]:
    """Stripped cells (null where empty) as canonical "-1234.56", null where a cell is no number, and which are none."""
    import polars as pl

    ordinary = rf"^-?\d+(\{mark}\d+)?$"
    plain = text.str.contains(ordinary)
    direct = text.str.replace(",", ".", literal=True) if mark == "," else text.clone()
    if plain.all():  # nulls don't count
        return direct, pl.repeat(False, len(text), eager=True)
    rest = (~plain).fill_null(False).arg_true()
    slow = _canonical(text.gather(rest), mark)
    canonical = direct.scatter(rest, slow)
    return canonical, canonical.is_null() & text.is_not_null()


def _canonical(text: pl.Series, mark: str) -> pl.Series:
    """Amounts with groups, signs behind, brackets, currencies and percent signs; null for what is none."""
    import polars as pl

    frame = pl.DataFrame({"text": text, "signed": _amount(text), "bare": _bare(text)})
    bare, whole = pl.col("bare"), pl.col("text")
    without = bare.str.replace_all(r"[.,]", "")
    as_comma = bare.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    as_point = bare.str.replace_all(",", "", literal=True)
    several = r"^\d{1,3}([.,]\d{3}){2,}$"
    unclear_comma = as_comma if mark == "," else without
    unclear_point = as_point if mark == "." else without
    amount = (
        pl.when(whole.str.contains(GROUPS_BROKEN))
        .then(None)
        .when(bare.str.contains(PLAIN))
        .then(bare)
        .when(bare.str.contains(several) & (bare.str.contains(COMMA_SURE) | bare.str.contains(POINT_SURE)))
        .then(pl.when(bare.str.contains(r"\..*,")).then(as_comma).when(bare.str.contains(r",.*\.")).then(as_point)
              .otherwise(without))
        .when(bare.str.contains(COMMA_SURE))
        .then(as_comma)
        .when(bare.str.contains(POINT_SURE))
        .then(as_point)
        .when(bare.str.contains(COMMA_UNCLEAR))
        .then(unclear_comma)
        .when(bare.str.contains(POINT_UNCLEAR))
        .then(unclear_point)
        .when(bare.str.contains(SCIENTIFIC))
        .then(bare.str.replace(",", ".", literal=True))
        .otherwise(None)
    )  # fmt: skip
    amount = pl.when(amount.str.starts_with(".")).then("0" + amount).otherwise(amount)
    before, behind = pl.col("signed").str.contains(r"^[-−–(]"), pl.col("signed").str.contains(r"[-−–)]$")
    brackets = pl.col("signed").str.contains(r"^\(.*\)$")
    wrong = (before & behind & ~brackets) | (pl.col("signed").str.contains(r"^\(|\)$") & ~brackets)
    signed = pl.when(wrong).then(None).when(before | behind).then("-" + amount).otherwise(amount)
    return frame.select(signed.alias("amount")).to_series()

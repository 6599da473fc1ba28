"""Columns of text to typed columns, with what is wrong cell by cell.

Pure sums: strings in, values and errors out. A cell that is empty gives no value and no error; whether a field may
be empty is the importer's question. Nothing is evaluated: a formula is text. Clean columns are turned whole by polars,
cell by cell only what is odd, and each distinct text once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from . import phones, places
from .figures import DecimalDecision, decide_decimal, numbers
from .moments import DateDecision, decide_dates, moments
from .reading.source import Note

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "KINDS",
    "CellError",
    "CellNote",
    "DateDecision",
    "DecimalDecision",
    "Hints",
    "Parsed",
    "decide_dates",
    "decide_decimal",
    "hints_for",
    "parse",
]

TRUE = ("1", "ja", "j", "yes", "y", "true", "wahr", "t", "w", "x", "on", "ein", "✓", "✔", "oui", "si", "sì")
FALSE = ("0", "nein", "n", "no", "false", "falsch", "f", "off", "aus", "-", "–", "✗", "non")
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]"
LINE_ENDS = r"\r\n?|[\u0085\u2028\u2029]"
BLANKS = r"[\s\u00a0]+"
BLANKS_IN_LINE = r"[\s\u00a0--\n]+"
FORMULA = r"^[=@]|^\+[^\d\s(]|^-[^\d\s.,(]|^\+.*[!|(]\w*'?[A-Z]"
MARKUP = r"(?i)<(?:[a-z!/][^>]*>|script)"
EMAIL = r"^[A-Za-z0-9._%+'&/=?^`{|}~#*!$-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}$"


@dataclass(frozen=True)
class Hints:
    """What the house or the column's sample says about how values are written.

    `zone` is the time zone in which moments with an offset are given back (UTC without). `scale` is the number of
    decimals kept, `whole_digits` the most digits before them, `country` the default for phone numbers.
    """

    decimal_mark: str = ","
    date_order: str = "dmy"
    country: str = "AT"
    zone: str | None = None
    max_length: int | None = None
    multiline: bool = False
    scale: int = 6
    whole_digits: int | None = None


@dataclass(frozen=True)
class CellError:
    """A cell that could not be read: `index` in the series (0-based), why, and what it said."""

    index: int
    code: str
    original: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CellNote:
    """A cell that was read, with something a person should know about it."""

    index: int
    code: str
    original: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Parsed:
    """Typed `values`, null where the cell was empty or wrong, and every wrong and every remarkable cell."""

    values: pl.Series
    errors: tuple[CellError, ...] = ()
    notes: tuple[CellNote, ...] = ()


def parse(series: pl.Series, kind: str, *, hints: Hints = Hints()) -> Parsed:
    """A column of strings as `kind`, one of `KINDS`. Same length, same order; raises KeyError for another kind."""
    import polars as pl

    stripped = series.cast(pl.String).str.strip_chars(" \t\r\n\u00a0\ufeff")
    stripped = stripped.set(stripped == "", None) if (stripped == "").any() else stripped
    return KINDS[kind](stripped, hints)


def hints_for(
    sample: pl.Series | Iterable[str | None], kind: str, base: Hints = Hints()
) -> tuple[Hints, tuple[Note, ...]]:
    """Hints for a column by its sample; a note when the sample does not settle how to read it."""
    if kind in ("decimal", "percent", "integer"):
        figures = decide_decimal(sample, base.decimal_mark)
        params = {"mark": figures.mark, "count": figures.unclear}
        notes = (Note("decimal_mark_unclear", params),) if figures.ambiguous else ()
        return replace(base, decimal_mark=figures.mark), notes
    if kind in ("date", "datetime"):
        dates = decide_dates(sample, base.date_order)
        return replace(base, date_order=dates.order), (
            (Note("date_order_unclear", {"order": dates.order}),) if dates.ambiguous else ()
        )
    return base, ()


def _errors(series: pl.Series, wrong: pl.Series, code: str, **params: Any) -> tuple[CellError, ...]:
    places_ = wrong.fill_null(False).arg_true()
    return tuple(
        CellError(index, code, original, params)
        for index, original in zip(places_.to_list(), series.gather(places_).to_list(), strict=True)
    )


def _notes(series: pl.Series, hit: pl.Series, code: str) -> tuple[CellNote, ...]:
    found = hit.fill_null(False).arg_true()
    return tuple(
        CellNote(index, code, original)
        for index, original in zip(found.to_list(), series.gather(found).to_list(), strict=True)
    )


def _text(series: pl.Series, hints: Hints) -> Parsed:
    values = series
    notes: tuple[CellNote, ...] = ()
    control = series.str.contains(CONTROL)
    if control.any():
        values, notes = values.str.replace_all(CONTROL, ""), _notes(series, control, "control_characters")
    if hints.multiline:
        values = values.str.replace_all(LINE_ENDS, "\n").str.replace_all(BLANKS_IN_LINE, " ")
    elif values.str.contains(r"\s\s|[^\S ]|\u00a0").any():
        values = values.str.replace_all(BLANKS, " ")
    values = values.str.strip_chars()
    values = values.set(values == "", None) if (values == "").any() else values
    for code, pattern in (("formula", FORMULA), ("markup", MARKUP)):
        hit = values.str.contains(pattern)
        if hit.any():
            notes += _notes(series, hit, code)
    if hints.max_length is None:
        return Parsed(values, (), notes)
    long = values.str.len_chars() > hints.max_length
    if not long.any():
        return Parsed(values, (), notes)
    return Parsed(values.set(long, None), _errors(series, long, "too_long", most=hints.max_length), notes)


def _decimal(series: pl.Series, hints: Hints) -> Parsed:
    import polars as pl

    canonical, wrong = numbers(series, hints.decimal_mark)
    scientific = canonical.str.contains("[eE]")
    values = canonical.cast(pl.Decimal(38, hints.scale), strict=False)
    errors = _errors(series, wrong, "not_a_number") if wrong.any() else ()
    large = values.is_null() & canonical.is_not_null()
    if hints.whole_digits is not None:
        large = large | (values.abs() >= 10**hints.whole_digits)
    if large.any():
        errors += _errors(series, large, "number_too_large")
        values = values.set(large.fill_null(False), None)
    fine = canonical.str.contains(rf"\.\d{{{hints.scale}}}\d*[1-9]")
    notes = _notes(series, fine, "rounded") if fine.any() else ()
    if scientific.any():
        notes += _notes(series, scientific, "scientific")
    return Parsed(values, errors, notes)


def _integer(series: pl.Series, hints: Hints) -> Parsed:
    import polars as pl

    if series.str.contains(r"^-?\d{1,18}$").all():
        return Parsed(series.cast(pl.Int64))
    canonical, wrong = numbers(series, hints.decimal_mark)
    exact = canonical.cast(pl.Decimal(38, 6), strict=False)
    fraction = canonical.str.contains(r"\.\d*[1-9]") | (canonical.str.contains("[eE]") & (exact != exact.round(0)))
    whole = exact.round(0).cast(pl.Int64, strict=False)
    large = whole.is_null() & canonical.is_not_null()
    errors = _errors(series, wrong, "not_a_number") + _errors(series, fraction, "not_whole")
    errors += _errors(series, large & ~fraction, "number_too_large")
    return Parsed(whole.set((fraction | large).fill_null(False), None), tuple(sorted(errors, key=lambda e: e.index)))


def _datetime(series: pl.Series, hints: Hints) -> Parsed:
    values, shaped = moments(series, hints.date_order, hints.zone)
    missing = values.is_null() & series.is_not_null()
    if not missing.any():
        return Parsed(values)
    other = _other_order(series, hints) & missing
    errors = _errors(series, missing & ~shaped, "not_a_date") + _errors(series, other, "other_date_order")
    errors += _errors(series, missing & shaped & ~other, "no_such_day")
    return Parsed(values, tuple(sorted(errors, key=lambda e: e.index)))


def _other_order(series: pl.Series, hints: Hints) -> pl.Series:
    """Dates that exist only when day and month change places: "12/31/2010" in a column of days first."""
    turned = "mdy" if hints.date_order == "dmy" else "dmy"
    slashes = series.set(~series.str.contains(r"^\d{1,2}[/-]\d{1,2}[/-]").fill_null(False), None)
    return moments(slashes, turned, hints.zone)[0].is_not_null()


def _date(series: pl.Series, hints: Hints) -> Parsed:
    parsed = _datetime(series, hints)
    return replace(parsed, values=parsed.values.dt.date())


def _each_once(
    series: pl.Series, become: Callable[[str], tuple[Any, str]], kind: Any, notes: tuple[str, ...] = ()
) -> Parsed:
    """Every distinct text through `become` once: a value and "" or a code, an error unless it is among `notes`."""
    import polars as pl

    texts = series.drop_nulls().unique().to_list()
    pairs = {text: become(text) for text in texts}
    known = {text: value for text, (value, _) in pairs.items() if value is not None}
    if known:
        values = series.replace_strict(list(known), pl.Series(list(known.values()), dtype=kind), default=None)
    else:
        values = pl.Series(series.name, [None], dtype=kind).new_from_index(0, len(series))
    errors: tuple[CellError, ...] = ()
    remarks: tuple[CellNote, ...] = ()
    for code in sorted({code for _, code in pairs.values() if code}):
        hit = series.is_in([text for text, (_, other) in pairs.items() if other == code])
        if code in notes:
            remarks += _notes(series, hit, code)
        else:
            errors += _errors(series, hit, code)
    return Parsed(values.alias(series.name), tuple(sorted(errors, key=lambda e: e.index)), remarks)


def _boolean(series: pl.Series, hints: Hints) -> Parsed:
    import polars as pl

    def become(text: str) -> tuple[bool | None, str]:
        folded = text.casefold()
        if folded in TRUE or folded in FALSE:
            return folded in TRUE, ""
        return None, "not_yes_or_no"

    return _each_once(series, become, pl.Boolean)


def _country(series: pl.Series, hints: Hints) -> Parsed:
    import polars as pl

    remarks = ("country_unspecified", "country_region", "country_collective")
    return _each_once(series, places.country, pl.String, remarks)


def _currency(series: pl.Series, hints: Hints) -> Parsed:
    import polars as pl

    return _each_once(series, places.currency, pl.String)


def _language(series: pl.Series, hints: Hints) -> Parsed:
    import polars as pl

    return _each_once(series, places.language, pl.String)


def _email(series: pl.Series, hints: Hints) -> Parsed:
    """Ordinary addresses in one pass; international ones, and those with a name around them, one by one."""
    import polars as pl

    bare = series.str.replace("(?i)^mailto:", "")
    ordinary = bare.str.contains(EMAIL) & ~bare.str.contains(r"\.\.|^\.|\.@")
    domain = pl.select(bare.str.replace(r"^.*@", "").str.to_lowercase()).to_series()
    values = pl.select(bare.str.replace(r"@.*$", "@") + domain).to_series()
    if ordinary.all():
        return Parsed(values.alias(series.name))
    odd = ~ordinary.fill_null(True)
    rest = _each_once(series.set(~odd, None), _one_email, pl.String)
    return replace(rest, values=values.zip_with(~odd, rest.values).alias(series.name))


@lru_cache(maxsize=10_000)
def _one_email(text: str) -> tuple[str | None, str]:
    from email_validator import EmailNotValidError, validate_email

    inner = re.search(r"<([^<>]+)>\s*$", text)
    address = inner.group(1) if inner else text.removeprefix("mailto:")
    if len(re.findall("@", address)) > 1 and re.search(r"[;,\s/]", address):
        return None, "several_emails"
    try:
        found = validate_email(address.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None, "not_an_email"
    return found.normalized, ""


def _phone(series: pl.Series, hints: Hints) -> Parsed:
    """Usual numbers in one pass, the others one by one."""
    import polars as pl

    values = phones.usual(series, hints.country)
    odd = values.is_null() & series.is_not_null()
    if not odd.any():
        return Parsed(values.alias(series.name))
    rest = _each_once(series.set(~odd, None), lambda text: phones.one(text, hints.country), pl.String)
    return replace(rest, values=rest.values.zip_with(odd, values).alias(series.name))


KINDS: dict[str, Callable[[Any, Hints], Parsed]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "percent": _decimal,
    "date": _date,
    "datetime": _datetime,
    "boolean": _boolean,
    "country": _country,
    "currency": _currency,
    "language": _language,
    "email": _email,
    "phone": _phone,
}

"""Which column goes into which field: by memory, by name, and by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from .fields import FieldSpec, fold_header
from .headings import HEADINGS, SAME_AS

if TYPE_CHECKING:
    import polars as pl

LEAST = 0.5
SAMPLE_VALUES = 100
LONGEST_CELL = 200
# kinds whose cells betray them without a name
TELLING = ("email", "datetime", "date", "phone", "country", "currency", "language", "boolean")
# without which no cell is of that kind
SIGNS = {"email": "@", "datetime": r"\d", "date": r"\d", "phone": r"\d"}
PART = 0.72
ALIKE = 0.87
CONTENT = 0.55


@dataclass(frozen=True)
class Suggestion:
    """A column for a field, how sure (0 to 1), and why: `remembered`, `name`, `similar_name` or `content`."""

    column: str
    confidence: float
    reason: str


def suggest(
    headers: Sequence[str],
    sample: pl.DataFrame | None,
    fields: Sequence[FieldSpec],
    remembered: Mapping[str, str] | None = None,
) -> dict[str, Suggestion]:
    """The best column for each field that has one; no column is given twice.

    `remembered` maps fields to columns as mapped before for this `fields.signature`; it wins wherever its column is
    in the file. `sample` are some rows: a column whose cells contradict a field's kind is not suggested for it.
    """
    found: dict[str, Suggestion] = {}
    known = {field.name for field in fields}
    for name, column in (remembered or {}).items():
        if name in known and column in headers:
            found[name] = Suggestion(column, 1.0, "remembered")
    offers = _offers(headers, sample, [field for field in fields if field.name not in found])
    taken = {suggestion.column for suggestion in found.values()}
    for _, name, offer in sorted(offers, key=lambda one: one[0]):
        if name not in found and offer.column not in taken and not (remembered and offer.reason == "content"):
            found[name] = offer
            taken.add(offer.column)
    return {field.name: found[field.name] for field in fields if field.name in found}


def _offers(
    headers: Sequence[str], sample: pl.DataFrame | None, fields: Sequence[FieldSpec]
) -> list[tuple[tuple[float, bool, int, int], str, Suggestion]]:
    """Every column that could be every field, with a key to sort by: surest first, required first, leftmost first."""
    folded = {header: _parts(header) for header in headers}
    cells = {header: _cells(sample, header) for header in headers}
    offers: list[tuple[tuple[float, bool, int, int], str, Suggestion]] = []
    for place, spec in enumerate(fields):
        words = _words(spec)
        for position, header in enumerate(headers):
            offer = _offer(header, folded[header], words, spec, cells[header])
            if offer and offer.confidence >= LEAST:
                offers.append(((-offer.confidence, not spec.required, position, place), spec.name, offer))
    return offers


def _offer(
    header: str, parts: Sequence[str], words: Sequence[str], spec: FieldSpec, cells: tuple[str, ...]
) -> Suggestion | None:
    by_name, reason = _by_name(parts, words)
    if by_name < LEAST and not _may_tell(cells, spec.kind):
        return None
    share = _share(cells, spec.kind)
    if by_name and share >= 0:
        by_name *= 1.0 if share > 0.9 else 0.55 + 0.45 * share
    if by_name >= LEAST:
        return Suggestion(header, round(by_name, 2), reason)
    if spec.kind in TELLING and share >= 0.9 and spec.kind != "boolean":
        return Suggestion(header, round(CONTENT * share, 2), "content")
    return None


@lru_cache(maxsize=2048)
def _may_tell(cells: tuple[str, ...], kind: str) -> bool:
    """Whether it is worth reading the cells as the kind, of a column whose name says nothing."""
    sign = SIGNS.get(kind, "")
    return kind in TELLING and sum(re.search(sign, cell) is not None for cell in cells) >= 0.9 * len(cells)


def _parts(header: str) -> tuple[str, ...]:
    """The heading, and below a group ("Address / City") its own name too."""
    whole = fold_header(header)
    own = fold_header(header.rsplit(" / ", 1)[-1])
    return (whole, own) if own and own != whole else (whole,)


def _words(spec: FieldSpec) -> list[str]:
    """Headings that mean the field, the surest first."""
    name = spec.name.replace(".", "_")
    last = spec.name.rsplit(".", 1)[-1].rsplit("__", 1)[-1]
    keys = [name, SAME_AS.get(name, ""), last, SAME_AS.get(last, "")]
    words = [*spec.synonyms, str(spec.label), name, last]
    keys += [key for word in words if (key := _only_list_with(fold_header(word)))]
    words += [heading for key in keys for heading in HEADINGS.get(key, ())]
    return list(dict.fromkeys(folded for word in words if (folded := fold_header(word.replace("_", " ")))))


@cache
def _lists() -> dict[str, set[str]]:
    where: dict[str, set[str]] = {}
    for key, headings in HEADINGS.items():
        for heading in headings:
            where.setdefault(heading, set()).add(key)
    return where


def _only_list_with(word: str) -> str | None:
    """The list of headings a word belongs to, if it belongs to one only: "Firma" brings "Company" along."""
    keys = _lists().get(word, set())
    return next(iter(keys)) if len(keys) == 1 else None


def _by_name(parts: Sequence[str], words: Sequence[str]) -> tuple[float, str]:
    """How well a heading means a field: exact, without blanks, as a part of it, or misspelt."""
    best, reason = 0.0, "name"
    closed = {word.replace(" ", ""): place for place, word in reversed(list(enumerate(words)))}
    for level, part in enumerate(parts):
        place = closed.get(part.replace(" ", ""))
        if place is not None:
            best = max(best, 0.98 - 0.002 * min(place, 60) - 0.05 * level)
    if best:
        return best, reason
    for part in parts:
        tokens = part.split()
        for word in words:
            inside = word.split()
            if len(word) >= 3 and len(inside) < len(tokens) and _contains(tokens, inside):
                best, reason = max(best, PART * (0.8 + 0.2 * len(word) / len(part))), "similar_name"
            elif len(word) >= 5 and len(part) >= 5 and _alike(part, word):
                best, reason = max(best, 0.7), "similar_name"
    return best, reason


@lru_cache(maxsize=65536)
def _alike(part: str, word: str) -> bool:
    """One is the other misspelt. The two quick ratios are upper bounds of the ratio, and cheap."""
    if 2 * min(len(part), len(word)) < ALIKE * (len(part) + len(word)):
        return False
    matcher = SequenceMatcher(None, part, word)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _contains(tokens: list[str], inside: list[str]) -> bool:
    width = len(inside)
    return any(tokens[start : start + width] == inside for start in range(len(tokens) - width + 1))


def _cells(sample: pl.DataFrame | None, header: str) -> tuple[str, ...]:
    if sample is None or header not in sample.columns:
        return ()
    cells = sample[header].str.strip_chars()
    return tuple(cells.filter(cells != "").head(SAMPLE_VALUES).str.head(LONGEST_CELL))


@lru_cache(maxsize=2048)  # a page of the wizard asks again what the page before has asked
def _share(cells: tuple[str, ...], kind: str) -> float:
    """The share of cells that can be read as the kind; −1 when there is nothing to look at."""
    import polars as pl

    from .values import hints_for, parse

    if not cells:
        return -1.0
    if kind == "text":
        return 1.0
    series = pl.Series(cells, dtype=pl.String)
    if kind in ("date", "datetime") and series.str.contains(r"^\d{1,5}([.,]\d+)?$").mean() > 0.5:  # type: ignore[operator]
        return 0.3  # day numbers of a spreadsheet, or just numbers: the name decides
    if kind == "phone" and series.str.contains(r"^[\d.,-]+$").mean() > 0.9 and not series.str.contains("^0").any():  # type: ignore[operator]
        return 0.5
    hints, _ = hints_for(series, kind)
    parsed = parse(series, kind, hints=hints)
    return 1.0 - len({error.index for error in parsed.errors}) / len(series)

"""New records that differ only in what stands for itself (a name, a street, a number): checked and stored by columns, not one by one.

Of the rows of a chunk that say the same in everything else, one is made, filled and checked as every row is; the others get what it got. What
stands for itself is checked column by column, each text once where a rule has to look at it. A row about which anything is a question (a cell
that is not plainly good, a key that is stored or stands in another row) goes the usual way, where it is answered in words.
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import compress
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models

from kundenkreis.fields import picks
from kundenkreis.fields.picks import PickField
from kundenkreis.history.recording import Recorded
from kundenkreis.quality.targets.rows import Key, filled

if TYPE_CHECKING:
    import polars as pl

Settle = Callable[[Any], Any]
Check = Callable[["pl.Series"], "pl.Series"]
# More kinds of rows than this, and more than half as many as rows: then they have too little in common.
KINDS = 50
# What Python and polars agree on: words with one blank between each two.
_WORDS = r"^[^\s\x1c-\x1f]+(?: [^\s\x1c-\x1f]+)*$"
# A part of what Django takes for an address, in lower case.
_EMAIL = r"^[a-z0-9_+&'=-]+(?:\.[a-z0-9_+&'=-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$"
# PostgreSQL up to version 17 takes such a line for the end of what is copied to it as CSV, inside of quotes too.
_END_OF_COPY = r"(?m)^\\\."


class Alike:
    """Rows of a chunk. `raw` has their numbers and cells as they were read, `clean` the cells that stand for themselves as they would be stored.

    `referred` are the records that they name beside their own columns, by field; None where they name none. `keys` are what they are
    matched by, once that is known.
    """

    def __init__(
        self,
        raw: pl.DataFrame,
        clean: pl.DataFrame,
        referred: Mapping[str, Sequence[Any]] | None = None,
        keys: Sequence[Key | None] = (),
    ) -> None:
        self.raw, self.clean, self.keys = raw, clean, keys
        self.referred = dict(referred or {})

    @property
    def height(self) -> int:
        return self.raw.height

    def cells(self, name: str) -> list[Any]:
        """A column as it was read; nothing everywhere when the file has none."""
        return self.raw[name].to_list() if name in self.raw.columns else [None] * self.height

    def split(self, good: Iterable[bool]) -> tuple[Alike, pl.DataFrame]:
        """Those that stay, and the others as they were read."""
        import polars as pl

        stay = good if isinstance(good, pl.Series) else pl.Series(list(good), dtype=pl.Boolean)
        if stay.all():
            return self, self.raw.clear()
        referred = {name: list(compress(records, stay)) for name, records in self.referred.items()}
        clean = self.clean.filter(stay) if self.clean.width else self.clean
        return Alike(self.raw.filter(stay), clean, referred, list(compress(self.keys, stay))), self.raw.filter(~stay)

    def kinds(self, columns: Sequence[str]) -> tuple[pl.Series, list[dict[str, Any]]] | None:
        """Of which kind each row is, by these columns, and the cells of each kind; None when they have too little in common."""
        import polars as pl

        some = [name for name in columns if name in self.raw.columns]
        if not some:
            return pl.repeat(0, self.height, dtype=pl.UInt32, eager=True), [{}]
        kinds = self.raw.select(some).unique(maintain_order=True)
        if kinds.height > max(KINDS, self.height // 2):
            return None
        numbered = kinds.with_row_index("its kind")  # no field is called so
        of_row = self.raw.select(some).join(numbered, on=some, how="left", nulls_equal=True, maintain_order="left")
        return of_row["its kind"], [filled(row, some) for row in kinds.iter_rows()]


def checks_of(
    model: type[models.Model], columns_of: Mapping[str, str], by_itself: Mapping[str, Settle | None]
) -> dict[str, Check]:
    """How the cells of the fields `by_itself` are checked, a column at once: as they would be stored, null where one is not plainly good.

    Each field comes with what gives its values their usual spelling after the model field's own checks, if something does.
    """
    return {name: _check(model._meta.get_field(columns_of[name]), settle) for name, settle in by_itself.items()}


def plainly_good(
    frame: pl.DataFrame,
    checks: Mapping[str, Check],
    *,
    needed: Iterable[str],
    apart: Iterable[str],
    unique: Iterable[str],
) -> tuple[Alike, pl.DataFrame]:
    """The rows of a frame whose cells are plainly good; and the others.

    They have all that is `needed`, nothing that is `apart`, and share nothing that is `unique` with any row of the frame.
    """
    import polars as pl

    clean: dict[str, pl.Series] = {}
    good = pl.repeat(True, frame.height, dtype=pl.Boolean, eager=True)
    for name in frame.columns[1:]:
        cells = frame[name]
        if name in apart:
            good &= cells.is_null()
        elif name in checks:
            clean[name] = checks[name](cells)
            good &= clean[name].is_not_null() | cells.is_null()
        if name in unique:
            good &= cells.is_null() | ~cells.is_duplicated()
    for name in needed:
        good &= frame[name].is_not_null() if name in frame.columns else False
    return Alike(frame, pl.DataFrame(clean)).split(good)


def _check(field: Any, settle: Settle | None) -> Check:
    only_short = all(type(one) is MaxLengthValidator for one in field.validators)
    if settle is None and not field.choices:
        if type(field) is models.EmailField:
            return lambda cells: _short(_email(cells), field.max_length)
        if type(field) is models.TextField and not field.validators:
            return lambda cells: cells.set(cells.str.contains(_END_OF_COPY), None)
        takes_any = type(field) is models.CharField or (type(field) is PickField and not picks.is_closed(field.pick))
        if takes_any and only_short:
            return lambda cells: _short(cells.set(~cells.str.contains(_WORDS), None), field.max_length)
    return lambda cells: _each_once(cells, field, settle)


def _short(cells: pl.Series, most: int | None) -> pl.Series:
    return cells if most is None else cells.set(cells.str.len_chars() > most, None)


def _email(cells: pl.Series) -> pl.Series:
    lower = cells.str.to_lowercase()
    return lower.set(~(lower.str.contains(_EMAIL) & cells.str.contains(r"^[\x21-\x7e]+$")), None)


def _each_once(cells: pl.Series, field: Any, settle: Settle | None) -> pl.Series:
    """Every distinct value through the field's own checks, and through `settle`, which gives it its usual spelling."""
    import polars as pl

    known = {}
    for value in cells.drop_nulls().unique().to_list():
        try:
            checked = field.clean(value, None)
            known[value] = settle(checked) if settle else checked
        except (ValidationError, ValueError):
            continue
    if not known:
        return pl.Series(cells.name, [None], dtype=cells.dtype).new_from_index(0, len(cells))
    values = pl.Series(list(known.values()), dtype=cells.dtype)
    return cells.replace_strict(pl.Series(list(known), dtype=cells.dtype), values, default=None)


def _searched(model: Any, custom: str) -> list[str]:
    fields = model.own_fields()
    return fields.search_text(json.loads(custom)) if fields.searched else []


@cache
def searched_as(model: type[Recorded]) -> Any:
    """A light stand-in for records of a model, with what the search box finds them by and the model's own way to say it."""
    light: Any = namedtuple("Light", ["pk", *sorted(model.searched_fields)])  # type: ignore[misc]
    own: dict[str, Any] = {"search_row": model.search_row, "search_text": model.search_text, "__slots__": ()}
    if hasattr(model, "searched_values"):
        own["searched_values"] = lambda light: _searched(model, light.custom)
    return type(model.__name__, (light,), own)

"""The traits of many records by column: each distinct value is put into its spelling once, by the same functions as for one record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kundenkreis.customers.likeness.traits import Kind, Making

if TYPE_CHECKING:
    import polars as pl


SLICE = 100_000  # distinct values that are texts of Python's at once


def traits(kind: Kind, raw: pl.DataFrame) -> pl.DataFrame:
    """The traits of all rows of `raw` (`id`, and the kind's columns as texts), beside `id`, in the order of the rows."""
    import polars as pl

    found = [raw.get_column("id").to_frame()]
    for making in kind.makings:
        found.append(_made(kind, making, raw))
    return pl.concat(found, how="horizontal")


def _made(kind: Kind, making: Making, raw: pl.DataFrame) -> pl.DataFrame:
    """One making's traits. Records without any of its columns are most often many: they are one distinct value."""
    import polars as pl

    given = raw.select(pl.col(name).cast(pl.String).fill_null("") for name in making.of)
    distinct = given.unique(maintain_order=True)
    made = pl.concat(
        [_of_slice(kind, making, some) for some in distinct.iter_slices(SLICE)] or [_of_slice(kind, making, distinct)]
    )
    renamed = {name: f"_{name}" for name in making.of}
    known = pl.concat([distinct.rename(renamed), made], how="horizontal")
    joined = given.rename(renamed).join(known, on=list(renamed.values()), how="left", maintain_order="left")
    return joined.select(making.names)


def _of_slice(kind: Kind, making: Making, distinct: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    columns: list[list[Any]] = [[] for _name in making.names]
    appends = [column.append for column in columns]
    single = len(making.names) == 1
    for row in distinct.iter_rows():
        made = making.make(*row)
        if single:
            appends[0](made)
        else:
            for append, value in zip(appends, made, strict=True):
                append(value)
    text, texts = pl.String(), pl.List(pl.String())
    return pl.DataFrame(
        pl.Series(name, column, dtype=texts if name in kind.lists else text, strict=False)
        for name, column in zip(making.names, columns, strict=True)
    )
